"""Practice after the answer: overdue disputes go to the coordinator, supervisors hear what waits."""

from lms import clock
from lms.practice import queries, services
from lms.worker import Sweep, task


@task("practice.escalate_dispute")
def escalate_dispute(dispute_id: int) -> None:
    """Hand a dispute on when its 14 days are over. Safe to repeat."""
    if dispute_id in queries.overdue_disputes(clock.now()):
        services.escalate_dispute(None, dispute_id=dispute_id)


@task("practice.send_digest")
def send_digest(supervisor_id: int) -> None:
    """Tell a supervisor what waits, at most once a day. Safe to repeat."""
    services.send_digest(supervisor_id)


DIGESTS = Sweep("digests to send", "practice.send_digest", 900, queries.supervisors_to_remind)
OVERDUE_DISPUTES = Sweep(
    "overdue disputes",
    "practice.escalate_dispute",
    3600,
    lambda: queries.overdue_disputes(clock.now()),
)
