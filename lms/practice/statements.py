"""What a supervisor says by signing, and the exact bytes that are signed.

The text is stored with each sign-off, beside its version, so that it can be shown again as it was. A change
of wording is a new version at the end; nothing above it is ever edited. Following 15 USC 7001 and 21 CFR
11.50, the signed line holds who signed, when, and what it means.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    version: int
    text: str


STATEMENTS: Mapping[int, Statement] = {
    1: Statement(
        1,
        "I supervised this work. I know of it by watching, by reading the notes or by talking it over with the "
        "trainee. The entries are true as far as I know.",
    ),
}
CURRENT = STATEMENTS[max(STATEMENTS)]


def canonical(facts: Mapping[str, str | int | bool | None]) -> str:
    """The one spelling of a signed line: JSON, keys in order, no spaces, every letter as itself."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(text: str) -> str:
    """SHA-256 of the canonical line, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
