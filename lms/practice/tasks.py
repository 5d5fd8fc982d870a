"""Practice after the answer: disputes whose time is over go to the coordinator."""

from lms import clock
from lms.practice import queries, services
from lms.worker import Sweep, task


@task("practice.escalate_dispute")
def escalate_dispute(dispute_id: int) -> None:
    """Hand a dispute on when its 14 days are over. Safe to repeat."""
    if dispute_id in queries.overdue_disputes(clock.now()):
        services.escalate_dispute(None, dispute_id=dispute_id)


OVERDUE_DISPUTES = Sweep(
    "overdue disputes",
    "practice.escalate_dispute",
    3600,
    lambda: queries.overdue_disputes(clock.now()),
)
