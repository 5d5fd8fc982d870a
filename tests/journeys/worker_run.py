"""A worker process of its own for the tests: run what is due, and die by SIGKILL where it is told to.

`python -m tests.journeys.worker_run <where to die, or "nowhere"> <minutes from now>...`. The settings come from
the environment, as for any process of the application.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

from lms import clock, files, mail, worker
from lms.app import create_app
from lms.config import Settings
from lms.credentials import services as credentials


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


def before_the_drawing() -> None:
    """The decision stands, and nothing of the page is drawn."""
    credentials.draw_page = die  # type: ignore[assignment]


def half_way_into_the_file() -> None:
    """The page is written under a passing name and has not got its own."""
    os.replace = die


def before_the_drawing_is_noted() -> None:
    """The file is there whole, and the transaction that says so is open."""
    files.put = and_die(files.put)  # type: ignore[assignment]


def before_the_mail_is_posted() -> None:
    """The file is noted and the mail claimed, and nothing has left."""
    mail._keep = die  # type: ignore[assignment]


def before_the_mail_is_noted() -> None:
    """The mail has left, and no row says so."""
    mail._keep = and_die(mail._keep)  # type: ignore[assignment]


def nowhere() -> None:
    """Live."""


PLACES = {
    place.__name__: place
    for place in (
        before_the_drawing,
        half_way_into_the_file,
        before_the_drawing_is_noted,
        before_the_mail_is_posted,
        before_the_mail_is_noted,
        nowhere,
    )
}


def main(place: str, *minutes: str) -> None:
    """Run what is due, as if it were that many minutes later, then as many as are named next."""
    app = create_app(Settings.from_environment())
    PLACES[place]()
    for later in minutes:
        with clock.at(clock.now() + timedelta(minutes=int(later))), app.app_context():
            worker.run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
