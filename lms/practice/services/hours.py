"""What a trainee does with practice entries: log, change, discard, submit, withdraw."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.practice import words
from lms.practice.models import LONGEST_NOTE, Placement, PracticeEntry, SignOff
from lms.practice.queries import (
    AgreementLine,
    agreements_for,
    checks_at,
    covering,
    signers_close_to,
    work_of,
    works_of,
)
from lms.practice.rules import (
    Dates,
    Kind,
    Mode,
    Problem,
    State,
    Step,
    Work,
    WorkRole,
    after,
    covers,
    is_real_time,
    is_usually_direct,
    minutes_between,
    populations,
    problems_with,
    refusals,
)


@dataclass(frozen=True)
class Hours:
    """What a trainee says of a piece of work: clock times, or only how many minutes it was.

    Without a role it is the placement's; without a word on directness it is what is usual for the kind.
    """

    placement_id: int
    worked_on: date
    kind: str
    mode: str
    minutes: int | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    is_overnight: bool = False
    note: str = ""
    role: str | None = None
    is_direct: bool | None = None
    population: str = ""


class Refused(Invalid):
    """Hours that cannot be taken, with a fault for each reason."""

    def __init__(self, faults: Sequence[Invalid]) -> None:
        super().__init__(faults[0].field, faults[0].message)
        self.faults = tuple(faults)


def log_hours(actor_id: int, *, hours: Hours, client_key: str) -> PracticeEntry:
    """Keep a new entry as a draft. The same `client_key` a second time answers the entry it made first.

    Raises Refused when the rules refuse the entry, NotFound when the placement is not the actor's.
    """
    if not 8 <= len(client_key) <= 64:
        raise Invalid("client_key", _("Load the page again and send it once more."))
    placement = own_placement(actor_id, hours.placement_id)
    again = session().scalar(
        sa.select(PracticeEntry).where(
            PracticeEntry.person_id == actor_id, PracticeEntry.client_key == client_key
        )
    )
    if again is not None:
        return again
    work, supervisor_id = judged(placement, hours, None)
    entry = draft_of(placement, hours, work, supervisor_id, client_key)
    session().add(entry)
    session().flush()
    record(Action.PRACTICE_LOG_HOURS, actor_id, entry)
    return entry


def draft_of(
    placement: Placement, hours: Hours, work: Work, supervisor_id: int, client_key: str
) -> PracticeEntry:
    """The row of a new draft, not yet added."""
    return PracticeEntry(
        organisation_id=placement.organisation_id,
        person_id=placement.person_id,
        supervisor_id=supervisor_id,
        state=State.DRAFT.value,
        client_key=client_key,
        version=1,
        created_at=clock.now(),
        **columns_of(placement, hours, work),
    )


def change_entry(actor_id: int, *, entry_id: int, version: int, hours: Hours) -> PracticeEntry:
    """Change a draft or an entry that needs a fix. `version` is the one that the page showed.

    Raises Refused when the rules refuse it, Conflict when it is waiting, signed or was changed meanwhile.
    """
    entry = _own_entry(actor_id, entry_id)
    if entry.version != version:
        raise Conflict(_("This entry was changed on another page. Load it again to see it as it is now."))
    placement = own_placement(actor_id, hours.placement_id)
    _open_step(entry, Step.CHANGE)
    if entry.is_voiding:
        raise Conflict(_("This line only takes another one back. Send it, or delete it."))
    work, supervisor_id = judged(placement, hours, entry)
    move(
        entry,
        Step.CHANGE,
        organisation_id=placement.organisation_id,
        supervisor_id=supervisor_id,
        **columns_of(placement, hours, work),
    )
    record(Action.PRACTICE_CHANGE_ENTRY, actor_id, entry)
    return entry


def discard_entry(actor_id: int, *, entry_id: int) -> None:
    """Delete a draft that no supervisor has acted on. Raises Conflict for any other entry."""
    entry = _own_entry(actor_id, entry_id)
    _open_step(entry, Step.DISCARD)
    if is_acted_on(entry.id):
        raise Conflict(_("Your supervisor has answered this entry, so it stays. You can still change it."))
    record(Action.PRACTICE_DISCARD_ENTRY, actor_id, entry)
    gone: sa.CursorResult[Any] = session().execute(  # type: ignore[assignment]
        sa.delete(PracticeEntry)
        .where(
            PracticeEntry.id == entry.id,
            PracticeEntry.version == entry.version,
            PracticeEntry.state == State.DRAFT.value,
        )
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:
        raise Conflict(_changed_meanwhile())
    session().expunge(entry)


def is_acted_on(entry_id: int) -> bool:
    """Whether a supervisor ever signed the entry or asked for a fix."""
    return session().scalar(sa.select(sa.exists().where(SignOff.entry_id == entry_id))) or False


def hours_of(entry: PracticeEntry) -> Hours:
    """What the entry says, as it was typed."""
    return Hours(
        entry.placement_id,
        entry.worked_on,
        entry.kind,
        entry.mode,
        entry.minutes,
        entry.starts_at,
        entry.ends_at,
        entry.is_overnight,
        entry.note,
        entry.role,
        entry.is_direct,
        entry.population,
    )


def submit(actor_id: int, *, entry_ids: Sequence[int]) -> tuple[PracticeEntry, ...]:
    """Send entries to the supervisor; all of them, or none.

    Each is judged again, as the placement or another entry may have changed. Raises Refused or Conflict.
    """
    if not entry_ids:
        raise Invalid("entry_ids", _("There is nothing to send."))
    sent = tuple(_own_entry(actor_id, entry_id) for entry_id in sorted(set(entry_ids)))
    now = clock.now()
    for entry in sent:
        _open_step(entry, Step.SUBMIT)
        placement = own_placement(actor_id, entry.placement_id)
        _work, supervisor_id = judged(placement, hours_of(entry), entry)
        move(
            entry,
            Step.SUBMIT,
            supervisor_id=supervisor_id,
            submitted_at=now,
            first_submitted_at=entry.first_submitted_at or now,
        )
    audit.record(
        Action.PRACTICE_SUBMIT,
        actor_id=actor_id,
        subject="practice_entry",
        subject_id=sent[0].id,
        organisation_id=sent[0].organisation_id,
        details={"entries": [entry.id for entry in sent]},
    )
    return sent


def withdraw(actor_id: int, *, entry_id: int) -> PracticeEntry:
    """Take an entry back from the supervisor before it is looked at. Raises Conflict afterwards.

    Looked at is what somebody signed or asked a fix of, even when that was taken back or answered since:
    from the first review on the supervisor knows of it, and only sends it back or signs it.
    """
    entry = _own_entry(actor_id, entry_id)
    _open_step(entry, Step.WITHDRAW)
    if is_acted_on(entry.id):
        raise Conflict(_("Your supervisor has looked at this entry. Ask them to send it back to you."))
    move(entry, Step.WITHDRAW, submitted_at=None)
    record(Action.PRACTICE_WITHDRAW, actor_id, entry)
    return entry


def move(entry: PracticeEntry, step: Step, **changes: Any) -> None:
    """Take one step with a locked row, comparing state and version in the UPDATE.

    Raises Conflict when the step is not open from the state, or when another hand was faster.
    """
    new_state = _open_step(entry, step)
    moved: sa.CursorResult[Any] = session().execute(  # type: ignore[assignment]
        sa.update(PracticeEntry)
        .where(
            PracticeEntry.id == entry.id,
            PracticeEntry.version == entry.version,
            PracticeEntry.state == entry.state,
        )
        .values(state=new_state.value, version=entry.version + 1, **changes)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise Conflict(_changed_meanwhile())
    session().expire(entry)


def _open_step(entry: PracticeEntry, step: Step) -> State:
    new_state = after(State(entry.state), step)
    if new_state is None:
        raise Conflict(_("This entry is now: %(state)s.", state=words.state_name(entry.state)))
    return new_state


def _changed_meanwhile() -> str:
    return str(_("Someone was faster: this entry has just changed."))


def _own_entry(actor_id: int, entry_id: int) -> PracticeEntry:
    entry = session().scalar(
        lock(sa.select(PracticeEntry).where(PracticeEntry.id == entry_id, PracticeEntry.person_id == actor_id))
    )
    if entry is None:
        raise NotFound
    return entry


def own_placement(actor_id: int, placement_id: int) -> Placement:
    """The actor's placement, with all of the actor's placements locked. Raises Refused."""
    placement = next((row for row in locked_placements(actor_id) if row.id == placement_id), None)
    if placement is None:
        raise Refused([Invalid("placement_id", _("Choose one of your placements."))])
    return placement


def locked_placements(person_id: int) -> list[Placement]:
    """All placements of the person, locked."""
    # All of them are locked, in one order: two entries logged at once, even at two sites, must each see the
    # other when sums and overlaps are judged.
    return list(
        session().scalars(
            lock(sa.select(Placement).where(Placement.person_id == person_id).order_by(Placement.id))
        )
    )


@dataclass
class Known:
    """What hours are judged beside, read once: the person's other work, agreements, and who is too close."""

    works: list[Work]
    agreements: Mapping[int, Sequence[AgreementLine]]
    close: Collection[int]

    @classmethod
    def of(cls, person_id: int, placement_ids: Iterable[int]) -> "Known":
        """As it stands now."""
        return cls(
            list(works_of([person_id]).get(person_id, ())),
            agreements_for(placement_ids),
            signers_close_to(person_id),
        )


def judged(
    placement: Placement, hours: Hours, entry: PracticeEntry | None, *, amends_id: int | None = None
) -> tuple[Work, int]:
    """The hours as the rules see them and who is to sign them. Raises Refused."""
    known = Known.of(placement.person_id, [placement.id])
    work, agreement, problems = looked_at(placement, hours, entry, known, amends_id=amends_id)
    found = refusals(problems)
    if found or agreement is None:
        raise Refused([Invalid(problem.field, words.say(problem)) for problem in found])
    return work, agreement.supervisor_id


def looked_at(
    placement: Placement,
    hours: Hours,
    entry: PracticeEntry | None,
    known: Known,
    *,
    amends_id: int | None = None,
) -> tuple[Work, AgreementLine | None, tuple[Problem, ...]]:
    """The hours as the rules see them, the agreement that covers them, and all that is wrong or odd.

    Raises Refused for hours that are no hours at all: an unknown kind, a note that is too long.
    """
    faults = _shape_faults(hours)
    if faults:
        raise Refused(faults)
    work = work_of(
        hours.worked_on,
        placement.zone,
        _minutes(hours, placement.zone),
        hours.starts_at,
        hours.ends_at,
        hours.is_overnight,
        hours.note,
        entry.first_submitted_at if entry else None,
        entry.id if entry else None,
        entry.amends_id if entry else amends_id,
    )
    # Who is too close signs nothing: the hours go to another supervisor, if there is one for the day.
    agreements = sorted(
        known.agreements.get(placement.id, ()), key=lambda one: one.supervisor_id in known.close
    )
    agreement = covering(agreements, hours.worked_on)
    if entry is not None and entry.placement_id == placement.id:
        kept = (a for a in agreements if a.supervisor_id == entry.supervisor_id and covers(a, hours.worked_on))
        agreement = next((a for a in kept if a.supervisor_id not in known.close), agreement)
    problems = problems_with(
        work,
        known.works,
        Dates(placement.starts_on, placement.ends_on),
        agreement,
        clock.today(placement.zone),
        checks_at([placement.organisation_id])[placement.organisation_id],
        counts_from=placement.counts_from,
    )
    return work, agreement, problems


def _shape_faults(hours: Hours) -> list[Invalid]:
    faults = []
    if hours.kind not in set(Kind):
        faults.append(Invalid("kind", _("Choose what you did.")))
    if hours.mode not in set(Mode):
        faults.append(Invalid("mode", _("Choose how you met.")))
    if hours.role not in (None, *WorkRole):
        faults.append(Invalid("role", _("Choose paid or volunteer.")))
    if hours.population and hours.population not in populations():
        faults.append(Invalid("population", _("Choose one of the groups, or none.")))
    if len(hours.note) > LONGEST_NOTE:
        faults.append(Invalid("note", _("Keep the note to %(most)s letters.", most=LONGEST_NOTE)))
    return faults


def _minutes(hours: Hours, zone: str) -> int:
    """The length: from the clock times when both are given and real, else the length itself."""
    if (
        hours.starts_at is None
        or hours.ends_at is None
        or not is_real_time(hours.worked_on, hours.starts_at, zone)
    ):
        return hours.minutes or 0
    return minutes_between(
        hours.worked_on, hours.starts_at, hours.ends_at, zone, is_overnight=hours.is_overnight
    )


def columns_of(placement: Placement, hours: Hours, work: Work) -> dict[str, Any]:
    """What an entry keeps of the hours."""
    return {
        "placement_id": hours.placement_id,
        "worked_on": hours.worked_on,
        "zone": work.zone,
        "starts_at": hours.starts_at,
        "ends_at": hours.ends_at,
        "is_overnight": hours.is_overnight and hours.starts_at is not None,
        "minutes": work.minutes,
        "kind": str(hours.kind),
        "mode": str(hours.mode),
        "role": str(hours.role or placement.role),
        "is_direct": is_usually_direct(hours.kind) if hours.is_direct is None else hours.is_direct,
        # Not kept where nobody asks: what is not there cannot be told.
        "population": hours.population if placement.asks_population else "",
        "note": hours.note.strip(),
    }


def record(action: Action, actor_id: int, entry: PracticeEntry) -> None:
    """The audit event of an act on one entry."""
    audit.record(
        action,
        actor_id=actor_id,
        subject="practice_entry",
        subject_id=entry.id,
        organisation_id=entry.organisation_id,
    )
