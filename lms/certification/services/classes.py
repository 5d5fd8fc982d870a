"""Issuing for a class: begin a run, stop it, go on with it, and issue to one person after the other."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.certification import words
from lms.certification.models import IssueRow, IssueRun, RowOutcome
from lms.certification.queries.classes import MOST, scheme_for_class, trainees_of
from lms.certification.queries.progress import evaluation_of
from lms.certification.services.applying import issue_if_met, issued_at_once
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.people import queries as people
from lms.worker import enqueue

TASK = "certification.issue_row"
LONGEST_LABEL = 200


def begin_run(
    actor_id: int,
    *,
    organisation_id: int,
    scheme_id: str,
    label: str,
    person_ids: Iterable[int],
    request_key: str,
) -> int:
    """Order a certificate for each of these people; the id of the run. Once for each `request_key`.

    Nobody is issued anything here: a task looks at each person again and issues what is earned then. Raises
    Invalid without people, with too many or without a name for the class, Conflict for people who do not train
    there, NotFound for a scheme that is not issued at once.
    """
    scheme_for_class(organisation_id, scheme_id)
    done = session().scalar(sa.select(IssueRun.id).where(IssueRun.request_key == request_key))
    if done is not None:
        return done
    chosen, name = sorted(set(person_ids)), " ".join(label.split())
    if not name or len(name) > LONGEST_LABEL:
        raise Invalid("label", _("Give this class a name of 1 to %(most)s letters.", most=LONGEST_LABEL))
    if not chosen:
        raise Invalid("people", _("Choose at least one person. A class without people gets no certificates."))
    if len(chosen) > MOST:
        raise Invalid("people", _("Choose at most %(most)s people at once.", most=MOST))
    if not {one.id for one in trainees_of(organisation_id)}.issuperset(chosen):
        raise Conflict(_("Some of these people do not train here any more. Load the page again."))
    run = IssueRun(
        organisation_id=organisation_id,
        scheme_id=scheme_id,
        label=name,
        by_id=actor_id,
        at=clock.now(),
        request_key=request_key,
    )
    session().add(run)
    session().flush()
    rows = [IssueRow(run_id=run.id, organisation_id=organisation_id, person_id=one, said="") for one in chosen]
    session().add_all(rows)
    session().flush()
    for row in rows:
        enqueue(TASK, row.id)
    _note(Action.CERTIFICATION_BEGIN_RUN, actor_id, run, scheme=scheme_id, people=chosen)
    return run.id


def stop_run(actor_id: int, *, run_id: int) -> None:
    """Issue nothing more in this run until somebody goes on with it. Twice is once."""
    run = _locked(run_id)
    if run.stopped_at is None:
        run.stopped_at = clock.now()
        session().flush()
        _note(Action.CERTIFICATION_STOP_RUN, actor_id, run)


def go_on_with_run(actor_id: int, *, run_id: int) -> None:
    """Go on with a run that was stopped. Twice is once."""
    run = _locked(run_id)
    if run.stopped_at is not None:
        run.stopped_at = None
        session().flush()
        waiting = session().scalars(
            sa.select(IssueRow.id).where(IssueRow.run_id == run.id, IssueRow.outcome.is_(None))
        )
        for row_id in waiting:
            enqueue(TASK, row_id)
        _note(Action.CERTIFICATION_GO_ON_WITH_RUN, actor_id, run)


def issue_row(row_id: int) -> None:
    """Look at one person of a run and issue what they have earned now, once; then do nothing."""
    row = session().scalar(lock(sa.select(IssueRow).where(IssueRow.id == row_id)))
    if row is None or row.outcome is not None:
        return
    run = session().get_one(IssueRun, row.run_id)
    if run.stopped_at is not None:
        return
    with force_locale(people.person(run.by_id).language):
        outcome, number, said = _issued(run, row.person_id)
    row.outcome, row.credential_number, row.said = outcome.value, number, said[:500]
    row.done_at = clock.now()
    session().flush()


def _issued(run: IssueRun, person_id: int) -> tuple[RowOutcome, str | None, str]:
    if (number := issued_at_once(person_id, run.scheme_id)) is not None:
        return RowOutcome.HAD, number, ""
    try:
        with session().begin_nested():
            number = issue_if_met(run.by_id, person_id=person_id, scheme_id=run.scheme_id)
    except Invalid as fault:
        return RowOutcome.NAME, None, fault.message
    except NotFound:
        return RowOutcome.GONE, None, _("This person does not train here any more.")
    if number is not None:
        return RowOutcome.ISSUED, number, ""
    left = evaluation_of(person_id, run.scheme_id).left
    return RowOutcome.LEFT, None, ", ".join(words.title_of(one) for one in left)


def _locked(run_id: int) -> IssueRun:
    run = session().scalar(lock(sa.select(IssueRun).where(IssueRun.id == run_id)))
    if run is None:
        raise NotFound
    return run


def _note(action: Action, actor_id: int, run: IssueRun, **details: object) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="issue_run",
        subject_id=run.id,
        organisation_id=run.organisation_id,
        details=dict(details),
    )
