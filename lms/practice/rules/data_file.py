"""A data file of the slice, read so that each fault names its line. Pure.

Values are handed out as they are written; who reads a file says which shapes it expects.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lms.errors import Fault

LANGUAGES = ("en", "es")


class BadData(ValueError):
    """A data file that cannot be used: one `file:line: sentence` for each fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass
class Source:
    """A file being read, and the faults found in it so far."""

    path: str
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Value:
    """One value of a file with its line. A wrong shape is noted, and something harmless is handed back."""

    node: yaml.Node
    source: Source

    def fault(self, sentence: str) -> None:
        """Note that something is wrong here."""
        self.source.faults.append(Fault(self.source.path, self.node.start_mark.line + 1, sentence))

    def fields(self, needed: Iterable[str] = (), allowed: Iterable[str] | None = ()) -> dict[str, "Value"]:
        """The names and values here; what is missing or not known is a fault (None allows every name)."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fault("Names with values are expected here.")
            return {}
        found: dict[str, Value] = {}
        for key, value in self.node.value:
            one = Value(value, self.source)
            if key.value in found:
                one.fault(f"'{key.value}' is given twice.")
            found[str(key.value)] = one
        needed = tuple(needed)
        for name in needed:
            if name not in found:
                self.fault(f"'{name}' is missing.")
        if allowed is not None:
            for name in found.keys() - {*needed, *allowed}:
                found[name].fault(f"'{name}' is not known here.")
        return found

    def items(self) -> Iterator["Value"]:
        """The values of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fault("A list is expected here.")
            return
        for one in self.node.value:
            yield Value(one, self.source)

    def text(self) -> str:
        """Text, which may be empty when it is written so."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != "tag:yaml.org,2002:str":
            self.fault("Text is expected here.")
            return ""
        return str(self.node.value)

    def one_of(self, names: Iterable[str]) -> str:
        """One of these words."""
        known = tuple(names)
        said = self.text()
        if said not in known:
            self.fault(f"This must be one of: {', '.join(known)}.")
        return said

    def truth(self) -> bool:
        """True or false."""
        if self.node.tag != "tag:yaml.org,2002:bool":
            self.fault("This must be true or false.")
        return str(self.node.value).casefold() in ("true", "yes", "on")

    def number(self) -> int:
        """A whole number above zero."""
        said = str(self.node.value)
        if self.node.tag != "tag:yaml.org,2002:int" or not said.isdigit() or int(said) < 1:
            self.fault("A whole number above zero is expected here.")
            return 1
        return int(said)

    def words(self) -> dict[str, str]:
        """A sentence in each language."""
        said = {name: value.text() for name, value in self.fields(LANGUAGES).items()}
        for name, text in said.items():
            if not text.strip():
                self.fault(f"The words in '{name}' are missing.")
        return said


def read(path: Path) -> Value:
    """The file's top value. Raises BadData when there is none."""
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadData([Fault(str(path), line, f"This is not YAML: {error.problem}.")]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadData([Fault(str(path), 1, "The file cannot be read as UTF-8 text.")]) from error
    if node is None:
        raise BadData([Fault(str(path), 1, "The file is empty.")])
    return Value(node, Source(str(path)))


def check(top: Value) -> None:
    """Raises BadData when reading found faults."""
    if top.source.faults:
        raise BadData(sorted(top.source.faults, key=lambda fault: fault.line))
