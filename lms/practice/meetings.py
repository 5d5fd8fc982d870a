"""What both say by signing a supervision session, the exact bytes signed, and whether rows still say it. Pure.

As with hours (see `statements`), the text is stored beside its version and nothing published is ever edited.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC
from enum import StrEnum
from typing import Any

from lms.practice.recheck import Mismatch, differences, read_line
from lms.practice.statements import Fact, Statement, canonical, fingerprint


class Topic(StrEnum):
    """What a session may be about; several at once."""

    CASES = "cases"
    SKILLS = "skills"
    ETHICS = "ethics"
    BOUNDARIES = "boundaries"
    SELF_CARE = "self_care"
    SAFETY = "safety"
    DOCUMENTATION = "documentation"
    RESOURCES = "resources"
    GOALS = "goals"


MEETING_STATEMENTS: Mapping[int, Statement] = {
    1: Statement(
        1,
        "I took part in this supervision session. It took place on this day, lasted this long, and was about "
        "what is written here. This is true as far as I know.",
    ),
}
CURRENT_MEETING = MEETING_STATEMENTS[max(MEETING_STATEMENTS)]
PARTS = ("trainee", "supervisor")


def facts_of_session(row: Any) -> dict[str, Fact]:
    """What a signed line says of the session itself, from its row."""
    return {
        "session": row.id,
        "trainee": row.person_id,
        "supervisor": row.supervisor_id,
        "organisation": row.organisation_id,
        "held_on": row.held_on.isoformat(),
        "minutes": row.minutes,
        "format": row.format,
        "mode": row.mode,
        "group_size": row.group_size,
        "meeting": row.meeting_key,
        "is_observation": row.is_observation,
        "topic_kinds": row.topic_kinds,
        "topics": row.topics,
        "follow_up": row.follow_up,
        "corrects": row.corrects_id,
        "correction_reason": row.correction_reason,
    }


def facts_of_signature(signature: Any) -> dict[str, Fact]:
    """What a signed line says of the signature, from its row."""
    return {
        "session": signature.session_id,
        "trainee": signature.person_id,
        "organisation": signature.organisation_id,
        "part": signature.part,
        "by": signature.by_id,
        "by_name": signature.by_name,
        "at": signature.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "method": signature.method,
        "statement_version": signature.statement_version,
        "statement": signature.statement,
    }


def line_of_session(row: Any, signature: Any) -> str:
    """The canonical line of one signature under a session, both given as rows."""
    return canonical(facts_of_session(row) | facts_of_signature(signature))


def session_mismatches(
    row: Any, signatures: Iterable[Any], witnesses: Mapping[str, str] | None = None
) -> list[Mismatch]:
    """What is wrong with one session and the signatures under it.

    `witnesses` are the fingerprints that the audit trail noted, by part. A session of the time before
    signatures had lines of their own is only asked whether it has grown any.
    """
    by_part = {signature.part: signature for signature in signatures}
    noted = witnesses or {}
    if not row.is_sealed:
        if not by_part and not noted:
            return []
        return [Mismatch("supervision_session", row.id, "it has signed lines and says that it has none.")]
    found = []
    for part in PARTS:
        signed_at = getattr(row, f"{part}_signed_at")
        signature = by_part.get(part)
        if signature is None:
            if signed_at is not None or part in noted:
                found.append(
                    Mismatch("supervision_session", row.id, f"the signature of its {part} is not there.")
                )
            continue
        found += [Mismatch("session_signature", signature.id, why) for why in _faults(signature, noted)]
        if signed_at != signature.at:
            found.append(
                Mismatch("supervision_session", row.id, f"its {part} signed at another time than it says.")
            )
        if signature.by_id != (row.person_id if part == "trainee" else row.supervisor_id):
            found.append(Mismatch("session_signature", signature.id, f"it is not by the session's {part}."))
        signed = read_line(signature.line)
        if signed is not None:
            found += [
                Mismatch("supervision_session", row.id, why)
                for why in differences(signed, facts_of_session(row))
            ]
    return list(dict.fromkeys(found))


def _faults(signature: Any, noted: Mapping[str, str]) -> list[str]:
    """Where a signature's own columns, line and fingerprint disagree, or the audit trail with them."""
    faults = []
    if fingerprint(signature.line) != signature.sha256:
        faults.append("the signed line and its SHA-256 no longer match.")
    if noted.get(signature.part) != signature.sha256:
        faults.append("its SHA-256 is not the one in the audit trail.")
    signed = read_line(signature.line)
    if signed is None:
        return [*faults, "the signed line is not in its canonical form."]
    faults += differences(signed, facts_of_signature(signature))
    known = MEETING_STATEMENTS.get(signature.statement_version)
    if known is None or known.text != signature.statement:
        faults.append(f"the statement is not version {signature.statement_version} as it was published.")
    return faults
