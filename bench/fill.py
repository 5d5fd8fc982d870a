"""Fills a migrated SQLite database with as many people as asked, and with the few whose pages are measured.

The crowd belongs to one provider and one certifying body, the hardest case for the filter between
organisations. Those who are measured have the same rows whatever the size of the crowd.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from lms.assessment.bank import bank
from lms.assessment.models import Attempt, Result
from lms.certification.models import Application, Decision
from lms.certification.schemes import schemes
from lms.credentials.badges.status_list import ENTRIES
from lms.credentials.facts import CredentialFacts, HoursLine
from lms.credentials.log.tree import inner_hash, leaf_hash
from lms.credentials.models import (
    Credential,
    CredentialDocument,
    CredentialIdentity,
    LogEntry,
    LogNode,
    SigningKey,
    StatusEvent,
    StatusList,
)
from lms.credentials.naming import search_key
from lms.credentials.numbers import ALPHABET, check_character, shown
from lms.curriculum.catalog import catalog
from lms.curriculum.content import to_json
from lms.curriculum.models import Enrolment, LessonProgress, ModuleCompletion, ModuleRevision
from lms.people.models import Organisation, Person, RoleGrant
from lms.practice.models import Placement, PracticeEntry, SignOff, SupervisionAgreement, SupervisionSession

ZONE = "America/New_York"
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
CHUNK = 5000
PROVIDER, BODY = 1, 2
TRAINEES_OF_ONE_SUPERVISOR = 50
HASH = "0" * 64
WAITING = 60  # entries in the measured queue, and entries of the measured trainee

Row = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """Whose pages are measured, and what their addresses hold."""

    trainee_id: int
    supervisor_id: int
    placement_id: int
    number: str
    module_id: str
    lesson_id: str


def fill(url: str, people: int) -> Measured:
    """Insert the crowd and the measured people into the migrated database at `url`."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        connection.exec_driver_sql("PRAGMA cache_size=-200000")
        measured = _Filling(connection, people).run()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    engine.dispose()
    return measured


def fill_register(url: str, credentials: int) -> str:
    """Insert people with one credential each and nothing else; answers a number in the middle."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        connection.exec_driver_sql("PRAGMA cache_size=-200000")
        _Filling(connection, credentials).run_register()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    engine.dispose()
    return _number(credentials // 2)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


class _Filling:
    """Person ids: 1 to `people` are the crowd's trainees; supervisors, the measured and staff follow."""

    def __init__(self, connection: sa.Connection, people: int) -> None:
        self.connection = connection
        self.people = people
        self.supervisors = max(1, people // TRAINEES_OF_ONE_SUPERVISOR)
        self.trainee = people + self.supervisors + 1
        self.supervisor = self.trainee + 1
        self.signed_for = range(self.supervisor + 1, self.supervisor + 13)  # twelve trainees, five entries each
        self.everyone = range(1, self.signed_for.stop)
        self.trainees = [*range(1, people + 1), self.trainee, *self.signed_for]
        self.modules = list(catalog())

    def run(self) -> Measured:
        self._organisations_and_people()
        self._learning()
        self._examinations()
        self._practice()
        self._applications()
        self._credentials()
        first = self.modules[0]
        return Measured(
            trainee_id=self.trainee,
            supervisor_id=self.supervisor,
            placement_id=self.trainee,
            number=_number(self.people // 2),
            module_id=first.id,
            lesson_id=first.lessons[1].id,
        )

    def run_register(self) -> None:
        self._organisations_and_people()
        self._credentials(every=1)

    def _add(self, model: type[Any], rows: Iterable[Row]) -> None:
        statement = sa.insert(model.__table__)
        for chunk in _chunks(rows):
            self.connection.execute(statement, chunk)

    def _each(self, make: Callable[[int], Row]) -> Iterator[Row]:
        return (make(person_id) for person_id in self.trainees)

    def _owned(self, person_id: int) -> Row:
        return {"organisation_id": PROVIDER, "person_id": person_id}

    # --- people -----------------------------------------------------------------------------------

    def _organisations_and_people(self) -> None:
        for id, slug, name, kind in (
            (PROVIDER, "open-door", "Open Door Training", "is_training_provider"),
            (BODY, "peer-board", "Peer Certification Board", "is_certifying_body"),
        ):
            self._add(Organisation, [{"id": id, "slug": slug, "name": name, "timezone": ZONE, kind: True}])
        self._add(
            Person,
            (
                {
                    "id": id,
                    "email": f"person{id}@example.test",
                    "chosen_name": f"Person {id}",
                    "legal_name": f"Person {id} Legal",
                    "timezone": ZONE,
                    "language": "en",
                    "created_at": NOW,
                    "active": True,
                    "fs_uniquifier": f"uniquifier-{id}",
                }
                for id in self.everyone
            ),
        )
        trainees = set(self.trainees)
        self._add(
            RoleGrant,
            (
                {
                    "person_id": id,
                    "organisation_id": PROVIDER,
                    "role": "trainee" if id in trainees else "supervisor",
                    "granted_at": NOW,
                }
                for id in self.everyone
            ),
        )

    # --- training and examinations ----------------------------------------------------------------

    def _learning(self) -> None:
        self._add(
            ModuleRevision,
            [
                {
                    "id": id,
                    "module_id": module.id,
                    "revision": module.revision,
                    "content_hash": module.content_hash,
                    "content": to_json(module),
                    "stored_at": NOW,
                }
                for id, module in enumerate(self.modules, start=1)
            ],
        )
        started = NOW - timedelta(days=90)
        self._add(
            Enrolment,
            (
                {
                    "id": self._enrolment(person_id, order),
                    **self._owned(person_id),
                    "module_id": module.id,
                    "module_revision_id": order,
                    "enrolled_at": started,
                    "place": None,
                    "place_anchor": None,
                    "placed_at": None,
                }
                for person_id in self.trainees
                for order, module in enumerate(self.modules, start=1)
            ),
        )
        self._add(
            LessonProgress,
            (
                {
                    **self._owned(person_id),
                    "enrolment_id": self._enrolment(person_id, order),
                    "lesson_id": lesson.id,
                    "started_at": started,
                    "finished_at": started,
                }
                for person_id in self.trainees
                for order, module in enumerate(self.modules, start=1)
                for lesson in (module.lessons if order == 1 else module.lessons[:2])
            ),
        )
        self._add(
            ModuleCompletion,
            self._each(
                lambda person_id: {
                    **self._owned(person_id),
                    "enrolment_id": self._enrolment(person_id, 1),
                    "completed_at": started + timedelta(days=9),
                    "completed_on": (started + timedelta(days=9)).date(),
                }
            ),
        )

    def _enrolment(self, person_id: int, order: int) -> int:
        return (person_id - 1) * len(self.modules) + order

    def _examinations(self) -> None:
        examination = next(iter(bank().examinations.values()))
        ended = NOW - timedelta(days=30)
        self._add(
            Attempt,
            self._each(
                lambda person_id: {
                    "id": person_id,
                    **self._owned(person_id),
                    "examination_id": examination.id,
                    "form_id": "form",
                    "form_revision": 1,
                    "form": {},
                    "form_hash": HASH,
                    "minutes": 40,
                    "time_percent": 100,
                    "cut_percent": 70,
                    "may_pause": False,
                    "number": 1,
                    "started_at": ended - timedelta(minutes=30),
                    "deadline_at": ended + timedelta(minutes=10),
                    "handed_in_at": ended,
                    "closed_by": "person",
                    "version": 2,
                }
            ),
        )
        self._add(
            Result,
            self._each(
                lambda person_id: {
                    **self._owned(person_id),
                    "attempt_id": person_id,
                    "points": 8,
                    "of_points": 10,
                    "percent": 80,
                    "cut_percent": 70,
                    "is_passed": True,
                    "domains": [],
                    "graded_at": ended,
                }
            ),
        )

    # --- practice ---------------------------------------------------------------------------------

    def _supervisor_of(self, person_id: int) -> int:
        if person_id in self.signed_for:
            return self.supervisor
        return self.people + 1 + (person_id - 1) % self.supervisors

    def _practice(self) -> None:
        since = TODAY - timedelta(days=300)
        self._add(
            Placement,
            self._each(
                lambda person_id: {
                    "id": person_id,
                    **self._owned(person_id),
                    "site_name": "Harbor House",
                    "zone": ZONE,
                    "role": "paid",
                    "starts_on": since,
                    "created_at": NOW,
                }
            ),
        )
        self._add(
            SupervisionAgreement,
            self._each(
                lambda person_id: {
                    **self._owned(person_id),
                    "placement_id": person_id,
                    "supervisor_id": self._supervisor_of(person_id),
                    "starts_on": since,
                    "created_at": NOW,
                }
            ),
        )
        self._add(PracticeEntry, self._entries())
        self._add(SignOff, self._sign_offs())
        self._add(
            SupervisionSession,
            self._each(
                lambda person_id: {
                    **self._owned(person_id),
                    "supervisor_id": self._supervisor_of(person_id),
                    "held_on": TODAY - timedelta(days=20),
                    "minutes": 60,
                    "format": "individual",
                    "mode": "video",
                    "topics": "Goals",
                    "trainee_signed_at": NOW,
                    "supervisor_signed_at": NOW,
                    "client_key": "session-1",
                    "created_at": NOW,
                }
            ),
        )

    def _states(self, person_id: int) -> list[str]:
        """What this person's entries are, newest first."""
        if person_id in self.signed_for:
            return ["submitted"] * (WAITING // len(self.signed_for))
        if person_id == self.trainee:  # what waits is with somebody else: the measured queue keeps its 60
            return ["draft"] * 2 + ["submitted"] * 3 + ["approved"] * (WAITING - 5)
        return ["draft", "submitted", "approved", "approved"]

    def _entry_ids(self) -> Iterator[tuple[int, int, int, str]]:
        """Entry id, person, place in the person's list, and state."""
        id = 0
        for person_id in self.trainees:
            for place, state in enumerate(self._states(person_id)):
                id += 1
                yield id, person_id, place, state

    def _entries(self) -> Iterator[Row]:
        for id, person_id, place, state in self._entry_ids():
            is_sent = state != "draft"
            yield {
                "id": id,
                **self._owned(person_id),
                "placement_id": person_id,
                "supervisor_id": self._supervisor_of(person_id),
                "worked_on": TODAY - timedelta(days=2 + place),
                "zone": ZONE,
                "starts_at": None,
                "ends_at": None,
                "is_overnight": False,
                "minutes": 60 + 15 * (place % 5),
                "kind": "one_to_one",
                "mode": "in_person",
                "note": "Talked about the next step, and about who to call.",
                "state": state,
                "submitted_at": NOW if is_sent else None,
                "first_submitted_at": NOW if is_sent else None,
                "approval_id": id if state == "approved" else None,
                "client_key": f"entry-{place}",
                "version": 3 if state == "approved" else 1,
                "created_at": NOW,
            }

    def _sign_offs(self) -> Iterator[Row]:
        for id, person_id, place, state in self._entry_ids():
            if state == "approved":
                yield {
                    "id": id,
                    **self._owned(person_id),
                    "entry_id": id,
                    "entry_version": 2,
                    "act": "approve",
                    "reverses_id": None,
                    "minutes": 60 + 15 * (place % 5),
                    "reason": "",
                    "by_id": self._supervisor_of(person_id),
                    "by_name": "Supervisor",
                    "at": NOW,
                    "batch_id": f"batch-{id // 20}",
                    "statement_version": 1,
                    "statement": "I saw this work.",
                    "method": "session",
                    "line": "",
                    "sha256": HASH,
                }

    # --- applications and credentials -------------------------------------------------------------

    def _applications(self) -> None:
        scheme = next(one for one in schemes().in_force(TODAY) if one.kind == "certification")
        third = range(3, self.people + 1, 3)
        self._add(
            Application,
            (
                {
                    "id": person_id,
                    "organisation_id": BODY,
                    "person_id": person_id,
                    "scheme_id": scheme.id,
                    "scheme_version": scheme.version,
                    "state": "granted",
                    "is_automatic": False,
                    "submitted_at": NOW,
                    "closed_at": NOW,
                }
                for person_id in third
            ),
        )
        self._add(
            Decision,
            (
                {
                    "organisation_id": BODY,
                    "person_id": person_id,
                    "application_id": person_id,
                    "outcome": "granted",
                    "by_id": self.supervisor,
                    "at": NOW,
                    "reason": "",
                    "scheme_id": scheme.id,
                    "scheme_version": scheme.version,
                    "as_of": TODAY,
                    "findings": {},
                    "inputs": {},
                    "evidence": [],
                    "evidence_hash": HASH,
                    "request_key": None,
                    "credential_number": _number(person_id),
                }
                for person_id in third
            ),
        )

    def _credentials(self, every: int = 3) -> None:
        third = {*range(every, self.people + 1, every), self.people // 2}
        content = facts().as_content()
        self._add(
            Credential,
            (
                {
                    "id": person_id,
                    "organisation_id": BODY,
                    "person_id": person_id,
                    "number": _number(person_id),
                    "kind": "certification",
                    "title": "Certified Peer Specialist",
                    "name_as_issued": f"Person {person_id} Legal",
                    "name_key": search_key(f"Person {person_id} Legal"),
                    "issuer_name": "Peer Certification Board",
                    "zone": ZONE,
                    "scheme_id": "peer-specialist",
                    "scheme_version": "1",
                    "content": content,
                    "issued_on": TODAY - timedelta(days=60),
                    "valid_until": TODAY + timedelta(days=600),
                    "decision_key": f"bench:{person_id}",
                    "issued_at": NOW - timedelta(days=60),
                    "issued_by": self.supervisor,
                    "replaces_id": None,
                }
                for person_id in sorted(third)
            ),
        )
        self._documents(sorted(third))
        self._add(
            StatusEvent,
            (
                {"credential_id": id, "kind": "suspended", "reason": "A question", "by_id": 1, "at": NOW}
                for id in sorted(third)
                if id % 30 == 0
            ),
        )

    def _documents(self, credentials: list[int]) -> None:
        """The documents of these credentials, as if they had been made; their files are not there."""
        self._add(
            SigningKey,
            (
                {
                    "id": 1,
                    "organisation_id": 1,
                    "purpose": "badge",
                    "name": "key-1",
                    "public": "z6Mk",
                    "made_at": NOW,
                },
            ),
        )
        lists = 1 + len(credentials) // ENTRIES
        self._add(
            StatusList,
            (
                {"id": number, "organisation_id": 1, "number": number, "shuffle": "0", "taken": ENTRIES}
                for number in range(1, lists + 1)
            ),
        )
        self._add(
            LogEntry,
            ({"number": place, "body": "{}", "at": NOW} for place in range(len(credentials))),
        )
        self._add(LogNode, _nodes(len(credentials)))
        self._add(
            CredentialIdentity,
            (
                {
                    "credential_id": id,
                    "list_id": 1 + place // ENTRIES,
                    "list_index": place % ENTRIES,
                    "subject": f"urn:uuid:{id}",
                    "salt": "00" * 16,
                    "shows": "name",
                }
                for place, id in enumerate(credentials)
            ),
        )
        self._add(
            CredentialDocument,
            (
                {
                    "credential_id": id,
                    "sequence": 1,
                    "edition": 1,
                    "key_id": 1,
                    "json_sha256": HASH,
                    "pdf_sha256": HASH,
                    "paper_text": "PSC1:",
                    "log_number": place,
                    "made_at": NOW,
                    "retired_at": None,
                }
                for place, id in enumerate(credentials)
            ),
        )


def _nodes(size: int) -> Iterator[Row]:
    """The nodes of a log of so many empty entries: all alike, so that those of a level are alike too."""
    digest = leaf_hash(b"{}")
    for level in range(size.bit_length()):
        yield from ({"level": level, "number": number, "digest": digest} for number in range(size >> level))
        digest = inner_hash(digest, digest)


def facts() -> CredentialFacts:
    """What a full certificate says."""
    return CredentialFacts(
        scheme_title="Certified Peer Specialist",
        training=(HoursLine("self_paced", 2400), HoursLine("live_remote", 600), HoursLine("in_person", 600)),
        domains=(("advocacy", 600), ("mentoring_education", 900), ("recovery_wellness", 900)),
        practice_minutes=1200,
        supervision_minutes=60,
        examinations=("Foundations examination",),
        signatory_name="Dr. Ruth Alder",
        signatory_title="Registrar",
    )


def issued_on() -> date:
    """The day on which the measured certificate is issued."""
    return TODAY - timedelta(days=60)


def _number(seed: int) -> str:
    """A number that is the same in every run, spread as random ones are."""
    digest = hashlib.sha256(str(seed).encode()).digest()
    body = "".join(ALPHABET[byte % 32] for byte in digest[:19])
    return shown(body + check_character(body))
