"""Whether signed rows still say what was signed: each row that does not gets a sentence. Pure.

A sign-off keeps the canonical line it was made over and the line's SHA-256. The row's own columns, the entry
as it is stored now, and the audit trail's note of the batch must all agree with that line. Lines written
before a fact was added to them lack its key; what a line does not say is not compared.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.practice.rules import State
from lms.practice.statements import STATEMENTS, Fact, canonical, facts_of_act, facts_of_work, fingerprint

STATE_AFTER = {
    "approve": frozenset({State.APPROVED}),
    "return": frozenset({State.RETURNED}),
    "reverse": frozenset({State.SUBMITTED}),
}
NAMES = {"trainee": "the trainee", "by": "the signer", "by_name": "the signer's name", "batch": "the batch"}


@dataclass(frozen=True)
class Mismatch:
    """A row that no longer matches: its table, its id and what is wrong with it."""

    table: str
    row_id: int
    why: str

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}: {self.why}"


def mismatches_of(act: Any, entry: Any | None, *, is_reversed: bool, reverses: Any | None) -> list[Mismatch]:
    """What is wrong with one sign-off, and with the entry it signed.

    `entry` is the entry's row now, `reverses` the row of the act that this one takes back.
    """
    found = [Mismatch("sign_off", act.id, why) for why in _own_faults(act)]
    if act.act == "reverse" and (
        reverses is None or (reverses.entry_id, reverses.by_id) != (act.entry_id, act.by_id)
    ):
        found.append(
            Mismatch("sign_off", act.id, "it takes back an act that is not there or not the signer's.")
        )
    if entry is None:
        return [*found, Mismatch("sign_off", act.id, f"its entry {act.entry_id} is not there.")]
    signed = read_line(act.line)
    if signed is None:
        return found
    is_standing = act.act == "approve" and not is_reversed
    if is_standing or entry.version == act.entry_version + 1:
        found += [Mismatch("practice_entry", entry.id, why) for why in _entry_faults(act, entry, signed)]
    return found


def _own_faults(act: Any) -> list[str]:
    """Where the sign-off's own columns, line and fingerprint disagree."""
    faults = []
    if fingerprint(act.line) != act.sha256:
        faults.append("the signed line and its SHA-256 no longer match.")
    signed = read_line(act.line)
    if signed is None:
        return [*faults, "the signed line is not in its canonical form."]
    faults += differences(signed, facts_of_act(act))
    if act.domain is not None and "signed_domain" not in signed:
        faults.append(f"it says the domain {act.domain}, which was not signed.")
    known = STATEMENTS.get(act.statement_version)
    if act.statement_version is not None and (known is None or known.text != act.statement):
        faults.append(f"the statement is not version {act.statement_version} as it was published.")
    return faults


def _entry_faults(act: Any, entry: Any, signed: Mapping[str, Fact]) -> list[str]:
    """Where the entry as stored differs from what the act was made over."""
    now = facts_of_work(entry)
    now.pop("version")
    faults = differences(signed, now)
    if act.act == "approve":
        if entry.approval_id != act.id:
            faults.append(f"it was signed by sign-off {act.id}, and points at {entry.approval_id or 'none'}.")
        if entry.version != act.entry_version + 1:
            faults.append(f"version {act.entry_version} was signed, and it is at version {entry.version} now.")
    elif entry.approval_id is not None:
        faults.append(f"it counts as signed after sign-off {act.id}, which did not sign it.")
    if entry.state not in STATE_AFTER.get(act.act, ()):
        faults.append(f"it is {entry.state} after the act {act.act} of sign-off {act.id}.")
    return faults


def entry_mismatches(
    entry_id: int, *, approval: Any | None, approval_id: int | None, is_returned: bool, has_return: bool
) -> list[Mismatch]:
    """What is wrong with the pointers of an entry that counts as signed or returned."""
    found = []
    if approval_id is not None and (
        approval is None or approval.act != "approve" or approval.entry_id != entry_id
    ):
        found.append(
            f"it counts as signed, and its sign-off {approval_id} is not there or signs another entry."
        )
    if is_returned and not has_return:
        found.append("it counts as returned, and no act that returned it is there.")
    return [Mismatch("practice_entry", entry_id, why) for why in found]


def batch_mismatches(batch: Iterable[Any], witness: Mapping[str, Any] | None) -> list[Mismatch]:
    """Where the sign-offs of one batch disagree with what the audit trail says of it."""
    acts = sorted(batch, key=lambda act: act.id)
    if witness is None:
        return [Mismatch("sign_off", act.id, "the audit trail does not know of its batch.") for act in acts]
    entries = witness.get("entries", ())
    sealed = dict(zip(entries, witness.get("sha256", ()), strict=False))
    found = []
    for act in acts:
        if act.entry_id not in entries or act.batch_id != witness.get("batch"):
            why = f"the audit trail does not know that its batch has entry {act.entry_id}."
        elif sealed.get(act.entry_id, act.sha256) != act.sha256:
            why = "its SHA-256 is not the one in the audit trail."
        else:
            continue
        found.append(Mismatch("sign_off", act.id, why))
    return [*found, *lost(witness, {act.entry_id for act in acts})]


def lost(witness: Mapping[str, Any], here: Collection[int] = ()) -> list[Mismatch]:
    """The entries whose act the audit trail knows of, and that are not among those that are still there."""
    why = f"its sign-off in batch {witness.get('batch')} is gone."
    return [Mismatch("practice_entry", entry, why) for entry in witness.get("entries", ()) if entry not in here]


def read_line(line: str) -> dict[str, Any] | None:
    """The facts of a signed line, or None when it is not one."""
    try:
        signed = json.loads(line)
    except ValueError:
        return None
    return signed if isinstance(signed, dict) and canonical(signed) == line else None


def differences(signed: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """A sentence for each fact that is not as it was signed; what a line does not say is not compared."""
    return [
        f"{NAMES.get(key, key)} was {_said(signed[key])} when it was signed, and is {_said(value)} now."
        for key, value in now.items()
        if key in signed and (signed[key] != value or type(signed[key]) is not type(value))
    ]


def _said(value: Fact) -> str:
    return "nothing" if value is None or value == "" else str(value)
