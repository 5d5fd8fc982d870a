"""Reads about credentials, keys and the log."""

from lms.credentials.queries.cards import (
    PAGE,
    CredentialCard,
    Period,
    StatusChange,
    by_number,
    by_numbers,
    credential,
    credential_cards,
    credentials_of,
    family_of,
    history_of,
    periods_of,
    register_page,
    undrawn,
    undrawn_renewals,
)
from lms.credentials.queries.codes import CodeCard, code_that_opens, codes_of, opened

__all__ = [
    "PAGE",
    "CodeCard",
    "CredentialCard",
    "Period",
    "StatusChange",
    "by_number",
    "by_numbers",
    "code_that_opens",
    "codes_of",
    "credential",
    "credential_cards",
    "credentials_of",
    "family_of",
    "history_of",
    "opened",
    "periods_of",
    "register_page",
    "undrawn",
    "undrawn_renewals",
]
