"""The one table of periodic sweeps: one for each column that says "not yet done"."""

from lms import mail
from lms.worker import Sweep

SWEEPS: tuple[Sweep, ...] = (
    mail.UNSENT,
    # curriculum
    # assessment
    # practice
    # credentials
    # certification
    # end
)
