"""The credential as a token: what it says, and that nothing in it can be changed."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms import worker
from lms.app import Lms
from lms.credentials.badges import badge, jwt, proof
from lms.credentials.badges.proof import Unprovable
from lms.credentials.queries.keys import Purpose, keys_of
from lms.credentials.services import keys
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.credentials.test_badge import AT, KEY, bare, full
from tests.personas import Personas

OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
METHOD = "did:web:lms.example.test:issuers:north#key-1"


def token(**changes: Any) -> str:
    return jwt.signed(badge.unsigned(full()) | changes, KEY, method=METHOD)


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def part(text: str, place: int) -> Any:
    held = text.split(".")[place]
    return json.loads(base64.urlsafe_b64decode(held + "=" * (-len(held) % 4)))


def forged(header: Any, payload: Any, key: Ed25519PrivateKey = KEY) -> str:
    text = f"{packed(header)}.{packed(payload)}"
    return f"{text}.{base64.urlsafe_b64encode(key.sign(text.encode())).decode().rstrip('=')}"


def test_the_payload_is_the_credential_and_its_claims() -> None:
    document, payload = badge.unsigned(full()), part(token(), 1)
    assert part(token(), 0) == {"alg": "EdDSA", "kid": METHOD, "typ": "JWT"}
    assert {key: payload.pop(key) for key in jwt.CLAIMS} == {
        "iss": "did:web:lms.example.test:issuers:north",
        "jti": document["id"],
        "nbf": int(AT.timestamp()) - 60,
        "sub": document["credentialSubject"]["id"],
        "exp": int(datetime(2028, 11, 22, tzinfo=UTC).timestamp()),
    }
    assert payload == document


def test_a_credential_without_an_end_has_no_exp() -> None:
    assert "exp" not in part(jwt.signed(badge.unsigned(bare()), KEY, method=METHOD), 1)


def test_what_was_signed_comes_back_and_the_other_proof_is_left_out() -> None:
    signed = proof.sign(badge.unsigned(full()), KEY, method=METHOD, at=AT)
    text = jwt.signed(signed, KEY, method=METHOD)
    assert text == token()
    assert jwt.key_of(text) == METHOD
    assert jwt.opened(text, KEY.public_key()) == badge.unsigned(full())


def test_another_key_or_one_changed_letter_is_found_out() -> None:
    with pytest.raises(Unprovable):
        jwt.opened(token(), OTHER.public_key())
    header, _payload, signature = token().split(".")
    changed = part(token(), 1) | {"name": "Director"}
    with pytest.raises(Unprovable):
        jwt.opened(f"{header}.{packed(changed)}.{signature}", KEY.public_key())


@pytest.mark.parametrize("claim", jwt.CLAIMS)
def test_claims_that_disagree_with_the_credential_are_refused(claim: str) -> None:
    payload = part(token(), 1)
    for other in (payload | {claim: "other"}, {key: value for key, value in payload.items() if key != claim}):
        with pytest.raises(Unprovable):
            jwt.opened(forged(part(token(), 0), other), KEY.public_key())


@pytest.mark.parametrize(
    "change",
    [{"alg": "none"}, {"alg": "HS256"}, {"crit": ["b64"]}, {"kid": "did:web:else.test#key-1"}, {"kid": 1}],
)
def test_a_header_that_asks_for_something_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Unprovable):
        jwt.opened(forged(part(token(), 0) | change, part(token(), 1)), KEY.public_key())


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b.c", "e30.e30.", "e30.e30", "W10.W10.AA", "é.é.é", "x" * 300_000]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unprovable):
        jwt.opened(text, KEY.public_key())


def test_control_characters_are_refused() -> None:
    with pytest.raises(Unprovable):
        token(name="a\x00b")


def test_the_token_of_a_credential_is_the_same_after_the_key_was_retired(
    app: Lms, tx: Transactions, personas: Personas, clients: Clients
) -> None:
    with tx():
        number = issued(personas).number
    with app.app_context():
        worker.run_due()
    stranger = clients(None)
    answer = stranger.get(f"/c/{number}.jwt")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    document = stranger.get(f"/c/{number}.json").json
    with tx():
        (key,) = keys_of(personas.body, Purpose.BADGE)
        keys.rotate(None, organisation_id=personas.body, purpose=Purpose.BADGE)
    assert document
    assert jwt.opened(answer.text, key.badge_key) == {k: v for k, v in document.items() if k != "proof"}
    assert stranger.get(f"/c/{number}.jwt").text == answer.text
    with tx():
        keys.give_up(None, organisation_id=personas.body, purpose=Purpose.BADGE)
    assert stranger.get(f"/c/{number}.jwt").text == answer.text
