"""Tables of credentials."""

from lms.credentials.models.choices import (
    IdentityChoice,
    NameSearchRule,
    PublicListing,
    ShareCode,
    ShareCodeLook,
)
from lms.credentials.models.credentials import (
    Credential,
    CredentialRenewal,
    StatusEvent,
)
from lms.credentials.models.documents import (
    CredentialDocument,
    CredentialIdentity,
    SignedList,
    StatusList,
)
from lms.credentials.models.keys import (
    KeyEvent,
    SigningKey,
)
from lms.credentials.models.log import (
    LogCheckpoint,
    LogEntry,
    LogNode,
)
from lms.credentials.models.reports import (
    VerificationReport,
)
from lms.credentials.models.subscribers import (
    LogSubscriber,
)
from lms.credentials.models.templates import (
    CertificateTemplate,
)

__all__ = [
    "CertificateTemplate",
    "Credential",
    "CredentialDocument",
    "CredentialIdentity",
    "CredentialRenewal",
    "IdentityChoice",
    "KeyEvent",
    "LogCheckpoint",
    "LogEntry",
    "LogNode",
    "LogSubscriber",
    "NameSearchRule",
    "PublicListing",
    "ShareCode",
    "ShareCodeLook",
    "SignedList",
    "SigningKey",
    "StatusEvent",
    "StatusList",
    "VerificationReport",
]
