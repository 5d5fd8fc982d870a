"""What a supervisor says by signing, and the exact bytes that are signed.

The text is stored with each sign-off, beside its version, so that it can be shown again as it was. A change
of wording is a new version at the end; nothing above it is ever edited. Following 15 USC 7001 and 21 CFR
11.50, the signed line holds who signed, when, and what it means.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms.practice.periods import SignedLine, totals_of


@dataclass(frozen=True)
class Statement:
    version: int
    text: str


STATEMENTS: Mapping[int, Statement] = {
    1: Statement(
        1,
        "I supervised this work. I know of it by watching, by reading the notes or by talking it over with the "
        "trainee. The entries are true as far as I know.",
    ),
}
CURRENT = STATEMENTS[max(STATEMENTS)]

# What a supervisor says under a week or a month: a list of lines that are signed one by one already.
PERIOD_STATEMENTS: Mapping[int, Statement] = {
    1: Statement(
        1,
        "These are the hours of this period that I signed. The list and its totals are right as far as I know, "
        "and I supervised this trainee in this period.",
    ),
}
CURRENT_PERIOD = PERIOD_STATEMENTS[max(PERIOD_STATEMENTS)]

# What somebody without an account says of themselves before a code is sent.
DECLARATIONS: Mapping[int, Statement] = {
    1: Statement(
        1,
        "I am the person named above. I supervised this work. I am not the trainee and not a relative of the "
        "trainee.",
    ),
}
CURRENT_DECLARATION = DECLARATIONS[max(DECLARATIONS)]

Fact = str | int | bool | None


def canonical(facts: Mapping[str, Any]) -> str:
    """The one spelling of a signed line: JSON, keys in order, no spaces, every letter as itself."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(text: str) -> str:
    """SHA-256 of the canonical line, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def line_of(entry: Any, act: Any, trainee_name: str) -> str:
    """The canonical line of an act on an entry, both given as rows."""
    return canonical(facts_of_work(entry) | facts_of_act(act) | {"trainee_name": trainee_name})


def facts_of_work(entry: Any) -> dict[str, Fact]:
    """What a signed line says of the work itself, from a row of the entry."""
    return {
        "entry": entry.id,
        "version": entry.version,
        "trainee": entry.person_id,
        "organisation": entry.organisation_id,
        "placement": entry.placement_id,
        "supervisor": entry.supervisor_id,
        "worked_on": entry.worked_on.isoformat(),
        "zone": entry.zone,
        "starts_at": entry.starts_at.isoformat("minutes") if entry.starts_at else None,
        "ends_at": entry.ends_at.isoformat("minutes") if entry.ends_at else None,
        "is_overnight": entry.is_overnight,
        "minutes": entry.minutes,
        "kind": entry.kind,
        "mode": entry.mode,
        "role": entry.role,
        "is_direct": entry.is_direct,
        "population": entry.population,
        "note": entry.note,
        "submitted_at": _moment(entry.submitted_at),
        "first_submitted_at": _moment(entry.first_submitted_at),
        "amends": entry.amends_id,
        "amendment_reason": entry.amendment_reason,
        "is_voiding": entry.is_voiding,
    }


def facts_of_act(act: Any) -> dict[str, Fact]:
    """What a signed line says of the act, from a row of the sign-off."""
    return {
        "entry": act.entry_id,
        "version": act.entry_version,
        "trainee": act.person_id,
        "organisation": act.organisation_id,
        "act": act.act,
        "signed_minutes": act.minutes,
        "signed_domain": act.domain,
        "reason": act.reason,
        "reverses": act.reverses_id,
        "by": act.by_id,
        "by_name": act.by_name,
        "at": _moment(act.at),
        "batch": act.batch_id,
        "method": act.method,
        "statement_version": act.statement_version,
        "statement": act.statement,
    }


def facts_of_period(signature: Any) -> dict[str, Any]:
    """What the signed text of a period says of it, from a row of the signature."""
    return {
        "organisation": signature.organisation_id,
        "trainee": signature.person_id,
        "placement": signature.placement_id,
        "kind": signature.kind,
        "starts_on": signature.starts_on.isoformat(),
        "ends_on": signature.ends_on.isoformat(),
        "minutes": signature.minutes,
        "sessions": signature.sessions,
        "session_minutes": signature.session_minutes,
        "replaces": signature.replaces_id,
        "by": signature.by_id,
        "by_name": signature.by_name,
        "at": _moment(signature.at),
        "method": signature.method,
        "statement_version": signature.statement_version,
        "statement": signature.statement,
    }


def list_of_period(lines: Iterable[SignedLine]) -> dict[str, Any]:
    """The lines of a period and their totals, as they are signed and as the page names what it showed."""
    listed = sorted(lines, key=lambda line: line.entry_id)
    return {
        "lines": [[line.entry_id, line.entry_version, line.sign_off_id, line.sha256] for line in listed],
        "totals": [list(total) for total in totals_of(listed)],
    }


def facts_of_confirmation(row: Any) -> dict[str, Fact]:
    """What the signed text of a confirmation by link says of it, from its row."""
    return {
        "organisation": row.organisation_id,
        "trainee": row.person_id,
        "link": row.link_id,
        "by": row.by_id,
        "by_name": row.by_name,
        "email": row.email,
        "credential_type": row.credential_type,
        "credential_number": row.credential_number,
        "declaration_version": row.declaration_version,
        "proved_at": _moment(row.proved_at),
        "at": _moment(row.at),
        "approved_batch": row.approved_batch_id,
        "returned_batch": row.returned_batch_id,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None
