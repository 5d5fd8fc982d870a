"""Reads about credentials, keys and the log."""

from lms.credentials.queries.cards import (
    PAGE,
    CredentialCard,
    Period,
    StatusChange,
    any_of_scheme,
    by_number,
    by_numbers,
    credential,
    credential_cards,
    credentials_of,
    family_of,
    history_of,
    periods_of,
    register_page,
)
from lms.credentials.queries.changed import issued_after
from lms.credentials.queries.choices import (
    Identity,
    bodies_with_search,
    found_by_name,
    identity_choice,
    is_listed,
    words_of_name,
)
from lms.credentials.queries.codes import CodeCard, code_that_opens, codes_of, opened
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
from lms.credentials.queries.news import (
    cards_by_id,
    credentials_with_news,
    of_erased,
    watched_past_their_day,
)
from lms.credentials.queries.subscribers import subscribers_due

__all__ = [
    "PAGE",
    "CodeCard",
    "CredentialCard",
    "DocumentCard",
    "Identity",
    "ListCard",
    "Period",
    "StatusChange",
    "any_of_scheme",
    "bodies_with_search",
    "by_number",
    "by_numbers",
    "cards_by_id",
    "code_that_opens",
    "codes_of",
    "credential",
    "credential_cards",
    "credentials_of",
    "credentials_with_news",
    "document_of",
    "ended_in",
    "family_of",
    "found_by_name",
    "history_of",
    "identity_choice",
    "is_listed",
    "issued_after",
    "newest_lists",
    "of_erased",
    "opened",
    "periods_of",
    "register_page",
    "signed_list",
    "stale_lists",
    "subscribers_due",
    "unmade",
    "unsigned_size",
    "watched_past_their_day",
    "words_of_name",
]
