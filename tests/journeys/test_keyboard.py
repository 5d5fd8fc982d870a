"""Hours are logged and a batch is signed with the keyboard alone: no pointer is ever used."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from lms.app import Lms
from tests.conftest import Transactions
from tests.journeys.browsers import PASSWORD, People, Someone, live, people_at
from tests.journeys.steps import WORK_DAYS, MainJob
from tests.personas import Personas

pytestmark = pytest.mark.browser

MOST_TABS = 80
FOCUSED = """selector => {
  const here = document.activeElement;
  return here !== null && here.matches(selector) && here.matches(":focus-visible");
}"""


@pytest.fixture
def live_app(database_url: str, personas: Personas, app: Lms, tmp_path: Path):
    """The live application, with ten entries in the supervisor's queue."""
    job = MainJob(Transactions(app), personas)
    job.log(job.place())
    with live(database_url, tmp_path / "data") as served:
        yield served


def test_hours_and_signing_by_keyboard(live_app: Lms, personas: Personas, tmp_path: Path) -> None:
    with people_at(
        live_app, tmp_path / "pictures", staff=(personas.supervisor,), trainee=personas.trainee
    ) as people:
        tara = arrives(people, "trainee", personas.trainee)
        logs_hours(tara)
        sam = arrives(people, "supervisor", personas.supervisor)
        signs_three(sam)


def arrives(people: People, name: str, person_id: int) -> Someone:
    """Sign in from the first page, keys only."""
    one = people.stranger(name)
    one.page.goto(people.address)
    keys = one.page.keyboard
    tab_to(one.page, "a.skip")
    follow(one, 'a[href="/login"]')
    one.reads("Sign in")
    tab_to(one.page, "[name=email]")
    keys.type(people.email_of(person_id))
    tab_to(one.page, "[name=password]")
    keys.type(PASSWORD)
    keys.press("Enter")
    code = people.code_of(person_id)
    if code:
        one.reads("Type your code")
        tab_to(one.page, "[name=code]")
        keys.type(code)
        keys.press("Enter")
    one.reads("Hello, ")
    return one


def logs_hours(tara: Someone) -> None:
    """Today's date stands there already; the rest is typed."""
    keys = tara.page.keyboard
    follow(tara, 'nav a[href="/hours"]')
    tara.reads("Log hours")
    tab_to(tara.page, "[name=length]")
    keys.type("1:30")
    tab_to(tara.page, "[name=kind]")
    keys.press("Space")
    keys.press("ArrowRight")
    tab_to(tara.page, "[name=note]")
    keys.type("Typed without a mouse.")
    tab_to(tara.page, "button[value=submit]")
    keys.press("Enter")
    tara.sees("Sent to Sam.")
    tara.sees("Group support")


def signs_three(sam: Someone) -> None:
    """Choose two lines with the queue's own keys and one with Space, and sign."""
    keys = sam.page.keyboard
    follow(sam, 'nav a[href="/sign-off"]')
    sam.reads(f"{len(WORK_DAYS) + 1} entries to sign")
    tab_to(sam.page, "[name=e]")
    keys.press("Space")
    for _ in range(2):
        keys.press("j")
        keys.press("x")
    sam.sees("Sign 3 entries")
    keys.press("s")
    sam.reads("Your statement")
    tab_to(sam.page, "[name=is_meant]")
    keys.press("Space")
    tab_to(sam.page, "button.main")
    keys.press("Enter")
    sam.sees("Signed 3 entries.")


def follow(one: Someone, link: str) -> None:
    """Go to a link and open it."""
    tab_to(one.page, link)
    one.page.keyboard.press("Enter")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, and can be seen there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED, selector):
            return
    pytest.fail(f"Tab does not reach {selector} at {page.url}")
