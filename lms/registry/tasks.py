"""Work of the registry after the answer."""

from lms.registry import services, tokens
from lms.worker import Sweep, task


@task("registry.drop_answer")
def drop_answer(answer_id: int) -> None:
    """Drop an answer kept for repeated requests, if its day is over."""
    services.drop_answer(answer_id)


ANSWERS = Sweep("answers kept for repeated requests", "registry.drop_answer", 3600, tokens.old_answers)
