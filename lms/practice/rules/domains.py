"""What an activity kind counts for, and whose support it was, as data files say. Pure.

Nobody types a domain: it follows from the kind of work by `mappings/house.yaml`, so another reading of the
same hours is another file and never another entry.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lms.practice.rules import data_file
from lms.practice.rules.states import Kind

FOLDER = Path(__file__).parents[1]
NO_DOMAIN = ""


@dataclass(frozen=True)
class Meaning:
    """What one kind of work counts for, and whether it is usually done with people."""

    domain: str
    is_direct: bool


@dataclass(frozen=True)
class Mapped:
    """A table from kinds to domains, with where it comes from."""

    id: str
    source: str
    note: str
    kinds: Mapping[Kind, Meaning]


def load_mapping(path: Path) -> Mapped:
    """The table of a file. Raises BadData with each fault as `file:line: sentence`."""
    top = data_file.read(path)
    fields = top.fields(("id", "source", "note", "kinds"))
    kinds: dict[Kind, Meaning] = {}
    if "kinds" in fields:
        for name, value in fields["kinds"].fields([kind.value for kind in Kind]).items():
            said = value.fields(("domain", "direct"))
            if name in set(Kind) and len(said) == 2:
                kinds[Kind(name)] = Meaning(said["domain"].text(), said["direct"].truth())
    texts = {name: fields[name].text() for name in ("id", "source", "note") if name in fields}
    data_file.check(top)
    return Mapped(texts["id"], texts["source"], texts["note"], kinds)


def load_populations(path: Path) -> Mapping[str, Mapping[str, str]]:
    """The groups of people that an entry can name, with their words by language. Raises BadData."""
    top = data_file.read(path)
    fields = top.fields(("source", "note", "populations"))
    groups = fields["populations"].fields(allowed=None) if "populations" in fields else {}
    found = {name: value.words() for name, value in groups.items()}
    data_file.check(top)
    return found


HOUSE = load_mapping(FOLDER / "mappings" / "house.yaml")
# What a supervisor may sign a line as, in the order in which pages offer them.
DOMAINS = tuple(dict.fromkeys(one.domain for one in HOUSE.kinds.values() if one.domain))


@cache
def populations() -> Mapping[str, Mapping[str, str]]:
    """The groups of people, read once."""
    return load_populations(FOLDER / "populations.yaml")


def domain_of(kind: str) -> str:
    """The domain an activity kind counts for, or "" for kinds that count for none."""
    return HOUSE.kinds[Kind(kind)].domain


def is_usually_direct(kind: str) -> bool:
    """Whether this kind of work is usually done with the people served."""
    return HOUSE.kinds[Kind(kind)].is_direct


def totals_by_domain(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Minutes by domain from (kind, minutes) pairs; kinds that count for no domain are under ""."""
    totals: Counter[str] = Counter()
    for kind, minutes in amounts:
        totals[domain_of(kind)] += minutes
    return dict(totals)
