"""The bank: all items and examinations of `assessments/`, parsed once into frozen objects.

`load` is a plain function from a folder to a bank and its faults. `configure` makes a bank the one in
force; when a later `reload` finds a fault, the last good bank stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from lms.assessment.angoff import Worksheet, read_worksheet
from lms.assessment.blueprint import Blueprint, Short, draw
from lms.assessment.family_file import read_blueprint
from lms.assessment.item_file import read_item
from lms.assessment.items import FormGiven, Item, Words
from lms.assessment.reading import Reading
from lms.assessment.rubrics import Rubric, read_rubric
from lms.assessment.rules import Limits
from lms.errors import Fault
from lms.folders import read_once

# The folder beside the banks that holds rubrics.
RUBRICS = "rubrics"
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
    """What a trainee may sit: its forms, its time in minutes, its cut and its limits.

    A fixed examination has one form; a family has those that were drawn by its blueprint.
    """

    id: str
    revision: int
    title: Words
    kind: ExaminationKind
    minutes: int
    cut_percent: int
    cut_reason: str
    limits: Limits
    may_pause: bool
    forms: tuple[Form, ...]
    blueprint: Blueprint | None = None

    @property
    def count(self) -> int:
        """How many items a form asks."""
        return len(self.forms[0].items)

    def form(self, form_id: str) -> Form:
        """The form with this id."""
        return next(form for form in self.forms if form.id == form_id)


@dataclass(frozen=True)
class Place:
    """Where a piece of content begins."""

    path: str
    line: int


@dataclass(frozen=True)
class Bank:
    """Everything there is to ask, with a hash over all of it."""

    items: Mapping[str, Item] = field(default_factory=lambda: MappingProxyType({}))
    examinations: Mapping[str, Examination] = field(default_factory=lambda: MappingProxyType({}))
    content_hash: str = ""
    rubrics: Mapping[str, Rubric] = field(default_factory=lambda: MappingProxyType({}))
    worksheets: Mapping[str, Worksheet] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[tuple[str, str], Place] = field(default_factory=lambda: MappingProxyType({}))

    def form_given(self, examination: Examination, form: Form | None = None) -> FormGiven:
        """The exact form that an attempt started now is given; the first one when none is named."""
        given = form or examination.forms[0]
        return FormGiven(
            id=given.id,
            revision=examination.revision,
            items=tuple(self.items[item_id] for item_id in given.items),
        )

    def fault(self, kind: str, identifier: str, sentence: str) -> Fault:
        """A fault of a piece ("item", "examination", "rubric", "worksheet") at the line where it begins."""
        place = self.places[kind, identifier]
        return Fault(place.path, place.line, sentence)


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
    _in_force, faults = _read(folder)
    return faults


def reload() -> list[Fault]:
    """Read the folder again. When anything in it is at fault, the last good bank stays in force."""
    global _in_force
    if _folder is None:
        return []
    loaded, faults = _read(_folder)
    if not faults:
        _in_force = loaded
    return faults


# --- parsing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Family:
    """An examination whose forms are drawn when every file has been read, and where its blueprint stands."""

    examination: Examination
    blueprint: Blueprint
    place: Place


@dataclass
class _Found:
    """What has been read so far, with the places of ids so that a second one can name the first."""

    faults: list[Fault] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    examinations: dict[str, Examination] = field(default_factory=dict)
    rubrics: dict[str, Rubric] = field(default_factory=dict)
    worksheets: dict[str, Worksheet] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    families: list[_Family] = field(default_factory=list)

    def take_id(self, reading: Reading, node: yaml.Node, kind: str, identifier: str) -> bool:
        """True when no other piece of this kind has the id; a second one is a fault."""
        here = Place(reading.shown_path, node.start_mark.line + 1)
        first = self.places.setdefault((kind, identifier), here)
        if first != here:
            reading.fault(node, f"the {kind} id '{identifier}' is taken by {first.path}:{first.line}")
        return first == here


def load(folder: Path) -> tuple[Bank, list[Fault]]:
    """The bank in `folder` (one folder inside for each bank) and its faults, by path and line.

    Pieces with faults are left out of the bank; a form that names one is then a fault as well.
    """
    found = _Found()
    if not folder.is_dir():
        return Bank(), [Fault(str(folder), 1, "there is no such folder of assessments")]
    for bank_folder in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != RUBRICS):
        _read_bank_file(found, folder, bank_folder / "bank.yaml")
        for file in sorted((bank_folder / "items").glob("*.yaml")):
            _read_items(found, folder, file)
    for file in sorted(folder.glob("*/forms/*.yaml")):
        _read_examination(found, folder, file)
    for family in found.families:
        _draw_family(found, family)
    for file in sorted((folder / RUBRICS).glob("*.yaml")):
        _read_rubric(found, folder, file)
    for file in sorted(folder.glob("*/angoff.yaml")):
        _read_worksheet(found, folder, file)
    whole = {
        "items": [item.as_json() for item in found.items.values()],
        "examinations": [_examination_json(one) for one in found.examinations.values()],
        "rubrics": [one.as_json() for one in found.rubrics.values()],
        "worksheets": [one.as_json() for one in found.worksheets.values()],
    }
    loaded = Bank(
        MappingProxyType(found.items),
        MappingProxyType(found.examinations),
        hash_of(whole),
        MappingProxyType(found.rubrics),
        MappingProxyType(found.worksheets),
        MappingProxyType(found.places),
    )
    return loaded, sorted(found.faults, key=lambda fault: (fault.path, fault.line))


_read = read_once(load)


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
        keys = reading.keys(root, _EXAMINATION_KEYS, ("form", "family"))
        if ("form" in keys) == ("family" in keys):
            reading.fault(root, "an examination has either a form or a family of forms")
        form = _form(found, reading, keys["form"]) if "form" in keys else None
        family = read_blueprint(reading, keys["family"]) if "family" in keys else None
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
            forms=(form,) if form else (),
            blueprint=family,
        )
        for form_id in family.forms if family else ():
            found.take_id(reading, keys["family"], "form", form_id)
        is_new = not examination.id or found.take_id(reading, keys["id"], "examination", examination.id)
        if is_new and not reading.faults and family:
            place = Place(reading.shown_path, keys["family"].start_mark.line + 1)
            found.families.append(_Family(examination, family, place))
        elif is_new and not reading.faults:
            found.examinations[examination.id] = examination
    found.faults.extend(reading.faults)


def _draw_family(found: _Found, family: _Family) -> None:
    """Draw the forms from all items that no module check asks: those are known from learning."""
    checks = [one for one in found.examinations.values() if one.kind is ExaminationKind.MODULE_CHECK]
    seen = {item_id for check in checks for form in check.forms for item_id in form.items}
    try:
        drawn = draw(family.blueprint, [item for item in found.items.values() if item.id not in seen])
    except Short as short:
        found.faults.append(Fault(family.place.path, family.place.line, str(short)))
        return
    forms = tuple(Form(form_id, items) for form_id, items in drawn.items())
    found.examinations[family.examination.id] = replace(family.examination, forms=forms)


def _read_rubric(found: _Found, folder: Path, file: Path) -> None:
    reading = _reading(folder, file)
    root = reading.root()
    if root is not None:
        rubric = read_rubric(reading, root)
        is_new = not rubric.id or found.take_id(reading, root, "rubric", rubric.id)
        if is_new and not reading.faults:
            found.rubrics[rubric.id] = rubric
    found.faults.extend(reading.faults)


def _read_worksheet(found: _Found, folder: Path, file: Path) -> None:
    reading = _reading(folder, file)
    root = reading.root()
    if root is not None:
        worksheet = read_worksheet(reading, root)
        name = worksheet.examination
        is_new = not name or found.take_id(reading, root, "worksheet", name)
        if name and name not in found.examinations:
            reading.fault(root, f"there is no good examination '{name}'")
        if is_new and not reading.faults:
            found.worksheets[name] = worksheet
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
        "forms": [[form.id, *form.items] for form in examination.forms],
    }
