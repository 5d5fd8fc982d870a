"""Signed notes, checkpoints and portable proofs of the log, as C2SP writes them down. Pure.

c2sp.org/signed-note: a text, an empty line, and a line for each signature: an em dash, the signer's name, and
in base64 four bytes that name the key and the signature. c2sp.org/tlog-checkpoint: the log's name, the number
of its entries and the root. c2sp.org/tlog-proof: an entry's index, its inclusion proof and a checkpoint, so
that one file can be checked without asking anybody.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lms.credentials.signers import Signer

ED25519 = b"\x01"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


class NoteFault(ValueError):
    """A note, checkpoint or proof that cannot be read or is not signed by the log."""


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def verifier_key(name: str, public: Ed25519PublicKey) -> str:
    """The line that a checker needs: name, key id and public key."""
    key = ED25519 + public.public_bytes_raw()
    return f"{name}+{_key_id(name, public).hex()}+{_base64(key)}"


def sign(text: str, name: str, private: Signer) -> str:
    """The text as a signed note. The text ends with a line break."""
    signature = _key_id(name, private.public_key()) + private.sign(text.encode())
    return f"{text}\n— {name} {_base64(signature)}\n"


def opened(note: str, name: str, public: Ed25519PublicKey) -> str:
    """The text of a note that this key signed. Raises NoteFault."""
    text, separator, signatures = note.rpartition("\n\n")
    if not separator:
        raise NoteFault("This is not a signed note.")
    text += "\n"
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if dash != "—" or signer != name:
            continue
        signature = _bytes(encoded)
        if signature[:4] != _key_id(name, public):
            continue
        try:
            public.verify(signature[4:], text.encode())
        except InvalidSignature as fault:
            raise NoteFault("The signature of the note is not right.") from fault
        return text
    raise NoteFault("The note is not signed by this log.")


def checkpoint_in(note: str, name: str, public: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint that a signed note holds. Raises NoteFault."""
    lines = opened(note, name, public).splitlines()
    if len(lines) < 3 or not lines[1].isdecimal() or lines[0] != name:
        raise NoteFault("This is not a checkpoint of this log.")
    return Checkpoint(lines[0], int(lines[1]), _bytes(lines[2]))


def proof_file(index: int, proof: Sequence[bytes], checkpoint_note: str) -> str:
    """An inclusion proof with its checkpoint as one portable text."""
    lines = [PROOF_HEADER, f"index {index}", *(_base64(step) for step in proof), "", checkpoint_note]
    return "\n".join(lines)


def proof_in(text: str) -> tuple[int, tuple[bytes, ...], str]:
    """Index, hashes and checkpoint note of a portable proof. Raises NoteFault."""
    head, separator, note = text.partition("\n\n")
    lines = head.splitlines()
    if not separator or len(lines) < 2 or lines[0] != PROOF_HEADER or not lines[1].startswith("index "):
        raise NoteFault("This is not a proof of inclusion.")
    number = lines[1].removeprefix("index ")
    if not number.isdecimal():
        raise NoteFault("The index of the proof is not a number.")
    return int(number), tuple(_bytes(line) for line in lines[2:]), note


def _key_id(name: str, public: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public.public_bytes_raw()).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise NoteFault("A line of the note is not base64.") from fault
