"""What a token of the programming interface may do, and how one looks."""

import hashlib
import re
import secrets
from enum import StrEnum

PREFIX = "lms_"
SHAPE = re.compile(rf"{PREFIX}[0-9a-f]{{48}}")


class ApiScope(StrEnum):
    """The scopes of a token."""

    VERIFY = "credentials:verify"
    READ = "credentials:read"
    WATCH = "subscriptions:manage"


def new_token() -> str:
    """A token that nobody can guess (192 bits), with a beginning that finders of lost secrets know."""
    return PREFIX + secrets.token_hex(24)


def digest_of(token: str) -> str:
    """The only thing that is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
