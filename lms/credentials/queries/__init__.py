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

__all__ = [
    "PAGE",
    "CredentialCard",
    "Period",
    "StatusChange",
    "by_number",
    "by_numbers",
    "credential",
    "credential_cards",
    "credentials_of",
    "family_of",
    "history_of",
    "periods_of",
    "register_page",
    "undrawn",
    "undrawn_renewals",
]
