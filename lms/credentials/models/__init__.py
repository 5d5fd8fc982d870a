"""Tables of credentials."""

from lms.credentials.models.credentials import CertificateFile, Credential, StatusEvent
from lms.credentials.models.keys import KeyEvent, SigningKey
from lms.credentials.models.log import LogCheckpoint, LogEntry, LogNode

__all__ = [
    "CertificateFile",
    "Credential",
    "KeyEvent",
    "LogCheckpoint",
    "LogEntry",
    "LogNode",
    "SigningKey",
    "StatusEvent",
]
