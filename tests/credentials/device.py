"""A keeper of keys as another process: what it makes stays there, and only signatures come out.

It stands for a device or a service. `python -m tests.credentials.device` answers one line of JSON for each.
"""

import base64
import json
import subprocess
import sys
from functools import cache
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from lms.config import Settings
from lms.credentials.keyring import KeyMissing, Kind, Private, name_of_public
from tests.conftest import ROOT


class Device:
    """Our side of it: a `Store`."""

    def __init__(self) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-m", "tests.credentials.device"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.one_at_a_time = Lock()

    def make(self, kind: Kind) -> Any:
        return load_der_public_key(base64.b64decode(self._asked(make=kind.value)))

    def sign(self, name: str, data: bytes) -> bytes:
        return base64.b64decode(self._asked(sign=name, data=base64.b64encode(data).decode()))

    def unplug(self) -> None:
        self.running.kill()
        self.running.wait()

    def _asked(self, **question: str) -> str:
        assert self.running.stdin is not None
        assert self.running.stdout is not None
        with self.one_at_a_time:
            try:
                self.running.stdin.write(json.dumps(question) + "\n")
                self.running.stdin.flush()
                answer = self.running.stdout.readline().strip()
            except OSError:
                answer = ""
        if not answer:
            raise KeyMissing("The device that keeps the keys does not answer, or has no such key.")
        return answer


@cache
def plugged_in(_settings: Settings) -> Device:
    """The device of one installation."""
    return Device()


def main() -> None:
    """The device itself."""
    held: dict[str, Private] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "make" in asked:
            made: Private = (
                Ed25519PrivateKey.generate()
                if asked["make"] == "ed25519"
                else ec.generate_private_key(ec.SECP256R1())
            )
            held[name_of_public(made.public_key())] = made
            answer = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            private, data = held.get(asked["sign"]), base64.b64decode(asked["data"])
            if private is None:
                answer = b""
            elif isinstance(private, Ed25519PrivateKey):
                answer = private.sign(data)
            else:
                answer = private.sign(data, ec.ECDSA(hashes.SHA256()))
        sys.stdout.write(base64.b64encode(answer).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
