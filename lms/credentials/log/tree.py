"""The Merkle tree of RFC 6962, section 2.1: roots, proofs and their verification. Pure.

A tree is kept as the hashes of its complete subtrees: node (level, number) covers the 2**level entries that
begin at number * 2**level. Once written a node never changes, so a table of nodes only ever grows. Functions
that read nodes are given `node`, which answers the hash of one.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

Node = Callable[[int, int], bytes]
HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def added_by(index: int, leaf: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """The nodes (level, number, hash) that come into being when entry `index` is appended."""
    level, number, digest = 0, index, leaf
    yield level, number, digest
    while number % 2:
        digest = inner_hash(node(level, number - 1), digest)
        level, number = level + 1, number // 2
        yield level, number, digest


def root_of(size: int, node: Node) -> bytes:
    """The root of the tree of the first `size` entries."""
    return _range(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """The hashes that lead from entry `index` to the root of the first `size` entries.

    Raises ValueError for an index outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} among {size}")
    return tuple(_path(index, 0, size, node))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """The hashes that show that the tree of `new` entries begins with the tree of `old` entries.

    Raises ValueError unless 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"{old} entries are not the beginning of {new}")
    return tuple(_common(old, 0, new, node, is_whole=True))


def is_included(entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the entry to the root. RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    digest, first, last = leaf_hash(entry), index, size - 1
    for step in proof:
        if last == 0:
            return False
        if first % 2 or first == last:
            digest = inner_hash(step, digest)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            digest = inner_hash(digest, step)
        first, last = first >> 1, last >> 1
    return last == 0 and digest == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the new tree only added to the old one. RFC 9162, section 2.1.4.2."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    first, last = old - 1, new - 1
    while first % 2:
        first, last = first >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first % 2 or first == last:
            before, after = inner_hash(step, before), inner_hash(step, after)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            after = inner_hash(after, step)
        first, last = first >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _range(begin: int, end: int, node: Node) -> bytes:
    """The root over entries begin..end, where begin is a multiple of the largest power of two inside."""
    size = end - begin
    level = size.bit_length() - 1
    if size == 1 << level:
        return node(level, begin >> level)
    middle = begin + _split(size)
    return inner_hash(_range(begin, middle, node), _range(middle, end, node))


def _path(index: int, begin: int, end: int, node: Node) -> Iterator[bytes]:
    if end - begin == 1:
        return
    middle = begin + _split(end - begin)
    if index < middle:
        yield from _path(index, begin, middle, node)
        yield _range(middle, end, node)
    else:
        yield from _path(index, middle, end, node)
        yield _range(begin, middle, node)


def _common(old: int, begin: int, end: int, node: Node, *, is_whole: bool) -> Iterator[bytes]:
    if old == end:
        if not is_whole:
            yield _range(begin, end, node)
        return
    middle = begin + _split(end - begin)
    if old <= middle:
        yield from _common(old, begin, middle, node, is_whole=is_whole)
        yield _range(middle, end, node)
    else:
        yield from _common(old, middle, end, node, is_whole=False)
        yield _range(begin, middle, node)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, which is 2 or more."""
    return 1 << ((size - 1).bit_length() - 1)
