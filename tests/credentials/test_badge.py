"""The Open Badges 3.0 credential: its shape by the published schema, what it says, and what it leaves out."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import jsonld

from lms.credentials.badges import badge, did, proof, status_list
from lms.credentials.facts import CredentialFacts, HoursLine, Kind

ROOT = "https://lms.example.test"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SCHEMA = json.loads(
    (Path(__file__).parent / "vectors" / "ob_v3p0_achievementcredential_schema.json").read_text("utf-8")
)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def issuer() -> badge.Issuer:
    return badge.Issuer(did.did_of(ROOT, "north"), "North Board", f"{ROOT}/issuers/north", ROOT)


def full() -> badge.Badge:
    return badge.Badge(
        issuer=issuer(),
        number="7Q2M-K4XD-9TPA-3WZ8-N0RB",
        subject="urn:uuid:0c2a9a4e-6b1d-4b86-94b7-9a6de0bb1b07",
        kind=Kind.CERTIFICATION,
        title="Certified peer specialist",
        scheme_id="peer-specialist",
        scheme_version="1",
        facts=CredentialFacts(
            training=(HoursLine("self_paced", 1200), HoursLine("live_remote", 1170)),
            domains=(("advocacy", 630),),
            practice_minutes=6000,
            supervision_minutes=300,
            examinations=("Foundations examination",),
        ),
        awarded_at=AT,
        valid_from=AT,
        valid_until=datetime(2028, 11, 22, tzinfo=UTC),
        list_url=f"{ROOT}/status/1",
        list_index=4711,
        name="Ámbar 李",
        email=" Ambar@Example.test ",
        salt="c2FsdA",
    )


def bare() -> badge.Badge:
    return replace(
        full(), facts=CredentialFacts(), name=None, email=None, valid_until=None, kind=Kind.COMPLETION
    )


def signed(one: badge.Badge) -> dict[str, Any]:
    return proof.sign(badge.unsigned(one), KEY, method=f"{one.issuer.did}#key-1", at=AT)


@pytest.mark.parametrize("make", [full, bare])
def test_it_has_the_published_shape(make: Any) -> None:
    validator = jsonschema.Draft201909Validator(SCHEMA)
    assert [error.message for error in validator.iter_errors(signed(make()))] == []


@pytest.mark.parametrize("make", [full, bare])
def test_every_word_of_it_is_signed(make: Any) -> None:
    """A term that no context defines is dropped before signing; written back, nothing may be missing."""
    document = badge.unsigned(make())
    options = {"documentLoader": proof._load}
    expanded = jsonld.expand(document, options)
    back = jsonld.compact(expanded, {"@context": document["@context"]}, options)
    assert _keys(back) == _keys(document)


def _keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    if isinstance(value, dict):
        inside = (_keys(one) for key, one in value.items() if key != "@context")
        return set(value).union(*inside)
    return set()


def test_everybody_is_told_no_hours() -> None:
    document = badge.unsigned(full())
    assert "result" not in document["credentialSubject"]
    assert "resultDescription" not in document["credentialSubject"]["achievement"]
    assert document["id"] == full().address


def test_it_says_who_what_when_and_how_much() -> None:
    document = badge.unsigned(full(), with_amounts=True)
    subject = document["credentialSubject"]
    assert document["id"] == f"{ROOT}/c/7Q2M-K4XD-9TPA-3WZ8-N0RB#record"
    assert document["issuer"]["id"] == "did:web:lms.example.test:issuers:north"
    assert document["validFrom"] == "2026-11-22T09:29:00Z"
    assert document["validUntil"] == "2028-11-22T00:00:00Z"
    assert {one["resultDescription"].partition("#")[2]: one["value"] for one in subject["result"]} == {
        "training-self_paced": "20",
        "training-live_remote": "19.5",
        "domain-advocacy": "10.5",
        "practice": "100",
        "supervision": "5",
        "examination-1": "Passed",
    }
    assert subject["achievement"]["achievementType"] == "Certification"
    assert document["credentialStatus"]["statusListIndex"] == "4711"


def test_an_address_of_mail_is_there_as_a_hash_only() -> None:
    text = json.dumps(signed(full())).casefold()
    assert "ambar@example" not in text
    assert badge.identity_hash("ambar@example.test", "c2FsdA") in text


def test_without_a_name_nobody_is_named() -> None:
    assert "identifier" not in badge.unsigned(bare())["credentialSubject"]


def test_the_identifier_leads_to_its_keys() -> None:
    found = did.document(issuer().did, [did.PublicKey("key-1", KEY.public_key())])
    assert found["assertionMethod"] == ["did:web:lms.example.test:issuers:north#key-1"]
    assert found["verificationMethod"][0]["controller"] == found["id"]
    assert did.did_of("https://localhost:8443", "a") == "did:web:localhost%3A8443:issuers:a"


class TestStatusList:
    def test_the_first_entry_is_the_left_most_bit(self) -> None:
        bits = status_list.decoded(status_list.encoded([0, 9]))
        assert bits[:2] == b"\x80\x40"

    def test_exactly_what_is_set_reads_as_set(self) -> None:
        wanted = {0, 7, 8, 4711, status_list.ENTRIES - 1}
        bits = status_list.decoded(status_list.encoded(wanted))
        assert {index for index in range(status_list.ENTRIES) if status_list.is_set(bits, index)} == wanted

    @pytest.mark.parametrize("index", [-1, status_list.ENTRIES])
    def test_an_entry_outside_is_refused(self, index: int) -> None:
        with pytest.raises(ValueError, match="no entry"):
            status_list.encoded([index])

    @pytest.mark.parametrize("text", ["", "zabc", "uabc!", "uAAAA", status_list.encoded([], 1024)])
    def test_what_is_no_list_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):
            status_list.decoded(text)

    def test_a_list_that_unpacks_without_end_is_refused(self) -> None:
        with pytest.raises(ValueError, match="too few or too many"):
            status_list.decoded(status_list.encoded([], 64 * status_list.ENTRIES * 8))

    def test_the_list_is_signed_by_its_issuer_for_a_week(self) -> None:
        found = status_list.unsigned(f"{ROOT}/status/1", issuer().did, [3], AT)
        assert (found["validFrom"], found["validUntil"]) == ("2026-11-22T09:30:00Z", "2026-11-29T09:30:00Z")
        made = proof.sign(found, KEY, method=f"{issuer().did}#key-1", at=AT)
        assert proof.is_signed(made, KEY.public_key())
