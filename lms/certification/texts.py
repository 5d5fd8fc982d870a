"""The texts that applicants agree to, read from `texts/<id>.v<version>.yaml`. Pure but for reading files.

Only that a person agreed, to which version and when, is kept with the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lms.certification.yaml_fields import compose
from lms.errors import Fault

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Statement:
    """One version of a text: a title and its points, each by language."""

    id: str
    version: int
    title: tuple[tuple[str, str], ...]
    points: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class Statements:
    """All texts by id and version."""

    versions: Mapping[tuple[str, int], Statement] = field(default_factory=dict)

    def get(self, text_id: str, version: str) -> Statement | None:
        """That version of a text, or None."""
        return self.versions.get((text_id, int(version))) if version.isdecimal() else None


@cache
def statements() -> Statements:
    """The texts of this house; a file with a fault is left out."""
    return load()[0]


def load(folder: Path = FOLDER) -> tuple[Statements, list[Fault]]:
    """Every text of a folder, and every fault in them."""
    found: dict[tuple[str, int], Statement] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        top, wrong = compose(path.read_text("utf-8"), str(path))
        faults += wrong
        if top is None:
            continue
        fields = top.only(("id", "version", "title", "points"))
        if len(fields) == 4 and not top.source.faults:
            text = Statement(
                id=fields["id"].text(),
                version=fields["version"].whole(),
                title=fields["title"].words(),
                points=tuple(point.words() for point in fields["points"].items()),
            )
            if path.name != f"{text.id}.v{text.version}.yaml":
                top.fault(f"The file's name must be {text.id}.v{text.version}.yaml.")
            if not top.source.faults:
                found[text.id, text.version] = text
        faults += top.source.faults
    return Statements(found), faults
