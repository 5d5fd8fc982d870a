"""What happens after the clock: attempts whose time is up are closed and graded."""

from __future__ import annotations

from lms.assessment import services
from lms.assessment.queries import overdue_attempts
from lms.worker import Sweep, task


@task("assessment.close_overdue")
def close_overdue(attempt_id: int) -> None:
    """Close and grade one attempt with the answers saved; quiet when that is done."""
    services.close_overdue(attempt_id)


OVERDUE = Sweep("assessment.overdue", "assessment.close_overdue", 30, overdue_attempts)
