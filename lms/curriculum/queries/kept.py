"""The content that people started, read back as it was then."""

from collections.abc import Iterable

import sqlalchemy as sa

from lms.curriculum.catalog import catalog
from lms.curriculum.content import Module, from_json
from lms.curriculum.models import ModuleRevision
from lms.db import session

# Kept rows never change, so what was read once is right for good; the hash says it is the same.
_read: dict[str, Module] = {}


def kept_modules(rows: Iterable[tuple[str, str]]) -> dict[str, Module]:
    """The modules of these (module id, content hash), by hash; asks the database once for the unknown."""
    found: dict[str, Module] = {}
    unknown: set[str] = set()
    for module_id, content_hash in rows:
        now_taught = catalog().module(module_id)
        if now_taught is not None and now_taught.content_hash == content_hash:
            found[content_hash] = now_taught
        elif content_hash in _read:
            found[content_hash] = _read[content_hash]
        else:
            unknown.add(content_hash)
    if unknown:
        contents = session().execute(
            sa.select(ModuleRevision.content_hash, ModuleRevision.content).where(
                ModuleRevision.content_hash.in_(unknown)
            )
        )
        for content_hash, content in contents:
            found[content_hash] = _read[content_hash] = from_json(content)
    return found
