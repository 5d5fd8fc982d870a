"""Acts on credentials: issue, suspend, reinstate, revoke, replace, and draw the certificate."""

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
    "issue",
    "make_inactive",
    "put_on_probation",
    "reinstate",
    "relinquish",
    "renew",
    "replace",
    "revoke",
    "suspend",
    "verify_url",
]
