"""The main job through the pages alone, as five people in five browsers, and a stranger who verifies."""

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from lms import clock
from lms.app import Lms
from lms.assessment.bank import bank
from lms.curriculum.catalog import catalog
from tests.conftest import Transactions
from tests.journeys.browsers import PHONE, Someone, live, people_at
from tests.journeys.steps import EXAMINATION, KINDS, MODULES, ZONE, MainJob
from tests.personas import Personas

pytestmark = pytest.mark.browser

DAYS_BACK = (29, 27, 24, 22, 19, 15, 12, 8, 5, 1)
RETURNED = 4
RIGHT_AT_FIRST = 9


@pytest.fixture
def live_app(database_url: str, personas: Personas, app: Lms, tmp_path: Path):
    """The live application; the coordinator has arranged a placement two months ago."""
    MainJob(Transactions(app), personas).place()
    with live(database_url, tmp_path / "data") as served:
        yield served


def test_the_main_job_through_the_pages(live_app: Lms, personas: Personas, tmp_path: Path) -> None:
    staff = (personas.trainer, personas.supervisor, personas.reviewer, personas.registrar)
    with people_at(live_app, tmp_path / "pictures", staff=staff, trainee=personas.trainee) as people:
        tara = people.signs_in("trainee", personas.trainee, PHONE)
        for module_id in MODULES:
            learns(tara, module_id)

        tomas = people.signs_in("trainer", personas.trainer)
        holds_live_session(tomas, "Mutual: shared ground")

        sits(tara, EXAMINATION, right=RIGHT_AT_FIRST)
        tara.reads("Not yet")
        sits(tara, EXAMINATION, right=None)
        tara.reads("You passed")

        for number, back in enumerate(DAYS_BACK):
            logs(tara, number, clock.today(ZONE) - timedelta(days=back))
        sam = people.signs_in("supervisor", personas.supervisor)
        returns_one_and_signs_nine(sam, clock.today(ZONE) - timedelta(days=DAYS_BACK[RETURNED]))
        mends(tara)
        signs_the_rest(sam)
        writes_down_a_session(sam)
        signs_the_session(tara)

        agrees_and_applies(tara)
        rui = people.signs_in("reviewer", personas.reviewer)
        grants(rui)

        number, pdf = fetches_the_certificate(tara)
        address = qr_code_on(pdf)
        assert address == f"{people.address}/verify/{number}"
        anyone = people.stranger()
        anyone.page.goto(address)
        anyone.sees("Active")
        anyone.sees("Tara Legal")

        rhea = people.signs_in("registrar", personas.registrar)
        revokes(rhea, number)
        anyone.page.reload()
        anyone.sees("Revoked")
        assert not anyone.page.get_by_text("Active", exact=True).count()

    letters = [path.read_text(encoding="utf-8") for path in (tmp_path / "data" / "mail").glob("*.eml")]
    assert sum(number in letter for letter in letters) == 1


# --- the trainee ------------------------------------------------------------------------------------


def learns(tara: Someone, module_id: str) -> None:
    """Join the module, do each lesson as it comes, pass the check, complete it."""
    module = catalog().module(module_id)
    assert module is not None
    tara.goes_to("Modules")
    tara.goes_to(module.title["en"])
    tara.presses("Join this module")
    tara.presses("Start")
    for lesson in module.lessons:
        text = lesson.texts["en"]
        tara.reads(text.title)
        if text.content_note is not None:
            tara.goes_to("Read on")
        if text.scenario is not None:
            tara.chooses(**{"scenario-choice": "1"})
            tara.presses("See where it leads")
        if text.check is not None:
            tara.chooses(**{"check-choice": "0"})
            tara.presses("Answer")
            tara.reads("What each answer means")
        tara.presses("Finish this lesson")
    tara.goes_to("Go to the module check")
    answers(tara, str(module.check), right=None)
    tara.reads("You passed")
    tara.goes_to("Modules")
    tara.goes_to(module.title["en"])
    tara.presses("Complete this module")
    tara.reads("You completed this module")


def sits(tara: Someone, examination_id: str, *, right: int | None) -> None:
    """Find the examination in the list and sit it."""
    tara.goes_to("Exams")
    tara.goes_to(bank().examinations[examination_id].title.en)
    answers(tara, examination_id, right=right)


def answers(tara: Someone, examination_id: str, *, right: int | None) -> None:
    """Start, answer so many questions rightly (all of them for None), look at all, and hand in."""
    items = bank().form_given(bank().examinations[examination_id]).items
    tara.presses("Start")
    for number, item in enumerate(items[:right], start=1):
        tara.reads(f"Question {number} of {len(items)}")
        for option_id in item.key:
            tara.chooses(chosen=option_id)
        tara.presses("Save and next")
    if right is not None:
        tara.presses("Review all")
    tara.reads("Review all")
    tara.sees(f"{right or len(items)} of {len(items)} questions have an answer.")
    tara.goes_to("Hand in")
    tara.reads("Hand in now?")
    tara.presses("Hand in")
    tara.reads("What comes next")


def logs(tara: Someone, number: int, on: date) -> None:
    """Log 2.5 hours for a day and send them."""
    tara.goes_to("Hours")
    tara.fills(worked_on=on.isoformat(), length="2.5", note=f"Visit {number + 1}.")
    tara.chooses(kind=KINDS[number % len(KINDS)], mode="in_person")
    tara.presses("Save and send")
    tara.sees("Sent to Sam.")


def mends(tara: Someone) -> None:
    """Open the entry that needs a fix from the first page, mend it and send it again."""
    tara.goes_to("Home")
    tara.reads("One entry needs a fix")
    tara.goes_to("See what to fix")
    tara.sees("Needs a fix: Which group was it?")
    tara.page.get_by_role("link", name="Fix the entry of").click()
    tara.fills(note="The Tuesday group, nine people.")
    tara.presses("Save and send")
    tara.sees("Sent to Sam.")


def signs_the_session(tara: Someone) -> None:
    """Sign what the supervisor wrote down about their meeting."""
    tara.goes_to("Hours")
    tara.goes_to("Supervision sessions")
    tara.page.get_by_role("link", name="Read and sign").click()
    tara.page.get_by_label("I say this, and I sign this session.").check()
    tara.presses("Sign the session")
    tara.sees("Both of you have signed this session now.")
    tara.sees("Signed by both")


def agrees_and_applies(tara: Someone) -> None:
    """Agree to the code of ethics, see that all is done, and apply."""
    tara.goes_to("Progress")
    tara.page.get_by_label("I have read this and agree to it").check()
    tara.presses("I agree")
    tara.sees("Everything is done.")
    tara.presses("Send my application")
    tara.sees("Your application is sent.")


def fetches_the_certificate(tara: Someone) -> tuple[str, bytes]:
    """Wait for the drawing, as the page says, and save the PDF; answers the number and the bytes."""
    tara.goes_to("Credentials")
    tara.goes_to("Certified Peer Specialist")
    save = tara.page.get_by_role("link", name="Save the certificate (PDF)")
    deadline = time.monotonic() + 30
    while not save.is_visible() and time.monotonic() < deadline:
        tara.page.reload()
    number = re.sub(r".*/", "", tara.page.url)
    with tara.page.expect_download() as saving:
        save.click()
    assert saving.value.suggested_filename == f"certificate-{number}.pdf"
    return number, Path(saving.value.path()).read_bytes()


def qr_code_on(pdf: bytes) -> str:
    """The address in the large QR code of the drawn page; the small one holds the signed statement."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == 1
        page = document[0].render(scale=150 / 72).to_pil()
    finally:
        document.close()
    small, large = sorted((str(code.text) for code in zxingcpp.read_barcodes(page)), key=len, reverse=True)
    assert small.startswith("PSC1:")
    return large


# --- the others -------------------------------------------------------------------------------------


def holds_live_session(tomas: Someone, module: str) -> None:
    """Write down yesterday's session and who was there."""
    tomas.page.get_by_role("navigation").get_by_role("link", name="Live sessions").click()
    tomas.goes_to("Plan a live session")
    yesterday = clock.today(ZONE) - timedelta(days=1)
    tomas.page.locator("[name=module_id]").select_option(label=module)
    tomas.chooses(mode="live_remote")
    tomas.fills(on=yesterday.isoformat(), at="10:00", minutes="60")
    tomas.page.locator("main form button").click()
    tomas.page.get_by_label("Tara").fill("60")
    tomas.presses("Record attendance")
    tomas.sees("Attendance is recorded.")


def returns_one_and_signs_nine(sam: Someone, on: date) -> None:
    """Ask for a fix of the entry of that day, then sign all the others at once."""
    sam.goes_to("Open the queue")
    sam.reads("10 entries to sign")
    sam.page.get_by_role("checkbox", name=re.compile(f"Tara ?, {on:%b} {on.day}, {on.year}")).check()
    sam.presses("Ask for a fix")
    sam.fills(reason="Which group was it?")
    sam.presses("Ask for 1 fix")
    sam.sees("Asked for a fix of 1 entry.")
    sam.presses("Sign all 9 that fit")
    signs(sam, "Sign 9 entries")
    sam.sees("Signed 9 entries.")


def signs(sam: Someone, button: str) -> None:
    """Say that the statement is true, and sign."""
    sam.reads("Your statement")
    sam.page.get_by_label("I say this, and I sign these entries.").check()
    sam.presses(button)


def signs_the_rest(sam: Someone) -> None:
    """Sign the entry that came back."""
    sam.goes_to("To sign")
    sam.reads("1 entry to sign")
    sam.sees("The Tuesday group, nine people.")
    sam.presses("Sign the 1 that fits")
    signs(sam, "Sign 1 entry")
    sam.sees("Signed 1 entry.")


def writes_down_a_session(sam: Someone) -> None:
    """Write down a supervision session of an hour, today."""
    sam.page.get_by_role("navigation").get_by_role("link", name="Supervision").click()
    sam.goes_to("Write down a session")
    sam.fills(length="1", topics="Boundaries, and how the week went.")
    sam.page.get_by_label("I say this, and I sign this session.").check()
    sam.presses("Save and sign")
    sam.sees("Waits for Tara")


def grants(rui: Someone) -> None:
    """Read the application and grant it."""
    rui.goes_to("Reviews")
    rui.goes_to("Tara Legal")
    rui.sees("All requirements are met")
    rui.chooses(outcome="granted")
    rui.presses("Send my decision")
    rui.sees("Your decision is kept")


def revokes(rhea: Someone, number: str) -> None:
    """Find the credential by its number and revoke it."""
    rhea.page.get_by_role("navigation").get_by_role("link", name="Register").click()
    rhea.goes_to("Peer Certification Board")
    rhea.fills(q=number)
    rhea.presses("Search")
    rhea.goes_to("Tara Legal")
    revoking = rhea.page.locator("details", has_text="Revoke")
    revoking.locator("summary").click()
    revoking.locator("[name=reason]").fill("The hours were not worked.")
    revoking.get_by_role("button", name="Revoke").click()
    rhea.sees("Revoked. The public page says so now.")
