"""A decision's inputs as stored, and the same evaluation made from them again. Pure.

The scheme is stored as its text, so that a later version, or none, changes nothing about a past decision.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
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
    text = json.dumps(record.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def replay(inputs: Mapping[str, Any]) -> Evaluation:
    """The evaluation that these stored inputs give. Raises ValueError when they cannot be read."""
    scheme, faults = parse(inputs["scheme"], "stored scheme", inputs["engine"])
    if scheme is None:
        raise ValueError("; ".join(str(fault) for fault in faults))
    return scheme.evaluate(Record.from_json(inputs["record"]), date.fromisoformat(inputs["as_of"]))
