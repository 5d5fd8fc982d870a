"""Work on credentials after the answer."""

from lms.credentials import queries, services
from lms.worker import Sweep, task


@task("credentials.make_document")
def make_document(document_id: int) -> None:
    """Make the documents of a period and tell its holder, if that was not done."""
    services.make_document(document_id)


@task("credentials.sign_list")
def sign_list(list_id: int) -> None:
    """Sign a status list, if it says something new or was signed long ago."""
    services.sign_list(list_id)


@task("credentials.sign_checkpoint")
def sign_checkpoint(_size: int) -> None:
    """Sign how far the public log has come, if it grew."""
    services.sign_checkpoint()


@task("credentials.tell_subscriber")
def tell_subscriber(subscriber_id: int) -> None:
    """Mail the newest checkpoint to a subscriber, if that is due."""
    services.tell_subscriber(subscriber_id)


DOCUMENTS = Sweep("documents of credentials to make", "credentials.make_document", 30, queries.unmade)
LISTS = Sweep("status lists to sign", "credentials.sign_list", 30, queries.stale_lists)
CHECKPOINTS = Sweep("a checkpoint of the log to sign", "credentials.sign_checkpoint", 60, queries.unsigned_size)
SUBSCRIBERS = Sweep("checkpoints to mail", "credentials.tell_subscriber", 3600, queries.subscribers_due)
