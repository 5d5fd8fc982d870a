"""The signed statement on paper: true, altered, expired, revoked and foreign papers are told apart."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lms.credentials import paper
from lms.credentials.badges import did, multikey, status_list
from lms.credentials.paper import Paper

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = did.did_of("https://lms.example.test", "north")


def statement(**changes: Any) -> paper.Statement:
    plain = paper.Statement(
        key_id=paper.key_id(KEY.public_key()),
        number="7Q2M-K4XD-9TPA-3WZ8-N0RB",
        name="Ámbar O’Neill 李",
        title="Certified peer specialist",
        issued_on=date(2026, 11, 1),
        valid_until=date(2028, 10, 31),
        list_number=1,
        list_index=4711,
    )
    return replace(plain, **changes)


def bundle(revoked: tuple[int, ...] = (), at: datetime = AT, signer: Any = KEY) -> dict[str, Any]:
    signed = paper.signed_list(ISSUER, 1, at, status_list.encoded(revoked), signer)
    key = multikey.public_text(KEY.public_key())
    issuer = {
        "did": ISSUER,
        "name": "North Board",
        "zone": "America/New_York",
        "keys": [key],
        "lists": {"1": signed},
    }
    return paper.bundle_of([issuer], at)


def code(**changes: Any) -> str:
    return paper.written(statement(**changes), KEY)


def test_a_true_paper_is_valid_and_says_what_it_says() -> None:
    answer = paper.checked(code(), bundle(), AT)
    assert (answer.paper, answer.statement, answer.issuer) == (Paper.VALID, statement(), "North Board")


def test_the_last_day_counts_and_the_next_does_not() -> None:
    text = code(valid_until=AT.date())
    assert paper.checked(text, bundle(), AT).paper is Paper.VALID
    assert paper.checked(text, bundle(), AT + timedelta(days=1)).paper is Paper.EXPIRED


def test_the_last_day_ends_where_the_issuer_is() -> None:
    evening = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)  # a minute before midnight in New York
    text = code(valid_until=date(2026, 11, 22))
    assert paper.checked(text, bundle(), evening).paper is Paper.VALID
    assert paper.checked(text, bundle(), evening + timedelta(minutes=1)).paper is Paper.EXPIRED


def test_a_paper_without_an_end_does_not_expire() -> None:
    at = AT + timedelta(days=9000)
    assert paper.checked(code(valid_until=None), bundle(at=at), at).paper is Paper.VALID


def test_a_revoked_paper_is_revoked_and_only_that_one() -> None:
    assert paper.checked(code(), bundle((4711,)), AT).paper is Paper.REVOKED
    assert paper.checked(code(), bundle((4710, 4712)), AT).paper is Paper.VALID


@pytest.mark.parametrize("days", [8, 400])
def test_old_lists_do_not_say_that_nothing_was_revoked(days: int) -> None:
    answer = paper.checked(code(), bundle(), AT + timedelta(days=days))
    assert answer.paper is Paper.STATUS_UNKNOWN


def test_who_asks_for_fresher_lists_gets_no_yes_from_old_ones() -> None:
    at = AT + timedelta(days=2)
    assert paper.checked(code(), bundle(), at, timedelta(days=2)).paper is Paper.VALID
    assert paper.checked(code(), bundle(), at, timedelta(days=1)).paper is Paper.STATUS_UNKNOWN


def test_a_clock_that_is_behind_the_list_says_nothing() -> None:
    assert paper.checked(code(), bundle(), AT - timedelta(days=2)).paper is Paper.STATUS_UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"made_at": "2026-11-29T12:00:00Z"},
        {"bits": status_list.encoded(())},
        {"list": 2},
        {"signature": "AAAA"},
        {"signature": 7},
    ],
)
def test_a_list_that_was_changed_says_nothing(change: dict[str, Any]) -> None:
    held = bundle((4711,))
    held["issuers"][0]["lists"]["1"] |= change
    assert paper.checked(code(), held, AT).paper is Paper.STATUS_UNKNOWN


def test_a_list_of_another_number_or_issuer_says_nothing() -> None:
    other = paper.signed_list(ISSUER, 2, AT, status_list.encoded(()), KEY)
    foreign = paper.signed_list(f"{ISSUER}-too", 1, AT, status_list.encoded(()), KEY)
    for form in (other, foreign):
        held = bundle()
        held["issuers"][0]["lists"]["1"] = form
        assert paper.checked(code(), held, AT).paper is Paper.STATUS_UNKNOWN


def test_small_letters_read_as_capitals() -> None:
    assert paper.checked(code().lower(), bundle(), AT).paper is Paper.VALID


def test_a_list_that_the_issuer_did_not_sign_says_nothing() -> None:
    assert paper.checked(code(), bundle((4711,), signer=OTHER), AT).paper is Paper.STATUS_UNKNOWN


def test_a_foreign_key_is_not_ours() -> None:
    text = paper.written(statement(key_id=paper.key_id(OTHER.public_key())), OTHER)
    assert paper.checked(text, bundle(), AT).paper is Paper.NOT_OURS


def test_one_who_borrows_our_key_id_is_found_out() -> None:
    assert paper.checked(paper.written(statement(), OTHER), bundle(), AT).paper is Paper.ALTERED


@pytest.mark.parametrize("field", ["name", "number", "title", "valid_until", "issued_on", "list_index"])
def test_an_altered_paper_is_found_out(field: str) -> None:
    changes: dict[str, Any] = {
        "name": "Somebody Else",
        "number": "0000-0000-0000-0000-0000",
        "title": "Director",
        "valid_until": date(2099, 1, 1),
        "issued_on": date(2020, 1, 1),
        "list_index": 1,
    }
    _true, signature, _signed = paper.read(code())
    _forged, _other, forged_body = paper.read(code(**{field: changes[field]}))
    body = forged_body.removeprefix(paper.HEAD.encode())
    text = paper.HEAD + paper.base45(signature + body)
    assert paper.checked(text, bundle(), AT).paper is Paper.ALTERED


@pytest.mark.parametrize("text", ["", "PSC1:", "PSC1:ZZZ", "PSC1:é", "https://lms.example.test/verify/1"])
def test_what_is_no_statement_is_unreadable(text: str) -> None:
    assert paper.checked(text, bundle(), AT).paper is Paper.UNREADABLE


def test_a_body_that_unpacks_without_end_is_unreadable() -> None:
    import zlib

    text = paper.HEAD + paper.base45(bytes(64) + zlib.compress(b"[" + b" " * 10_000_000 + b"]"))
    assert paper.checked(text, bundle(), AT).paper is Paper.UNREADABLE


@pytest.mark.parametrize(
    ("plain", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")],
)
def test_base45_is_as_the_rfc_shows_it(plain: bytes, text: str) -> None:
    assert paper.base45(plain) == text
    assert paper.unbase45(text) == plain


@given(st.binary(max_size=80))
def test_base45_gives_back_every_text(data: bytes) -> None:
    assert paper.unbase45(paper.base45(data)) == data


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_name_comes_back(name: str, title: str) -> None:
    wanted = statement(
        name=name.encode("utf-8", "ignore").decode(), title=title.encode("utf-8", "ignore").decode()
    )
    assert paper.checked(paper.written(wanted, KEY), bundle(), AT).statement == wanted
