"""Work of the registry after the answer."""

from functools import partial

from flask import current_app

from lms import db
from lms.registry import deliveries, posting, sending, services, tokens, watches, watching
from lms.registry.sending import Message
from lms.worker import Sweep, task


@task("registry.drop_answer")
def drop_answer(answer_id: int) -> None:
    """Drop an answer kept for repeated requests, if its day is over."""
    services.drop_answer(answer_id)


ANSWERS = Sweep("answers kept for repeated requests", "registry.drop_answer", 3600, tokens.old_answers)


@task("registry.note_changes")
def note_changes(credential_id: int) -> None:
    """Note what became of a watched credential, and for whom. Safe to repeat."""
    watching.note_changes(credential_id)


@task("registry.mail_changes")
def mail_changes(watch_id: int) -> None:
    """Mail the address of a watch all that waits for it. Safe to repeat."""
    watching.mail_changes(watch_id)


@task("registry.tell_of_end")
def tell_of_end(watch_id: int) -> None:
    """Write to a watcher that the holder's yes ended by itself, if that was not done."""
    watching.tell_of_end(watch_id)


@task("registry.send_change")
def send_change(delivery_id: int) -> None:
    """Claim a message and post it after that commit. Safe to repeat: it goes out under the same id."""
    message = sending.claim(delivery_id)
    if message is not None:
        db.after_commit(partial(_post, message))


def _post(message: Message) -> None:
    reply = posting.post(
        message.url,
        message.headers,
        message.body,
        is_loopback_allowed=current_app.config["SETTINGS"].webhook_loopback,
    )
    with db.scope(db.Scope.all()), db.transaction():
        sending.note_reply(message.delivery_id, reply)


@task("registry.forget_watcher")
def forget_watcher(watch_id: int) -> None:
    """Forget who watched a credential whose data are erased, once that was told."""
    watching.forget_watcher(watch_id)


CHANGES = Sweep("changes of watched credentials", "registry.note_changes", 60, watches.changed_credentials)
DIGESTS = Sweep("changes to mail to watchers", "registry.mail_changes", 1800, watches.addresses_to_tell)
LAPSED = Sweep("watchers whose time is over", "registry.tell_of_end", 3600, watches.lapsed_watches)
MESSAGES = Sweep("messages to programs", "registry.send_change", 30, deliveries.messages_due)
FORGOTTEN = Sweep("watchers of erased credentials", "registry.forget_watcher", 3600, watches.watches_to_forget)
