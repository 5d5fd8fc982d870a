"""Mail about practice: what came back, to a trainee; what waits, once a day, to a supervisor."""

from flask_babel import force_locale, ngettext

from lms import clock, mail
from lms.people.queries import person
from lms.practice.queries import digest_is_due, queue_size


def tell_of_returns(trainee_id: int, *, batch_id: str, entries: int) -> None:
    """Tell a trainee that entries came back: one mail for each press of the supervisor's button."""
    trainee = person(trainee_id)
    with force_locale(trainee.language):
        subject = str(ngettext("1 entry needs a fix", "%(num)s entries need a fix", entries))
    mail.queue(
        to_person_id=trainee.id,
        to_address=trainee.email,
        subject=subject,
        template="entries_returned",
        key=f"returned:{batch_id}:{trainee.id}",
        language=trainee.language,
        name=trainee.chosen_name,
    )


def send_digest(supervisor_id: int) -> None:
    """Tell a supervisor what waits: one mail for each day of their zone, in the day's hours. Safe to repeat."""
    supervisor = person(supervisor_id)
    waiting = queue_size(supervisor_id)
    if not waiting or not digest_is_due(supervisor):
        return
    with force_locale(supervisor.language):
        subject = str(ngettext("1 entry waits for you", "%(num)s entries wait for you", waiting))
    mail.queue(
        to_person_id=supervisor.id,
        to_address=supervisor.email,
        subject=subject,
        template="hours_waiting",
        key=f"hours-waiting:{supervisor.id}:{clock.today(supervisor.timezone).isoformat()}",
        language=supervisor.language,
        name=supervisor.chosen_name,
    )
