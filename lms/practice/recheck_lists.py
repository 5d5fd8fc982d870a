"""Whether signatures over lists of lines, of periods and by links, still say what was signed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.practice.recheck import Mismatch, differences, read_line
from lms.practice.statements import (
    DECLARATIONS,
    PERIOD_STATEMENTS,
    Statement,
    facts_of_confirmation,
    facts_of_period,
    fingerprint,
)


@dataclass(frozen=True)
class ListedAct:
    """A sign-off as it is now, for comparing with the list that names it."""

    id: int
    entry_id: int
    entry_version: int
    act: str
    sha256: str
    minutes: int | None
    batch_id: str


def period_mismatches(
    row: Any, acts: Mapping[int, ListedAct], witness: Mapping[str, Any] | None, replaced: Any | None
) -> list[Mismatch]:
    """What is wrong with one period signature. `replaced` is the row that it names as replaced, if any."""
    signed, faults = _sealed(row, facts_of_period(row), witness)
    faults += _unpublished(PERIOD_STATEMENTS, row.statement_version, row.statement)
    if row.replaces_id is not None and (
        replaced is None
        or (replaced.placement_id, replaced.by_id, replaced.kind, replaced.starts_on)
        != (row.placement_id, row.by_id, row.kind, row.starts_on)
    ):
        faults.append("it replaces a signature that is not there or is of another period.")
    if signed is not None:
        listed = signed.get("lines", [])
        for entry_id, version, act_id, sha256 in listed:
            act = acts.get(act_id)
            if act is None:
                faults.append(f"it lists sign-off {act_id}, which is not there.")
            elif (act.entry_id, act.entry_version, act.act, act.sha256) != (
                entry_id,
                version,
                "approve",
                sha256,
            ):
                faults.append(f"it lists sign-off {act_id}, which says something else now.")
        if sum(minutes for _domain, _mode, minutes in signed.get("totals", [])) != row.minutes:
            faults.append("its totals are not its minutes.")
        present = [acts[act_id].minutes or 0 for _entry, _version, act_id, _hash in listed if act_id in acts]
        if len(present) == len(listed) and sum(present) != row.minutes:
            faults.append("its minutes are not those of the sign-offs that it lists.")
    return [Mismatch("period_signature", row.id, why) for why in faults]


def confirmation_mismatches(
    row: Any, acts: Iterable[ListedAct], link: Any | None, witness: Mapping[str, Any] | None
) -> list[Mismatch]:
    """What is wrong with one confirmation; `acts` are the sign-offs of its batches, `link` is its link."""
    signed, faults = _sealed(row, facts_of_confirmation(row), witness)
    if row.declaration_version not in DECLARATIONS:
        faults.append(f"the declaration {row.declaration_version} was never published.")
    if signed is not None:
        now = sorted([act.entry_id, act.entry_version, act.act, act.sha256] for act in acts)
        if sorted(signed.get("lines", [])) != now:
            faults.append("the sign-offs of its batches are not those that it lists.")
    if link is None:
        faults.append(f"its link {row.link_id} is not there.")
        return [Mismatch("confirmation", row.id, why) for why in faults]
    found = [Mismatch("confirmation", row.id, why) for why in faults]
    said = (
        ("email", link.email, row.email),
        ("name", link.declared_name, row.by_name),
        ("qualification", link.credential_type, row.credential_type),
        ("number", link.credential_number, row.credential_number),
        ("signer", link.supervisor_id, row.by_id),
        ("trainee", link.person_id, row.person_id),
        ("organisation", link.organisation_id, row.organisation_id),
        ("declaration", link.declaration_version, row.declaration_version),
        ("moment of the code", link.proved_at, row.proved_at),
        ("moment of its use", link.used_at, row.at),
    )
    found += [
        Mismatch("confirmation_link", link.id, f"its {what} is {here}, and {there} was confirmed.")
        for what, here, there in said
        if here != there
    ]
    if signed is not None:
        entries = sorted(line[:2] for line in signed.get("lines", []))
        if any(line not in [list(pair) for pair in link.lines] for line in entries):
            found.append(Mismatch("confirmation_link", link.id, "it is for other lines than were confirmed."))
    return found


def _sealed(
    row: Any, facts: Mapping[str, Any], witness: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any] | None, list[str]]:
    """The signed text, when it can be read, and where it disagrees with its hash, columns and the trail."""
    faults = []
    if fingerprint(row.line) != row.sha256:
        faults.append("the signed line and its SHA-256 no longer match.")
    if witness is None:
        faults.append("the audit trail does not know of it.")
    elif witness.get("sha256") != row.sha256:
        faults.append("its SHA-256 is not the one in the audit trail.")
    signed = read_line(row.line)
    if signed is None:
        return None, [*faults, "the signed line is not in its canonical form."]
    faults += [f"its signed line does not say {key}." for key in facts if key not in signed]
    return signed, [*faults, *differences(signed, facts)]


def _unpublished(published: Mapping[int, Statement], version: int, text: str) -> list[str]:
    known = published.get(version)
    if known is None or known.text != text:
        return [f"the statement is not version {version} as it was published."]
    return []
