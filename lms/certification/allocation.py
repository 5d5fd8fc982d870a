"""Where training and practice go under the areas of one body: every minute in one area, once. Pure.

A body counts training by areas of its own (domain shape R46: one activity may count for several bodies, and
never twice for one). A scheme file says for each module how its minutes are shared out; what a person has
done of the module is split in that proportion, in whole minutes that add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lms.certification.facts import PracticeHour, Record, TrainingHour
from lms.curriculum.progress import split
from lms.practice.rules import Kind, domain_of

Shares = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PracticeAreas:
    """What each kind of practice, and each domain that a supervisor signed instead, is called by one body."""

    kinds: tuple[tuple[str, str], ...] = ()
    domains: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The body's own areas of practice."""
        return tuple(dict.fromkeys(area for _name, area in (*self.kinds, *self.domains)))

    def area_of(self, hour: PracticeHour) -> str:
        """The area of an hour: by what was signed where that is another domain than its kind's, else by kind.

        A kind or domain that the body does not name counts for none of its areas.
        """
        derived = domain_of(hour.kind) if hour.kind in set(Kind) else hour.domain
        if hour.domain in self.names and hour.domain not in dict(self.domains):
            return hour.domain
        if hour.domain != derived:
            return dict(self.domains).get(hour.domain, "")
        return dict(self.kinds).get(hour.kind, "")


def allocated(record: Record, allocation: Mapping[str, Shares]) -> Record:
    """The record with its training under the body's areas. A module without shares counts under none.

    Doing it twice changes nothing, so a record that was kept allocated may be given again.
    """
    if not allocation:
        return record
    whole: dict[tuple[str, str], list[TrainingHour]] = {}
    for hour in record.training:
        root = hour.evidence.removesuffix(f":{hour.topics[0]}") if len(hour.topics) == 1 else hour.evidence
        whole.setdefault((root, hour.module_id), []).append(hour)
    training: list[TrainingHour] = []
    weights = {module_id: dict(shares) for module_id, shares in allocation.items()}
    for (root, module_id), hours in whole.items():
        minutes = sum(hour.minutes for hour in hours)
        first = hours[0]
        shares = allocation.get(module_id)
        if not shares:
            training.append(replace(first, evidence=root, topics=(), minutes=minutes))
            continue
        for area, part in split(minutes, weights[module_id]):
            name = f"{root}:{area}"
            training.append(
                TrainingHour(name, module_id, (area,), part, first.mode, first.on, first.provider, first.course)
            )
    return replace(record, training=tuple(training))


def practised(record: Record, areas: PracticeAreas | None) -> Record:
    """The record with its practice under the body's areas, where the scheme has any.

    Doing it twice changes nothing: an area that the body names in its own words is kept.
    """
    if areas is None:
        return record
    known: dict[tuple[str, str], str] = {}
    return replace(record, practice=tuple(_under(areas, hour, known) for hour in record.practice))


def _under(areas: PracticeAreas, hour: PracticeHour, known: dict[tuple[str, str], str]) -> PracticeHour:
    """The hour under its area, which its kind and its domain alone say: thousands of hours share a few."""
    key = hour.kind, hour.domain
    if key not in known:
        known[key] = areas.area_of(hour)
    if known[key] == hour.domain:
        return hour
    return PracticeHour(
        hour.evidence,
        hour.on,
        hour.minutes,
        hour.kind,
        known[key],
        hour.mode,
        hour.state,
        hour.supervisor_id,
        hour.population,
        hour.is_direct,
    )
