"""Reports without a database: their numbers, their document, and their pages as readers are told of them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.credentials import numbers, reporting
from lms.credentials.badges import multikey, proof
from lms.credentials.badges.badge import Issuer
from lms.credentials.numbers import ALPHABET
from lms.credentials.report_page import WORDS, draw_report
from lms.credentials.reporting import Check, LogProof, Report, Told, is_number, new_number, normalise, unsigned
from lms.credentials.tagging import Attachment
from tests.credentials.papers import KEY
from tests.credentials.test_transcript import every_mark_is_in_the_tree_once

AT = datetime(2026, 11, 22, 15, 15, 22, tzinfo=UTC)
ROOT = "https://lms.example.test"
ISSUER = Issuer("did:web:lms.example.test:issuers:north", "North Board", f"{ROOT}/issuers/north", ROOT)
TOLD = Told(
    language="en",
    on=date(2026, 11, 20),
    at=AT,
    zone="America/New_York",
    number="7Q2M-K4XD-9TPA-3WZ8-N0RB",
    verdict="revoked",
    status="revoked",
    seal="stop",
    word="Revoked",
    sentence="This credential was revoked on Nov 12, 2026.",
    advice="It is no longer valid, and that is final.",
    name="عائشة الفارسي",
    title="Certified Peer Specialist",
    kind="certification",
    kind_word="Certification",
    issuer_name="North Board",
    issued_on=date(2024, 11, 3),
    valid_until=date(2026, 11, 2),
    checks=tuple(Check(result, f"A check that is {result}.", AT) for result in ("ok", "wait", "stop", "info")),
    grace_ends_on=date(2027, 2, 2),
    since=date(2026, 11, 12),
    superseded_by="7Q2M-K4XD-9TPA-3WZ8-N0RC",
    reason_class="conduct",
    reason_word="Conduct",
    is_renewal_in_process=True,
)
NOTE = "lms.example.test/log\n14\nqqqq=\n\n— lms.example.test/log Zm9vYmFy\n"
LOG = LogProof(
    "lms.example.test/log", 3, '{"op":"issue"}', "00" * 16, f"c2sp.org/tlog-proof@v1\nindex 3\n\n{NOTE}"
)
FULL = Report("VR-7K2M-94XD-TPA3-WZ8N", ISSUER, TOLD, LOG)
LONG = replace(FULL, told=replace(TOLD, checks=TOLD.checks * 12))
bodies = st.text(ALPHABET, min_size=reporting.RANDOM_CHARACTERS, max_size=reporting.RANDOM_CHARACTERS)


def complete(body: str) -> str:
    signs = reporting.PREFIX + body
    return signs + numbers.check_character(signs)


def text_of(pdf: bytes) -> str:
    return " ".join(
        " ".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(pdf)
    )


def test_numbers_are_all_different_and_never_those_of_credentials() -> None:
    made = {new_number() for _ in range(2000)}
    assert len(made) == 2000
    for one in made:
        assert is_number(one)
        assert one == normalise(one.lower().replace("-", " "))
        assert not numbers.is_well_formed(one)
    assert not is_number(numbers.new_number())


@given(bodies, st.integers(0, reporting.LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_wrong_character_is_caught(body: str, place: int, other: str) -> None:
    number = complete(body)
    changed = number[:place] + other + number[place + 1 :]
    assert is_number(changed) is (changed == number)


@given(bodies, st.integers(0, reporting.LENGTH - 1), st.integers(0, reporting.LENGTH - 1))
def test_every_swap_of_two_characters_is_caught(body: str, one: int, two: int) -> None:
    number = complete(body)
    signs = list(number)
    signs[one], signs[two] = signs[two], signs[one]
    assert is_number("".join(signs)) is ("".join(signs) == number)


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert is_number(text) in (True, False)
    assert isinstance(normalise(text), str)


def test_the_document_says_each_thing_once_and_in_words_that_we_know() -> None:
    document = proof.sign(unsigned(FULL), KEY, method=f"{ISSUER.did}#key-1", at=AT)
    assert proof.is_signed(document, KEY.public_key())
    assert reporting.is_report(document)
    found = reporting.said_in(document)
    assert (found.report, found.number, found.name) == (FULL.number, TOLD.number, TOLD.name)
    waiting, words = [{name: part for name, part in document.items() if name != "@context"}], set()
    while waiting:
        part = waiting.pop()
        words |= set(part) if isinstance(part, dict) else set()
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    assert words == reporting.WORDS
    assert "null" not in json.dumps(document)
    assert multikey.public_text(KEY.public_key()).startswith("z6Mk")


@pytest.mark.parametrize(
    "document",
    [
        *(None, [], "text", {}, {"@context": []}, {"@context": [proof.CREDENTIALS, {"@vocab": 1}]}),
        {"@context": [proof.CREDENTIALS, {"@vocab": ROOT + reporting.WORDS_AT}], "type": "VerificationReport"},
        {"@context": [proof.CREDENTIALS, {"@vocab": ROOT + reporting.WORDS_AT, "name": "x:y"}]},
    ],
)
def test_what_is_written_otherwise_is_no_report(document: object) -> None:
    assert not reporting.is_report(document)


@pytest.mark.parametrize("subject", [None, [], "text", {"answer": [], "credential": "text", "reportNumber": 3}])
def test_what_is_not_text_is_read_as_nothing(subject: object) -> None:
    found = reporting.said_in({"credentialSubject": subject})
    assert (found.report, found.sentence, found.number, found.name, found.valid_until) == ("",) * 5


def test_the_page_says_all_of_it() -> None:
    text = text_of(draw_report(FULL, None))
    for shown in (
        *(FULL.number, TOLD.number, "Revoked", TOLD.sentence, TOLD.advice, "Certified Peer Specialist"),
        *("November 3, 2024", "November 2, 2026", "Days of grace end February 2, 2027", "Conduct"),
        *("at the end of November 20, 2026", "10:15:22 (America/New_York) · 2026-11-22 15:15:22 UTC"),
        *("A check that is wait. not yet 15:15:22", "Renewal in process", "lms.example.test/log 14 qqqq="),
        *(TOLD.superseded_by or "", f"{ROOT}/verify/{TOLD.number}", f"{ROOT}/verify/file"),
    ):
        assert shown in text, shown


def test_a_long_one_goes_on_over_pages_and_says_how_many() -> None:
    text = text_of(draw_report(LONG, None))
    assert text.count("A check that is") == 48
    assert "Page 3 of 3" in text


@pytest.mark.parametrize("report", [FULL, LONG, replace(FULL, log=None)])
@pytest.mark.parametrize("language", ["en", "es"])
def test_readers_are_told_every_part_once(report: Report, language: str) -> None:
    every_mark_is_in_the_tree_once(
        draw_report(replace(report, told=replace(report.told, language=language)), None)
    )


def test_the_same_report_gives_the_same_bytes_with_its_files_in_order() -> None:
    attachments = [Attachment("report.json", "The report", b"{}"), Attachment("log-proof.json", "Proof", b"[]")]
    pdf = draw_report(FULL, None, attachments)
    assert pdf == draw_report(FULL, None, attachments)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert [str(one.UF) for one in document.Root.AF] == ["report.json", "log-proof.json"]
        assert [str(one) for one in document.Root.Names.EmbeddedFiles.Names][::2] == [
            "log-proof.json",
            "report.json",
        ]


def test_both_languages_have_every_word() -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()
