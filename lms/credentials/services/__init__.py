"""Acts on credentials: issue, change their status, renew, replace, make their documents, sign lists."""

from lms.credentials.services.checkpoints import sign_checkpoint
from lms.credentials.services.documents import certificate_facts, make_document, verify_url
from lms.credentials.services.issuing import (
    IssuedCredential,
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

__all__ = [
    "IssuedCredential",
    "certificate_facts",
    "erase",
    "issue",
    "make_document",
    "make_inactive",
    "put_on_probation",
    "reinstate",
    "relinquish",
    "renew",
    "replace",
    "revoke",
    "sign_checkpoint",
    "sign_list",
    "suspend",
    "verify_url",
]
