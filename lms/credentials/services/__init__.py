"""Acts on credentials: issue, suspend, reinstate, revoke, replace, and draw the certificate."""

from lms.credentials.services.issuing import (
    IssuedCredential,
    certificate_facts,
    draw_certificate,
    issue,
    reinstate,
    replace,
    revoke,
    suspend,
    verify_url,
)

__all__ = [
    "IssuedCredential",
    "certificate_facts",
    "draw_certificate",
    "issue",
    "reinstate",
    "replace",
    "revoke",
    "suspend",
    "verify_url",
]
