"""Tracks: which modules make up a training of so many hours, and in which order. Pure.

A track is taught from the modules there are, or it is an outline: what a longer training would spend on each
subject, for those who plan one. Only what was taught and attended ever counts as an hour.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from lms.curriculum import marked
from lms.curriculum.content import PIECE, Id, Localised, Minutes, Module, Words, in_language
from lms.errors import Fault


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Part:
    """One module in a track. `minutes` is what an outline plans for it, all told."""

    module: Id
    minutes: Minutes | None = None
    note: Words | None = None


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Track:
    """A training of `hours` contact hours."""

    id: Id
    title: Localised
    summary: Localised
    hours: Annotated[int, Field(ge=1, le=1000, strict=True)]
    is_outline: bool = False
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]

    def title_in(self, language: str) -> tuple[str, str]:
        """The title in that language or in English; and the language it is in."""
        return in_language(self.title, language)


@dataclass(frozen=True, kw_only=True, config=PIECE)
class _File:
    tracks: tuple[Track, ...]


def read_tracks(path: Path, modules: Mapping[str, Module], faults: list[Fault]) -> tuple[Track, ...]:
    """The tracks of a file that have no fault, given the modules there are. No file is no track."""
    if not path.is_file():
        return ()
    text = marked.read_text(path, faults)
    marks = marked.parse(str(path), text, faults) if text is not None else None
    file = marks.shaped(_File, faults) if marks is not None else None
    if file is None or marks is None:
        return ()
    found = []
    for index, track in enumerate(file.tracks):
        wrong = _problems_with(track, ("tracks", index), marks, modules)
        if track.id in {other.id for other in file.tracks[:index]}:
            wrong.append(marks.fault(("tracks", index, "id"), f"The track `{track.id}` is there twice."))
        faults += wrong
        if not wrong:
            found.append(track)
    return tuple(found)


def _problems_with(
    track: Track, place: tuple[str | int, ...], marks: marked.Marked, modules: Mapping[str, Module]
) -> list[Fault]:
    faults, before, total = [], set[str](), 0
    for index, part in enumerate(track.parts):
        here = (*place, "parts", index)
        module = modules.get(part.module)
        if module is None:
            faults.append(marks.fault(here, f"There is no module `{part.module}` without a fault."))
            continue
        if part.module in before:
            faults.append(marks.fault(here, f"The module `{part.module}` is in this track twice."))
        for needed in module.requires:
            if needed not in before:
                faults.append(marks.fault(here, f"`{needed}` must come before `{part.module}`."))
        before.add(part.module)
        if (part.minutes is not None) != track.is_outline:
            faults.append(marks.fault(here, "An outline plans `minutes` for each part; other tracks do not."))
        elif part.minutes is not None and part.minutes < module.contact_minutes:
            sentence = f"`{part.module}` alone takes {module.contact_minutes} minutes."
            faults.append(marks.fault(here, sentence))
        total += part.minutes or module.contact_minutes
    if not faults and total != track.hours * 60:
        sentence = f"The parts take {total} minutes, {track.hours} hours are {track.hours * 60}."
        faults.append(marks.fault((*place, "hours"), sentence))
    return faults
