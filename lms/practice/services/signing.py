"""What a supervisor does with the queue: sign, ask for a fix, and take either back for ten minutes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import people
from lms.practice import words
from lms.practice.models import PracticeEntry, SignOff
from lms.practice.queries import UNDO_FOR, standing_to_sign, stood_in_for
from lms.practice.rules import DOMAINS, State, Step, after, domain_of
from lms.practice.services.hours import move
from lms.practice.services.letters import tell_of_returns
from lms.practice.statements import CURRENT, fingerprint, line_of

MOST_IN_A_BATCH = 100
LONGEST_REASON = 500


@dataclass(frozen=True)
class BatchResult:
    """What one press did: the entries that moved, and why each of the others did not."""

    batch_id: str
    done: tuple[int, ...]
    not_done: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _Change:
    """What a supervisor signs otherwise than it was logged."""

    minutes: int | None = None
    domain: str | None = None
    reason: str = ""

    def minutes_of(self, entry: PracticeEntry) -> int:
        return entry.minutes if self.minutes is None else self.minutes


_AS_LOGGED = _Change()


def _changes(
    minutes: Mapping[int, int] | None, domains: Mapping[int, str] | None, reasons: Mapping[int, str] | None
) -> dict[int, _Change]:
    """What is signed otherwise than logged, by entry. Raises Invalid."""
    minutes, domains = minutes or {}, domains or {}
    said = {entry_id: " ".join(reason.split()) for entry_id, reason in (reasons or {}).items()}
    for entry_id, domain in domains.items():
        if domain not in DOMAINS:
            raise Invalid(f"domain_{entry_id}", _("Choose one of the domains."))
        if not said.get(entry_id):
            raise Invalid(f"why_{entry_id}", _("Say why it counts there. The trainee sees it."))
    for entry_id, reason in said.items():
        if len(reason) > LONGEST_REASON:
            raise Invalid(f"why_{entry_id}", _("Keep the reason to %(most)s letters.", most=LONGEST_REASON))
    return {
        entry_id: _Change(minutes.get(entry_id), domains.get(entry_id), said.get(entry_id, ""))
        for entry_id in {*minutes, *domains, *said}
    }


def sign_off(
    actor_id: int,
    *,
    entry_ids: Sequence[int],
    statement_version: int,
    versions: Mapping[int, int] | None = None,
    minutes: Mapping[int, int] | None = None,
    domains: Mapping[int, str] | None = None,
    reasons: Mapping[int, str] | None = None,
    method: str = "statement",
    by_name: str | None = None,
) -> BatchResult:
    """Sign entries as their supervisor, one recorded approval each, with a decision for each line.

    `versions` are the versions that the page showed; a line that changed since is not signed. `minutes`
    names lines signed for less than was logged, `domains` lines that count in another domain than their
    kind of work would, and `reasons` says why. `method` says how the signer was confirmed, and
    `by_name` the name that they gave where that is not the one of an account.
    Raises NotFound for an entry out of sight, Forbidden for one the actor may not sign, Conflict when no
    line could be signed, Invalid for more than 100 lines or a change of domain without a reason.
    """
    changes = _changes(minutes, domains, reasons)
    if statement_version != CURRENT.version:
        raise Conflict(_("The statement has a new wording. Read it, then sign."))
    entries = _locked(actor_id, entry_ids)
    standing = standing_to_sign(actor_id, entries)
    fitting, not_done = [], []
    for entry in entries:
        reason = _changed(entry, versions, Step.APPROVE)
        if not reason and (obstacle := standing[entry.id]):
            reason = words.say(obstacle)
        if not reason and not 1 <= changes.get(entry.id, _AS_LOGGED).minutes_of(entry) <= entry.minutes:
            reason = _("You can sign for the logged time or less, and for more than zero.")
        if reason:
            not_done.append((entry.id, reason))
        else:
            fitting.append(entry)
    if not fitting:
        raise Conflict(not_done[0][1])
    drafts = _Acts(actor_id, "approve", fitting, method, by_name)
    for entry in fitting:
        change = changes.get(entry.id, _AS_LOGGED)
        domain = None if change.domain == domain_of(entry.kind) else change.domain
        drafts.add(entry, minutes=change.minutes_of(entry), domain=domain, reason=change.reason)
    drafts.flush()
    for entry, act in drafts.rows:
        move(entry, Step.APPROVE, approval_id=act.id)
    drafts.record(Action.PRACTICE_SIGN_OFF)
    return BatchResult(drafts.batch_id, tuple(entry.id for entry, _act in drafts.rows), tuple(not_done))


def return_entry(actor_id: int, *, entry_id: int, reason: str, version: int | None = None) -> BatchResult:
    """Ask for a fix of one entry."""
    versions = None if version is None else {entry_id: version}
    return return_entries(actor_id, reasons={entry_id: reason}, versions=versions)


def return_entries(
    actor_id: int,
    *,
    reasons: Mapping[int, str],
    versions: Mapping[int, int] | None = None,
    method: str = "statement",
    by_name: str | None = None,
) -> BatchResult:
    """Ask for a fix of entries, each with its reason. Raises as `sign_off` does, Invalid without a reason."""
    said = {entry_id: " ".join(reason.split()) for entry_id, reason in reasons.items()}
    for entry_id, reason in said.items():
        if not reason:
            raise Invalid(f"reason_{entry_id}", _("Say what to fix, so that the trainee can."))
        if len(reason) > LONGEST_REASON:
            raise Invalid(f"reason_{entry_id}", _("Keep the reason to %(most)s letters.", most=LONGEST_REASON))
    entries = _locked(actor_id, list(said))
    changed = [(entry, _changed(entry, versions, Step.RETURN)) for entry in entries]
    fitting = [entry for entry, why in changed if not why]
    not_done = tuple((entry.id, why) for entry, why in changed if why)
    if not fitting:
        raise Conflict(not_done[0][1])
    drafts = _Acts(actor_id, "return", fitting, method, by_name)
    for entry in fitting:
        drafts.add(entry, reason=said[entry.id])
    drafts.flush()
    for entry, _act in drafts.rows:
        move(entry, Step.RETURN)
    drafts.record(Action.PRACTICE_RETURN)
    for trainee_id, count in Counter(entry.person_id for entry, _act in drafts.rows).items():
        tell_of_returns(trainee_id, batch_id=drafts.batch_id, entries=count)
    return BatchResult(drafts.batch_id, tuple(entry.id for entry, _act in drafts.rows), not_done)


def undo(actor_id: int, *, batch_id: str) -> BatchResult:
    """Take back one's own batch within ten minutes. Nothing is deleted: each act gets a recorded reversal.

    Raises NotFound for a batch that is not the actor's, Conflict when it is too late or all was changed.
    """
    acts = (
        session()
        .scalars(
            sa.select(SignOff)
            .where(SignOff.batch_id == batch_id, SignOff.by_id == actor_id, SignOff.act != "reverse")
            .order_by(SignOff.id)
        )
        .all()
    )
    if not acts:
        raise NotFound
    if clock.now() >= acts[0].at + UNDO_FOR:
        raise Conflict(_("Ten minutes have passed, so this can no longer be undone."))
    entries = {entry.id: entry for entry in _rows([act.entry_id for act in acts])}
    amended = set(
        session().scalars(sa.select(PracticeEntry.amends_id).where(PracticeEntry.amends_id.in_(list(entries))))
    )
    standing = [act for act in acts if act.entry_id not in amended and _is_standing(act, entries[act.entry_id])]
    if not standing:
        raise Conflict(_("This was undone already, or the entries have changed since."))
    drafts = _Acts(actor_id, "reverse", [entries[act.entry_id] for act in standing], "statement")
    for act in standing:
        drafts.add(entries[act.entry_id], reverses_id=act.id)
    drafts.flush()
    for act, (entry, _reversal) in zip(standing, drafts.rows, strict=True):
        if act.act == "approve":
            move(entry, Step.UNDO_APPROVE, approval_id=None)
        else:
            move(entry, Step.UNDO_RETURN)
    drafts.record(Action.PRACTICE_UNDO)
    gone = tuple((act.entry_id, _("This entry has changed since.")) for act in acts if act not in standing)
    return BatchResult(drafts.batch_id, tuple(act.entry_id for act in standing), gone)


def _is_standing(act: SignOff, entry: PracticeEntry) -> bool:
    """Whether the act is still the last word on the entry."""
    if act.act == "approve":
        return entry.approval_id == act.id
    return entry.state == State.RETURNED and entry.version == act.entry_version + 1


def _locked(actor_id: int, entry_ids: Sequence[int]) -> list[PracticeEntry]:
    """The rows, locked, if the actor is the supervisor or the alternate of each and the trainee of none."""
    ids = sorted(set(entry_ids))
    if not ids:
        raise Invalid("entry_ids", _("Choose at least one entry."))
    if len(ids) > MOST_IN_A_BATCH:
        raise Invalid("entry_ids", _("Choose %(most)s entries at most.", most=MOST_IN_A_BATCH))
    entries = _rows(ids)
    if len(entries) != len(ids):
        raise NotFound
    others = [entry for entry in entries if entry.supervisor_id != actor_id]
    instead = stood_in_for(actor_id, others)
    if any(entry.person_id == actor_id for entry in entries) or any(e.id not in instead for e in others):
        raise Forbidden(_("Only the entry's supervisor can do this, and nobody for their own hours."))
    return entries


def _rows(entry_ids: Sequence[int]) -> list[PracticeEntry]:
    return list(
        session().scalars(
            lock(sa.select(PracticeEntry).where(PracticeEntry.id.in_(entry_ids)).order_by(PracticeEntry.id))
        )
    )


def _changed(entry: PracticeEntry, versions: Mapping[int, int] | None, step: Step) -> str:
    """Why the entry is no longer what the page showed, or ""."""
    if after(State(entry.state), step) is None:
        return str(_("This entry is now: %(state)s.", state=words.state_name(entry.state)))
    if versions is not None and versions.get(entry.id) != entry.version:
        return str(_("This entry was changed after you opened the page."))
    return ""


class _Acts:
    """The sign-off rows of one batch: one signer, one moment, one line of evidence for each entry."""

    def __init__(
        self,
        actor_id: int,
        act: str,
        entries: Sequence[PracticeEntry],
        method: str,
        by_name: str | None = None,
    ) -> None:
        self.batch_id = str(uuid4())
        self.rows: list[tuple[PracticeEntry, SignOff]] = []
        self._actor_id, self._act, self._method, self._at = actor_id, act, method, clock.now()
        self._names = people({actor_id, *(entry.person_id for entry in entries)})
        self._by_name = by_name or self._names[actor_id].legal_name

    def add(
        self,
        entry: PracticeEntry,
        *,
        minutes: int | None = None,
        domain: str | None = None,
        reason: str = "",
        reverses_id: int | None = None,
    ) -> None:
        """Draw up the act on one entry, with the canonical line that the fingerprint is over."""
        statement = CURRENT if self._act == "approve" else None
        row = SignOff(
            organisation_id=entry.organisation_id,
            person_id=entry.person_id,
            entry_id=entry.id,
            entry_version=entry.version,
            act=self._act,
            reverses_id=reverses_id,
            minutes=minutes,
            domain=domain,
            reason=reason,
            by_id=self._actor_id,
            by_name=self._by_name,
            at=self._at,
            batch_id=self.batch_id,
            statement_version=statement.version if statement else None,
            statement=statement.text if statement else None,
            method=self._method,
        )
        row.line = line_of(entry, row, self._names[entry.person_id].legal_name)
        row.sha256 = fingerprint(row.line)
        self.rows.append((entry, row))

    def flush(self) -> None:
        """Write the rows, so that they have their ids."""
        session().add_all([row for _entry, row in self.rows])
        session().flush()

    def record(self, action: Action) -> None:
        """The one audit event of the batch."""
        places = {row.organisation_id for _entry, row in self.rows}
        audit.record(
            action,
            actor_id=self._actor_id,
            subject="sign_off",
            subject_id=self.rows[0][1].id,
            organisation_id=min(places) if len(places) == 1 else None,
            details={
                "batch": self.batch_id,
                "entries": [row.entry_id for _entry, row in self.rows],
                # A second witness: who changes a signed line must change the trail as well.
                "sha256": [row.sha256 for _entry, row in self.rows],
            },
        )
