"""The transcript: what it says, that all of it is signed, and that the record inside stands on its own."""

from typing import Any

import pytest
from pyld import jsonld

from lms.credentials.badges import badge, clr, proof
from tests.credentials.test_badge import AT, KEY, _keys, bare, full

METHOD = "did:web:lms.example.test:issuers:north#key-1"


def transcript(one: badge.Badge) -> dict[str, Any]:
    return clr.signed(one, KEY, method=METHOD, at=AT)


@pytest.mark.parametrize("make", [full, bare])
def test_it_is_signed_around_a_record_that_is_signed_on_its_own(make: Any) -> None:
    whole = transcript(make())
    (record,) = whole["credentialSubject"]["verifiableCredential"]
    assert proof.is_signed(whole, KEY.public_key())
    assert proof.is_signed(record, KEY.public_key())
    assert whole == transcript(make())


def test_it_says_what_was_counted_and_for_whom() -> None:
    whole = transcript(full())
    (record,) = whole["credentialSubject"]["verifiableCredential"]
    assert record["credentialSubject"]["result"][0]["value"] == "20"
    assert whole["credentialSubject"]["id"] == record["credentialSubject"]["id"] == full().subject
    assert len({whole["id"], record["id"], full().address}) == 3
    assert whole["credentialStatus"] == record["credentialStatus"]
    assert (whole["validUntil"], whole["issuer"]) == (record["validUntil"], record["issuer"])


def test_hours_cannot_be_changed() -> None:
    whole = transcript(full())
    (record,) = whole["credentialSubject"]["verifiableCredential"]
    record["credentialSubject"]["result"][0]["value"] = "200"
    assert not proof.is_signed(whole, KEY.public_key())
    assert not proof.is_signed(record, KEY.public_key())


@pytest.mark.parametrize("make", [full, bare])
def test_every_word_of_it_is_signed(make: Any) -> None:
    one = make()
    document = clr.unsigned(one, badge.unsigned(one, with_amounts=True))
    options = {"documentLoader": proof._load}
    back = jsonld.compact(jsonld.expand(document, options), {"@context": document["@context"]}, options)
    # The context gives some words a type that nothing has: they come back as their addresses, "identifier-1".
    assert {key.rpartition("#")[2].removesuffix("-1") for key in _keys(back)} == _keys(document)
