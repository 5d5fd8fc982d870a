"""A real Chromium, a real server on a free port, and people who sit in front of it."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask_security import hash_password
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from lms import db, worker
from lms.app import Lms, create_app
from lms.config import Settings
from lms.people.models import Person
from tests.servers import free_port

PASSWORD = "otter lantern velvet canyon"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE_MS = 20_000

Accounts = dict[int, tuple[str, str]]
"""By person id: the address, and the secret of the authenticator app or nothing."""


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def live(database_url: str, data_dir: Path) -> Iterator[Lms]:
    """The application on a free port of the loopback address, its worker in the same process."""
    port = free_port()
    app = create_app(
        Settings(
            env="test",
            database_url=database_url,
            data_dir=data_dir,
            base_url=f"http://127.0.0.1:{port}",
            worker="embedded",
        )
    )
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, name="web")
    thread.start()
    embedded = worker.start_embedded(app)
    try:
        yield app
    finally:
        embedded.stop()
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.db.engine.dispose()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window. Without one the test is left out, or fails when all is required."""
    program = os.environ.get("LMS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        reason = "Chromium is not here (install it, or name it in LMS_CHROMIUM)"
        if os.environ.get("LMS_TEST_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"] if is_root else [])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Someone:
    """A person in front of a browser of their own. Everything that the console complains of is kept."""

    name: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def goes_to(self, link: str) -> None:
        """Follow the link with exactly these words."""
        self.page.get_by_role("link", name=link, exact=True).first.click()

    def presses(self, button: str) -> None:
        """Press the one button with exactly these words."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def fills(self, **fields: str) -> None:
        """Type into fields, by their names in the form."""
        for name, text in fields.items():
            self.page.locator(f"[name={name}]").fill(text)

    def chooses(self, **choices: str) -> None:
        """Choose among radio buttons or boxes, as a finger does: by the words beside them."""
        for name, value in choices.items():
            self.page.locator("label.choice", has=self.page.locator(f'[name={name}][value="{value}"]')).click()

    def sees(self, text: str) -> None:
        """Wait until the page shows this text."""
        self.page.get_by_text(text).first.wait_for()

    def reads(self, heading: str) -> Locator:
        """Wait until the page has a heading with these words; answers it."""
        found = self.page.get_by_role("heading", name=heading)
        found.first.wait_for()
        return found.first


class People:
    """Those who sit in front of the live server, each with a browser context of their own."""

    def __init__(self, browser: Browser, app: Lms, accounts: Accounts, pictures: Path) -> None:
        self.browser = browser
        self.address = str(app.config["SETTINGS"].base_url)
        self.everyone: list[Someone] = []
        self._accounts = accounts
        self._codes = app.extensions["security"].totp_factory
        self._pictures = pictures

    def stranger(self, name: str = "stranger", viewport: dict[str, int] | None = None) -> Someone:
        """Somebody who is not signed in."""
        context = self.browser.new_context(
            viewport=viewport or DESKTOP, locale="en-US", timezone_id="America/New_York"
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        one = Someone(name, page)

        def hears(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                one.complaints.append(f"{name} at {page.url}: {message.text}")

        page.on("console", hears)
        page.on("pageerror", lambda error: one.complaints.append(f"{name} at {page.url}: {error}"))
        page.on(
            "response",
            lambda answer: (
                one.complaints.append(f"{name}: {answer.status} at {answer.url}")
                if answer.status >= 400
                else None
            ),
        )
        self.everyone.append(one)
        return one

    def signs_in(self, name: str, person_id: int, viewport: dict[str, int] | None = None) -> Someone:
        """Somebody who signs in at the page, with a password and, if they have one, a code."""
        one = self.stranger(name, viewport)
        one.page.goto(self.address)
        one.goes_to("Sign in")
        one.fills(email=self.email_of(person_id), password=PASSWORD)
        one.presses("Sign in")
        if code := self.code_of(person_id):
            one.reads("Type your code")
            one.fills(code=code)
            one.presses("Go on")
        one.reads("Hello, ")
        return one

    def email_of(self, person_id: int) -> str:
        """The address with which the person signs in."""
        return self._accounts[person_id][0]

    def code_of(self, person_id: int) -> str:
        """What the person's authenticator app shows now; nothing for who has none."""
        secret = self._accounts[person_id][1]
        return str(self._codes.generate_totp_password(secret)) if secret else ""

    def complaints(self) -> list[str]:
        """What any browser complained of: errors of scripts, answers that say no, broken security policy."""
        return [complaint for one in self.everyone for complaint in one.complaints]

    def take_pictures(self) -> None:
        """A picture of what each person has before them, for who looks at a failed test."""
        self._pictures.mkdir(parents=True, exist_ok=True)
        for one in self.everyone:
            one.page.screenshot(path=self._pictures / f"{one.name}.png", full_page=True)
            (self._pictures / f"{one.name}.html").write_text(one.page.content(), encoding="utf-8")


@contextmanager
def people_at(app: Lms, pictures: Path, *, staff: Iterable[int], trainee: int) -> Iterator[People]:
    """These people in front of a live server; pictures are taken only when the block fails."""
    accounts = _accounts(app, staff, trainee)  # before the browser: its library's loop would be in the way
    with chromium() as browser:
        people = People(browser, app, accounts, pictures)
        try:
            yield people
        except BaseException:
            people.take_pictures()
            raise
        if complaints := people.complaints():
            pytest.fail("\n".join(complaints))


def _accounts(app: Lms, staff: Iterable[int], trainee: int) -> Accounts:
    """Give everyone a password, and staff an authenticator app, as they have from their first day."""
    accounts = {}
    with app.app_context(), db.scope(db.Scope.all()), db.transaction() as current:
        for person_id in (trainee, *staff):
            person = current.get_one(Person, person_id)
            person.password = hash_password(PASSWORD)
            person.is_password_long = True
            if person_id != trainee:
                person.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
                person.tf_primary_method = "authenticator"
            accounts[person_id] = (person.email, person.tf_totp_secret or "")
    return accounts
