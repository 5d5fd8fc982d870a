"""Which version of a scheme a person is held to, and what a change of version would do to whom."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms import clock
from lms.certification.findings import Evaluation, Finding
from lms.certification.models import Application, SchemePin, State
from lms.certification.record import record_of
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.db import seeing, session
from lms.errors import NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard, PersonCard
from lms.permissions import Role

MOST = 200


@dataclass(frozen=True)
class PinCard:
    """The version that a person is held to, since when and why. No reason: they began under it."""

    scheme_id: str
    version: int
    at: datetime
    reason: str


_PINS = (
    sa.select(SchemePin.scheme_id, SchemePin.version, SchemePin.at, SchemePin.reason)
    .where(SchemePin.person_id == sa.bindparam("person_id"))
    .order_by(SchemePin.id)
)


def pins_of(person_id: int) -> dict[str, PinCard]:
    """The newest pin of the person for each scheme that has one, in one statement."""
    return {row.scheme_id: PinCard(*row) for row in session().execute(_PINS, {"person_id": person_id})}


def version_held_to(person_id: int, scheme: Scheme) -> Scheme:
    """The version of this scheme that the person is held to; this one when they are held to none."""
    return held_version(scheme, pins_of(person_id))


def held_version(scheme: Scheme, pins: dict[str, PinCard]) -> Scheme:
    """The version that these pins say, where its file is still there; else the one given."""
    pin = pins.get(scheme.id)
    return (schemes().version(scheme.id, pin.version) if pin else None) or scheme


# --- a change of version --------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionsLine:
    """A scheme with all its versions, oldest first."""

    scheme_id: str
    versions: tuple[Scheme, ...]

    @property
    def newest(self) -> Scheme:
        return self.versions[-1]


def schemes_with_versions() -> tuple[VersionsLine, ...]:
    """Every scheme with its versions; those with more than one come first."""
    found: dict[str, list[Scheme]] = {}
    for (scheme_id, _version), scheme in sorted(schemes().versions.items()):
        found.setdefault(scheme_id, []).append(scheme)
    lines = (VersionsLine(scheme_id, tuple(versions)) for scheme_id, versions in found.items())
    return tuple(sorted(lines, key=lambda line: (len(line.versions) == 1, line.scheme_id)))


@dataclass(frozen=True)
class Change:
    """What a change of version would do to one person: what would be done then, and what newly left."""

    person: PersonCard
    before: int
    gained: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    was_met: bool
    is_met: bool


@dataclass(frozen=True)
class Preview:
    """What moving people to a version would do, by what it does. Nothing is written.

    `applied` have an open application: that keeps its version until it is decided. `more` says how many
    people were left out because there are too many for one page.
    """

    organisation: OrganisationCard
    scheme: Scheme
    versions: tuple[Scheme, ...]
    gain: tuple[Change, ...]
    lose: tuple[Change, ...]
    same: tuple[Change, ...]
    there: tuple[PersonCard, ...]
    applied: tuple[PersonCard, ...]
    more: int

    @property
    def can_move(self) -> tuple[Change, ...]:
        return (*self.gain, *self.lose, *self.same)


def preview_of(organisation_id: int, scheme_id: str, version: int | None = None) -> Preview:
    """What moving each person who works towards a scheme here to that version (the newest) would do.

    Here are the trainees of the organisation, and whoever applied to it or is held to a version by it. The
    caller has been allowed to see them. Raises NotFound.
    """
    body = people.organisation(organisation_id)
    line = next((one for one in schemes_with_versions() if one.scheme_id == scheme_id), None)
    if line is None:
        raise NotFound
    target = schemes().version(scheme_id, version) if version is not None else line.newest
    if target is None:
        raise NotFound
    open_now, everybody = _working_towards(organisation_id, scheme_id)
    cards = people.people(everybody[:MOST])
    today = clock.today(body.timezone)
    current = schemes().current(scheme_id, today) or target
    applied, there, changes = [], [], []
    for person_id in everybody[:MOST]:
        if person_id in open_now:
            applied.append(cards[person_id])
            continue
        with seeing(person_id):
            pins = pins_of(person_id)
            held = held_version(current, pins)
            if held.version == target.version and scheme_id in pins:
                there.append(cards[person_id])
                continue
            record = record_of(person_id, body.timezone, body.id)
        changes.append(
            _change(
                cards[person_id], held, target, held.evaluate(record, today), target.evaluate(record, today)
            )
        )
    return Preview(
        body,
        target,
        line.versions,
        gain=tuple(one for one in changes if one.gained and not one.lost),
        lose=tuple(one for one in changes if one.lost),
        same=tuple(one for one in changes if not one.gained and not one.lost),
        there=tuple(there),
        applied=tuple(applied),
        more=max(0, len(everybody) - MOST),
    )


def _change(person: PersonCard, held: Scheme, target: Scheme, before: Evaluation, after: Evaluation) -> Change:
    """What is left before and not after is gained; what is left after and was not before is lost."""
    left = {finding.requirement_id for finding in before.left}
    still = {finding.requirement_id for finding in after.left}
    return Change(
        person,
        held.version,
        gained=tuple(one for one in before.left if one.requirement_id not in still),
        lost=tuple(one for one in after.left if one.requirement_id not in left),
        was_met=before.is_met,
        is_met=after.is_met,
    )


def _working_towards(organisation_id: int, scheme_id: str) -> tuple[frozenset[int], tuple[int, ...]]:
    """Who has an open application for the scheme, and everyone who works towards it here, in order."""
    trainees = {card.id for card in people.people_with_role(organisation_id, Role.TRAINEE)}
    asked = session().execute(
        sa.select(Application.person_id, Application.state).where(
            Application.scheme_id == scheme_id, Application.organisation_id == organisation_id
        )
    )
    states: dict[int, set[str]] = {}
    for person_id, state in asked:
        states.setdefault(person_id, set()).add(state)
    held = set(
        session().scalars(
            sa.select(SchemePin.person_id).where(
                SchemePin.scheme_id == scheme_id, SchemePin.organisation_id == organisation_id
            )
        )
    )
    open_now = _open_applications(scheme_id, trainees | held | set(states))
    done = {person_id for person_id, found in states.items() if State.GRANTED in found} - open_now
    return frozenset(open_now), tuple(sorted((trainees | held | set(states)) - done))


def _open_applications(scheme_id: str, person_ids: set[int]) -> set[int]:
    """Who of these people has an open application, at whichever body."""
    with seeing(*person_ids) if person_ids else seeing():
        return set(
            session().scalars(
                sa.select(Application.person_id).where(
                    Application.scheme_id == scheme_id,
                    Application.person_id.in_(sorted(person_ids)),
                    Application.state.in_((State.SUBMITTED.value, State.RETURNED.value)),
                )
            )
        )


def is_in_force(scheme: Scheme, on: date) -> bool:
    """Whether this version has begun by that day."""
    return scheme.effective_from <= on
