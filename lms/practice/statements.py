"""What a supervisor says by signing, and the exact bytes that are signed.

The text is stored with each sign-off, beside its version, so that it can be shown again as it was. A change
of wording is a new version at the end; nothing above it is ever edited. Following 15 USC 7001 and 21 CFR
11.50, the signed line holds who signed, when, and what it means.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


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


Fact = str | int | bool | None


def canonical(facts: Mapping[str, Fact]) -> str:
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


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None
