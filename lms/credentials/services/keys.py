"""Making, using and retiring keys. A key is made at its first use and never leaves its store."""

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import current_app

from lms import clock
from lms.audit import Action, record
from lms.credentials import keyring, sealing
from lms.credentials.badges import multikey
from lms.credentials.keyring import Kind
from lms.credentials.log.salt import public_hash
from lms.credentials.models import CredentialDocument, KeyEvent, SigningKey
from lms.credentials.queries.keys import (
    KeyCard,
    Purpose,
    did_document,
    key_store,
    keys_of,
    signing_key,
)
from lms.credentials.sealing import SealKey
from lms.credentials.services import log
from lms.credentials.signers import Signer
from lms.db import session
from lms.errors import Conflict, NotFound
from lms.people import queries as people
from lms.worker import enqueue

DEMO = "DEMO "
# Any number does, as long as nothing else takes the same one.
MAKING = 7_310_015


def badge_signer(organisation_id: int) -> tuple[KeyCard, Signer]:
    """The key that signs an issuer's credentials; made when there is none yet."""
    card = signing_key(organisation_id, Purpose.BADGE)
    if card is None:
        one_at_a_time()
        card = signing_key(organisation_id, Purpose.BADGE) or _make_signer(organisation_id, Purpose.BADGE)
    return card, _private(card)


def signer_of(organisation_id: int, key_id: int) -> tuple[KeyCard, Signer]:
    """The key that signed a document of an issuer, to sign what follows from that document.

    Raises NotFound for a key that is no longer to be trusted: the next edition of the document stands for it.
    """
    keys = {one.id: one for one in keys_of(organisation_id, Purpose.BADGE)}
    key = keys.get(key_id)
    if key is None or key.compromised_at is not None:
        raise NotFound
    return key, _private(key)


def log_signer() -> tuple[KeyCard, Signer]:
    """The key that signs the log's checkpoints; made when there is none yet."""
    card = signing_key(None, Purpose.LOG)
    if card is None:
        one_at_a_time()
        card = signing_key(None, Purpose.LOG) or _make_signer(None, Purpose.LOG)
    return card, _private(card)


def seal_of(organisation_id: int) -> tuple[KeyCard, SealKey]:
    """The key of an issuer's seal on PDFs; made, and its authority with it, when there is none yet."""
    card = signing_key(organisation_id, Purpose.SEAL)
    if card is None:
        one_at_a_time()
        authority = signing_key(None, Purpose.AUTHORITY) or _make_authority()
        card = signing_key(organisation_id, Purpose.SEAL) or _make_seal(organisation_id, authority)
    return card, keyring.stored_seal(key_store(), card.public, _authority_of(card).public)


def one_at_a_time() -> None:
    """Wait until nobody else makes a key or opens a list; whoever waited looks again what there is by now.

    It lasts until the commit. SQLite has one writer anyway.
    """
    if session().get_bind().dialect.name == "postgresql":
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(MAKING)))


def authorities() -> list[x509.Certificate]:
    """The certificates that a seal of ours must stand under; a compromised one is left out."""
    return [
        x509.load_pem_x509_certificate(one.public.encode())
        for one in keys_of(None, Purpose.AUTHORITY)
        if one.compromised_at is None
    ]


def distrusted_seals() -> frozenset[int]:
    """Serial numbers of seals that became known to others: what bears one is not ours for sure."""
    known = sa.select(SigningKey.public).where(
        SigningKey.purpose == Purpose.SEAL.value,
        SigningKey.id.in_(sa.select(KeyEvent.key_id).where(KeyEvent.kind == "compromised")),
    )
    return frozenset(
        x509.load_pem_x509_certificate(text.encode()).serial_number for text in session().scalars(known)
    )


def rotate(actor_id: int | None, *, organisation_id: int | None, purpose: Purpose) -> KeyCard:
    """Retire the key that signs now and make the next. What the old one signed stays good.

    Raises Conflict when no key was made yet.
    """
    old = signing_key(organisation_id, purpose)
    if old is None:
        raise Conflict("There is no key to retire. One is made when it is first needed.")
    return _replace(actor_id, old, "retired")


def give_up(actor_id: int | None, *, organisation_id: int | None, purpose: Purpose) -> KeyCard:
    """Note that the key that signs now is known to others, and make the next. Raises Conflict.

    Nothing that it signed may be trusted any more without the log, which proves what was signed before.
    """
    old = signing_key(organisation_id, purpose)
    if old is None:
        raise Conflict("There is no key to give up. One is made when it is first needed.")
    signed = _signed_with(old)
    new = _replace(actor_id, old, "compromised")
    for row in signed:
        sign_anew(row)
    return new


def count_signed(organisation_id: int | None, purpose: Purpose) -> int:
    """How many documents stand that the key which signs now has signed."""
    key = signing_key(organisation_id, purpose)
    return len(_signed_with(key)) if key else 0


def sign_anew(document: CredentialDocument) -> None:
    """Let the next edition stand for a document that nobody may trust any more; a task makes it."""
    document.retired_at = clock.now()
    session().flush()
    row = CredentialDocument(
        credential_id=document.credential_id, sequence=document.sequence, edition=document.edition + 1
    )
    session().add(row)
    session().flush()
    enqueue("credentials.make_document", row.id)


def _signed_with(key: KeyCard) -> list[CredentialDocument]:
    """The standing documents that a key signed: a seal signed all of its organisation, an authority all."""
    standing = (
        sa.select(CredentialDocument)
        .join(SigningKey, SigningKey.id == CredentialDocument.key_id)
        .where(CredentialDocument.made_at.is_not(None), CredentialDocument.retired_at.is_(None))
        .order_by(CredentialDocument.id)
    )
    if key.purpose is Purpose.BADGE:
        standing = standing.where(CredentialDocument.key_id == key.id)
    elif key.purpose is Purpose.SEAL:
        standing = standing.where(SigningKey.organisation_id == key.organisation_id)
    elif key.purpose is Purpose.LOG:
        return []
    return list(session().scalars(standing))


def standing_seals() -> list[SigningKey]:
    """The seals of all issuers that still sign."""
    ended = sa.select(KeyEvent.key_id)
    return list(
        session().scalars(
            sa.select(SigningKey).where(SigningKey.purpose == Purpose.SEAL.value, SigningKey.id.not_in(ended))
        )
    )


def _replace(actor_id: int | None, old: KeyCard, kind: str) -> KeyCard:
    session().add(KeyEvent(key_id=old.id, kind=kind, at=clock.now()))
    if old.purpose is Purpose.AUTHORITY and kind == "compromised":
        # No seal under it is trusted any more. Each issuer's next one is made when it is needed.
        for seal in standing_seals():
            session().add(KeyEvent(key_id=seal.id, kind="retired", at=clock.now()))
    session().flush()
    # The next key's own entry of the log says which keys are left.
    if old.purpose in (Purpose.BADGE, Purpose.LOG):
        new = _make_signer(old.organisation_id, old.purpose)
    elif old.purpose is Purpose.AUTHORITY:
        new = _make_authority()
    else:
        new = _make_seal(old.organisation_id or 0, signing_key(None, Purpose.AUTHORITY) or _make_authority())
    record(
        Action.CREDENTIALS_CHANGE_KEY,
        actor_id=actor_id,
        subject="signing_key",
        subject_id=old.id,
        organisation_id=old.organisation_id,
        details={"became": kind, "next": new.id},
    )
    return new


def _private(card: KeyCard) -> Signer:
    return keyring.StoredKey(key_store(), multikey.public_key(card.public))


def _make_signer(organisation_id: int | None, purpose: Purpose) -> KeyCard:
    public = key_store().make(Kind.ED25519)
    return _add(organisation_id, purpose, multikey.public_text(public))


def _make_authority() -> KeyCard:
    store = key_store()
    key = keyring.StoredKey(store, store.make(Kind.P256))
    certificate = sealing.authority_certificate(_named("Certificate authority"), key, clock.now())
    return _add(None, Purpose.AUTHORITY, certificate.public_bytes(Encoding.PEM).decode())


def _make_seal(organisation_id: int, authority: KeyCard) -> KeyCard:
    above = x509.load_pem_x509_certificate(authority.public.encode())
    store = key_store()
    public, by = store.make(Kind.P256), keyring.StoredKey(store, above.public_key())
    name = _named(people.organisation(organisation_id).name)
    certificate = sealing.seal_certificate(name, public, by, above, clock.now())
    return _add(organisation_id, Purpose.SEAL, certificate.public_bytes(Encoding.PEM).decode())


def _authority_of(card: KeyCard) -> KeyCard:
    mine = x509.load_pem_x509_certificate(card.public.encode())
    for one in keys_of(None, Purpose.AUTHORITY):
        above = x509.load_pem_x509_certificate(one.public.encode())
        if mine.issuer == above.subject and _is_under(mine, above):
            return one
    raise keyring.KeyMissing("The authority of a seal is not known any more.")


def _is_under(mine: x509.Certificate, above: x509.Certificate) -> bool:
    ours = mine.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    theirs = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    return ours == theirs


def _named(name: str) -> str:
    """The name in a certificate; in the demo it says that it is only that."""
    is_demo = current_app.config["SETTINGS"].env == "demo"
    return f"{DEMO}{name}" if is_demo else name


def _add(organisation_id: int | None, purpose: Purpose, public: str) -> KeyCard:
    """Keep the public half. The next free name is the constraint that lets only one of two makers through."""
    number = 1 + len(keys_of(organisation_id, purpose))
    row = SigningKey(
        organisation_id=organisation_id,
        purpose=purpose.value,
        name=f"key-{number}",
        public=public,
        made_at=clock.now(),
    )
    session().add(row)
    session().flush()
    if purpose is Purpose.BADGE and organisation_id is not None:
        issuer, text = did_document(organisation_id)
        log.append("did", did=public_hash(issuer), doc=public_hash(text))
    return KeyCard(row.id, organisation_id, purpose, row.name, public, row.made_at, None, None)
