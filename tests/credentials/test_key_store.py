"""Where private keys are kept: in files, or wherever the setting says. Nothing else ever sees one."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from lms import db, files, worker
from lms.app import Lms, create_app
from lms.config import Settings
from lms.credentials import keyring, queries, sealing
from lms.credentials.badges import multikey, proof
from lms.credentials.keyring import FileStore, KeyMissing, Kind
from lms.credentials.queries import log
from lms.credentials.queries.keys import trusted_methods
from lms.credentials.services.keys import authorities
from tests import personas as cast
from tests.conftest import migrate
from tests.credentials.device import plugged_in
from tests.credentials.making import issued
from tests.credentials.test_sealing import AT


def test_files_are_for_this_account_and_sign_what_their_name_says(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "keys")
    public = store.make(Kind.P256)
    key = keyring.StoredKey(store, public)
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stem == keyring.name_of_public(public)
    authority = sealing.authority_certificate("A board", key, AT)
    authority.verify_directly_issued_by(authority)
    assert isinstance(authority.public_key(), ec.EllipticCurvePublicKey)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_key_that_is_gone_or_another_is_told(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "keys", "open sesame")
    name = keyring.name_of_public(store.make(Kind.ED25519))
    assert len(store.sign(name, b"words")) == 64
    for broken, said in ((FileStore(tmp_path / "keys"), "cannot be opened"), (FileStore(tmp_path), "missing")):
        with pytest.raises(KeyMissing, match=said):
            broken.sign(name, b"words")
    other = keyring.name_of_public(store.make(Kind.ED25519))
    (tmp_path / "keys" / f"{other}.pem").rename(tmp_path / "keys" / f"{name[::-1]}.pem")
    with pytest.raises(KeyMissing, match="not the one that its name says"):
        store.sign(name[::-1], b"words")


def test_a_store_that_is_not_there_is_told(settings: Settings) -> None:
    for name in ("no.such.module:store", "lms.clock:no_such", "nothing"):
        with pytest.raises(KeyMissing, match=r"package\.module:function"):
            keyring.store_of(settings.model_copy(update={"keys_store": name}))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Lms]:
    """The house with its keys in a device that gives none away."""
    url = f"sqlite:///{tmp_path / 'lms.db'}"
    migrate(url)
    settings = Settings(
        env="test",
        database_url=url,
        data_dir=tmp_path / "data",
        base_url="https://lms.example.test",
        worker="none",
        keys_store="tests.credentials.device:plugged_in",
    )
    app = create_app(settings)
    yield app
    plugged_in(settings).unplug()
    with app.app_context():
        db.db.engine.dispose()


def test_everything_is_issued_with_keys_that_stay_in_a_device(elsewhere: Lms, tmp_path: Path) -> None:
    with elsewhere.app_context(), db.scope(db.Scope.all()), db.transaction():
        number = issued(cast.make()).number
    with elsewhere.app_context():
        while worker.run_due():
            pass
    with elsewhere.app_context(), db.scope(db.Scope.all()), db.reading():
        made = queries.document_of(queries.credential(number))
        assert made is not None
        document = json.loads(made.json_text)
        public = multikey.public_key(trusted_methods()[document["proof"][0]["verificationMethod"]])
        assert proof.is_signed(document, public)
        assert sealing.examined(files.get(made.pdf_sha256), authorities()) is sealing.Verdict.OURS
        assert list(log.faults()) == []
        assert log.newest_checkpoint() is not None
    assert not (tmp_path / "data" / "keys").exists()
    private = [path for path in tmp_path.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert private == []


def test_a_device_that_is_gone_loses_nothing(elsewhere: Lms) -> None:
    """The order stands, and is made when somebody plugs it in again: here it never is."""
    with elsewhere.app_context(), db.scope(db.Scope.all()), db.transaction():
        number = issued(cast.make()).number
    plugged_in(elsewhere.config["SETTINGS"]).unplug()
    with elsewhere.app_context():
        worker.run_due()
    with elsewhere.app_context(), db.scope(db.Scope.all()), db.reading():
        card = queries.credential(number)
        assert card.name_as_issued == "Tara Vázquez"
        assert queries.document_of(card) is None
        assert len(queries.unmade()) == 1
