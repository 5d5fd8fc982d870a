"""YAML that remembers its lines, so that each fault of a content file names the true one."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from lms.errors import Fault

T = TypeVar("T")

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SENTENCES = {
    "missing": "`{name}` is missing.",
    "unexpected_keyword_argument": "`{name}` is not a field that is known here.",
    "string_type": "`{name}` must be text.",
    "string_too_short": "`{name}` must not be empty.",
    "string_pattern_mismatch": "`{name}` is not written as it must be (it must match {pattern}).",
    "int_type": "`{name}` must be a whole number.",
    "int_parsing": "`{name}` must be a whole number.",
    "greater_than_equal": "`{name}` must be {ge} or more.",
    "less_than_equal": "`{name}` must be {le} or less.",
    "too_short": "`{name}` needs at least {min_length} of them.",
    "bool_parsing": "`{name}` must be true or false.",
    "bool_type": "`{name}` must be true or false.",
    "enum": "`{name}` must be one of: {expected}.",
    "literal_error": "`{name}` must be one of: {expected}.",
    "tuple_type": "`{name}` must be a list.",
    "dict_type": "`{name}` must be a set of names with values.",
    "dataclass_type": "`{name}` must be a set of names with values.",
}


@dataclass(frozen=True)
class Marked:
    """A YAML document with the line of each of its parts. `first_line` is the line it begins on."""

    path: str
    data: Any
    node: yaml.Node
    first_line: int

    def line_of(self, place: Sequence[int | str]) -> int:
        """The line of the part at this place, or of the nearest part around it that is there."""
        node, line = self.node, self.node.start_mark.line
        for step in place:
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
                if found is None:
                    break
                line = found[0].start_mark.line
                node = found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            else:
                break
        return self.first_line + line

    def fault(self, place: Sequence[int | str], sentence: str) -> Fault:
        """A fault of the part at this place."""
        return Fault(self.path, self.line_of(place), sentence)

    def shaped(self, shape: type[T], faults: list[Fault]) -> T | None:
        """The document as this shape; or None, with one fault added for each thing that is wrong."""
        if not isinstance(self.data, dict):
            faults.append(self.fault((), "This must be a set of names with values."))
            return None
        try:
            return TypeAdapter(shape).validate_python(self.data)
        except ValidationError as error:
            for one in error.errors():
                faults.append(self.fault(one["loc"], _sentence(one)))
            return None


def _sentence(error: Any) -> str:
    place = [step for step in error["loc"] if step != "[key]"]
    name = next((step for step in reversed(place) if isinstance(step, str)), "this")
    if error["type"] == "value_error":
        return f"`{name}` {error['ctx']['error']}."
    template = SENTENCES.get(error["type"])
    if template is None:
        return f"`{name}` cannot be used: {error['msg']}."
    return template.format(name=name, **error.get("ctx", {}))


def read_text(path: Path, faults: list[Fault]) -> str | None:
    """The text of a file; or None, with the fault added, when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.append(Fault(str(path), 1, "This file is missing."))
    except (OSError, UnicodeDecodeError):
        faults.append(Fault(str(path), 1, "This file cannot be read as UTF-8 text."))
    return None


def parse(path: str, text: str, faults: list[Fault], first_line: int = 1) -> Marked | None:
    """The document in this text; or None, with its faults added."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            faults.append(Fault(path, first_line, "This file is empty."))
            return None
        doubled = _doubled_keys(node)
        faults += [
            Fault(path, first_line + key.start_mark.line, f"`{key.value}` is given twice.") for key in doubled
        ]
        return None if doubled else Marked(path, loader.construct_document(node), node, first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        faults.append(Fault(path, line, f"This is not YAML: {error.problem or error.context}."))
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).splitlines()[0]
        faults.append(Fault(path, first_line, f"This is not YAML: {reason}."))
    finally:
        loader.dispose()
    return None


def _doubled_keys(node: yaml.Node) -> list[yaml.Node]:
    doubled: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    doubled.append(key)
                seen.add(key.value)
            doubled += _doubled_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            doubled += _doubled_keys(value)
    return doubled
