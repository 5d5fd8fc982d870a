"""The main job, step by step, through the services that the pages use. Each step is one transaction.

A step takes the people's ids; days are counted back from today, and the clock stands on that day meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from lms import clock
from lms.assessment import services as assessment
from lms.assessment.items import FormGiven
from lms.assessment.models import Result
from lms.certification import services as certification
from lms.curriculum import services as curriculum
from lms.curriculum.catalog import catalog
from lms.people import services as people
from lms.practice import queries as practice_queries
from lms.practice import services as practice
from lms.practice.services import Hours
from lms.practice.statements import CURRENT
from tests.conftest import Transactions
from tests.personas import Personas

ZONE = "America/New_York"
MODULES = ("mutual", "non-directive")
EXAMINATION = "foundations-exam"
SCHEME = "peer-specialist"
KINDS = ("one_to_one", "group", "outreach", "resource_linkage", "advocacy")
WORK_DAYS = (40, 38, 35, 33, 30, 27, 24, 21, 18, 15)


@contextmanager
def days_ago(days: int, hour: int = 17) -> Iterator[date]:
    """Run the block as if it were that many days ago, at `hour` UTC; answers the date it is there."""
    moment = datetime.combine(clock.now().date() - timedelta(days=days), time(hour), tzinfo=UTC)
    with clock.at(min(moment, clock.now())):
        yield clock.today(ZONE)


class MainJob:
    """The steps, for the personas of the tests or for others in their places."""

    def __init__(self, tx: Transactions, personas: Personas) -> None:
        self.tx = tx
        self.people = personas

    def until_applied(self) -> int:
        """Everything up to the application, each step by the person whose it is; answers its id."""
        placement_id = self.place()
        self.train()
        self.meet_live()
        self.sit(EXAMINATION, right=9, days=44)
        self.sit(EXAMINATION, right=17, days=43)
        entry_ids = self.log(placement_id)
        self.return_and_sign(entry_ids, returned=entry_ids[4])
        self.meet_supervisor()
        self.attest()
        return self.apply()

    def place(self) -> int:
        """The coordinator arranges where the trainee practises and who signs; answers the placement's id."""
        with days_ago(60) as today, self.tx():
            placement = practice.create_placement(
                self.people.coordinator,
                organisation_id=self.people.provider,
                person_id=self.people.trainee,
                site_name="Riverside Clubhouse",
                role="volunteer",
                starts_on=today,
            )
            practice.create_agreement(
                self.people.coordinator,
                placement_id=placement.id,
                supervisor_id=self.people.supervisor,
                starts_on=today,
            )
            return placement.id

    def train(self) -> None:
        """The trainee joins both modules, does every lesson and passes the checks."""
        for number, module_id in enumerate(MODULES):
            self.study(module_id, days=56 - 4 * number)

    def study(self, module_id: str, *, days: int) -> None:
        """The trainee joins the module, does every lesson, passes its check and completes it."""
        with days_ago(days), self.tx():
            curriculum.enrol(
                self.people.trainee,
                person_id=self.people.trainee,
                organisation_id=self.people.provider,
                module_id=module_id,
            )
        module = catalog().module(module_id)
        assert module is not None
        for lesson in module.lessons:
            self.learn(module_id, lesson.id, days=days - 1)
        if module.check is not None:
            self.sit(module.check, right=6, days=days - 2)
            with days_ago(days - 2, hour=18), self.tx():
                curriculum.complete_module(
                    self.people.trainee, person_id=self.people.trainee, module_id=module_id
                )

    def learn(self, module_id: str, lesson_id: str, *, days: int) -> None:
        """The trainee answers the lesson's question, not always well, and finishes it."""
        module = catalog().module(module_id)
        lesson = module.lesson(lesson_id) if module else None
        assert lesson is not None
        with days_ago(days), self.tx():
            if lesson.texts["en"].check is not None:
                curriculum.answer(
                    self.people.trainee,
                    person_id=self.people.trainee,
                    module_id=module_id,
                    lesson_id=lesson_id,
                    kind="check",
                    choice=0,
                )
            curriculum.finish_lesson(
                self.people.trainee, person_id=self.people.trainee, module_id=module_id, lesson_id=lesson_id
            )

    def meet_live(self) -> None:
        """The trainer holds a live session of each module, and the trainee is there."""
        for number, (module_id, mode) in enumerate(zip(MODULES, ("live_remote", "in_person"), strict=True)):
            with days_ago(52 - number, hour=12) as today, self.tx():
                meeting = curriculum.plan_live_session(
                    self.people.trainer,
                    organisation_id=self.people.provider,
                    trainer_id=self.people.trainer,
                    module_id=module_id,
                    mode=mode,
                    local_start=datetime.combine(today, time(10)),
                    minutes=60,
                )
            with days_ago(52 - number, hour=22), self.tx():
                curriculum.record_attendance(
                    self.people.trainer,
                    live_session_id=meeting.id,
                    minutes_of={self.people.trainee: 60},
                )

    def sit(self, examination_id: str, *, right: int, days: int) -> Result:
        """The trainee answers that many items of an examination, in as many requests, and hands it in."""
        with days_ago(days):
            with self.tx():
                attempt = assessment.start_attempt(
                    self.people.trainee,
                    examination_id=examination_id,
                    organisation_id=self.people.provider,
                )
                form = FormGiven.from_json(attempt.form)
            for item in form.items[:right]:
                with self.tx():
                    assessment.save_response(
                        self.people.trainee, attempt_id=attempt.id, item_id=item.id, chosen=item.key
                    )
            with self.tx():
                return assessment.hand_in(self.people.trainee, attempt_id=attempt.id)

    def log(self, placement_id: int) -> tuple[int, ...]:
        """The trainee logs ten entries of 2.5 hours on ten days and sends each; answers their ids."""
        entry_ids = []
        for number, days in enumerate(WORK_DAYS):
            with days_ago(days, hour=23) as today, self.tx():
                entry = practice.log_hours(
                    self.people.trainee,
                    hours=Hours(
                        placement_id=placement_id,
                        worked_on=today,
                        kind=KINDS[number % len(KINDS)],
                        mode="in_person",
                        minutes=150,
                        note=f"Visit {number + 1}.",
                    ),
                    client_key=f"main-job-{number}",
                )
                practice.submit(self.people.trainee, entry_ids=[entry.id])
            entry_ids.append(entry.id)
        return tuple(entry_ids)

    def return_and_sign(self, entry_ids: tuple[int, ...], *, returned: int) -> None:
        """The supervisor returns one entry and signs the others, then that one once it is mended."""
        others = [entry_id for entry_id in entry_ids if entry_id != returned]
        with days_ago(12), self.tx():
            practice.return_entry(self.people.supervisor, entry_id=returned, reason="Which group was it?")
        with days_ago(12), self.tx():
            practice.sign_off(self.people.supervisor, entry_ids=others, statement_version=CURRENT.version)
        with days_ago(11), self.tx():
            self.mend(returned)
        with days_ago(10), self.tx():
            practice.sign_off(self.people.supervisor, entry_ids=[returned], statement_version=CURRENT.version)

    def mend(self, entry_id: int) -> None:
        """The trainee adds what was asked for and sends the entry again, in the open transaction."""
        found = practice_queries.entry(entry_id)
        practice.change_entry(
            self.people.trainee,
            entry_id=entry_id,
            version=found.version,
            hours=Hours(
                placement_id=found.placement_id,
                worked_on=found.worked_on,
                kind=found.kind,
                mode=found.mode,
                minutes=found.minutes,
                note="The Tuesday group, nine people.",
            ),
        )
        practice.submit(self.people.trainee, entry_ids=[entry_id])

    def meet_supervisor(self) -> None:
        """The supervisor writes down two supervision sessions, and the trainee signs them too."""
        for days in (31, 14):
            with days_ago(days, hour=18) as today, self.tx():
                meeting = practice.record_supervision(
                    self.people.supervisor,
                    person_id=self.people.trainee,
                    supervisor_id=self.people.supervisor,
                    held_on=today,
                    minutes=60,
                    format="individual",
                    mode="in_person",
                    topics="Boundaries, and how the week went.",
                    client_key=f"main-job-meeting-{days}",
                )
            with days_ago(days, hour=20), self.tx():
                practice.sign_supervision(self.people.trainee, session_id=meeting.id)

    def attest(self) -> None:
        """The trainee agrees to the code of ethics."""
        with days_ago(5), self.tx():
            people.attest(self.people.trainee, text_id="code-of-ethics", text_version=1)

    def apply(self) -> int:
        """The trainee applies; answers the application's id."""
        with days_ago(3), self.tx():
            return certification.apply(self.people.trainee, person_id=self.people.trainee, scheme_id=SCHEME).id
