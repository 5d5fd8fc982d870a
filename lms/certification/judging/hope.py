"""What a finding would come to if the certifying body found every claim to be right. Pure."""

from dataclasses import replace

from lms.certification.findings import Excluded, Finding, Status, Unit, say
from lms.certification.judging.case import BODY
from lms.certification.judging.papers import TO_BE_CHECKED


def with_hope(finding: Finding, hoped: Finding, claims: frozenset[str]) -> Finding:
    """The finding, with what waits for the body's check told apart. It counts nothing more than before.

    `hoped` is the same requirement judged as if the claims were checked; `claims` names them.
    """
    if hoped == finding:
        return finding
    if finding.is_met:
        more = _waiting(finding, hoped, claims) if finding.unit is Unit.MINUTES else ()
        return replace(finding, excluded=(*finding.excluded, *more))
    pairs = {child.requirement_id: child for child in hoped.children}
    children = tuple(
        with_hope(child, pairs[child.requirement_id], claims) if child.requirement_id in pairs else child
        for child in finding.children
    )
    waiting = _waiting(finding, hoped, claims)
    gains = hoped.counted > finding.counted or hoped.is_met
    nothing_yet = bool(gains and finding.status is Status.NOT_YET_EVALUABLE)
    return replace(
        finding,
        status=Status.NOT_MET if nothing_yet else finding.status,
        sentence=say(TO_BE_CHECKED) if nothing_yet else finding.sentence,
        projected=max(finding.projected, hoped.projected, hoped.counted),
        excluded=(*finding.excluded, *waiting),
        who_has_it=BODY if hoped.is_met else finding.who_has_it,
        children=children,
    )


def _waiting(finding: Finding, hoped: Finding, claims: frozenset[str]) -> tuple[Excluded, ...]:
    """Of hours all that is claimed; of other things the claims that would count. A group tells by its parts."""
    is_group = finding.kind in ("all_of", "any_of")
    if finding.unit is Unit.MINUTES:
        amount = _told(hoped) - _told(finding)
        seen = {*hoped.evidence, *(name for one in hoped.excluded for name in one.evidence)}
    else:
        amount = 0 if is_group else max(0, len(claims.intersection(hoped.evidence)))
        seen = set(hoped.evidence)
    names = tuple(sorted(claims & seen))
    if amount <= 0 or not names:
        return ()
    return (Excluded(amount, say(TO_BE_CHECKED), names, is_waiting=True, who=BODY),)


def _told(finding: Finding) -> int:
    return finding.counted + sum(one.amount for one in finding.excluded)
