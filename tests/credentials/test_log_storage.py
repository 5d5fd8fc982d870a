"""The log in the database: it grows, is signed, cannot be changed, and a forced change is found."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from lms import clock
from lms.credentials.badges import multikey
from lms.credentials.log import notes, tiles, tree
from lms.credentials.log.salt import new_salt, salted
from lms.credentials.models import LogEntry, LogNode
from lms.credentials.queries import log
from lms.credentials.queries.keys import Purpose, keys_of
from lms.credentials.services import keys
from lms.credentials.services.checkpoints import sign_checkpoint
from lms.credentials.services.log import append
from lms.db import session
from lms.errors import Conflict
from tests.conftest import Transactions
from tests.personas import Personas

pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def opened(tx: Transactions) -> Iterator[None]:
    with tx():
        yield


@pytest.fixture
def board(personas: Personas) -> int:
    return personas.body


def grow(count: int) -> None:
    for number in range(count):
        append("issue", id=salted(new_salt(), str(number)))


def public_key() -> object:
    return multikey.public_key(keys_of(None, Purpose.LOG)[0].public)


def test_entries_are_numbered_without_holes_and_proved() -> None:
    grow(21)
    assert log.size() == 21
    assert sign_checkpoint()
    last = log.newest_checkpoint()
    assert last is not None
    checkpoint = notes.checkpoint_in(last.note, log.origin(), public_key())  # type: ignore[arg-type]
    assert checkpoint.root == tree.root_of(21, log.node)
    for number, body in enumerate(log.bodies(0, 21)):
        text = log.proof_of(number)
        assert text is not None
        index, proof, _note = notes.proof_in(text)
        assert tree.is_included(body.encode(), index, 21, proof, checkpoint.root)
        assert json.loads(body)["op"] == "issue"


def test_a_size_is_signed_once() -> None:
    assert not sign_checkpoint()
    grow(3)
    assert sign_checkpoint()
    assert not sign_checkpoint()
    grow(1)
    assert sign_checkpoint()
    assert [one.size for one in log.checkpoints()] == [3, 4]


def test_what_no_checkpoint_covers_has_no_proof_yet() -> None:
    grow(2)
    assert log.proof_of(0) is None
    sign_checkpoint()
    assert log.proof_of(1) is not None
    assert log.proof_of(2) is None


def test_tiles_come_from_the_tables() -> None:
    grow(5)
    tile = tiles.Tile(0, 0, 5)
    assert log.nodes_in(tile) == tiles.hashes_in(tile, log.node)
    assert log.entries_in(tiles.Tile(None, 0, 2)) == tiles.bundle(body.encode() for body in log.bodies(0, 2))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET body = 'x' WHERE number = 1",
        "DELETE FROM log_entry WHERE number = 2",
        "UPDATE log_node SET level = 9 WHERE number = 1",
        "DELETE FROM log_node",
        "UPDATE log_checkpoint SET note = 'x'",
        "DELETE FROM log_checkpoint",
        "UPDATE signing_key SET public = 'x'",
        "DELETE FROM signing_key",
    ],
)
def test_nothing_in_it_can_be_changed(statement: str) -> None:
    grow(3)
    sign_checkpoint()
    with pytest.raises(sa.exc.DatabaseError, match=r"not changed|never deleted"), session().begin_nested():
        session().execute(sa.text(statement))


def test_a_log_that_was_left_alone_holds_together() -> None:
    assert list(log.faults()) == []
    grow(9)
    sign_checkpoint()
    assert list(log.faults()) == []


def forced(statement: str, *tables: str) -> None:
    """Change what must not be changed, as somebody with the whole database in hand would."""
    is_sqlite = session().get_bind().dialect.name == "sqlite"
    for table in tables:
        for name in ("fixed", "stays"):
            on = "" if is_sqlite else f" ON {table}"
            session().execute(sa.text(f"DROP TRIGGER {table}_{name}{on}"))
    session().execute(sa.text(statement))


@pytest.mark.parametrize(
    ("statement", "table", "says"),
    [
        ("UPDATE log_entry SET body = 'x' WHERE number = 4", "log_entry", "log_node 4 of level 0"),
        ("DELETE FROM log_entry WHERE number = 8", "log_entry", "log has 8 entries only"),
        ("DELETE FROM log_entry WHERE number = 3", "log_entry", "numbers are missing"),
        ("UPDATE log_checkpoint SET note = REPLACE(note, 'a', 'b')", "log_checkpoint", "log_checkpoint 9"),
        ("DELETE FROM log_node WHERE level = 1 AND number = 0", "log_node", "log_node 0 of level 1"),
    ],
)
def test_a_forced_change_is_found(statement: str, table: str, says: str) -> None:
    grow(9)
    sign_checkpoint()
    forced(statement, table)
    assert says in " ".join(log.faults())


def test_a_changed_entry_with_all_its_hashes_made_anew_is_still_found() -> None:
    """The operator can rewrite every table; what was signed, and given away, stays."""
    grow(4)
    sign_checkpoint()
    forced("DELETE FROM log_node", "log_node", "log_entry")
    session().execute(sa.text("UPDATE log_entry SET body = 'x' WHERE number = 2"))
    made: dict[tuple[int, int], bytes] = {}
    for number, body in enumerate(log.bodies(0, 4)):
        for level, place, digest in tree.added_by(
            number, tree.leaf_hash(body.encode()), lambda level, place: made[level, place]
        ):
            made[level, place] = digest
            session().execute(sa.insert(LogNode), {"level": level, "number": place, "digest": digest})
    assert list(log.faults()) == ["log_checkpoint 4: it does not say what the entries say."]


def test_a_number_that_is_taken_is_not_taken_twice() -> None:
    grow(1)
    with pytest.raises(sa.exc.IntegrityError), session().begin_nested():
        session().execute(sa.insert(LogEntry), {"number": 0, "body": "x", "at": clock.now()})


class TestKeys:
    def test_a_key_is_made_once_and_then_used(self, board: int) -> None:
        first, private = keys.badge_signer(board)
        again, same = keys.badge_signer(board)
        assert (first.id, private) == (again.id, same)
        assert multikey.public_text(private.public_key()) == first.public

    def test_a_retired_key_is_still_trusted_and_signs_no_more(self, board: int) -> None:
        first, _private = keys.badge_signer(board)
        second = keys.rotate(None, organisation_id=board, purpose=Purpose.BADGE)
        found = keys_of(board, Purpose.BADGE)
        assert [(one.id, one.is_signing, one.compromised_at) for one in found] == [
            (first.id, False, None),
            (second.id, True, None),
        ]
        assert keys.badge_signer(board)[0].id == second.id

    def test_a_compromised_authority_is_trusted_no_more(self, board: int) -> None:
        keys.seal_of(board)
        old = keys.authorities()
        keys.give_up(None, organisation_id=None, purpose=Purpose.AUTHORITY)
        assert not set(old) & set(keys.authorities())

    def test_there_is_no_key_to_retire_before_one_is_made(self, board: int) -> None:
        with pytest.raises(Conflict, match="no key"):
            keys.rotate(None, organisation_id=board, purpose=Purpose.SEAL)

    def test_a_seal_stands_under_the_authority(self, board: int) -> None:
        _card, key = keys.seal_of(board)
        assert key.authority in keys.authorities()
        key.certificate.verify_directly_issued_by(key.authority)
