"""Commands of those who keep the register: check the log, change keys."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lms.config import Settings
from lms.errors import NotFound


def add_options(parser: argparse.ArgumentParser, *, is_drill: bool) -> None:
    """What the commands about keys ask for."""
    parser.add_argument("purpose", choices=("badge", "seal", "log", "authority"), help="what the key is for")
    parser.add_argument("--organisation", metavar="SLUG", default="", help="whose key, for badge and seal")
    if is_drill:
        parser.add_argument(
            "--yes", action="store_true", help="do it; without this only what would be done is said"
        )


def check_log(given: argparse.Namespace, settings: Settings) -> int:
    """Answer 1 and name each place where log, documents and files no longer fit together, else 0."""
    from lms import db
    from lms.credentials.queries.check import LogCheck

    kept = Path(given.against).read_text(encoding="utf-8") if given.against else ""
    found, run = 0, LogCheck()
    with _application(settings), db.scope(db.Scope.all()), db.reading():
        for fault in run.faults(kept):
            found += 1
            print(fault)
    print(f"{run.entries} entries and {run.documents} documents were checked. Faults: {found or 'none'}.")
    return 1 if found else 0


def rotate_key(given: argparse.Namespace) -> int:
    """Retire the key that signs now and make the next; what it signed stays good."""
    from lms import db
    from lms.credentials.queries.keys import Purpose
    from lms.credentials.services import keys

    with _application(Settings.from_environment()), db.scope(db.Scope.all()), db.transaction():
        new = keys.rotate(None, organisation_id=_organisation(given), purpose=Purpose(given.purpose))
        print(f"{new.name} signs from now on. What the key before it signed stays good.")
    return 0


def give_up_key(given: argparse.Namespace) -> int:
    """A key became known to others: trust it no more, make the next, and sign anew all that it signed."""
    from lms import db, worker
    from lms.credentials.queries.keys import Purpose
    from lms.credentials.services import keys

    with _application(Settings.from_environment()):
        with db.scope(db.Scope.all()), db.transaction():
            purpose, organisation_id = Purpose(given.purpose), _organisation(given)
            count = keys.count_signed(organisation_id, purpose)
            if not given.yes:
                print(
                    f"This would sign {count} documents anew and trust the old key no more. Add --yes to do it."
                )
                return 0
            new = keys.give_up(None, organisation_id=organisation_id, purpose=purpose)
        done = worker.run_due("credentials.make_document", "credentials.sign_list")
        worker.run_due("credentials.sign_checkpoint")
        print(
            f"{new.name} signs from now on. {count} documents were to be signed anew, {done} documents and "
            "lists are. The entries of the log from before stay, and prove when each was issued."
        )
    return 0


def _organisation(given: argparse.Namespace) -> int | None:
    from lms.people import queries as people

    if given.purpose in ("log", "authority"):
        return None
    if not given.organisation:
        raise NotFound("Say whose key: --organisation SLUG.")
    return people.organisation_by_slug(given.organisation).id


@contextmanager
def _application(settings: Settings) -> Iterator[None]:
    from lms import db
    from lms.app import create_app

    app = create_app(settings)
    with app.app_context():
        yield
        db.db.engine.dispose()
