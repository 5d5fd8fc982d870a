"""Commands of those who keep the register and of those who check: the log, keys, papers without network."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
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
    from lms import db, worker
    from lms.credentials.queries.check import LogCheck

    kept = Path(given.against).read_text(encoding="utf-8") if given.against else ""
    found, run = 0, LogCheck()
    with _application(settings):
        if given.demo:
            worker.run_due()
        with db.scope(db.Scope.all()), db.reading():
            for fault in run.faults(kept):
                found += 1
                print(fault)
    print(f"{run.entries} entries and {run.documents} documents were checked. Faults: {found or 'none'}.")
    return 1 if found else 0


def add_offline_options(parser: argparse.ArgumentParser) -> None:
    """What the command for papers asks for."""
    parser.epilog = "Exit code: 0 valid, 1 altered or not ours, 2 revoked, 3 expired, 5 cannot be checked."
    parser.add_argument(
        "papers",
        nargs="*",
        metavar="PAPER",
        help="the text of the small code, or a text, picture or PDF with it",
    )
    parser.add_argument(
        "--bundle", type=Path, default=Path("bundle.json"), metavar="FILE", help="keys and lists (bundle.json)"
    )
    parser.add_argument("--fetch", metavar="URL", help="get the bundle from this address first")
    parser.add_argument(
        "--max-age-days", type=int, default=7, metavar="N", help="how old the status list may be (7)"
    )


def verify_offline(given: argparse.Namespace) -> int:
    """Check certificates on paper without network, with a bundle that was fetched before."""
    from lms import clock
    from lms.credentials import offline

    try:
        bundle = offline.fetch(given.fetch, given.bundle) if given.fetch else offline.held_bundle(given.bundle)
    except offline.Unfit as fault:
        print(fault, file=sys.stderr)
        return offline.CANNOT_BE_CHECKED
    if given.fetch:
        print(f"The bundle of {bundle.get('made_at')} is in {given.bundle}.", file=sys.stderr)
        if not given.papers:
            return 0
    if not given.papers:
        print("Name a paper: its code, or a text, picture or PDF that holds it.", file=sys.stderr)
    fresh_for = timedelta(days=given.max_age_days)
    return offline.gravest(list(offline.check(given.papers, bundle, clock.now(), fresh_for)))


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
