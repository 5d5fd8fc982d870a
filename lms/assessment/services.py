"""The acts of an examination: start, answer, flag, pause, hand in, close what is overdue, allow more time.

An answer and a hand-in race against each other and against the clock. Both begin with one guarded UPDATE
of the attempt row, which judges and locks it at once, so that no answer is taken after the hand-in and no
attempt is graded twice.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import clock
from lms.assessment.bank import Examination, bank, hash_of
from lms.assessment.blueprint import form_for
from lms.assessment.grading import Grade, grade
from lms.assessment.items import FormGiven
from lms.assessment.models import Accommodation, Attempt, ClosedBy, Response, Result
from lms.assessment.queries import answers_of, forms_had, past_attempts, time_percent_of
from lms.assessment.rules import (
    GRACE,
    Hold,
    StartAnswer,
    deadline,
    extended_deadline,
    is_over,
    may_start,
    resumed_deadline,
)
from lms.audit import Action, record
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound

_START_TRIES = 3


# --- starting --------------------------------------------------------------------------------------


def start_attempt(actor_id: int, *, examination_id: str, organisation_id: int) -> Attempt:
    """Start the actor's attempt, or answer the one that is open already.

    The row, with its form and its deadline, is there before an item is shown. A unique index allows one
    open attempt per person and examination; whoever loses that race is given the winner's row.
    Raises NotFound for an unknown examination, Conflict when the limits do not allow a start now.
    """
    examination = bank().examinations.get(examination_id)
    if examination is None:
        raise NotFound
    for _try in range(_START_TRIES):
        now = clock.now()
        standing = session().scalar(
            sa.select(Attempt).where(
                Attempt.person_id == actor_id,
                Attempt.examination_id == examination_id,
                Attempt.handed_in_at.is_(None),
            )
        )
        if standing is not None and not _is_over(standing, now):
            return standing
        if standing is not None:
            _close(standing, actor_id=actor_id, now=now)
        started = _insert(actor_id, examination, organisation_id, now)
        if started is not None:
            return started
    raise Conflict(_("Another start was under way. Open the page again."))


def _insert(actor_id: int, examination: Examination, organisation_id: int, now: datetime) -> Attempt | None:
    """The new attempt, or None when another start came first."""
    history = past_attempts(actor_id, examination.id)
    answer = may_start(history, examination.limits, now)
    if answer.hold is Hold.OPEN:  # it was committed since the standing one was asked for
        return None
    if not answer.is_allowed:
        raise Conflict(_reason(answer))
    form_id = form_for(
        [form.id for form in examination.forms],
        forms_had(actor_id, examination.id),
        examination.id,
        actor_id,
    )
    form = bank().form_given(examination, examination.form(form_id)).as_json()
    time_percent = time_percent_of(actor_id, organisation_id)
    attempt = Attempt(
        organisation_id=organisation_id,
        person_id=actor_id,
        examination_id=examination.id,
        form_id=form_id,
        form_revision=examination.revision,
        form=form,
        form_hash=hash_of(form),
        minutes=examination.minutes,
        time_percent=time_percent,
        cut_percent=examination.cut_percent,
        may_pause=examination.may_pause,
        number=len(history) + 1,
        started_at=now,
        deadline_at=deadline(now, examination.minutes, time_percent),
    )
    try:
        with session().begin_nested():
            session().add(attempt)
            session().flush()
    except IntegrityError:
        return None
    record(
        Action.ASSESSMENT_START,
        actor_id=actor_id,
        subject="attempt",
        subject_id=attempt.id,
        organisation_id=organisation_id,
        details={"examination": examination.id, "number": attempt.number, "form": attempt.form_hash},
    )
    return attempt


def _reason(answer: StartAnswer) -> str:
    if answer.hold is Hold.PASSED:
        return str(_("You have passed this examination already."))
    if answer.hold is Hold.WAIT:
        return str(_("There is a wait between tries. The examination's page says when the next try opens."))
    return str(_("All tries are used for now. The examination's page says when the next try opens."))


# --- answering -------------------------------------------------------------------------------------


def save_response(actor_id: int, *, attempt_id: int, item_id: str, chosen: Collection[str]) -> Response:
    """Save the options chosen for an item; none clears the answer. Answers the row with its time.

    Taken only while the attempt is open, not paused, and at most `GRACE` past its deadline. Raises
    NotFound for another's attempt or an item the form does not ask, Invalid for an impossible choice,
    Conflict when the attempt takes no more answers.
    """
    attempt = _own(actor_id, attempt_id)
    _judge_choice(attempt, item_id, chosen)
    now = clock.now()
    _claim_open(attempt, now)
    response = _response(attempt, item_id, now)
    ordered = sorted(set(chosen))
    if response.chosen != ordered:
        response.chosen = ordered
        response.saved_at = now
        _record(Action.ASSESSMENT_ANSWER, actor_id, attempt, {"item": item_id})
    return response


def flag_item(actor_id: int, *, attempt_id: int, item_id: str, is_flagged: bool) -> Response:
    """Set or take away the mark "come back to this". Raises as `save_response` does."""
    attempt = _own(actor_id, attempt_id)
    _judge_choice(attempt, item_id, ())
    now = clock.now()
    _claim_open(attempt, now)
    response = _response(attempt, item_id, now)
    if response.is_flagged != is_flagged:
        response.is_flagged = is_flagged
        _record(Action.ASSESSMENT_FLAG, actor_id, attempt, {"item": item_id, "is_flagged": is_flagged})
    return response


def _judge_choice(attempt: Attempt, item_id: str, chosen: Collection[str]) -> None:
    item = FormGiven.from_json(attempt.form).item(item_id)
    if item is None:
        raise NotFound
    if not item.answers.issuperset(chosen):
        raise Invalid("chosen", _("Choose from the answers on this page."))
    if item.is_twofold(chosen):
        raise Invalid("chosen", _("Choose one answer. This question takes only one."))


def _claim_open(attempt: Attempt, now: datetime) -> None:
    """Judge and lock the attempt in one statement. Raises Conflict when it takes no more answers."""
    claimed = session().execute(
        sa.update(Attempt)
        .where(
            Attempt.id == attempt.id,
            Attempt.handed_in_at.is_(None),
            Attempt.paused_at.is_(None),
            Attempt.deadline_at >= now - GRACE,
        )
        .values(version=Attempt.version + 1)
        .execution_options(synchronize_session=False)
    )
    session().refresh(attempt)
    if claimed.rowcount == 1:  # type: ignore[attr-defined]
        return
    if attempt.handed_in_at is not None:
        raise Conflict(_("This attempt is handed in. It takes no more answers."))
    if attempt.paused_at is not None:
        raise Conflict(_("This attempt is paused. Choose Keep going first."))
    raise Conflict(_("The time is up. The answers saved before count."))


def _response(attempt: Attempt, item_id: str, now: datetime) -> Response:
    """The item's row. The attempt is locked, so nobody else adds it at the same time."""
    found = session().scalar(
        sa.select(Response).where(Response.attempt_id == attempt.id, Response.item_id == item_id)
    )
    if found is None:
        found = Response(
            organisation_id=attempt.organisation_id,
            person_id=attempt.person_id,
            attempt_id=attempt.id,
            item_id=item_id,
            chosen=[],
            is_flagged=False,
            saved_at=now,
        )
        session().add(found)
        session().flush()
    return found


# --- pausing ---------------------------------------------------------------------------------------


def pause_attempt(actor_id: int, *, attempt_id: int) -> Attempt:
    """Stop the attempt's clock, where the examination allows it. Pausing twice is pausing once.

    Raises NotFound for another's attempt, Conflict when it may not be paused or has ended.
    """
    attempt = _own(actor_id, attempt_id)
    if not attempt.may_pause:
        raise Conflict(_("This examination cannot be paused."))
    now = clock.now()
    if attempt.paused_at is None:
        _claim_open(attempt, now)
        # Within the grace after the deadline there is no time left to keep.
        attempt.paused_at = min(now, attempt.deadline_at)
        _record(Action.ASSESSMENT_PAUSE, actor_id, attempt, {})
    return attempt


def resume_attempt(actor_id: int, *, attempt_id: int) -> Attempt:
    """Let the clock run again with the time that was left. Resuming twice is resuming once.

    Raises NotFound for another's attempt, Conflict when it has ended.
    """
    attempt = _own(actor_id, attempt_id)
    session().execute(lock(sa.select(Attempt).where(Attempt.id == attempt_id)))
    if attempt.handed_in_at is not None:
        raise Conflict(_("This attempt is handed in. It takes no more answers."))
    if attempt.paused_at is not None:
        attempt.deadline_at = resumed_deadline(attempt.deadline_at, attempt.paused_at, clock.now())
        attempt.paused_at = None
        attempt.version += 1
        _record(Action.ASSESSMENT_RESUME, actor_id, attempt, {})
    return attempt


# --- ending ----------------------------------------------------------------------------------------


def hand_in(actor_id: int, *, attempt_id: int) -> Result:
    """End the attempt and grade the saved answers; what has no answer counts as not right.

    After the deadline this is what the sweep would have done: closed by the clock, at the deadline. A
    second hand-in answers the first one's result. Raises NotFound for another's attempt.
    """
    attempt = _own(actor_id, attempt_id)
    return _close(attempt, actor_id=actor_id, now=clock.now())


def close_overdue(attempt_id: int) -> Result | None:
    """Close and grade an attempt whose time is up; None when there is nothing to close (any more)."""
    attempt = session().scalar(sa.select(Attempt).where(Attempt.id == attempt_id))
    now = clock.now()
    if attempt is None or attempt.handed_in_at is not None or not _is_over(attempt, now):
        return None
    return _close(attempt, actor_id=None, now=now)


def _is_over(attempt: Attempt, now: datetime) -> bool:
    return attempt.paused_at is None and is_over(attempt.deadline_at, now)


def _close(attempt: Attempt, *, actor_id: int | None, now: datetime) -> Result:
    by_clock = _is_over(attempt, now)
    closed = session().execute(
        sa.update(Attempt)
        # The deadline is compared too: time allowed in the meantime must not be cut off.
        .where(
            Attempt.id == attempt.id,
            Attempt.handed_in_at.is_(None),
            Attempt.deadline_at == attempt.deadline_at,
        )
        .values(
            handed_in_at=attempt.deadline_at if by_clock else now,
            closed_by=ClosedBy.CLOCK if by_clock else ClosedBy.PERSON,
            paused_at=None,
            version=Attempt.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session().refresh(attempt)
    if closed.rowcount != 1:  # type: ignore[attr-defined]
        return _standing_result(attempt)
    earned = grade(FormGiven.from_json(attempt.form), answers_of(attempt.id), attempt.cut_percent)
    result = _result(attempt, earned, now)
    session().add(result)
    session().flush()
    action = Action.ASSESSMENT_CLOSE if by_clock else Action.ASSESSMENT_HAND_IN
    _record(action, actor_id, attempt, {"result": result.id, "percent": result.percent})
    return result


def _standing_result(attempt: Attempt) -> Result:
    """The result of the close that came first."""
    result = session().scalar(sa.select(Result).where(Result.attempt_id == attempt.id))
    if result is None:
        raise Conflict(_("Something changed at the same moment. Please try again."))
    return result


def _result(attempt: Attempt, earned: Grade, now: datetime) -> Result:
    return Result(
        organisation_id=attempt.organisation_id,
        person_id=attempt.person_id,
        attempt_id=attempt.id,
        points=earned.points,
        of_points=earned.of,
        percent=earned.percent,
        cut_percent=earned.cut_percent,
        is_passed=earned.is_passed,
        domains=[
            {"domain": tally.domain.value, "right": tally.right, "of": tally.of} for tally in earned.domains
        ],
        graded_at=now,
    )


# --- extra time ------------------------------------------------------------------------------------


def allow_time(actor_id: int, *, person_id: int, organisation_id: int, time_percent: int) -> Accommodation:
    """Set the person's time in the organisation's examinations, in percent (100 is the usual time).

    More time also moves the deadline of an attempt that is running. Less time never does: the rule shown
    before the start stays. Raises Invalid outside 100 to 400 percent.
    """
    if not 100 <= time_percent <= 400:
        raise Invalid("time_percent", _("Type a number from 100 to 400."))
    now = clock.now()
    found = session().scalar(
        lock(
            sa.select(Accommodation).where(
                Accommodation.person_id == person_id, Accommodation.organisation_id == organisation_id
            )
        )
    )
    if found is None:
        found = Accommodation(
            organisation_id=organisation_id, person_id=person_id, time_percent=time_percent, changed_at=now
        )
        session().add(found)
    found.time_percent, found.changed_at = time_percent, now
    session().flush()
    _extend_running(person_id, organisation_id, time_percent, now)
    record(
        Action.ASSESSMENT_ALLOW_TIME,
        actor_id=actor_id,
        subject="accommodation",
        subject_id=found.id,
        organisation_id=organisation_id,
        details={"person": person_id, "time_percent": time_percent},
    )
    return found


def _extend_running(person_id: int, organisation_id: int, time_percent: int, now: datetime) -> None:
    running = session().scalars(
        lock(
            sa.select(Attempt).where(
                Attempt.person_id == person_id,
                Attempt.organisation_id == organisation_id,
                Attempt.handed_in_at.is_(None),
                Attempt.time_percent < time_percent,
            )
        )
    )
    for attempt in running.all():
        if not _is_over(attempt, now):
            attempt.deadline_at = extended_deadline(
                attempt.deadline_at, attempt.minutes, attempt.time_percent, time_percent
            )
            attempt.time_percent = time_percent
            attempt.version += 1
    session().flush()


# --- what they share -------------------------------------------------------------------------------


def _own(actor_id: int, attempt_id: int) -> Attempt:
    attempt = session().scalar(sa.select(Attempt).where(Attempt.id == attempt_id))
    if attempt is None or attempt.person_id != actor_id:
        raise NotFound
    return attempt


def _record(action: Action, actor_id: int | None, attempt: Attempt, details: dict[str, object]) -> None:
    record(
        action,
        actor_id=actor_id,
        subject="attempt",
        subject_id=attempt.id,
        organisation_id=attempt.organisation_id,
        details=details,
    )
