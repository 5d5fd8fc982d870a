"""Tables of credentials."""

from lms.credentials.models.credentials import (
    CertificateFile,
    Credential,
    CredentialRenewal,
    RenewalCertificate,
    StatusEvent,
)
from lms.credentials.models.keys import KeyEvent, SigningKey
from lms.credentials.models.log import LogCheckpoint, LogEntry, LogNode

__all__ = [
    "CertificateFile",
    "Credential",
    "CredentialRenewal",
    "KeyEvent",
    "LogCheckpoint",
    "LogEntry",
    "LogNode",
    "RenewalCertificate",
    "SigningKey",
    "StatusEvent",
]
