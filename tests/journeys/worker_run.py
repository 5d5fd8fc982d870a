"""A worker process of its own for the tests: run what is due, and die by SIGKILL where it is told to.

`python -m tests.journeys.worker_run <where to die, or "nowhere"> <minutes from now>...`. The settings come from
the environment, as for any process of the application.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any, NoReturn

from lms import clock, files, mail, worker
from lms.app import create_app
from lms.certification.services import classes
from lms.config import Settings
from lms.credentials.services import checkpoints, documents, lists


def die(*_arguments: object, **_facts: object) -> NoReturn:
    """End at once: no clean-up, no rollback, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit("the kill did not come")


def and_die(act: Callable[..., Any]) -> Callable[..., Any]:
    """Do it, then die."""

    def done(*arguments: Any, **facts: Any) -> NoReturn:
        act(*arguments, **facts)
        die()

    return done


def and_die_at(number: int, act: Callable[..., Any]) -> Callable[..., Any]:
    """Do it, and die after the time of that number."""
    times = count(1)

    def done(*arguments: Any, **facts: Any) -> Any:
        answer = act(*arguments, **facts)
        if next(times) == number:
            die()
        return answer

    return done


def before_the_credential_is_signed() -> None:
    """The decision stands, and nothing is made of it."""
    documents.proof.sign = die  # type: ignore[assignment]


def after_the_credential_is_signed() -> None:
    """The signed credential is in memory alone."""
    documents.proof.sign = and_die(documents.proof.sign)  # type: ignore[assignment]


def before_the_drawing() -> None:
    """The statement for paper is signed, and nothing of the page is drawn."""
    documents.draw_page = die  # type: ignore[assignment]


def before_the_seal() -> None:
    """The page is drawn and not sealed."""
    documents.sealed = die  # type: ignore[assignment]


def after_the_seal() -> None:
    """The sealed page is in memory alone."""
    documents.sealed = and_die(documents.sealed)  # type: ignore[assignment]


def half_way_into_the_file() -> None:
    """The credential is written under a passing name and has not got its own."""
    os.replace = die


def after_the_first_file() -> None:
    """The credential is there whole, the page is not, and no row says so."""
    files.put = and_die(files.put)  # type: ignore[assignment]


def after_the_second_file() -> None:
    """Both files are there whole, and the transaction that says so is open."""
    files.put = and_die_at(2, files.put)  # type: ignore[assignment]


def before_the_log_is_written() -> None:
    """The files are there, and the log knows nothing."""
    documents.log.append = die  # type: ignore[assignment]


def after_the_log_is_written() -> None:
    """The entry stands in a transaction that is open."""
    documents.log.append = and_die(documents.log.append)  # type: ignore[assignment]


def before_the_mail_is_queued() -> None:
    """All is noted but the letter, in a transaction that is open."""
    mail.queue = die  # type: ignore[assignment]


def before_the_commit() -> None:
    """All is noted, in a transaction that is open."""
    mail.queue = and_die(mail.queue)  # type: ignore[assignment]


def before_the_list_is_signed() -> None:
    """The documents of the first credential are made, and no row knows of the list that is signed."""
    lists.proof.sign = and_die_at(2, lists.proof.sign)  # type: ignore[assignment]


def after_the_checkpoint_is_signed() -> None:
    """The checkpoint stands in a transaction that is open."""
    checkpoints.notes.sign = and_die(checkpoints.notes.sign)  # type: ignore[assignment]


def before_the_mail_is_posted() -> None:
    """The file is noted and the mail claimed, and nothing has left."""
    mail._keep = die  # type: ignore[assignment]


def before_the_mail_is_noted() -> None:
    """The mail has left, and no row says so."""
    mail._keep = and_die(mail._keep)  # type: ignore[assignment]


def before_the_first_of_a_class() -> None:
    """A run stands, and nobody of it was issued anything."""
    classes.issue_if_met = die  # type: ignore[assignment]


def after_the_first_of_a_class() -> None:
    """The first is issued in a transaction that is open."""
    classes.issue_if_met = and_die(classes.issue_if_met)  # type: ignore[assignment]


def before_the_second_of_a_class() -> None:
    """The first is issued and noted; the second is issued in a transaction that is open."""
    classes.issue_if_met = and_die_at(2, classes.issue_if_met)  # type: ignore[assignment]


def nowhere() -> None:
    """Live."""


PLACES = {
    place.__name__: place
    for place in (
        before_the_list_is_signed,
        before_the_credential_is_signed,
        after_the_credential_is_signed,
        before_the_drawing,
        before_the_seal,
        after_the_seal,
        half_way_into_the_file,
        after_the_first_file,
        after_the_second_file,
        before_the_log_is_written,
        after_the_log_is_written,
        before_the_mail_is_queued,
        before_the_commit,
        after_the_checkpoint_is_signed,
        before_the_mail_is_posted,
        before_the_mail_is_noted,
        nowhere,
    )
}


PLACES_OF_CLASSES = {
    place.__name__: place
    for place in (before_the_first_of_a_class, after_the_first_of_a_class, before_the_second_of_a_class)
}


def main(place: str, *minutes: str) -> None:
    """Run what is due, as if it were that many minutes later, then as many as are named next."""
    app = create_app(Settings.from_environment())
    (PLACES | PLACES_OF_CLASSES)[place]()
    for later in minutes:
        with clock.at(clock.now() + timedelta(minutes=int(later))), app.app_context():
            worker.run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
