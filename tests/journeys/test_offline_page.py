"""The page that checks papers, saved to a disk and opened with the network off."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from lms.registry import offline
from tests.credentials import papers
from tests.journeys.browsers import PATIENCE_MS, chromium, live

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
WITHOUT_ED25519 = """
const before = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = async (...words) => {
  if (words[2].name === "Ed25519") throw new DOMException("not known", "NotSupportedError");
  return before(...words);
};
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


class Desk:
    """Somebody with the saved page, no network, and a clock that is right."""

    def __init__(self, browser: Browser, folder: Path, bundle: dict[str, Any], **given: Any) -> None:
        self.file = folder / "check-papers.html"
        self.file.write_text(offline.page(bundle), encoding="utf-8")
        script, at = given.pop("script", ""), given.pop("at", papers.AT)
        self.context = browser.new_context(**({"viewport": PHONE, "locale": "en-US"} | given))
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.set_offline(True)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self._hears(asked.url))
        self.page.clock.set_fixed_time(at)
        if script:
            self.page.add_init_script(script)
        self.page.goto(self.file.as_uri())
        self.page.locator("html[data-ready]").wait_for()

    def _hears(self, url: str) -> None:
        if not url.startswith(("file:", "blob:", "data:")):
            self.complaints.append(url)

    def check(self, *codes: str) -> list[str]:
        """Paste codes, press the button, and read the words of the verdicts."""
        self.page.locator("#code").fill("\n".join(codes))
        self.page.locator("#typed button").click()
        self.page.locator(f".paper >> nth={len(codes) - 1}").wait_for()
        return self.page.locator(".paper h3").all_inner_texts()

    def facts(self) -> str:
        return self.page.locator(".paper").first.inner_text()


@pytest.mark.parametrize("script", ["", WITHOUT_ED25519], ids=["own-cryptography", "library"])
def test_a_hundred_papers_are_told_apart(browser: Browser, tmp_path: Path, script: str) -> None:
    kinds, bundle = papers.hundred()
    desk = Desk(browser, tmp_path, bundle, script=script)
    said = desk.check(*(code for _kind, code in kinds))
    assert [word.upper() for word in said] == [kind for kind, _code in kinds]
    assert desk.complaints == []


def test_what_the_paper_says_is_shown_and_nothing_of_a_forged_one(browser: Browser, tmp_path: Path) -> None:
    desk = Desk(browser, tmp_path, papers.bundle())
    assert desk.check(papers.code(0)) == ["Valid"]
    assert "Ámbar O’Neill 李" in desk.facts()
    assert "North Board" in desk.facts()
    assert "Oct 31, 2028" in desk.facts()
    assert desk.check(papers.altered(2)) == ["Altered"]
    assert "Certified" not in desk.facts()
    assert desk.check("PSC1:ABC") == ["Cannot be read"]
    assert desk.check("https://lms.example.test/verify/1") == ["Cannot be read"]


def test_a_key_of_nobody_and_an_old_list(browser: Browser, tmp_path: Path) -> None:
    desk = Desk(browser, tmp_path, papers.bundle(keys=[]))
    assert desk.check(papers.code(0)) == ["Not ours"]
    later = Desk(browser, tmp_path, papers.bundle((7,)), at=papers.AT + timedelta(days=8))
    assert later.check(papers.code(0), papers.code(7)) == ["Cannot be checked now", "Revoked"]
    assert "more than 7 days old" in later.page.locator("#bundle-state").inner_text()


def test_a_list_that_was_changed_says_nothing(browser: Browser, tmp_path: Path) -> None:
    bundle = papers.bundle((7,))
    bundle["issuers"][0]["lists"]["1"]["bits"] = papers.bundle()["issuers"][0]["lists"]["1"]["bits"]
    assert Desk(browser, tmp_path, bundle).check(papers.code(7)) == ["Cannot be checked now"]


def test_the_last_day_ends_where_the_issuer_is(browser: Browser, tmp_path: Path) -> None:
    code = papers.code(1, papers.AT.date())
    midnight = papers.AT + timedelta(hours=17)  # in New York
    before = Desk(browser, tmp_path, papers.bundle(), at=midnight - timedelta(minutes=1))
    assert before.check(code) == ["Valid"]
    assert Desk(browser, tmp_path, papers.bundle(), at=midnight).check(code) == ["Expired"]


def test_newer_keys_and_lists_come_from_a_file(browser: Browser, tmp_path: Path) -> None:
    desk = Desk(browser, tmp_path, papers.bundle(at=papers.AT - timedelta(days=30)))
    assert desk.check(papers.code(0)) == ["Cannot be checked now"]
    newer = tmp_path / "bundle.json"
    newer.write_text("[]", encoding="utf-8")
    desk.page.locator("#newer").set_input_files(newer)
    desk.page.get_by_text("Choose the file bundle.json").wait_for()
    newer.write_text(json.dumps(papers.bundle((0,))), encoding="utf-8")
    desk.page.locator("#newer").set_input_files(newer)
    desk.page.get_by_text("are in use").wait_for()
    assert desk.check(papers.code(0)) == ["Revoked"]


def test_markup_in_a_bundle_is_only_text(browser: Browser, tmp_path: Path) -> None:
    name = "</script><img src=x onerror=alert(1)>"
    desk = Desk(browser, tmp_path, papers.bundle(name=name))
    assert desk.check(papers.code(0)) == ["Valid"]
    assert name in desk.facts()
    assert desk.complaints == []


def test_a_picture_is_read_where_the_browser_can(browser: Browser, tmp_path: Path) -> None:
    """Chromium on Linux has no BarcodeDetector: one stands in, and the page does the rest."""
    code = papers.code(3)
    picture = tmp_path / "paper.png"
    segno.make(code, error="m").save(str(picture), scale=4)
    script = f"""window.BarcodeDetector = class {{
      static async getSupportedFormats() {{ return ["qr_code"]; }}
      async detect(image) {{ return image.width > 100 ? [{{rawValue: {json.dumps(code)}}}] : []; }}
    }};"""
    desk = Desk(browser, tmp_path, papers.bundle(), script=script)
    desk.page.locator("#picture").set_input_files(picture)
    desk.page.locator(".paper[data-verdict=valid]").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(browser: Browser, tmp_path: Path, scheme: str) -> None:
    kinds, bundle = papers.hundred()
    desk = Desk(browser, tmp_path, bundle, color_scheme=scheme)
    desk.check(*(code for _kind, code in kinds[::25]), "PSC1:")
    for language, word in (("en", "Revoked"), ("es", "Revocado")):
        desk.page.locator(f"[data-language={language}]").click()
        assert word in desk.page.locator(".paper h3").all_inner_texts()
        assert desk.page.evaluate("document.documentElement.lang") == language
        found = Axe().run(desk.page)
        assert found.violations_count == 0, found.generate_report()
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert "Check" not in desk.page.locator("main").inner_text()


def test_it_is_served_under_a_policy_that_lets_nothing_else_in(
    browser: Browser, database_url: str, tmp_path: Path
) -> None:
    with live(database_url, tmp_path / "data") as app:
        context = browser.new_context()
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(f"{app.config['SETTINGS'].base_url}/offline?lang=es")
        page.get_by_role("heading", name="Compruebe un certificado sin conexión").wait_for()
        assert page.evaluate("() => fetch('/').then(() => 'sent', () => 'stopped')") == "stopped"
        with page.expect_download() as saved:
            page.get_by_role("link", name="Guardar esta página").click()
        assert saved.value.path().read_text("utf-8").startswith("<!doctype html>")
    assert [said for said in complaints if "Content Security Policy" not in said] == []
