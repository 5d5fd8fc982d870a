"""What the first page shows, in as few statements as it can: a trainee's path, and what waits for staff."""

from dataclasses import dataclass
from functools import cache

from lms import clock
from lms.assessment import queries as assessment
from lms.certification import queries as certification
from lms.certification.kinds import ExaminationPassed, ModuleCompleted, PracticeHours
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.curriculum import queries as curriculum
from lms.curriculum.catalog import catalog
from lms.curriculum.queries import ModuleCard
from lms.home.next_step import Facts, ModuleFacts, NextStep, next_step, percent_of
from lms.pages import gettext as _
from lms.pages import hours as in_hours
from lms.practice import queries as practice
from lms.practice.queries import HoursSummary


@dataclass(frozen=True)
class Ring:
    """One ring of the path: how full, and the same in words."""

    percent: int
    label: str
    words: str
    endpoint: str


@dataclass(frozen=True)
class TraineeHome:
    """Everything that a trainee's first page needs."""

    step: NextStep
    scheme_title: str
    rings: tuple[Ring, ...]
    hours: HoursSummary
    left_at_least: int


@dataclass(frozen=True)
class _Path:
    """What a scheme asks for that the first page shows."""

    modules: tuple[str, ...]
    examinations: tuple[str, ...]
    practice_minutes: int


@cache
def _path(scheme: Scheme) -> _Path:
    asked = tuple(scheme.walk())
    return _Path(
        modules=tuple(one.module for one in asked if isinstance(one, ModuleCompleted)),
        examinations=tuple(one.examination for one in asked if isinstance(one, ExaminationPassed)),
        practice_minutes=max((one.minutes for one in asked if isinstance(one, PracticeHours)), default=0),
    )


def _scheme(zone: str) -> Scheme | None:
    """The certification that people here work towards: the first one that somebody here issues."""
    offered = [scheme for scheme in schemes().in_force(clock.today(zone)) if scheme.issuer != "none"]
    return next((one for one in offered if one.kind == "certification"), None) or next(iter(offered), None)


def trainee_home(person_id: int, zone: str, language: str) -> TraineeHome:
    """The trainee's one next step, the rings of their path and where their hours stand."""
    scheme = _scheme(zone)
    path = _path(scheme) if scheme else _Path((), (), 0)
    examinations = assessment.examination_cards(person_id, also=path.examinations)
    passed = frozenset(card.examination_id for card in examinations if card.is_passed)
    training = curriculum.path_of(person_id, passed)
    card = curriculum.module_card(training.going_on, language) if training.going_on else None
    hours = practice.hours_summary(person_id)
    application = certification.standing_of(person_id, scheme.id) if scheme else None
    to_take = next(
        (
            (card.examination_id, card.title.in_language(language).text)
            for card in examinations
            if card.examination_id in path.examinations and not card.is_passed and card.start.is_allowed
        ),
        None,
    )
    attempt = next((card.open_attempt for card in examinations if card.open_attempt), None)
    facts = Facts(
        entries_to_fix=hours.entries_to_fix,
        open_attempt_id=attempt.attempt_id if attempt else None,
        open_attempt_title=attempt.title.in_language(language).text if attempt else "",
        application_state=application.state if application else None,
        application_id=application.id if application else None,
        module=_going_on(card) if card else None,
        module_to_begin=_to_begin(path.modules, training.joined, language),
        examination_to_take=to_take,
        minutes_signed=hours.signed,
        minutes_needed=path.practice_minutes,
    )
    return TraineeHome(
        step=next_step(facts),
        scheme_title=_in(scheme.title, language) if scheme else "",
        rings=_rings(path, training.completed, passed, hours, facts.application_state),
        hours=hours,
        left_at_least=_left(path, training.completed, passed, hours),
    )


def _left(path: _Path, done: frozenset[str], passed: frozenset[str], hours: HoursSummary) -> int:
    """How many things are left for sure. Nothing is evaluated here: the progress page says the rest."""
    return (
        sum(module not in done for module in path.modules)
        + sum(one not in passed for one in path.examinations)
        + (hours.signed < path.practice_minutes)
    )


def _going_on(card: ModuleCard) -> ModuleFacts:
    return ModuleFacts(
        module_id=card.module_id,
        title=card.title,
        step=card.step.kind.value,
        lesson_id=card.step.lesson_id,
        lesson_title=card.lesson_title,
        lesson_number=card.lesson_number,
        lesson_count=card.lesson_count,
        minutes_left=card.minutes_left,
        is_started=card.is_started,
        examination_id=card.step.examination_id,
    )


def _in(title: tuple[tuple[str, str], ...], language: str) -> str:
    words = dict(title)
    return words.get(language) or words["en"]


def _to_begin(asked: tuple[str, ...], joined: frozenset[str], language: str) -> ModuleFacts | None:
    for module_id in asked:
        module = catalog().module(module_id)
        if module_id not in joined and module is not None:
            return ModuleFacts(
                module_id=module_id,
                title=module.title_in(language)[0],
                step="begin",
                lesson_count=len(module.lessons),
            )
    return None


def _rings(
    path: _Path, done: frozenset[str], passed: frozenset[str], hours: HoursSummary, application: str | None
) -> tuple[Ring, ...]:
    modules = sum(module in done for module in path.modules)
    examinations = sum(one in passed for one in path.examinations)
    return (
        Ring(
            percent_of(modules, len(path.modules)),
            _("Training"),
            _("%(done)s of %(all)s modules", done=modules, all=len(path.modules)),
            "curriculum.modules",
        ),
        Ring(
            percent_of(examinations, len(path.examinations)),
            _("Exams"),
            _("%(done)s of %(all)s passed", done=examinations, all=len(path.examinations)),
            "assessment.exams",
        ),
        Ring(
            percent_of(hours.signed, path.practice_minutes),
            _("Practice"),
            _(
                "%(done)s signed of %(all)s",
                done=in_hours(hours.signed),
                all=in_hours(path.practice_minutes),
            ),
            "practice.hours",
        ),
        Ring(
            {None: 0, "submitted": 50, "returned": 50, "granted": 100, "refused": 100}[application],
            _("Application"),
            _application_words(application),
            "certification.progress",
        ),
    )


def _application_words(state: str | None) -> str:
    match state:
        case "submitted":
            return str(_("With the certifying body"))
        case "returned":
            return str(_("Back with you"))
        case "granted":
            return str(_("Granted"))
        case "refused":
            return str(_("Decided: not granted"))
        case _other:
            return str(_("Opens when the rest is done"))
