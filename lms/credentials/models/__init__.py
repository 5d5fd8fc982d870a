"""Tables of credentials."""

from lms.credentials.models.choices import (
    IdentityChoice,
    NameSearchRule,
    PublicListing,
    ShareCode,
    ShareCodeLook,
)
from lms.credentials.models.credentials import (
    CertificateFile,
    Credential,
    CredentialRenewal,
    RenewalCertificate,
    StatusEvent,
)
from lms.credentials.models.keys import KeyEvent, SigningKey
from lms.credentials.models.log import LogCheckpoint, LogEntry, LogNode
from lms.credentials.models.subscribers import LogSubscriber

__all__ = [
    "CertificateFile",
    "Credential",
    "CredentialRenewal",
    "IdentityChoice",
    "KeyEvent",
    "LogCheckpoint",
    "LogEntry",
    "LogNode",
    "LogSubscriber",
    "NameSearchRule",
    "PublicListing",
    "RenewalCertificate",
    "ShareCode",
    "ShareCodeLook",
    "SigningKey",
    "StatusEvent",
]
