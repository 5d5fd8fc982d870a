"""Ten thousand acts of signing, made by the services themselves: signed, cut, moved, returned, sent again,
undone, amended, taken back, disputed, signed as periods and confirmed by links. Only what is waiting at the
start is put into the tables directly, as fast as can be."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from lms import clock
from lms.audit import Action, AuditEvent
from lms.mail import OutgoingMail
from lms.people.models import Person
from lms.permissions import Role
from lms.practice import queries, services
from lms.practice.models import Placement, PracticeEntry, SignOff
from lms.practice.periods import PeriodKind, span_with
from lms.practice.rules import Outcome, Step
from lms.practice.services.hours import move
from lms.practice.statements import CURRENT, CURRENT_PERIOD, fingerprint, line_of
from tests import builders
from tests.conftest import IS_POSTGRESQL, Transactions
from tests.personas import Personas
from tests.practice import scenes

KINDS = ("one_to_one", "group", "outreach", "advocacy", "documentation")
MODES = ("in_person", "phone", "video")
OUTSIDE = "outside@clinic.example.org"


def batched(ids: Iterable[Any], most: int) -> Iterator[tuple[Any, ...]]:
    """The ids, so many at a time."""
    rest = iter(ids)
    while part := tuple(islice(rest, most)):
        yield part


BATCH = 100


def sign_many(tx: Transactions, who: Personas, count: int) -> list[int]:
    """So many signed entries, each line and fingerprint made as the service makes them; answers their ids."""
    with tx() as session:
        begin = 1 + (session.scalar(sa.select(sa.func.max(PracticeEntry.id))) or 0)
        begin = max(begin, 1 + (session.scalar(sa.select(sa.func.max(SignOff.id))) or 0))
        placed = scenes.ready(who)
        now = clock.now()
        entries = [
            {
                "id": number,
                "organisation_id": placed.organisation_id,
                "person_id": placed.person_id,
                "placement_id": placed.id,
                "supervisor_id": who.supervisor,
                "worked_on": scenes.days_ago(1 + number % 150),
                "zone": placed.zone,
                "starts_at": None,
                "ends_at": None,
                "is_overnight": False,
                "minutes": 60 + number % 60,
                "kind": "group",
                "mode": "video",
                "role": "paid",
                "is_direct": True,
                "population": "",
                "note": f"Entry {number}, “café”.",
                "state": "submitted",
                "submitted_at": now,
                "first_submitted_at": now,
                "approval_id": None,
                "client_key": f"bulk-{number}",
                "version": 2,
                "created_at": now,
                "amends_id": None,
                "amendment_reason": None,
                "is_voiding": False,
            }
            for number in range(begin, begin + count)
        ]
        acts, events = [], []
        for number in range(0, count, BATCH):
            part = entries[number : number + BATCH]
            batch_id, made = f"00000000-0000-0000-0000-{begin + number:012}", []
            for entry in part:
                act = {
                    "id": entry["id"],
                    "organisation_id": entry["organisation_id"],
                    "person_id": entry["person_id"],
                    "entry_id": entry["id"],
                    "entry_version": 2,
                    "act": "approve",
                    "reverses_id": None,
                    "minutes": entry["minutes"],
                    "domain": None,
                    "reason": "",
                    "by_id": who.supervisor,
                    "by_name": "Sam Legal",
                    "at": now,
                    "batch_id": batch_id,
                    "statement_version": CURRENT.version,
                    "statement": CURRENT.text,
                    "method": "password",
                }
                line = line_of(SimpleNamespace(**entry), SimpleNamespace(**act), "Tara Legal")
                made.append(act | {"line": line, "sha256": fingerprint(line)})
            acts += made
            details = {
                "batch": batch_id,
                "entries": [act["entry_id"] for act in made],
                "sha256": [act["sha256"] for act in made],
            }
            events.append(
                {
                    "at": now,
                    "actor_id": who.supervisor,
                    "action": Action.PRACTICE_SIGN_OFF.value,
                    "subject": "sign_off",
                    "subject_id": made[0]["id"],
                    "organisation_id": placed.organisation_id,
                    "details": details,
                }
            )
        session.execute(sa.insert(PracticeEntry), entries)
        session.execute(sa.insert(SignOff), acts)
        session.execute(sa.insert(AuditEvent), events)
        session.execute(
            sa.text(
                "UPDATE practice_entry SET state = 'approved', approval_id = id, version = version + 1 "
                "WHERE id >= :begin"
            ),
            {"begin": begin},
        )
    return [entry["id"] for entry in entries]


@contextmanager
def behind_the_back(tx: Transactions) -> Iterator[Callable[[str, Any], None]]:
    """Run SQL with triggers, foreign keys and checks out of the way."""
    with tx.reading() as session:
        engine = session.get_bind()
    if IS_POSTGRESQL:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            yield lambda statement, values: connection.execute(sa.text(statement), values)
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
        return
    direct = sqlite3.connect(engine.url.database)
    direct.execute("PRAGMA ignore_check_constraints = ON")
    for (name,) in direct.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        direct.execute(f"DROP TRIGGER {name}")
    yield direct.execute
    direct.commit()
    direct.close()


class Histories:
    """Makes them, in transactions of their own as pages would."""

    def __init__(self, tx: Transactions, who: Personas) -> None:
        self.tx, self.who = tx, who
        self.numbers = iter(range(1, 10**6))

    def waiting(self, placed: Placement, supervisor_id: int, count: int) -> list[int]:
        """So many entries that wait, as a trainee's submission leaves them."""
        now = clock.now() - timedelta(hours=1)
        rows = [
            {
                "organisation_id": placed.organisation_id,
                "person_id": placed.person_id,
                "placement_id": placed.id,
                "supervisor_id": supervisor_id,
                "worked_on": scenes.days_ago(1 + number % 180),
                "zone": placed.zone,
                "is_overnight": False,
                "minutes": 30 + number % 90,
                "kind": KINDS[number % len(KINDS)],
                "mode": MODES[number % len(MODES)],
                "note": f"Entry {number}, “café”.",
                "state": "submitted",
                "submitted_at": now,
                "first_submitted_at": now,
                "client_key": f"history-{number}",
                "version": 2,
                "created_at": now,
            }
            for number in (next(self.numbers) for _ in range(count))
        ]
        with self.tx() as session:
            session.execute(sa.insert(PracticeEntry), rows)
            keys = [row["client_key"] for row in rows]
            ids: list[int] = []
            for part in batched(keys, 500):
                found = sa.select(PracticeEntry.id).where(PracticeEntry.client_key.in_(part))
                ids += session.scalars(found.order_by(PracticeEntry.id))
        return ids

    def sign(self, entry_ids: Iterable[int], supervisor_id: int = 0) -> list[str]:
        """Sign, a hundred at a time, every seventh for fewer minutes and every eleventh for another domain."""
        batches = []
        for part in batched(entry_ids, 100):
            with self.tx():
                lines = {line.id: line for line in queries.entries(part)}
                moved = {
                    id: "harm_reduction"
                    for id, line in lines.items()
                    if id % 11 == 0 and line.kind != "outreach"
                }
                batches.append(
                    services.sign_off(
                        supervisor_id or self.who.supervisor,
                        entry_ids=part,
                        statement_version=CURRENT.version,
                        minutes={id: line.minutes - 5 for id, line in lines.items() if id % 7 == 0},
                        domains=moved,
                        reasons={id: f"It was that, {id}." for id in moved},
                        method="password",
                    ).batch_id
                )
        return batches

    def send_back(self, entry_ids: Iterable[int]) -> list[str]:
        """Ask for a fix of all of them."""
        batches = []
        for part in batched(entry_ids, 100):
            with self.tx():
                reasons = {id: f"Which group was it, {id}?" for id in part}
                batches.append(services.return_entries(self.who.supervisor, reasons=reasons).batch_id)
        return batches

    def undo(self, batches: Iterable[str]) -> None:
        for batch_id in batches:
            with self.tx():
                services.undo(self.who.supervisor, batch_id=batch_id)

    def mend(self, entry_ids: Iterable[int]) -> None:
        """Change the note and send it again: the two steps of `change_entry` and `submit`, without judging."""
        with self.tx() as session:
            now = clock.now()
            for part in batched(entry_ids, 500):
                for entry in session.scalars(sa.select(PracticeEntry).where(PracticeEntry.id.in_(part))):
                    move(entry, Step.CHANGE, note=f"{entry.note} It was the morning one.")
                    move(entry, Step.SUBMIT, submitted_at=now)

    def amend(self, placed: Placement) -> None:
        """Hours changed after they were signed, hours taken back whole, and two disagreements."""
        with self.tx():
            ids = [scenes.submitted(placed, scenes.days_ago(days)).id for days in range(1, 41)]
        self.sign(ids)
        newer = []
        for entry_id in ids[:30]:
            with self.tx():
                hours = scenes.hours(placed, queries.entry(entry_id).worked_on, minutes=45)
                made = services.amend(
                    placed.person_id,
                    entry_id=entry_id,
                    hours=hours,
                    reason="It was less.",
                    client_key=f"amendment-{entry_id}",
                    is_voiding=entry_id % 3 == 0,
                )
                services.submit(placed.person_id, entry_ids=[made.id])
                newer.append(made.id)
        self.sign(newer[:20])
        self.send_back(newer[20:25])
        for entry_id, outcome in ((newer[20], Outcome.FOR_TRAINEE), (newer[21], Outcome.STANDS)):
            with self.tx():
                dispute = services.open_dispute(placed.person_id, entry_id=entry_id, words="It was right.").id
                services.escalate_dispute(placed.person_id, dispute_id=dispute)
            with self.tx():
                services.decide_dispute(
                    self.who.coordinator, dispute_id=dispute, outcome=outcome.value, reason="I called them."
                )

    def sign_periods(self, placed: Placement) -> None:
        for kind, days in ((PeriodKind.MONTH, range(35, 180, 30)), (PeriodKind.WEEK, range(7, 170, 7))):
            for ago in days:
                span = span_with(kind, scenes.days_ago(ago))
                with self.tx():
                    sheet = queries.period_sheet(placed.id, placed.person_id, self.who.supervisor, span)
                    if not sheet.lines:
                        continue
                    services.sign_period(
                        self.who.supervisor,
                        placement_id=placed.id,
                        span=span,
                        shown=sheet.shown,
                        statement_version=CURRENT_PERIOD.version,
                        method="password",
                    )

    def confirm(self, placed: Placement, links: int) -> None:
        """Somebody without an account confirms some lines by each link, and sends one of each back."""
        with self.tx() as session:
            named = services.name_supervisor(
                placed.person_id, placement_id=placed.id, name="Jo Field", email=OUTSIDE
            )
            supervisor_id = services.approve_named(self.who.coordinator, named_id=named.id).supervisor_id
            assert supervisor_id is not None
            assert session.get_one(Person, supervisor_id).active is False
        for _link in range(links):
            ids = self.waiting(placed, supervisor_id, 12)
            with self.tx():
                services.send_link(placed.person_id, placement_id=placed.id, supervisor_id=supervisor_id)
            token = self.in_mail("confirm-hours", r"/confirm-hours/(\S+)")
            said = {"name": "Jo Field", "credential_type": "Nurse", "credential_number": "RN 7"}
            with self.tx():
                services.declare(token=token, is_true=True, **said)
            with self.tx():
                proof = services.confirm_code(token=token, code=self.in_mail("confirm-code", r"(\d{6})"))
            with self.tx():
                services.confirm_lines(
                    token=token,
                    proof=proof,
                    statement_version=CURRENT.version,
                    reasons={ids[0]: "Which day was it?"},
                )

    def in_mail(self, key: str, pattern: str) -> str:
        """What the pattern finds in the newest mail of this kind."""
        with self.tx.reading() as session:
            newest = sa.select(OutgoingMail.body).where(OutgoingMail.key.like(f"{key}:%"))
            body = session.scalars(newest.order_by(OutgoingMail.id.desc()).limit(1)).one()
        found = re.search(pattern, body)
        assert found is not None
        return found[1]


def ten_thousand(tx: Transactions, who: Personas) -> None:
    """At least so many acts, in every kind of history that the services allow."""
    made = Histories(tx, who)
    with tx():
        first = scenes.ready(who)
        second = scenes.placement(who, who.other_trainee)
        scenes.agreement(who, second)
        alone = builders.person("Ana")  # whose days are not full, as the rules look at each amendment
        builders.grant(alone.id, who.provider, Role.TRAINEE)
        third = scenes.placement(who, alone.id)
        scenes.agreement(who, third)
        outside = scenes.placement(who, who.other_trainee)
    ids = made.waiting(first, who.supervisor, 800) + made.waiting(second, who.supervisor, 800)
    straight, returned, undone = ids[:1000], ids[1000:1400], ids[1400:]
    made.sign(straight)
    made.undo(made.send_back(undone[:100]))
    made.undo(made.sign(undone))
    made.sign(undone)
    made.send_back(returned)
    made.mend(returned)
    made.sign(returned[:-50])
    made.amend(third)
    made.sign_periods(first)
    made.sign_periods(second)
    made.confirm(outside, 5)
    sign_many(tx, who, 7400)
