"""Reads about credentials, keys and the log."""

from lms.credentials.queries.cards import (
    PAGE,
    CredentialCard,
    StatusChange,
    by_number,
    credential,
    credential_cards,
    credentials_of,
    history_of,
    register_page,
    undrawn,
)

__all__ = [
    "PAGE",
    "CredentialCard",
    "StatusChange",
    "by_number",
    "credential",
    "credential_cards",
    "credentials_of",
    "history_of",
    "register_page",
    "undrawn",
]
