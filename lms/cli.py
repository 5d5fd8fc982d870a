"""The command line: `bin/lms <command>`. Exit code 1 says that work failed, 2 that something is missing."""

import argparse
import getpass
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from lms import register_commands
from lms.config import Settings, SettingsFault
from lms.errors import LmsError

ROOT = Path(__file__).resolve().parent.parent


class CannotStart(Exception):
    """Something is missing before the work can begin; the text is one sentence that says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["test"] and "-h" not in words and "--help" not in words:
        return _run_suite(words[1:])
    given = _parser().parse_args(words)
    try:
        return int(given.run(given))
    except (CannotStart, SettingsFault) as fault:
        print(fault, file=sys.stderr)
        return 2
    except LmsError as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lms", description="Train, examine, supervise and certify peer specialists."
    )
    commands = parser.add_subparsers(title="commands", metavar="<command>", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        words = (run.__doc__ or "").strip().splitlines()[0].rstrip(".")
        added = commands.add_parser(name, help=words, description=f"{words}.")
        added.set_defaults(run=run)
        return added

    demo_options = command("demo", demo)
    demo_options.add_argument("--fresh", action="store_true", help="throw the demo's records away first")
    demo_options.add_argument("--port", type=int, default=5000, help="port on this machine (5000)")
    demo_options.add_argument(
        "--today", type=_date, metavar="YYYY-MM-DD", help="pretend that today is this date"
    )
    command("test", test).epilog = "Further words go to pytest, as in: lms test tests/house -x"
    serve_options = command("serve", serve)
    serve_options.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve_options.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    serve_options.add_argument("--processes", type=int, default=2, help="web processes (2)")
    serve_options.add_argument("--threads", type=int, default=4, help="threads of each process (4)")
    worker_options = command("worker", worker)
    worker_options.add_argument("--processes", type=int, default=2, help="worker processes (2)")
    command("beat", beat)
    migrate_options = command("migrate", migrate)
    migrate_options.add_argument("--to", default="head", help="revision to go up to (head)")
    migrate_options.add_argument("--down-to", metavar="REVISION", help="go back to this revision instead")
    command("seed", seed)
    user_options = command("user", user)
    user_options.add_argument("email", help="the person's e-mail address")
    user_options.add_argument("--name", default="", help="the name the person goes by, for a new account")
    user_options.add_argument("--legal-name", default="", help="the name on documents; --name when not given")
    user_options.add_argument("--timezone", default="America/New_York", help="as in America/Chicago")
    user_options.add_argument("--role", required=True, help="a role of docs/glossary.md, as in administrator")
    user_options.add_argument("--organisation", required=True, metavar="SLUG", help="short name, as in harbor")
    user_options.add_argument("--organisation-name", metavar="NAME", help="add the organisation by this name")
    user_options.add_argument(
        "--certifying-body", action="store_true", help="the added organisation certifies; otherwise it trains"
    )
    command("doctor", doctor)
    content_options = command("check-content", check_content)
    content_options.add_argument(
        "--faults-only", action="store_true", help="without the tables of what is covered"
    )
    content_options.add_argument(
        "--against",
        type=Path,
        metavar="FOLDER",
        help="also name each place that has twelve words in a row in common with a text in this folder",
    )
    register_commands.add_offline_options(command("verify-offline", register_commands.verify_offline))
    command("sweep", sweep)
    command("check-interop", check_interop)
    recheck_options = command("recheck-signatures", recheck_signatures)
    recheck_options.add_argument("--demo", action="store_true", help="on a fresh, throw-away demo database")
    replay_options = command("replay-decisions", replay_decisions)
    replay_options.add_argument("--demo", action="store_true", help="on a fresh, throw-away demo database")
    log_options = command("check-log", check_log)
    log_options.add_argument("--demo", action="store_true", help="on a fresh, throw-away demo database")
    log_options.add_argument("--against", metavar="FILE", help="a checkpoint that was kept, to be continued")
    register_commands.add_options(command("rotate-key", register_commands.rotate_key), is_drill=False)
    register_commands.add_options(command("give-up-key", register_commands.give_up_key), is_drill=True)
    command("env-example", env_example)
    command("permissions", permissions)
    return parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a date like 2027-03-01") from None


# --- start ----------------------------------------------------------------------------------------


def demo(given: argparse.Namespace) -> int:
    """Show the whole thing with made-up people, in a throw-away folder."""
    from lms.demo import launch

    with _stopping_on_terminate():
        try:
            launch.run(
                root=ROOT,
                folder=Path(os.environ.get("LMS_DEMO_DIR") or ROOT / "var" / "demo"),
                port=given.port,
                is_fresh=given.fresh,
                today=given.today,
                say=_say,
            )
        except launch.CannotStart as fault:
            raise CannotStart(str(fault)) from None
    return 0


def test(given: argparse.Namespace) -> int:
    """Run every check and test, and say at the end what was left out."""
    return _run_suite([])


def _run_suite(words: list[str]) -> int:
    if not (ROOT / "tests" / "suite.py").exists():
        print(
            "The tests are not part of an installed package: run bin/lms test in a checkout.", file=sys.stderr
        )
        return 2
    return subprocess.call([sys.executable, "-m", "tests.suite", *words], cwd=ROOT)  # noqa: S603


def serve(given: argparse.Namespace) -> int:
    """Serve pages with gunicorn (waitress on Windows)."""
    from lms import serving

    serving.serve(
        Settings.from_environment(),
        host=given.host,
        port=given.port,
        processes=given.processes,
        threads=given.threads,
    )
    return 0


def worker(given: argparse.Namespace) -> int:
    """Draw, mail and sweep: a Celery worker, or one thread when LMS_WORKER is not celery."""
    from lms import serving

    with _stopping_on_terminate():
        serving.work(Settings.from_environment(), processes=given.processes)
    return 0


def beat(given: argparse.Namespace) -> int:
    """Ring for the sweeps at their times (only with LMS_WORKER=celery; run one of it)."""
    from lms import serving

    settings = Settings.from_environment()
    if settings.worker != "celery":
        raise CannotStart(
            "Beat is needed only when LMS_WORKER is celery: the embedded worker keeps time itself."
        )
    serving.beat(settings)
    return 0


# --- records --------------------------------------------------------------------------------------


def migrate(given: argparse.Namespace) -> int:
    """Bring the database to the newest revision."""
    from lms import migrations

    url = Settings.from_environment().database_url
    if given.down_to:
        migrations.downgrade(url, given.down_to)
    else:
        migrations.upgrade(url, given.to)
    _say(f"The database is at revision {migrations.current(url) or 'base'}.")
    return 0


def seed(given: argparse.Namespace) -> int:
    """Fill an empty database with the demo's people (never in production)."""
    settings = Settings.from_environment()
    if settings.env == "production":
        raise CannotStart("Made-up people do not belong in production: seed another database.")
    from lms import db
    from lms.app import create_app
    from lms.demo import data

    with create_app(settings).app_context(), db.scope(db.Scope.all()), db.transaction():
        data.load()
    _say("The made-up people are in.")
    return 0


def user(given: argparse.Namespace) -> int:
    """Give a person a role, and an account where there is none; the password is asked for."""
    from lms import db
    from lms.app import create_app
    from lms.people import queries, services
    from lms.permissions import Role

    if given.role not in set(Role):
        raise CannotStart(f"There is no role {given.role}: choose one of {', '.join(Role)}.")
    app = create_app(Settings.from_environment())
    with app.app_context(), db.scope(db.Scope.all()), db.reading():
        known = queries.person_by_email(given.email)
    password = None if known else _asked_password()
    with app.app_context(), db.scope(db.Scope.all()), db.transaction():
        if given.organisation_name:
            organisation_id = services.create_organisation(
                None,
                name=given.organisation_name,
                slug=given.organisation,
                timezone=given.timezone,
                is_training_provider=not given.certifying_body,
                is_certifying_body=given.certifying_body,
            ).id
        else:
            organisation_id = queries.organisation_by_slug(given.organisation).id
        person_id = (
            known.id
            if known
            else services.create_person(
                None,
                email=given.email,
                chosen_name=given.name,
                legal_name=given.legal_name or given.name,
                timezone=given.timezone,
                password=password,
            ).id
        )
        services.grant_role(None, person_id=person_id, organisation_id=organisation_id, role=Role(given.role))
    _say(f"{given.email} is {given.role} at {given.organisation} now.")
    return 0


def _asked_password() -> str:
    """A new password: typed twice at a terminal, or the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("A password of 15 characters or more: ")
    if getpass.getpass("The same again: ") != password:
        raise CannotStart("The two were not the same: start again.")
    return password


def sweep(given: argparse.Namespace) -> int:
    """Do here, once, whatever was left undone."""
    from lms import worker
    from lms.app import create_app

    with create_app(Settings.from_environment()).app_context():
        done = worker.run_due()
    _say("Nothing was left undone." if not done else f"Done now: {done}.")
    return 0


# --- checks ---------------------------------------------------------------------------------------


def doctor(given: argparse.Namespace) -> int:
    """Say in words what this machine has and what is missing."""
    from lms.doctor import examine

    findings = examine(ROOT)
    for finding in findings:
        print(f"{finding.mark:<8} {finding.sentence}")
    return 1 if any(finding.is_fault for finding in findings) else 0


def check_content(given: argparse.Namespace) -> int:
    """Read all content; print what it covers as tables, and each fault as path:line: sentence."""
    from lms import content, coverage, likeness

    found = content.read(Settings.from_environment())
    if not given.faults_only:
        for table in coverage.tables(found.modules, found.bank, found.schemes):
            print(table)
        print()
    faults = [*found.faults, *(likeness.faults(ROOT, given.against) if given.against else ())]
    for fault in faults:
        print(fault)
    if given.against and not faults:
        _say(f"Nothing here has {likeness.RUN} words in a row in common with a text in {given.against}.")
    if not faults:
        _say("Every content file can be used.")
    return 1 if faults else 0


def check_interop(given: argparse.Namespace) -> int:
    """Let verifiers written by others judge fresh credentials; print what each says."""
    if not (ROOT / "tests" / "interop").exists():
        raise CannotStart("The judges are not part of an installed package: run this in a checkout.")
    return subprocess.call([sys.executable, "-m", "tests.interop"], cwd=ROOT)


def recheck_signatures(given: argparse.Namespace) -> int:
    """Compute all signatures of practice hours again; name each row that no longer matches."""
    from lms import db
    from lms.app import create_app
    from lms.practice.queries import Recheck

    with _demo_settings() if given.demo else nullcontext(Settings.from_environment()) as settings:
        app = create_app(settings)
        found, run = 0, Recheck()
        with app.app_context():
            with db.scope(db.Scope.all()), db.reading():
                for mismatch in run.mismatches():
                    found += 1
                    print(mismatch)
            db.db.engine.dispose()
    _say(f"{run.signed} signatures were computed again. Rows that no longer match: {found or 'none'}.")
    return 1 if found else 0


def replay_decisions(given: argparse.Namespace) -> int:
    """Make all stored decisions again from their stored inputs; name each that differs."""
    from lms import db
    from lms.app import create_app
    from lms.certification.queries import Replays

    with _demo_settings() if given.demo else nullcontext(Settings.from_environment()) as settings:
        app = create_app(settings)
        found, run = 0, Replays()
        with app.app_context():
            with db.scope(db.Scope.all()), db.reading():
                for difference in run.differences():
                    found += 1
                    print(difference)
            db.db.engine.dispose()
    _say(f"{run.decisions} decisions were made again. Those that differ: {found or 'none'}.")
    return 1 if found else 0


def check_log(given: argparse.Namespace) -> int:
    """Check the public log, its checkpoints, and every document and file that it speaks of."""
    with _demo_settings() if given.demo else nullcontext(Settings.from_environment()) as settings:
        return register_commands.check_log(given, settings)


@contextmanager
def _demo_settings() -> Iterator[Settings]:
    """The settings of a database in a temporary folder, with the demo's people in it."""
    from lms import db, migrations
    from lms.app import create_app
    from lms.demo import data

    with TemporaryDirectory(prefix="lms-demo-") as folder:
        url = f"sqlite:///{Path(folder) / 'lms.db'}"
        asked = {"LMS_ENV": "test", "LMS_DATABASE_URL": url, "LMS_DATA_DIR": folder, "LMS_WORKER": "none"}
        settings = Settings.from_environment(asked)
        migrations.upgrade(url)
        app = create_app(settings)
        with app.app_context():
            with db.scope(db.Scope.all()), db.transaction():
                data.load()
            db.db.engine.dispose()
        yield settings


def env_example(given: argparse.Namespace) -> int:
    """Print .env.example: every setting, its default and its meaning."""
    sys.stdout.write(_env_example())
    return 0


def _env_example() -> str:
    lines = [
        "# Every setting of the application, with its default. Written by: bin/lms env-example",
        "# Each may also be given as a file: LMS_<NAME>_FILE=/path/to/file.",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        lines += ["", f"# {field.description}"]
        lines.append(f"# LMS_{name.upper()}={str(default).lower() if isinstance(default, bool) else default}")
    return "\n".join(lines) + "\n"


def permissions(given: argparse.Namespace) -> int:
    """Print docs/permissions.md: who may do what."""
    sys.stdout.write(_permission_page())
    return 0


def _permission_page() -> str:
    from lms.permissions import RULES, Permission

    lines = [
        "# Permissions",
        "",
        "Written by `bin/lms permissions` from `lms/permissions.py`; a test keeps the two equal.",
        "Each permission is given to those of whom one alternative holds whole. Somebody who is not given it",
        "but *may know* is told so (403); to everybody else the thing does not exist (404).",
    ]
    section = ""
    for permission in Permission:
        slice_name = permission.value.partition(":")[0]
        if slice_name != section:
            section = slice_name
            lines += ["", f"## {slice_name}", "", "| permission | given to | may know |", "|---|---|---|"]
        rule = RULES.get(permission)
        given_to = "; or ".join(
            " and ".join(_words(test.__name__) for test in alternative)
            for alternative in (rule.allows if rule else ())
        )
        known_to = "; ".join(_words(test.__name__) for test in (rule.knows if rule else ()))
        lines.append(f"| `{permission.value}` | {given_to or 'nobody'} | {known_to or '–'} |")
    return "\n".join(lines) + "\n"


def _words(name: str) -> str:
    return name.strip("_").replace("_", " ")


# --- words and signals ------------------------------------------------------------------------------


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


@contextmanager
def _stopping_on_terminate() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, also where a shell has set SIGINT aside."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {sign: signal.signal(sign, stop) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
