"""Facts of a trainee made through the services of the slices that hold them, in the open transaction."""

from datetime import date, timedelta
from uuid import uuid4

from lms import clock
from lms.assessment import services as assessment
from lms.assessment.items import FormGiven
from lms.curriculum import services as curriculum
from lms.curriculum.catalog import catalog
from lms.people import services as people
from lms.practice import services as practice
from lms.practice.statements import CURRENT
from tests.personas import Personas


def pass_examination(personas: Personas, person_id: int, examination_id: str) -> None:
    """Sit and pass an examination with every answer right."""
    attempt = assessment.start_attempt(
        person_id, examination_id=examination_id, organisation_id=personas.provider
    )
    for item in FormGiven.from_json(attempt.form).items:
        assessment.save_response(person_id, attempt_id=attempt.id, item_id=item.id, chosen=item.key)
    assert assessment.hand_in(person_id, attempt_id=attempt.id).is_passed


def complete_module(personas: Personas, person_id: int, module_id: str) -> None:
    """Join a module, answer and finish each lesson, and pass its check."""
    curriculum.enrol(person_id, person_id=person_id, organisation_id=personas.provider, module_id=module_id)
    module = catalog().module(module_id)
    assert module is not None
    if module.check is not None:
        pass_examination(personas, person_id, module.check)
    for lesson in module.lessons:
        if lesson.texts["en"].check is not None:
            curriculum.answer(
                person_id,
                person_id=person_id,
                module_id=module_id,
                lesson_id=lesson.id,
                kind="check",
                choice=0,
            )
        curriculum.finish_lesson(person_id, person_id=person_id, module_id=module_id, lesson_id=lesson.id)


def attend_live_session(personas: Personas, person_id: int, module_id: str, minutes: int = 60) -> None:
    """A live session of the module with the trainer, attended."""
    begun = (clock.now() - timedelta(hours=3)).replace(second=0, microsecond=0, tzinfo=None)
    held = curriculum.plan_live_session(
        personas.trainer,
        organisation_id=personas.provider,
        trainer_id=personas.trainer,
        module_id=module_id,
        mode="in_person",
        local_start=begun - timedelta(days=1),
        minutes=minutes,
    )
    curriculum.record_attendance(personas.trainer, live_session_id=held.id, minutes_of={person_id: minutes})


def practise(
    personas: Personas, person_id: int, *, hours: int = 20, supervisor_id: int | None = None
) -> list[int]:
    """Log and have signed this many hours, four a day, and one hour of supervision that both signed."""
    supervisor = supervisor_id or personas.supervisor
    today = clock.today("America/New_York")
    placement = practice.create_placement(
        personas.coordinator,
        organisation_id=personas.provider,
        person_id=person_id,
        site_name="Harbor Clubhouse",
        role="volunteer",
        starts_on=today - timedelta(days=200),
    )
    practice.create_agreement(
        personas.coordinator,
        placement_id=placement.id,
        supervisor_id=supervisor,
        starts_on=placement.starts_on,
    )
    entries = [
        log(person_id, placement.id, today - timedelta(days=day), minutes=240)
        for day in range(1, hours // 4 + 1)
    ]
    practice.submit(person_id, entry_ids=entries)
    practice.sign_off(supervisor, entry_ids=entries, statement_version=CURRENT.version)
    session = practice.record_supervision(
        person_id,
        person_id=person_id,
        supervisor_id=supervisor,
        held_on=today - timedelta(days=1),
        minutes=60,
        format="individual",
        mode="in_person",
        topics="How the week went",
        client_key=uuid4().hex,
    )
    practice.sign_supervision(supervisor, session_id=session.id)
    return entries


def log(person_id: int, placement_id: int, on: date, *, minutes: int) -> int:
    """One entry, as a draft."""
    hours = practice.Hours(
        placement_id=placement_id, worked_on=on, kind="one_to_one", mode="in_person", minutes=minutes
    )
    return practice.log_hours(person_id, hours=hours, client_key=uuid4().hex).id


def agree(person_id: int) -> None:
    """Agree to the code of ethics."""
    people.attest(person_id, text_id="code-of-ethics", text_version=1)


def learn(personas: Personas, person_id: int) -> None:
    """Everything that foundations-completion asks for."""
    for module_id in ("mutual", "non-directive"):
        complete_module(personas, person_id, module_id)
    pass_examination(personas, person_id, "foundations-exam")


def meet_peer_specialist(personas: Personas, person_id: int) -> None:
    """Everything that peer-specialist asks for."""
    learn(personas, person_id)
    attend_live_session(personas, person_id, "mutual")
    practise(personas, person_id)
    agree(person_id)
