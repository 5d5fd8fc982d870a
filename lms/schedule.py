"""The one table of periodic sweeps: one for each column that says "not yet done"."""

from lms import mail
from lms.people.tasks import OLD_FAILURES
from lms.worker import Sweep

SWEEPS: tuple[Sweep, ...] = (
    mail.UNSENT,
    # people
    OLD_FAILURES,
    # curriculum
    # assessment
    # practice
    # credentials
    # certification
    # end
)
