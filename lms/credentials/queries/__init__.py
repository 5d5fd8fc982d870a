"""Reads about credentials, keys and the log."""

from lms.credentials.queries.cards import (
    PAGE,
    CredentialCard,
    Period,
    StatusChange,
    any_of_scheme,
    by_number,
    credential,
    credential_cards,
    credentials_of,
    family_of,
    history_of,
    periods_of,
    register_page,
)
from lms.credentials.queries.documents import (
    DocumentCard,
    ListCard,
    document_of,
    ended_in,
    newest_lists,
    signed_list,
    stale_lists,
    unmade,
)
from lms.credentials.queries.log import unsigned_size

__all__ = [
    "PAGE",
    "CredentialCard",
    "DocumentCard",
    "ListCard",
    "Period",
    "StatusChange",
    "any_of_scheme",
    "by_number",
    "credential",
    "credential_cards",
    "credentials_of",
    "document_of",
    "ended_in",
    "family_of",
    "history_of",
    "newest_lists",
    "periods_of",
    "register_page",
    "signed_list",
    "stale_lists",
    "unmade",
    "unsigned_size",
]
