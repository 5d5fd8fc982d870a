"""The bank: all items and examinations of `assessments/`, parsed once into frozen objects.

`load` is a plain function from a folder to a bank and its faults. `configure` makes a bank the one in
force; when a later `reload` finds a fault, the last good bank stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from lms.assessment.item_file import read_item
from lms.assessment.items import FormGiven, Item, Words
from lms.assessment.reading import Reading
from lms.assessment.rules import Limits
from lms.errors import Fault

_EXAMINATION_KEYS = (
    "id",
    "revision",
    "title",
    "kind",
    "minutes",
    "cut_percent",
    "cut_reason",
    "attempts",
    "may_pause",
    "form",
)


class ExaminationKind(StrEnum):
    """An examination counts for certification; a module check completes a module."""

    EXAMINATION = "examination"
    MODULE_CHECK = "module_check"


@dataclass(frozen=True)
class Form:
    """The fixed set of items of an examination, in order."""

    id: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Examination:
    """What a trainee may sit: its form, its time in minutes, its cut and its limits."""

    id: str
    revision: int
    title: Words
    kind: ExaminationKind
    minutes: int
    cut_percent: int
    cut_reason: str
    limits: Limits
    may_pause: bool
    form: Form

    @property
    def count(self) -> int:
        """How many items the form asks."""
        return len(self.form.items)


@dataclass(frozen=True)
class Bank:
    """Everything there is to ask, with a hash over all of it."""

    items: Mapping[str, Item] = field(default_factory=lambda: MappingProxyType({}))
    examinations: Mapping[str, Examination] = field(default_factory=lambda: MappingProxyType({}))
    content_hash: str = ""

    def form_given(self, examination: Examination) -> FormGiven:
        """The exact form that an attempt started now is given."""
        return FormGiven(
            id=examination.form.id,
            revision=examination.revision,
            items=tuple(self.items[item_id] for item_id in examination.form.items),
        )


def hash_of(value: Any) -> str:
    """SHA-256 of the value's JSON with sorted keys, as 64 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- the bank in force -----------------------------------------------------------------------------

_in_force = Bank()
_folder: Path | None = None


def bank() -> Bank:
    """The bank in force."""
    return _in_force


def configure(folder: Path) -> list[Fault]:
    """Put the folder's bank in force and answer its faults. What has a fault is left out."""
    global _in_force, _folder
    _folder = folder
    _in_force, faults = load(folder)
    return faults


def reload() -> list[Fault]:
    """Read the folder again. When anything in it is at fault, the last good bank stays in force."""
    global _in_force
    if _folder is None:
        return []
    loaded, faults = load(_folder)
    if not faults:
        _in_force = loaded
    return faults


# --- parsing ---------------------------------------------------------------------------------------


@dataclass
class _Found:
    """What has been read so far, with the places of ids so that a second one can name the first."""

    faults: list[Fault] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    examinations: dict[str, Examination] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def take_id(self, reading: Reading, node: yaml.Node, kind: str, identifier: str) -> bool:
        """True when no other piece of this kind has the id; a second one is a fault."""
        here = f"{reading.shown_path}:{node.start_mark.line + 1}"
        first = self.places.setdefault((kind, identifier), here)
        if first != here:
            reading.fault(node, f"the {kind} id '{identifier}' is taken by {first}")
        return first == here


def load(folder: Path) -> tuple[Bank, list[Fault]]:
    """The bank in `folder` (one folder inside for each bank) and its faults, by path and line.

    Pieces with faults are left out of the bank; a form that names one is then a fault as well.
    """
    found = _Found()
    if not folder.is_dir():
        return Bank(), [Fault(str(folder), 1, "there is no such folder of assessments")]
    for bank_folder in sorted(path for path in folder.iterdir() if path.is_dir()):
        _read_bank_file(found, folder, bank_folder / "bank.yaml")
        for file in sorted((bank_folder / "items").glob("*.yaml")):
            _read_items(found, folder, file)
    for file in sorted(folder.glob("*/forms/*.yaml")):
        _read_examination(found, folder, file)
    whole = {
        "items": [item.as_json() for item in found.items.values()],
        "examinations": [_examination_json(one) for one in found.examinations.values()],
    }
    loaded = Bank(MappingProxyType(found.items), MappingProxyType(found.examinations), hash_of(whole))
    return loaded, sorted(found.faults, key=lambda fault: (fault.path, fault.line))


def _reading(folder: Path, file: Path) -> Reading:
    return Reading(file, file.relative_to(folder.parent).as_posix())


def _read_bank_file(found: _Found, folder: Path, file: Path) -> None:
    reading = _reading(folder, file)
    if not file.is_file():
        found.faults.append(Fault(reading.shown_path, 1, "the bank has no bank.yaml"))
        return
    root = reading.root()
    if root is not None:
        keys = reading.keys(root, ("id", "revision", "title"))
        identifier = reading.identifier(keys.get("id"), "the bank id")
        if identifier:
            found.take_id(reading, keys["id"], "bank", identifier)
        reading.whole(keys.get("revision"), "revision", 1, 1_000_000)
        reading.words(keys.get("title"), "title")
    found.faults.extend(reading.faults)


def _read_items(found: _Found, folder: Path, file: Path) -> None:
    reading = _reading(folder, file)
    root = reading.root()
    if root is not None:
        for node in reading.parts(root, "the file"):
            before = len(reading.faults)
            item = read_item(reading, node)
            is_new = not item.id or found.take_id(reading, node, "item", item.id)
            if is_new and len(reading.faults) == before:
                found.items[item.id] = item
    found.faults.extend(reading.faults)


def _read_examination(found: _Found, folder: Path, file: Path) -> None:
    reading = _reading(folder, file)
    root = reading.root()
    if root is not None:
        keys = reading.keys(root, _EXAMINATION_KEYS)
        examination = Examination(
            id=reading.identifier(keys.get("id"), "the examination id"),
            revision=reading.whole(keys.get("revision"), "revision", 1, 1_000_000),
            title=reading.words(keys.get("title"), "title"),
            kind=reading.one_of(keys.get("kind"), "kind", ExaminationKind),
            minutes=reading.whole(keys.get("minutes"), "minutes", 1, 480),
            cut_percent=reading.whole(keys.get("cut_percent"), "cut_percent", 1, 100),
            cut_reason=reading.text(keys.get("cut_reason"), "cut_reason"),
            limits=_limits(reading, keys.get("attempts")),
            may_pause=reading.flag(keys.get("may_pause"), "may_pause"),
            form=_form(found, reading, keys.get("form")),
        )
        is_new = not examination.id or found.take_id(reading, keys["id"], "examination", examination.id)
        if is_new and not reading.faults:
            found.examinations[examination.id] = examination
    found.faults.extend(reading.faults)


def _limits(reading: Reading, node: yaml.Node | None) -> Limits:
    keys = reading.keys(node, ("most", "within_days", "wait_days")) if node is not None else {}
    return Limits(
        most=reading.whole(keys.get("most"), "most", 1, 100),
        within_days=reading.whole(keys.get("within_days"), "within_days", 1, 3660),
        wait_days=reading.whole(keys.get("wait_days"), "wait_days", 0, 365),
    )


def _form(found: _Found, reading: Reading, node: yaml.Node | None) -> Form:
    keys = reading.keys(node, ("id", "items")) if node is not None else {}
    identifier = reading.identifier(keys.get("id"), "the form id")
    if identifier:
        found.take_id(reading, keys["id"], "form", identifier)
    items: list[str] = []
    for part in reading.parts(keys.get("items"), "the form's items"):
        item_id = reading.identifier(part, "an item id")
        if not item_id:
            continue
        if item_id in items:
            reading.fault(part, f"the form asks '{item_id}' twice")
        elif item_id not in found.items:
            reading.fault(part, f"the form asks '{item_id}', and no good item has this id")
        items.append(item_id)
    return Form(identifier, tuple(items))


def _examination_json(examination: Examination) -> dict[str, Any]:
    return {
        "id": examination.id,
        "revision": examination.revision,
        "title": examination.title.as_json(),
        "kind": examination.kind.value,
        "minutes": examination.minutes,
        "cut_percent": examination.cut_percent,
        "attempts": [
            examination.limits.most,
            examination.limits.within_days,
            examination.limits.wait_days,
        ],
        "form": [examination.form.id, *examination.form.items],
    }
