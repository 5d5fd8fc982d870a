"""The public log: roots, proofs, checkpoints and tiles, against the definitions written out plainly."""

import base64
import hashlib
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.credentials.log import notes, tiles, tree

# The eight leaves and the root of the reference tests of Certificate Transparency (RFC 6962).
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
NAME = "log.example.test"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def plainly(entries: Sequence[bytes]) -> bytes:
    """The root as RFC 6962 defines it, without any short cut."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    middle = 1
    while middle * 2 < len(entries):
        middle *= 2
    return hashlib.sha256(b"\x01" + plainly(entries[:middle]) + plainly(entries[middle:])).digest()


class Kept(dict[tuple[int, int], bytes]):
    """Nodes in memory."""

    @classmethod
    def of(cls, entries: Sequence[bytes]) -> "Kept":
        kept = cls()
        for index, entry in enumerate(entries):
            for level, number, digest in tree.added_by(index, tree.leaf_hash(entry), kept.node):
                assert (level, number) not in kept
                kept[level, number] = digest
        return kept

    def node(self, level: int, number: int) -> bytes:
        return self[level, number]


def entries_of(count: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(count)]


def test_the_reference_tree_has_its_published_root() -> None:
    assert tree.root_of(8, Kept.of(LEAVES).node).hex() == ROOT_OF_EIGHT


@pytest.mark.parametrize("size", range(40))
def test_the_root_is_as_the_definition_says(size: int) -> None:
    entries = entries_of(size)
    assert tree.root_of(size, Kept.of(entries).node) == plainly(entries)


@pytest.mark.parametrize("size", range(1, 40))
def test_each_entry_is_shown_to_be_in_the_tree_and_no_other(size: int) -> None:
    entries = entries_of(size)
    node = Kept.of(entries).node
    root = tree.root_of(size, node)
    for index in range(size):
        proof = tree.inclusion_proof(index, size, node)
        assert tree.is_included(entries[index], index, size, proof, root)
        assert not tree.is_included(b"another", index, size, proof, root)
        assert not tree.is_included(entries[index], index + 1, size, proof, root) or size == 1
        assert not tree.is_included(entries[index], index, size, (*proof, root), root)
        if proof:
            assert not tree.is_included(entries[index], index, size, proof[:-1], root)


@pytest.mark.parametrize("new", range(1, 34))
def test_a_tree_that_grew_is_consistent_with_each_of_its_beginnings(new: int) -> None:
    entries = entries_of(new)
    node = Kept.of(entries).node
    for old in range(1, new + 1):
        before, after = plainly(entries[:old]), plainly(entries)
        proof = tree.consistency_proof(old, new, node)
        assert tree.is_consistent(old, before, new, after, proof)
        if old < new:
            other = plainly([*entries[: old - 1], b"changed"])
            assert not tree.is_consistent(old, other, new, after, proof)
            assert not tree.is_consistent(old, before, new, other, proof)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=20), min_size=2, max_size=80), st.data())
def test_a_changed_entry_changes_the_root_and_breaks_its_proof(
    entries: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    node = Kept.of(entries).node
    changed = [*entries]
    changed[index] += b"!"
    assert tree.root_of(len(entries), Kept.of(changed).node) != tree.root_of(len(entries), node)
    proof = tree.inclusion_proof(index, len(entries), node)
    root = tree.root_of(len(entries), node)
    assert not tree.is_included(changed[index], index, len(entries), proof, root)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_no_proof_between_trees_that_are_not_one(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        tree.consistency_proof(old, new, Kept.of(entries_of(3)).node)


def test_a_checkpoint_is_signed_and_read_again() -> None:
    checkpoint = notes.Checkpoint(NAME, 8, bytes.fromhex(ROOT_OF_EIGHT))
    note = notes.sign(checkpoint.text, NAME, KEY)
    assert notes.checkpoint_in(note, NAME, KEY.public_key()) == checkpoint


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n8\n", "\n9\n"), ("— log", "— lag"), ("\n\n", "\n"), (NAME + "\n8", "other.test\n8")],
)
def test_a_changed_checkpoint_is_refused(old: str, new: str) -> None:
    note = notes.sign(notes.Checkpoint(NAME, 8, bytes(32)).text, NAME, KEY)
    assert old in note
    with pytest.raises(notes.NoteFault):
        notes.checkpoint_in(note.replace(old, new, 1), NAME, KEY.public_key())


def test_a_checkpoint_of_another_key_is_refused() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    note = notes.sign(notes.Checkpoint(NAME, 8, bytes(32)).text, NAME, other)
    with pytest.raises(notes.NoteFault, match="not signed by this log"):
        notes.checkpoint_in(note, NAME, KEY.public_key())


def test_the_key_line_holds_name_id_and_key() -> None:
    name, key_id, key = notes.verifier_key(NAME, KEY.public_key()).split("+", 2)
    assert (name, len(key_id), base64.b64decode(key)[:1]) == (NAME, 8, b"\x01")


def test_a_portable_proof_is_read_again() -> None:
    node = Kept.of(LEAVES).node
    proof = tree.inclusion_proof(5, 8, node)
    note = notes.sign(notes.Checkpoint(NAME, 8, tree.root_of(8, node)).text, NAME, KEY)
    assert notes.proof_in(notes.proof_file(5, proof, note)) == (5, proof, note)


@pytest.mark.parametrize("text", ["", "x\n\ny", "c2sp.org/tlog-proof@v1\nindex x\n\ny"])
def test_what_is_not_a_proof_is_refused(text: str) -> None:
    with pytest.raises(notes.NoteFault):
        notes.proof_in(text)


@pytest.mark.parametrize(
    ("number", "name"), [(0, "000"), (67, "067"), (1234, "x001/234"), (1234067, "x001/x234/067")]
)
def test_a_tile_is_named_in_groups_of_three(number: int, name: str) -> None:
    assert tiles.spelled(number) == name


@pytest.mark.parametrize(
    ("path", "size", "found"),
    [
        ("0/000", 256, tiles.Tile(0, 0, 256)),
        ("0/000", 255, None),
        ("0/000.p/255", 255, tiles.Tile(0, 0, 255)),
        ("0/000.p/3", 255, tiles.Tile(0, 0, 3)),
        ("0/000.p/256", 300, None),
        ("0/001.p/44", 300, tiles.Tile(0, 1, 44)),
        ("0/001.p/45", 300, None),
        ("1/000.p/1", 300, tiles.Tile(1, 0, 1)),
        ("1/000.p/2", 300, None),
        ("entries/x001/234", 1235 * 256, tiles.Tile(None, 1234, 256)),
        ("entries/x000/001", 1000 * 256, None),
        ("entries/../../000", 1000 * 256, None),
        ("8/000", 256, None),
    ],
)
def test_a_tile_is_found_by_its_name_while_the_log_fills_it(
    path: str, size: int, found: tiles.Tile | None
) -> None:
    assert tiles.tile_named(path, size) == found


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65536, 70000])
def test_all_tiles_of_a_log_can_be_asked_for(size: int) -> None:
    for tile in tiles.tiles_of(size):
        assert tiles.tile_named(tile.path, size) == tile


def test_the_bytes_of_tiles() -> None:
    node = Kept.of(LEAVES).node
    assert tiles.hashes_in(tiles.Tile(0, 0, 3), node) == b"".join(node(0, place) for place in range(3))
    assert tiles.bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    with pytest.raises(ValueError, match="65,535"):
        tiles.bundle([b"x" * 65536])
