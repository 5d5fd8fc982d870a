"""YAML values that know their line, so that a fault in a scheme file is told as `file:line: sentence`.

Pure. A reader asks a field for the shape it expects; a wrong shape is noted and a harmless value is
handed back, so that one reading finds all faults of a file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

import yaml

from lms.errors import Fault


@dataclass
class Source:
    """One text being read, and the faults found in it so far."""

    path: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, sentence: str) -> None:
        self.faults.append(Fault(self.path, line, sentence))


@dataclass(frozen=True)
class Field:
    """One value in the file."""

    node: yaml.Node
    source: Source

    @property
    def line(self) -> int:
        return self.node.start_mark.line + 1

    def fault(self, sentence: str) -> None:
        self.source.fault(self.line, sentence)

    @property
    def is_null(self) -> bool:
        return self.node.tag == "tag:yaml.org,2002:null"

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def mapping(self) -> dict[str, "Field"]:
        """The keys and values here; a key given twice is a fault."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fault("Names with values are expected here.")
            return {}
        fields: dict[str, Field] = {}
        for key, value in self.node.value:
            name = str(key.value)
            if name in fields:
                self.source.fault(key.start_mark.line + 1, f"'{name}' is given twice.")
            fields[name] = Field(value, self.source)
        return fields

    def only(self, needed: Iterable[str], allowed: Iterable[str] = ()) -> dict[str, "Field"]:
        """The mapping here, with faults for names that are missing or not known."""
        fields, needed = self.mapping(), tuple(needed)
        for name in needed:
            if name not in fields:
                self.fault(f"'{name}' is missing.")
        known = {*needed, *allowed}
        for name in fields:
            if name not in known:
                fields[name].fault(f"'{name}' is not known here.")
        return fields

    def items(self) -> list["Field"]:
        """The values of the list here."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fault("A list is expected here.")
            return []
        return [Field(node, self.source) for node in self.node.value]

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null or not self.node.value.strip():
            self.fault("A text is expected here.")
            return ""
        return str(self.node.value).strip()

    def one_of(self, allowed: Iterable[str]) -> str:
        """A text that is one of these."""
        value, allowed = self.text(), tuple(allowed)
        if value not in allowed:
            self.fault(f"'{value}' is not one of {', '.join(allowed)}.")
            return allowed[0]
        return value

    def whole(self, least: int = 1) -> int:
        """A whole number that is not too small."""
        try:
            value = int(self.text())
        except ValueError:
            value = least - 1
        if value < least:
            self.fault(f"A whole number of {least} or more is expected here.")
            return least
        return value

    def yes(self) -> bool:
        """true or false."""
        return self.one_of(("true", "false")) == "true"

    def minutes(self) -> int:
        """Hours in the file, minutes in the program: 1.5 → 90."""
        try:
            value = Decimal(self.text()) * 60
        except InvalidOperation:
            value = Decimal(-1)
        if not value.is_finite() or value <= 0 or value != int(value):
            self.fault("Hours above 0 are expected here, in whole minutes.")
            return 60
        return int(value)

    def day(self) -> date:
        """A date as 2026-11-20."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            self.fault("A date like 2026-11-20 is expected here.")
            return date(1970, 1, 1)

    def words(self) -> tuple[tuple[str, str], ...]:
        """One text in each language; English always."""
        fields = self.only(("en",), ("es",))
        return tuple((language, value.text()) for language, value in fields.items())

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())


def compose(text: str, path: str) -> tuple[Field | None, list[Fault]]:
    """The top value of a YAML text, or the fault that kept it from being read."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        return None, [Fault(path, line, f"This is not YAML: {wrong.problem}.")]
    except yaml.YAMLError:
        return None, [Fault(path, 1, "This is not YAML.")]
    if node is None:
        return None, [Fault(path, 1, "The file is empty.")]
    return Field(node, Source(path)), []
