"""Password rules, own addresses and devices, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people import rules, texts
from lms.permissions import Role


@pytest.mark.parametrize(
    ("password", "has_second_factor", "problem"),
    [
        ("otter lantern velvet canyon", False, None),
        ("fourteen chars", False, "short"),
        ("fifteen char ok", False, None),
        ("vQ7 harb", True, None),
        ("vQ7 har", True, "short"),
        ("password", True, "common"),
        ("P@ssw0rd", True, "common"),
        ("Password2026!", True, "common"),
        ("qwertyuiopasdfghjkl", False, "common"),
        ("correct horse battery staple", False, "common"),
        ("passwordpassword", False, "common"),
        ("1212121212121212", False, "simple"),
        ("tara walks at dawn", False, "personal"),
        ("T A R A walks at dawn", False, "personal"),
        ("my opendoortraining key", False, "personal"),
        ("tara.w likes the river", False, "personal"),
        ("x" * 129, False, "long"),
        ("ｏｔｔｅｒ lantern velvet", False, None),
    ],
)
def test_passwords(password: str, has_second_factor: bool, problem: str | None) -> None:
    words = ["tara.willow@example.test", "Tara", "Open Door Training"]
    found = rules.problem_with_password(password, has_second_factor=has_second_factor, words=words)
    assert found == problem


def test_block_list_is_long_and_lower_case() -> None:
    assert len(rules.blocked()) >= 500
    assert all(len(word) >= 8 and word == word.lower() for word in rules.blocked())


@given(st.text(max_size=40))
def test_normal_form_is_stable(typed: str) -> None:
    assert rules.normal(rules.normal(typed)) == rules.normal(typed)


@given(st.text(max_size=30))
def test_own_address_is_a_path(address: str) -> None:
    if rules.is_own_address(address):
        assert address.startswith("/")
        assert not address.replace("\\", "/").startswith("//")


@pytest.mark.parametrize(
    "address", ["", None, "home", "//x", "/\\x", "/\tx", "https://x", "javascript:1", "/\n/x"]
)
def test_foreign_addresses(address: str | None) -> None:
    assert not rules.is_own_address(address)


def test_second_factor_roles() -> None:
    assert rules.needs_second_factor([Role.TRAINEE, Role.REVIEWER])
    assert not rules.needs_second_factor([Role.TRAINEE, Role.TRAINER, Role.COORDINATOR, Role.AUDITOR])


def test_devices() -> None:
    assert rules.device("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko Firefox/130.0") == ("Firefox", "Linux")
    assert rules.device("") == (None, None)


def test_texts_are_in_both_languages() -> None:
    for text in texts.TEXTS.values():
        assert set(text.title) == set(text.paragraphs) == set(text.seen_by) == {"en", "es"}
        assert len(text.paragraphs["en"]) == len(text.paragraphs["es"])
    assert texts.newest("code-of-ethics") == 1
