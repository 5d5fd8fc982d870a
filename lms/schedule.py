"""The one table of periodic sweeps: one for each column that says "not yet done"."""

from lms import mail
from lms.assessment import tasks as assessment
from lms.certification import tasks as certification
from lms.credentials import tasks as credentials
from lms.people.tasks import OLD_FAILURES
from lms.practice import tasks as practice
from lms.registry import tasks as registry
from lms.worker import Sweep

SWEEPS: tuple[Sweep, ...] = (
    mail.UNSENT,
    # people
    OLD_FAILURES,
    # curriculum
    # assessment
    assessment.OVERDUE,
    # practice
    practice.DIGESTS,
    practice.OVERDUE_DISPUTES,
    # credentials
    credentials.DOCUMENTS,
    credentials.LISTS,
    credentials.CHECKPOINTS,
    credentials.SUBSCRIBERS,
    # certification
    certification.CLASSES,
    certification.COMPLETIONS,
    certification.OVERDUE,
    certification.REMINDERS,
    # registry
    registry.ANSWERS,
    registry.CHANGES,
    registry.DIGESTS,
    registry.LAPSED,
    registry.MESSAGES,
    registry.FORGOTTEN,
    # end
)
