"""Acts on credentials: issue, change their status, renew, replace, make their documents, sign lists."""

from lms.credentials.services.checkpoints import sign_checkpoint
from lms.credentials.services.choices import allow_name_search, choose_identity, list_by_name
from lms.credentials.services.codes import end_code, make_code, open_by_code
from lms.credentials.services.documents import certificate_facts, make_document, verify_url
from lms.credentials.services.issuing import (
    IssuedCredential,
    check_name,
    erase,
    issue,
    make_inactive,
    put_on_probation,
    reinstate,
    relinquish,
    renew,
    replace,
    revoke,
    suspend,
)
from lms.credentials.services.lists import sign_list
from lms.credentials.services.subscribing import (
    address_in,
    ask_for_checkpoints,
    leaving_address,
    subscribe,
    tell_subscriber,
    unsubscribe,
)

__all__ = [
    "IssuedCredential",
    "address_in",
    "allow_name_search",
    "ask_for_checkpoints",
    "certificate_facts",
    "check_name",
    "choose_identity",
    "end_code",
    "erase",
    "issue",
    "leaving_address",
    "list_by_name",
    "make_code",
    "make_document",
    "make_inactive",
    "open_by_code",
    "put_on_probation",
    "reinstate",
    "relinquish",
    "renew",
    "replace",
    "revoke",
    "sign_checkpoint",
    "sign_list",
    "subscribe",
    "suspend",
    "tell_subscriber",
    "unsubscribe",
    "verify_url",
]
