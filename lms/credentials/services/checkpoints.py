"""Signing how far the public log has come."""

from lms import clock
from lms.credentials.log import notes, tree
from lms.credentials.models import LogCheckpoint
from lms.credentials.queries import log
from lms.credentials.services.keys import log_signer
from lms.db import session


def sign_checkpoint() -> bool:
    """Sign how far the log has come, if it grew since the last time. One checkpoint for each size, ever."""
    count = log.size()
    last = log.newest_checkpoint()
    if count == 0 or (last is not None and last.size >= count):
        return False
    _card, private = log_signer()
    name = log.origin()
    text = notes.Checkpoint(name, count, tree.root_of(count, log.node)).text
    session().add(LogCheckpoint(size=count, note=notes.sign(text, name, private), at=clock.now()))
    session().flush()
    return True
