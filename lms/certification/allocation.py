"""Where each module's minutes go under the areas of one body: every minute in one area, once. Pure.

A body counts training by areas of its own (domain shape R46: one activity may count for several bodies, and
never twice for one). A scheme file says for each module how its minutes are shared out; what a person has
done of the module is split in that proportion, in whole minutes that add up.
"""

from collections.abc import Mapping
from dataclasses import replace

from lms.certification.facts import Record, TrainingHour
from lms.curriculum.progress import split

Shares = tuple[tuple[str, int], ...]


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
