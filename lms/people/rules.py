"""What decides about people without asking anything: passwords, roles, factors, addresses of our own."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from importlib.resources import files

from lms.permissions import Role

SHORTEST_ALONE = 15
SHORTEST_WITH_SECOND_FACTOR = 8
LONGEST = 128
INVITATION_LASTS = timedelta(days=14)
CONFIRMATION_LASTS = timedelta(minutes=15)
NEEDS_SECOND_FACTOR = frozenset(
    {Role.SUPERVISOR, Role.ASSESSOR, Role.REVIEWER, Role.REGISTRAR, Role.ADMINISTRATOR}
)
_LETTERS_FOR = str.maketrans("@4310$5!7", "aaeiossit")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f]")


def normal(password: str) -> str:
    """The password as it is kept and compared: Unicode NFKC, so that each keyboard types the same one."""
    return unicodedata.normalize("NFKC", password)


@cache
def blocked() -> frozenset[str]:
    """The common passwords, each in lower case."""
    text = files("lms.people").joinpath("blocked_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def problem_with_password(password: str, *, has_second_factor: bool, words: Iterable[str]) -> str | None:
    """What is wrong with a new password: short, long, common, personal, simple; None when it will do.

    15 characters alone and 8 beside a second factor, any characters, no composition rules, a block list
    (NIST SP 800-63B-4, section 3.1.1.2). `words` are the person's and the organisation's names.
    """
    password = normal(password)
    if len(password) < (SHORTEST_WITH_SECOND_FACTOR if has_second_factor else SHORTEST_ALONE):
        return "short"
    if len(password) > LONGEST:
        return "long"
    lower = password.lower()
    plain = lower.translate(_LETTERS_FOR)
    if len(set(lower)) < 5:
        return "simple"
    if _is_common(lower) or _is_common(plain):
        return "common"
    closed = lower.replace(" ", "")
    return "personal" if any(word in closed or word in plain for word in _telling(words)) else None


def _is_common(lower: str) -> bool:
    trimmed = lower.strip("0123456789!?.,-_*# ")
    half = lower[: len(lower) // 2]
    return (
        lower in blocked()
        or trimmed in blocked()
        or lower.replace(" ", "") in blocked()
        or (len(lower) % 2 == 0 and half * 2 == lower and (half in blocked() or len(half) <= 4))
    )


def _telling(words: Iterable[str]) -> set[str]:
    """Each word whole, and the parts of an address before its @, when long enough to give a password away."""
    found = set()
    for word in words:
        lower = normal(word).lower()
        found.add(lower.replace(" ", ""))
        if "@" in lower:
            found.update(re.split(r"[._+-]+", lower.partition("@")[0]))
    return {word for word in found if len(word) >= 4}


def roles_to_give(*, is_administrator: bool) -> tuple[Role, ...]:
    """The roles that one who manages an organisation may give in it."""
    return tuple(role for role in Role if is_administrator or role is not Role.ADMINISTRATOR)


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Whether one of these roles may only be used after a second factor."""
    return any(role in NEEDS_SECOND_FACTOR for role in roles)


def is_own_address(address: str | None) -> bool:
    """Whether a ?next= stays on this site: a path of ours, and nothing a browser reads as another host."""
    if not address or not address.startswith("/") or _UNSEEN.search(address):
        return False
    return not address.replace("\\", "/").startswith("//")


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> tuple[str | None, str | None]:
    """The browser and the system that a user agent names, each None when it is not one we know."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return browser, system
