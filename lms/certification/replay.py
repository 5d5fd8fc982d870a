"""A decision's inputs as stored, and the same evaluation made from them again. Pure.

The scheme is stored as its text, so that a later version, or none, changes nothing about a past decision.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.scheme_file import ENGINE, Scheme, parse


def inputs_of(scheme: Scheme, record: Record, as_of: date) -> dict[str, Any]:
    """All that an evaluation depends on, as plain JSON values."""
    return {
        "engine": ENGINE,
        "scheme": scheme.definition,
        "record": record.as_json(),
        "as_of": as_of.isoformat(),
    }


def hash_of(record: Record) -> str:
    """SHA-256 of the record in one canonical form, so that changed evidence is noticed."""
    return hash_of_stored(record.as_json())


def hash_of_stored(record: Mapping[str, Any]) -> str:
    """The same hash over a record as it was stored, without reading it first."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def replay(inputs: Mapping[str, Any]) -> Evaluation:
    """The evaluation that these stored inputs give, as the engine of that time read them.

    Raises ValueError when they cannot be read, or when a later program made them.
    """
    try:
        scheme = _read(inputs["scheme"], inputs["engine"])
        record, as_of = Record.from_json(inputs["record"]), date.fromisoformat(inputs["as_of"])
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"a stored value is missing or of another kind: {wrong}") from wrong
    return scheme.evaluate(record, as_of)


@lru_cache(maxsize=64)
def _read(text: str, engine: int) -> Scheme:
    """The scheme of a stored text; many decisions are made under the same one."""
    if not 1 <= engine <= ENGINE:
        raise ValueError(f"engine {engine} is not known here, only 1 to {ENGINE}")
    scheme, faults = parse(text, "stored scheme", engine)
    if scheme is None:
        raise ValueError("; ".join(str(fault) for fault in faults))
    return scheme
