"""`python -m bench.run`: CPU and statements of each hot page, beside a bare Flask floor in the same run.

The pages of all sizes and the floor take turns in blocks, so that a busy machine slows them alike; the
figure is the median of the blocks, the growth the median of what each block says. Exits 1 when a bar is missed.
"""

import argparse
import gc
import logging
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bench import evaluation, issuing
from bench.fill import TODAY, Measured, fill
from lms import db, migrations
from lms.app import Lms, create_app
from lms.config import Settings
from lms.people import sessions
from lms.people.models import Person

BLOCKS = 5
WARM_UP = 20
MOST_GROWTH = 1.2
BASE = "https://bench.example"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Bar:
    """What a page may cost: milliseconds above the floor, and statements. None is not judged."""

    above_floor: float | None = None
    queries: int | None = None


@dataclass
class Page:
    """One thing to measure; `act` does it once. `after` tidies up, unmeasured, when a block is over."""

    name: str
    act: Callable[[], None]
    bar: Bar = Bar()
    after: Callable[[], None] = lambda: None
    rounds_part: int = 1
    queries: int = 0
    blocks: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU for one time."""
        return statistics.median(self.blocks)

    def block(self, rounds: int) -> None:
        """Measure one block."""
        rounds = max(1, rounds // self.rounds_part)
        gc.collect()
        start = time.process_time()
        for _ in range(rounds):
            self.act()
        self.blocks.append((time.process_time() - start) * 1000 / rounds)
        self.after()


def make_app(url: str) -> Lms:
    """The application over a database in a folder of the measurement, with the settings of production."""
    settings = Settings(
        env="production",
        secret_key="of the benchmark only, 32 characters",
        base_url=BASE,
        database_url=url,
        data_dir=Path(url.removeprefix("sqlite:///")).parent / "data",
        modules_dir=ROOT / "modules",
        assessments_dir=ROOT / "assessments",
        worker="none",
        log_level="ERROR",
    )
    return create_app(settings)


class House:
    """The application with so many people, and the pages to measure in it."""

    def __init__(self, people: int, folder: Path) -> None:
        self.people = people
        url = f"sqlite:///{folder / f'{people}.db'}"
        migrations.upgrade(url)
        self.app = make_app(url)
        start = time.perf_counter()
        self.measured: Measured = fill(url, people)
        print(f"{people} people were made in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        self.addresses = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in count(1))
        self.pages = list(self._pages())

    def _pages(self) -> Iterator[Page]:
        it = self.measured
        trainee, supervisor = self._signed_in(it.trainee_id), self._signed_in(it.supervisor_id)
        stranger = self.app.test_client()
        yield Page("trainee home", self._get(trainee, "/home"), Bar(2.5, 8))
        yield Page("reader", self._get(trainee, f"/modules/{it.module_id}/lessons/{it.lesson_id}"))
        yield Page("log hours, the form", self._get(trainee, "/hours"))
        yield Page("log hours, sending", self._log_hours(trainee), after=self._forget_hours)
        yield Page("supervisor queue", self._get(supervisor, "/sign-off"))
        yield Page("progress", self._get(trainee, "/progress"))
        yield Page("verify, page", self._get(stranger, f"/verify/{it.number}"), Bar(1.5))
        yield Page(
            "verify, JSON", self._get(stranger, f"/verify/{it.number}", Accept="application/json"), Bar(1.5)
        )

    def _signed_in(self, person_id: int) -> FlaskClient:
        client = self.app.test_client()
        with self.app.test_request_context(base_url=BASE), db.scope(db.Scope.all()):
            from flask import session as cookie

            with db.transaction() as current:
                person = current.get_one(Person, person_id)
                sessions.begin(person, has_second_factor=True)
                uniquifier = person.fs_uniquifier
            values = dict(cookie)
        with client.session_transaction(base_url=BASE) as kept:
            kept.update(values | {"_user_id": uniquifier, "_fresh": True})
        return client

    def _get(self, client: FlaskClient, path: str, **headers: str) -> Callable[[], None]:
        def act() -> None:
            # Another address each time: the rate limit counts, and lets this one through.
            answer = client.get(
                path, base_url=BASE, headers=headers, environ_overrides={"REMOTE_ADDR": next(self.addresses)}
            )
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status}:\n{answer.text[:500]}")

        return act

    def _log_hours(self, client: FlaskClient) -> Callable[[], None]:
        page = client.get("/hours", base_url=BASE).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if token is None:
            raise SystemExit("/hours has no token in its form")
        numbers = count(1)

        def act() -> None:
            answer = client.post(
                "/hours",
                base_url=BASE,
                headers={"Referer": f"{BASE}/hours"},
                data={
                    "csrf_token": token[1],
                    "placement_id": self.measured.placement_id,
                    "worked_on": TODAY.replace(day=1).isoformat() if TODAY.day > 1 else TODAY.isoformat(),
                    "kind": "one_to_one",
                    "mode": "in_person",
                    "length": "0:01",
                    "note": "A word.",
                    "client_key": f"bench-{next(numbers):08}",
                },
            )
            if answer.status_code != 302:
                raise SystemExit(f"POST /hours answered {answer.status}:\n{answer.text[:20000]}")

        return act

    def _forget_hours(self) -> None:
        with self.app.app_context(), db.db.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM practice_entry WHERE client_key LIKE 'bench-%'")

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The statements that the database is sent meanwhile, without PRAGMA and BEGIN."""
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN")):
                found.append(statement)

        with self.app.app_context():
            engine = db.db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)


def floor_page() -> Page:
    """Flask with one route that answers a small text, through the same test client."""
    bare = Flask("bare")
    bare.add_url_rule("/", "hello", lambda: "hello")
    client = bare.test_client()

    def act() -> None:
        client.get("/", base_url=BASE)

    return Page("bare Flask", act)


def measure(houses: list[House], rounds: int, only: str = "") -> Page:
    """Measure everything in turns."""
    floor = floor_page()
    for house in houses:
        house.pages = [page for page in house.pages if only in page.name]
        for page in house.pages:
            for _ in range(WARM_UP // page.rounds_part):
                page.act()
    for _ in range(WARM_UP):
        floor.act()
    for _ in range(BLOCKS):
        floor.block(rounds * 3)
        for same in zip(*(house.pages for house in houses), strict=True):
            for page in same:
                page.block(rounds)
    for house in houses:  # last: an engine that was listened to is slower from then on
        for page in house.pages:
            with house.statements() as found:
                page.act()
            page.queries = len(found)
            page.after()
    return floor


def table(houses: list[House], floor: Page) -> bool:
    """Print the table; answers whether every bar is kept."""
    is_fine = True
    floor_label = f"Bare Flask floor: {floor.cpu:.2f} ms, {min(floor.blocks):.2f} in its quietest block"
    sizes = " and ".join(f"{house.people:,}" for house in houses)
    print(f"People: {sizes}. CPU in milliseconds, median of {BLOCKS} blocks. {floor_label}.\n")
    print(
        f"{'page':<20} {'people':>8} {'queries':>7} {'CPU ms':>7} {'above':>6} {'least':>6} "
        f"{'bar':>12} {'growth':>6}  ok?"
    )
    for same in zip(*(house.pages for house in houses), strict=True):
        for house, page in zip(houses, same, strict=True):
            above = page.cpu - floor.cpu
            least = min(page.blocks) - min(floor.blocks)
            growth = statistics.median(
                big / small for big, small in zip(page.blocks, same[0].blocks, strict=True)
            )
            is_kept = (
                (page.bar.above_floor is None or above <= page.bar.above_floor)
                and (page.bar.queries is None or page.queries <= page.bar.queries)
                and growth <= MOST_GROWTH
                and page.queries == same[0].queries
            )
            is_fine = is_fine and is_kept
            words = [f"{page.bar.queries} q"] if page.bar.queries is not None else []
            words += [f"{page.bar.above_floor:g} ms"] if page.bar.above_floor is not None else []
            print(
                f"{page.name:<20} {house.people:>8,} {page.queries:>7} {page.cpu:>7.2f} {above:>6.2f} "
                f"{least:>6.2f} {', '.join(words) or '-':>12} {growth:>6.2f}  {'yes' if is_kept else 'NO'}"
            )
    print("\n" + ("Every bar is kept." if is_fine else "A bar is missed."))
    return is_fine


def main() -> int:
    """Make the databases, measure, print; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__.splitlines()[0])
    parser.add_argument("--people", default="1000,100000", help="sizes, the smallest first")
    parser.add_argument("--rounds", type=int, default=50, help="requests in each of the five blocks")
    parser.add_argument("--only", default="", help="only the pages whose name holds this")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        houses = [House(int(people), Path(folder)) for people in asked.people.split(",")]
        floor = measure(houses, asked.rounds, asked.only)
        is_fine = table(houses, floor)
        if asked.only in "evaluation":
            small = houses[0]
            people = (small.measured.supervisor_id, small.people + 1, small.people + 2)
            is_fine = evaluation.measure(small.app, people) and is_fine
        if asked.only in "issuing":
            is_fine = issuing.certificates(houses[0].app, houses[0].measured.trainee_id) and is_fine
        if asked.only == "register":
            is_fine = issuing.registers(make_app, Path(folder), BASE) and is_fine
        for house in houses:
            with house.app.app_context():
                db.db.engine.dispose()
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
