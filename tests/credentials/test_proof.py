"""Proofs of credentials: the W3C's own test vectors byte for byte, and what is refused."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms.credentials.badges import multikey, proof

VECTORS = Path(__file__).parent / "vectors"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def text(name: str) -> str:
    return (VECTORS / name).read_text(encoding="utf-8")


KEYS = read("keyPair.json")
PRIVATE = Ed25519PrivateKey.from_private_bytes(base58.b58decode(KEYS["privateKeyMultibase"][1:])[2:])


@pytest.fixture
def examples_context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The context of the W3C's examples, which nothing but the vectors uses."""
    path = tmp_path / "examples.jsonld"
    path.write_text('{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}')
    monkeypatch.setitem(proof.FILES, EXAMPLES, str(path))


@pytest.mark.usefixtures("examples_context")
class TestVectors:
    def test_the_document_is_canonical_byte_for_byte(self) -> None:
        assert proof.canonical(read("unsigned.json")) == text("canonDocDataInt.txt")

    def test_the_options_are_canonical_byte_for_byte(self) -> None:
        assert proof.canonical(read("proofConfigDataInt.json")) == text("proofCanonDataInt.txt")

    def test_the_hash_is_proof_first(self) -> None:
        halves = (text("proofCanonDataInt.txt"), text("canonDocDataInt.txt"))
        digest = b"".join(hashlib.sha256(half.encode()).digest() for half in halves)
        assert digest.hex() == text("combinedHashDataInt.txt").strip()

    def test_the_signature_is_the_published_one(self) -> None:
        published = read("signedDataInt.json")
        at = datetime.fromisoformat(published["proof"]["created"])
        signed = proof.sign(
            read("unsigned.json"), PRIVATE, method=published["proof"]["verificationMethod"], at=at
        )
        assert signed["proof"] == [published["proof"]]

    def test_the_published_document_is_signed(self) -> None:
        assert proof.is_signed(read("signedDataInt.json"), PRIVATE.public_key())

    def test_the_key_is_written_as_published(self) -> None:
        assert multikey.public_text(PRIVATE.public_key()) == KEYS["publicKeyMultibase"]
        assert multikey.public_key(KEYS["publicKeyMultibase"]) == PRIVATE.public_key()


def document() -> dict[str, Any]:
    return {
        "@context": [proof.CREDENTIALS],
        "id": "urn:uuid:9a1f0a70-6a52-4b0e-9d3c-0d1f4c7f1a11",
        "type": ["VerifiableCredential"],
        "issuer": "did:web:lms.example.test",
        "name": "Ámbar O’Neill 李 Τζένη",
        "validFrom": "2026-11-22T09:30:00Z",
        "credentialSubject": {"id": "urn:uuid:0c2a9a4e-6b1d-4b86-94b7-9a6de0bb1b07"},
    }


def signed() -> dict[str, Any]:
    return proof.sign(document(), PRIVATE, method="did:web:lms.example.test#key-1", at=AT)


def test_what_is_signed_here_is_accepted_here() -> None:
    assert proof.is_signed(signed(), PRIVATE.public_key())


@pytest.mark.parametrize("key", ["name", "validFrom", "issuer", "id"])
def test_a_changed_word_is_noticed(key: str) -> None:
    changed = signed() | {key: "urn:changed" if key in ("id", "issuer") else "2026-11-22T09:30:01Z"}
    assert not proof.is_signed(changed, PRIVATE.public_key())


def test_another_key_is_noticed() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert not proof.is_signed(signed(), other.public_key())


def test_a_changed_option_of_the_proof_is_noticed() -> None:
    changed = signed()
    changed["proof"] = [changed["proof"][0] | {"created": "2020-01-01T00:00:00Z"}]
    assert not proof.is_signed(changed, PRIVATE.public_key())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"proof": []}, "exactly one"),
        ({"proof": "x"}, "exactly one"),
        ({"proof": [{"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}]}, "not checked here"),
        ({"name": "a\x01b"}, "control characters"),
        ({"name": "a\x7fb"}, "control characters"),
        ({"@context": ["https://example.test/own"]}, "not known here"),
        ({"credentialSubject": [{"name": "x"}] * 61}, "too many parts"),
        ({"credentialSubject": {"@graph": []}}, "graphs inside"),
        ({"credentialSubject": {"id": "_:b0"}}, "no address"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_sentence(change: dict[str, Any], says: str) -> None:
    with pytest.raises(proof.Unprovable, match=says):
        proof.is_signed(signed() | change, PRIVATE.public_key())


def test_a_document_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(30):
        deep = {"evidence": [deep]}
    with pytest.raises(proof.Unprovable, match="nested"):
        proof.screen(deep)


@pytest.mark.parametrize("wrong", ["6Mk", "z", "z6Mk", "zzzz0"])
def test_a_text_that_is_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        multikey.public_key(wrong)
