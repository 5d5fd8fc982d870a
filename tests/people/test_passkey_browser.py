"""A passkey made and used in a real Chromium, with the browser's virtual authenticator."""

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from flask_security import hash_password
from werkzeug.serving import make_server

from lms.app import Lms
from lms.people import queries
from lms.people.models import Person
from tests.conftest import Transactions
from tests.personas import Personas

pytestmark = pytest.mark.browser
PASSWORD = "otter lantern velvet canyon"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(app: Lms) -> Iterator[str]:
    """Where the application listens, on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_passkey_is_made_and_signs_in(app: Lms, address: str, tx: Transactions, personas: Personas) -> None:
    executable = os.environ.get("LMS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not executable:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with tx() as current:
        person = current.get_one(Person, personas.supervisor)
        person.password = hash_password(PASSWORD)
        person.is_password_long = True
        email = person.email
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_context().new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        tool = page.context.new_cdp_session(page)
        tool.send("WebAuthn.enable")
        tool.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

        page.goto(f"{address}/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{address}/attest/code-of-ethics")
        assert page.url == f"{address}/tf-setup"
        page.get_by_role("link", name="Set up a passkey").click()
        page.get_by_label("Name of this passkey").fill("my laptop")
        page.get_by_role("button", name="Make a passkey").click()
        page.wait_for_url(f"{address}/account")
        assert page.get_by_text("my laptop", exact=True).is_visible()
        page.goto(f"{address}/attest/code-of-ethics")
        assert page.url == f"{address}/attest/code-of-ethics"

        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{address}/wan-signin?next=/account")
        page.get_by_role("button", name="Go on").click()
        page.wait_for_url(f"{address}/account")
        page.goto(f"{address}/attest/code-of-ethics")
        assert page.url == f"{address}/attest/code-of-ethics"

        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{address}/login?next=/account")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Use your passkey as the second step"
        page.get_by_role("button", name="Go on").click()
        page.wait_for_url(f"{address}/account")

        page.goto(f"{address}/confirm?next=/account")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"{address}/account")
        page.goto(f"{address}/wan-register")
        page.get_by_role("button", name="Remove my laptop").click()
        assert page.get_by_text("Set up another second step first.").is_visible()
        browser.close()
    assert not [fault for fault in faults if "Content Security Policy" in fault]
    with tx.reading():
        assert queries.factors_of(personas.supervisor).passkeys == ("my laptop",)
