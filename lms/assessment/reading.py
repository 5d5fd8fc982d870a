"""Reading one YAML file so that each fault can name the line it is on.

PyYAML's composer keeps a mark for each node; a value built by `safe_load` has lost it. `Reading` walks
the nodes, hands out plain values and collects one `Fault` for each thing that is not as it should be.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

from lms.assessment.items import Words
from lms.errors import Fault

_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# The C parser is some ten times faster and keeps the same line marks.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
E = TypeVar("E", bound=StrEnum)
_LANGUAGES = ("en", "es")
_MANY = 20  # a longer list is named by its ends

_KINDS = {
    "tag:yaml.org,2002:str": "text",
    "tag:yaml.org,2002:int": "a whole number",
    "tag:yaml.org,2002:float": "a number with a point",
    "tag:yaml.org,2002:bool": "true or false",
    "tag:yaml.org,2002:null": "empty",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:seq": "a list",
    "tag:yaml.org,2002:map": "a set of keys",
}


class Reading:
    """One file being read, with the faults found so far."""

    def __init__(self, file: Path, shown_path: str) -> None:
        self.file = file
        self.shown_path = shown_path
        self.faults: list[Fault] = []

    def root(self) -> yaml.Node | None:
        """The file's top node, or None when the file is empty or not YAML."""
        try:
            text = self.file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            self._add(1, "the file is not UTF-8 text")
            return None
        try:
            node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as fault:
            mark = fault.problem_mark
            self._add(mark.line + 1 if mark else 1, f"this is not YAML: {fault.problem}")
            return None
        except yaml.YAMLError as fault:
            self._add(1, f"this is not YAML: {str(fault).splitlines()[0]}")
            return None
        if node is None:
            self._add(1, "the file is empty")
        return node

    def fault(self, node: yaml.Node, sentence: str) -> None:
        """Note a fault at the line where the node begins."""
        self._add(node.start_mark.line + 1, sentence)

    def _add(self, line: int, sentence: str) -> None:
        self.faults.append(Fault(self.shown_path, line, sentence))

    def keys(
        self, node: yaml.Node, needed: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """The node's values by key; unknown, double and missing keys are faults."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, f"expected keys and values, found {_kind(node)}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in needed and name not in optional:
                known = ", ".join([*needed, *optional])
                self.fault(key, f"unknown key '{name}'; known are {known}")
            elif name in found:
                self.fault(key, f"the key '{name}' is there twice")
            else:
                found[name] = value
        for name in needed:
            if name not in found:
                self.fault(node, f"the key '{name}' is missing")
        return found

    def parts(self, node: yaml.Node | None, what: str, least: int = 1) -> list[yaml.Node]:
        """The nodes of a list; too few, or no list, is a fault."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fault(node, f"{what} must be a list, found {_kind(node)}")
            return []
        if len(node.value) < least:
            self.fault(node, f"{what} needs at least {least}")
        return list(node.value)

    def text(self, node: yaml.Node | None, what: str) -> str:
        """A text that is not blank."""
        if node is None:
            return ""
        if node.tag != "tag:yaml.org,2002:str" or not isinstance(node, yaml.ScalarNode):
            self.fault(node, f"{what} must be text, found {_kind(node)}")
            return ""
        value: str = node.value.strip()
        if not value:
            self.fault(node, f"{what} is blank")
        return value

    def identifier(self, node: yaml.Node | None, what: str) -> str:
        """An id: small letters, digits and single dashes."""
        value = self.text(node, what)
        if node is not None and value and not _IDENTIFIER.fullmatch(value):
            self.fault(node, f"{what} '{value}' must be small letters, digits and single dashes")
        return value

    def known(self, node: yaml.Node | None, what: str, choices: Collection[str]) -> str:
        """One of the words of a fixed list."""
        value = self.text(node, what)
        if node is not None and value and value not in choices:
            first, *_between, last = choices
            known = f"{first} to {last}" if len(choices) > _MANY else ", ".join(choices)
            self.fault(node, f"{what} '{value}' is not known; known are {known}")
        return value

    def whole(self, node: yaml.Node | None, what: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        if node is None:
            return least
        if node.tag != "tag:yaml.org,2002:int" or not isinstance(node, yaml.ScalarNode):
            self.fault(node, f"{what} must be a whole number, found {_kind(node)}")
            return least
        value = int(yaml.safe_load(node.value))
        if not least <= value <= most:
            self.fault(node, f"{what} must be from {least} to {most}, found {value}")
            return least
        return value

    def number(self, node: yaml.Node | None, what: str, least: int, most: int) -> Decimal:
        """A number from `least` to `most`, with or without a point."""
        if node is None:
            return Decimal(least)
        is_number = node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
        if not is_number or not isinstance(node, yaml.ScalarNode):
            self.fault(node, f"{what} must be a number, found {_kind(node)}")
            return Decimal(least)
        value = Decimal(str(yaml.safe_load(node.value)))
        if not least <= value <= most:
            self.fault(node, f"{what} must be from {least} to {most}, found {value}")
            return Decimal(least)
        return value

    def flag(self, node: yaml.Node | None, what: str) -> bool:
        """true or false."""
        if node is None:
            return False
        if node.tag != "tag:yaml.org,2002:bool" or not isinstance(node, yaml.ScalarNode):
            self.fault(node, f"{what} must be true or false, found {_kind(node)}")
            return False
        return bool(yaml.safe_load(node.value))

    def one_of(self, node: yaml.Node | None, what: str, choices: type[E]) -> E:
        """One of the enumeration's words."""
        value = self.text(node, what)
        if value in list(choices):
            return choices(value)
        if node is not None and value:
            self.fault(node, f"{what} '{value}' is not one of {', '.join(choices)}")
        return next(iter(choices))

    def words(self, node: yaml.Node | None, what: str) -> Words:
        """A text by language: English always, Spanish when it is there."""
        if node is None:
            return Words("")
        found = self.keys(node, ("en",), _LANGUAGES[1:])
        spanish = found.get("es")
        return Words(
            en=self.text(found.get("en"), f"{what} (en)"),
            es=self.text(spanish, f"{what} (es)") if spanish is not None else None,
        )


def _kind(node: yaml.Node) -> str:
    return _KINDS.get(node.tag, node.tag)
