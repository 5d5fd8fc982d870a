"""What a person has earned: completed modules, minutes of training, and who taught them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.curriculum import progress
from lms.curriculum.content import Mode, Module
from lms.curriculum.models import Attendance, Enrolment, LiveSession, ModuleRevision
from lms.curriculum.models import ModuleCompletion as CompletionRow
from lms.curriculum.queries.kept import kept_modules
from lms.db import session


@dataclass(frozen=True)
class ModuleCompletion:
    """That a person completed a module, in the revision they started."""

    id: int
    module_id: str
    revision: int
    completed_at: datetime
    organisation_id: int
    completed_on: date
    title: str


@dataclass(frozen=True)
class ContactHour:
    """Minutes of training under one topic. `evidence` names the row it comes from and the topic,
    `organisation_id` who held it."""

    evidence: str
    module_id: str
    topics: tuple[str, ...]
    minutes: int
    mode: str
    on: date
    trainer_id: int | None
    organisation_id: int


def completions_of(person_id: int) -> tuple[ModuleCompletion, ...]:
    """The modules that the person completed, oldest first."""
    return tuple(completion for completion, _module in _completed(person_id))


def _completed(person_id: int) -> list[tuple[ModuleCompletion, Module]]:
    rows = session().execute(_COMPLETED, {"person_id": person_id}).all()
    modules = kept_modules((row.module_id, row.content_hash) for row in rows)
    found = []
    for row in rows:
        module = modules[row.content_hash]
        completion = ModuleCompletion(
            id=row.id,
            module_id=row.module_id,
            revision=row.revision,
            completed_at=row.completed_at,
            organisation_id=row.organisation_id,
            completed_on=row.completed_on,
            title=module.title["en"],
        )
        found.append((completion, module))
    return found


_COMPLETED = (
    sa.select(
        CompletionRow.id,
        CompletionRow.completed_at,
        CompletionRow.completed_on,
        CompletionRow.organisation_id,
        ModuleRevision.module_id,
        ModuleRevision.revision,
        ModuleRevision.content_hash,
    )
    .join(Enrolment, Enrolment.id == CompletionRow.enrolment_id)
    .join(ModuleRevision, ModuleRevision.id == Enrolment.module_revision_id)
    .where(CompletionRow.person_id == sa.bindparam("person_id"))
    .order_by(CompletionRow.id)
)

_correction = aliased(Attendance)
_stands = ~sa.exists().where(_correction.corrects_id == Attendance.id)
_ATTENDED = (
    sa.select(
        Attendance.id,
        Attendance.minutes,
        LiveSession.trainer_id,
        LiveSession.mode,
        LiveSession.starts_at,
        LiveSession.timezone,
        Enrolment.organisation_id,
        ModuleRevision.module_id,
        ModuleRevision.content_hash,
    )
    .join(LiveSession, LiveSession.id == Attendance.live_session_id)
    .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
    .join(ModuleRevision, ModuleRevision.id == Enrolment.module_revision_id)
    .where(Attendance.person_id == sa.bindparam("person_id"), Attendance.minutes > 0, _stands)
    .order_by(LiveSession.starts_at, Attendance.id)
)


def contact_hours_of(person_id: int) -> tuple[ContactHour, ...]:
    """The minutes of training that count for the person, apart by topic, mode and where they come from.

    A completed module earns its lessons' minutes as self-paced; live sessions what was attended, for each
    module at most what its session takes: coming twice is welcome and counts once. The minutes of each are
    split over the module's topics in whole minutes that add up exactly.
    """
    found: list[ContactHour] = []
    for completion, module in _completed(person_id):
        for topic, minutes in progress.split(module.minutes, module.topics):
            found.append(
                ContactHour(
                    evidence=f"completion:{completion.id}:{topic.value}",
                    module_id=completion.module_id,
                    topics=(topic.value,),
                    minutes=minutes,
                    mode=Mode.SELF_PACED.value,
                    on=completion.completed_on,
                    trainer_id=None,
                    organisation_id=completion.organisation_id,
                )
            )
    rows = session().execute(_ATTENDED, {"person_id": person_id}).all()
    modules = kept_modules((row.module_id, row.content_hash) for row in rows)
    earned: dict[str, int] = {}
    for row in rows:
        module = modules[row.content_hash]
        most = module.live.minutes if module.live else row.minutes
        counted = min(row.minutes, most - earned.get(row.module_id, 0))
        if counted <= 0:
            continue
        earned[row.module_id] = earned.get(row.module_id, 0) + counted
        for topic, minutes in progress.split(counted, module.topics):
            found.append(
                ContactHour(
                    evidence=f"attendance:{row.id}:{topic.value}",
                    module_id=row.module_id,
                    topics=(topic.value,),
                    minutes=minutes,
                    mode=row.mode,
                    on=row.starts_at.astimezone(ZoneInfo(row.timezone)).date(),
                    trainer_id=row.trainer_id,
                    organisation_id=row.organisation_id,
                )
            )
    return tuple(found)


def trainers_of(person_id: int) -> frozenset[int]:
    """Who taught the person in a live session, or recorded that they were there."""
    rows = session().execute(
        sa.select(LiveSession.trainer_id, Attendance.recorded_by)
        .join(LiveSession, LiveSession.id == Attendance.live_session_id)
        .where(Attendance.person_id == person_id)
    )
    return frozenset(one for row in rows for one in row)
