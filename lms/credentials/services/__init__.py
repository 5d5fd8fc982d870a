"""Acts on credentials: issue, suspend, reinstate, revoke, replace, and draw the certificate."""

from lms.credentials.services.codes import end_code, make_code, open_by_code
from lms.credentials.services.issuing import (
    IssuedCredential,
    certificate_facts,
    draw_certificate,
    draw_renewal,
    issue,
    make_inactive,
    put_on_probation,
    reinstate,
    relinquish,
    renew,
    replace,
    revoke,
    suspend,
    verify_url,
)

__all__ = [
    "IssuedCredential",
    "certificate_facts",
    "draw_certificate",
    "draw_renewal",
    "end_code",
    "issue",
    "make_code",
    "make_inactive",
    "open_by_code",
    "put_on_probation",
    "reinstate",
    "relinquish",
    "renew",
    "replace",
    "revoke",
    "suspend",
    "verify_url",
]
