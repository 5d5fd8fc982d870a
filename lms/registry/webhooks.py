"""The form of a signed message: Standard Webhooks 1.0 (standardwebhooks.com), symmetric signatures. Pure."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta

PREFIX = "whsec_"
BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""How long after each try that did not arrive the next one comes: eight tries in about two and a half days."""
OVERLAP = timedelta(hours=24)
"""How long messages are signed by the secret before as well, once there is a new one."""


def secret(key: str, endpoint_id: int, nonce: str) -> bytes:
    """The secret of an endpoint: 32 bytes that follow from the installation's key and the endpoint's nonce."""
    return hmac.new(key.encode(), f"webhook:{endpoint_id}:{nonce}".encode(), hashlib.sha256).digest()


def shown(of: bytes) -> str:
    """A secret as its owner copies it."""
    return PREFIX + base64.b64encode(of).decode()


def headers(message_id: str, at: datetime, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """The three headers of a message, signed by each of the secrets, the newest first."""
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    signatures = (
        "v1," + base64.b64encode(hmac.new(one, signed, hashlib.sha256).digest()).decode() for one in secrets
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }


def body(
    *,
    number: str,
    change: str,
    status: str,
    since: date,
    reason_class: str | None,
    superseded_by: str | None,
    at: datetime,
    url: str,
) -> bytes:
    """What is said of a change. Nothing of the holder is in it; what holds now is at `url`."""
    return _written(
        {
            "type": "credential.status_changed",
            "timestamp": at.isoformat(),
            "data": {
                "number": number,
                "change": change,
                "status": status,
                "since": since.isoformat(),
                "reason_class": reason_class,
                "superseded_by": superseded_by,
                "url": url,
            },
        }
    )


def test_body(at: datetime) -> bytes:
    """What a test of an endpoint says: nothing about any credential."""
    return _written({"type": "test", "timestamp": at.isoformat(), "data": {}})


def _written(message: dict[str, object]) -> bytes:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after that many tries; None when it was the last one."""
    return now + BACK_OFF[tries - 1] if 1 <= tries <= len(BACK_OFF) else None


def is_taken(code: int | None) -> bool:
    """Whether a receiver's status code says that it has the message."""
    return code is not None and 200 <= code < 300
