"""What people leave behind for the worker: counted sign-in tries are forgotten after a day."""

import sqlalchemy as sa

from lms import clock
from lms.db import session
from lms.people import throttle
from lms.people.models import SignInFailure
from lms.worker import Sweep, task


@task("people.forget_failure")
def forget_failure(failure_id: int) -> None:
    """Delete one counted try once it is a day old."""
    session().execute(
        sa.delete(SignInFailure).where(
            SignInFailure.id == failure_id, SignInFailure.at < clock.now() - throttle.KEPT
        )
    )


OLD_FAILURES = Sweep("old sign-in tries", "people.forget_failure", 600, throttle.forgotten_failures)
