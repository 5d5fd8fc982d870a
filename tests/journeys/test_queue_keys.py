"""A supervisor clears sixty waiting entries by keyboard alone, two of them sent back, in six actions."""

from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms.app import Lms
from lms.practice.models import PracticeEntry, SignOff
from tests.conftest import Transactions
from tests.journeys.browsers import Someone, live, people_at
from tests.personas import Personas
from tests.practice import scenes

pytestmark = pytest.mark.browser

LABEL = "document.activeElement.getAttribute('aria-label')"


@pytest.fixture
def live_app(database_url: str, personas: Personas, app: Lms, tmp_path: Path) -> Iterator[Lms]:
    """The live application with sixty entries, three on each of twenty days, that all fit."""
    tx = Transactions(app)
    with tx():
        placed = scenes.ready(personas)
        worked = [days for days in range(1, 30) if days % 7 not in (0, 6)][:20]
        for days in worked:
            for hour in (9, 12, 15):
                start = time(hour, days % 4 * 15)  # real days differ
                scenes.submitted(
                    placed,
                    scenes.days_ago(days),
                    minutes=None,
                    starts_at=start,
                    ends_at=start.replace(hour=hour + 2),
                    note=f"Day {days}, {start:%H}.",
                )
    with live(database_url, tmp_path / "data") as served:
        yield served


class Hands:
    """Two hands on a keyboard: what decides is counted, moving about while reading is not."""

    def __init__(self, one: Someone) -> None:
        self.one = one
        self.actions = 0

    def reads_on(self, times: int, key: str = "j") -> None:
        for _ in range(times):
            self.one.page.keyboard.press(key)

    def does(self, key: str) -> None:
        self.one.page.keyboard.press(key)
        self.actions += 1

    def writes(self, sentence: str) -> None:
        """A sentence, sent with Enter: one action."""
        self.one.page.keyboard.type(sentence)
        self.does("Enter")


def test_sixty_entries_two_returned_six_actions(
    live_app: Lms, personas: Personas, app: Lms, tmp_path: Path
) -> None:
    with people_at(
        live_app, tmp_path / "pictures", staff=(personas.supervisor,), trainee=personas.trainee
    ) as people:
        sam = people.signs_in("supervisor", personas.supervisor)
        sam.page.goto(f"{people.address}/sign-off")
        sam.reads("60 entries to sign")
        hands = Hands(sam)
        hands.reads_on(7)
        assert sam.page.evaluate(LABEL).startswith("Tara, ")
        assert sam.page.evaluate(LABEL).endswith(", 2 hours")
        hands.does("x")
        hands.reads_on(20, "ArrowDown")
        hands.reads_on(1, "ArrowUp")
        hands.does("r")
        sam.reads("Ask for a fix")
        sam.page.wait_for_function("document.activeElement.name === 'reason'")
        hands.writes("Which group was it?")
        sam.sees("Asked for a fix of 2 entries.")
        sam.reads("58 entries to sign")
        hands.does("s")
        sam.reads("Your statement")
        sam.page.wait_for_function("document.activeElement.name === 'is_meant'")
        hands.does("Space")
        hands.does("Enter")
        sam.sees("Signed 58 entries.")
        assert hands.actions <= 6
        states = sa.select(PracticeEntry.state, sa.func.count()).group_by(PracticeEntry.state)
        with Transactions(app).reading() as session:
            assert dict(map(tuple, session.execute(states))) == {"approved": 58, "returned": 2}
        hands.does("u")
        sam.reads("58 entries to sign")
        assert sam.page.get_by_text("Undone. 58 entries wait for you again.").is_visible()


def test_keys_choose_filter_and_can_be_turned_off(
    live_app: Lms, personas: Personas, app: Lms, tmp_path: Path
) -> None:
    with people_at(
        live_app, tmp_path / "pictures", staff=(personas.supervisor,), trainee=personas.trainee
    ) as people:
        sam = people.signs_in("supervisor", personas.supervisor)
        sam.page.goto(f"{people.address}/sign-off")
        keys = sam.page.keyboard
        keys.press("a")
        sam.sees("60 chosen, 120 hours")
        keys.press("/")
        assert sam.page.evaluate("document.activeElement.name") == "trainee"
        keys.press("j")  # typed into the filter, it is a letter
        assert sam.page.evaluate("document.activeElement.name") == "trainee"
        sam.page.get_by_label("Use these keys").focus()
        keys.press("Space")
        for _visit in range(2):  # kept when the page is opened again
            sam.page.locator("h1").click()
            keys.press("j")
            assert sam.page.evaluate("document.activeElement.name ?? ''") == ""
            sam.page.goto(f"{people.address}/sign-off")
        assert not sam.page.get_by_label("Use these keys").is_checked()
        assert sam.page.get_by_text("Keys of this page").is_visible()
        with Transactions(app).reading() as session:
            assert session.scalar(sa.select(sa.func.count(SignOff.id))) == 0
