"""Two reviewers, the day to answer, and appeals: on a real database and through the pages."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError

from lms import clock, worker
from lms.app import Lms
from lms.audit import AuditEvent
from lms.certification import queries, schemes, services
from lms.certification.models import (
    Appeal,
    AppealAnswer,
    Application,
    Decision,
    Outcome,
    Recommendation,
    Sending,
)
from lms.certification.tasks import OVERDUE
from lms.db import session
from lms.errors import Conflict, Forbidden, Invalid
from lms.mail import OutgoingMail
from lms.permissions import Role
from tests import builders
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.personas import Personas

GRANT, REFUSE = Outcome.GRANTED, Outcome.REFUSED


@pytest.fixture
def two(app: Lms, tmp_path: Path) -> Iterator[None]:
    """The house's example, with two reviewers asked for."""
    folder = tmp_path / "schemes"
    folder.mkdir()
    for path in schemes.FOLDER.glob("*.yaml"):
        text = path.read_text("utf-8")
        if path.name == "peer-specialist.v1.yaml":
            text = text.replace("review: required\n", "review: required\nreviewers: 2\n", 1)
        (folder / path.name).write_text(text, "utf-8")
    assert schemes.configure(folder) == []
    yield
    assert schemes.configure() == []


@pytest.fixture
def application(tx: Transactions, personas: Personas) -> int:
    """The id of an application of the trainee who meets everything."""
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        return services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist").id


@pytest.fixture
def others(tx: Transactions, personas: Personas) -> tuple[int, int]:
    """Two more reviewers of the body."""
    with tx():
        found = (builders.person("Second").id, builders.person("Third").id)
        for person_id in found:
            builders.grant(person_id, personas.body, Role.REVIEWER)
    return found


def say(tx: Transactions, who: int, application: int, outcome: Outcome, reason: str = "") -> type:
    with tx():
        return type(services.review(who, application_id=application, outcome=outcome, reason=reason))


def outcomes(tx: Transactions) -> list[tuple[str, int | None]]:
    with tx.reading():
        rows = session().execute(sa.select(Decision.outcome, Decision.by_id).order_by(Decision.id))
        return [(row.outcome, row.by_id) for row in rows]


# --- two reviewers --------------------------------------------------------------------------------


def test_the_first_recommends_and_a_second_who_agrees_decides(
    two: None, tx: Transactions, personas: Personas, application: int, others: tuple[int, int]
) -> None:
    assert say(tx, personas.reviewer, application, GRANT) is Recommendation
    assert say(tx, personas.reviewer, application, GRANT) is Recommendation, "the same word again is kept once"
    with tx(), pytest.raises(Conflict):
        services.review(personas.reviewer, application_id=application, outcome=REFUSE, reason="No.")
    with tx(), pytest.raises(Conflict):
        services.decide(personas.reviewer, application_id=application, outcome=GRANT)
    assert outcomes(tx) == []
    assert say(tx, others[0], application, GRANT) is Decision
    assert outcomes(tx) == [("granted", others[0])]
    with tx.reading():
        words = session().execute(sa.select(Recommendation.place, Recommendation.by_id)).all()
        assert [tuple(word) for word in words] == [(1, personas.reviewer), (2, others[0])]
        actions = session().scalars(sa.select(AuditEvent.action).where(AuditEvent.subject == "application"))
        assert sorted(actions) == [
            "certification.apply",
            "certification.grant",
            "certification.recommend",
        ]


def test_nobody_decides_alone_where_two_must_agree(
    two: None, tx: Transactions, personas: Personas, application: int
) -> None:
    for outcome in (GRANT, REFUSE):
        with tx(), pytest.raises(Conflict, match="Two reviewers"):
            services.decide(personas.reviewer, application_id=application, outcome=outcome, reason="So.")
    assert outcomes(tx) == []


def test_when_two_differ_a_third_decides(
    two: None, tx: Transactions, personas: Personas, application: int, others: tuple[int, int]
) -> None:
    say(tx, personas.reviewer, application, REFUSE, "A date is missing.")
    with tx(), pytest.raises(Invalid, match="differently"):
        services.review(others[0], application_id=application, outcome=GRANT)
    assert say(tx, others[0], application, GRANT, "The date is on page 2.") is Recommendation
    with tx.reading():
        card = queries.application(application)
        way = queries.way_of(card, "America/New_York")
        assert card.is_open
        assert way.is_disagreed
        assert [word.reason for word in way.now] == ["A date is missing.", "The date is on page 2."]
    assert say(tx, others[1], application, GRANT) is Decision
    assert outcomes(tx) == [("granted", others[1])]


def test_the_registrar_may_decide_only_when_reviewers_differ(
    two: None,
    tx: Transactions,
    clients: Clients,
    personas: Personas,
    application: int,
    others: tuple[int, int],
) -> None:
    registrar = clients(personas.registrar)
    answer = {"outcome": "refused", "reason": "It is not there.", "request_key": "key-of-a-page"}
    address = f"/reviews/{application}/decision"
    assert registrar.post(address, data=answer).status_code == 403
    say(tx, personas.reviewer, application, REFUSE, "A date is missing.")
    assert registrar.post(address, data=answer).status_code == 403
    say(tx, others[0], application, GRANT, "It is on page 2.")
    page = registrar.get(f"/reviews/{application}").get_data(as_text=True)
    assert "Two reviewers see it differently. You decide." in page
    assert "A date is missing." in page
    assert "It is on page 2." in page
    assert registrar.post(address, data=answer).status_code == 302
    assert outcomes(tx) == [("refused", personas.registrar)]


def test_a_return_needs_one_reviewer_and_begins_a_new_round(
    two: None, tx: Transactions, personas: Personas, application: int, others: tuple[int, int]
) -> None:
    say(tx, personas.reviewer, application, REFUSE, "A date is missing.")
    assert say(tx, others[0], application, Outcome.RETURNED, "Add the date.") is Decision
    with tx():
        services.send_again(personas.trainee, application_id=application)
    assert say(tx, personas.reviewer, application, GRANT) is Recommendation
    assert say(tx, others[0], application, GRANT) is Decision
    with tx.reading():
        rounds = session().execute(sa.select(Recommendation.round, Recommendation.place)).all()
        assert [tuple(one) for one in rounds] == [(1, 1), (2, 1), (2, 2)]
        kept = session().scalars(sa.select(Sending).order_by(Sending.round)).all()
        assert [(one.round, one.findings["is_met"] if one.findings else None) for one in kept] == [
            (1, True),
            (2, True),
        ]


def test_the_database_keeps_two_words_from_one_person_apart(
    two: None, tx: Transactions, personas: Personas, application: int
) -> None:
    say(tx, personas.reviewer, application, GRANT)
    with pytest.raises(IntegrityError), tx() as current:
        first = current.scalars(sa.select(Recommendation)).one()
        values = {column.name: getattr(first, column.name) for column in Recommendation.__table__.columns}
        current.execute(sa.insert(Recommendation).values(values | {"id": None, "place": 2}))
    with pytest.raises(DatabaseError), tx() as current:
        current.execute(sa.update(Recommendation).values(outcome="refused", reason="x"))
    with pytest.raises(DatabaseError), tx() as current:
        current.execute(sa.delete(Sending))


def test_the_pages_say_who_is_next(
    two: None, clients: Clients, personas: Personas, application: int, others: tuple[int, int]
) -> None:
    first, second = clients(personas.reviewer), clients(others[0])
    answer = {"outcome": "granted", "reason": "", "request_key": "key-of-a-page"}
    assert "Two reviewers must agree here." in first.get(f"/reviews/{application}").get_data(as_text=True)
    told = first.post(f"/reviews/{application}/decision", data=answer, follow_redirects=True)
    assert "Your recommendation is kept." in told.get_data(as_text=True)
    assert "Another reviewer must look at it now." in told.get_data(as_text=True)
    assert "Waits for another reviewer" in second.get("/reviews").get_data(as_text=True)
    page = second.get(f"/reviews/{application}").get_data(as_text=True)
    assert "Recommends to grant" in page
    told = second.post(f"/reviews/{application}/decision", data=answer | {"request_key": "other-page"})
    assert told.status_code == 302
    mine = clients(personas.trainee).get(f"/applications/{application}").get_data(as_text=True)
    assert "A reviewer has looked at it" in mine
    assert "Rui" not in mine


def _pretend(day: date | None) -> None:
    """Noon in New York on that day, so that the day is the same everywhere; None sets the clock right again."""
    if day is None:
        clock.pretend_today(None)
    else:
        clock._shift = datetime.combine(day, time(17), UTC) - datetime.now(UTC)


# --- the day to answer ----------------------------------------------------------------------------


def test_both_sides_see_the_day_and_a_late_one_is_told_once(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas, application: int
) -> None:
    with tx():
        builders.grant(personas.coordinator, personas.body, Role.COORDINATOR)
    due = clock.today("America/New_York") + timedelta(days=30)
    words = f"{due:%b} {due.day}, {due.year}"
    mine, queue = f"/applications/{application}", "/reviews"
    assert f"answers by {words}" in clients(personas.trainee).get(mine).get_data(as_text=True)
    assert f"answer by {words}" in clients(personas.reviewer).get(queue).get_data(as_text=True)
    with tx.reading():
        assert OVERDUE.find() == []
    try:
        _pretend(due + timedelta(days=1))
        with tx():
            late = builders.person("Late").id
            newer = Application(
                organisation_id=personas.body, person_id=late, scheme_id="peer-specialist", scheme_version=1,
                state="submitted", submitted_at=clock.now() - timedelta(days=40),
            )  # fmt: skip
            session().add(newer)
        with tx.reading():
            assert OVERDUE.find() == [application]
        with app.app_context():
            for _twice in range(2):
                assert worker.run_now("certification.tell_overdue", application)
        with tx.reading():
            assert OVERDUE.find() == []
            mails = session().scalars(sa.select(OutgoingMail).where(OutgoingMail.key.like("overdue:%"))).all()
            assert {mail.to_person_id for mail in mails} == {personas.registrar, personas.coordinator}
            assert all("Tara" not in mail.body + mail.subject for mail in mails)
            lines = queries.queue_of(frozenset({personas.body}))
            assert [line.is_overdue for line in lines] == [True, False], "what is late comes first"
        page = clients(personas.reviewer).get(queue).get_data(as_text=True)
        assert f"Late: the answer was due by {words}" in page
        assert f"due by {words}" in clients(personas.trainee).get(mine).get_data(as_text=True)
    finally:
        _pretend(None)


def test_the_days_do_not_run_while_the_applicant_has_it(
    tx: Transactions, personas: Personas, application: int
) -> None:
    today = clock.today("America/New_York")

    def day() -> object:
        with tx.reading():
            return queries.way_of(queries.application(application), "America/New_York").answer_by

    try:
        assert day() == today + timedelta(days=30)
        with tx():
            services.return_application(personas.reviewer, application_id=application, reason="Add it.")
        _pretend(today + timedelta(days=12))
        assert day() is None
        with tx():
            services.send_again(personas.trainee, application_id=application)
        assert day() == today + timedelta(days=42)
    finally:
        _pretend(None)


def test_what_was_asked_and_how_it_stood_is_kept_with_the_sending(
    clients: Clients, personas: Personas, application: int
) -> None:
    page = clients(personas.trainee).get(f"/applications/{application}").get_data(as_text=True)
    kept = page[page.index("how it stood when you sent it") :]
    assert kept[: kept.index("</details>")].count("Done") == 7


# --- appeals --------------------------------------------------------------------------------------


@pytest.fixture
def refused(tx: Transactions, personas: Personas, application: int) -> int:
    """The same application, refused by the reviewer."""
    with tx():
        services.decide(personas.reviewer, application_id=application, outcome=REFUSE, reason="A date is off.")
    return application


def appealed(tx: Transactions, personas: Personas, application: int) -> int:
    with tx():
        return services.appeal(personas.trainee, application_id=application, reason="The date is right.").id


def test_an_appeal_that_is_upheld_opens_the_application_for_others(
    tx: Transactions, personas: Personas, refused: int, others: tuple[int, int]
) -> None:
    appeal = appealed(tx, personas, refused)
    with tx(), pytest.raises(Forbidden):
        services.answer_appeal(
            personas.reviewer, appeal_id=appeal, outcome=services.Answer.UPHELD, reason="I was wrong."
        )
    with tx(), pytest.raises(Forbidden):
        services.answer_appeal(
            personas.supervisor, appeal_id=appeal, outcome=services.Answer.UPHELD, reason="I know them."
        )
    with tx():
        again = services.answer_appeal(
            others[0], appeal_id=appeal, outcome=services.Answer.UPHELD, reason="The date is right."
        ).new_application_id
        assert again is not None
    with tx(), pytest.raises(Conflict, match="answered already"):
        services.answer_appeal(others[1], appeal_id=appeal, outcome=services.Answer.STANDS, reason="No.")
    with tx(), pytest.raises(Forbidden, match="decided the first time"):
        services.decide(personas.reviewer, application_id=again, outcome=GRANT)
    with tx():
        services.decide(others[1], application_id=again, outcome=GRANT)
    assert outcomes(tx) == [("refused", personas.reviewer), ("granted", others[1])]
    with tx.reading():
        actions = session().scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("%appeal%")))
        assert list(actions) == ["certification.appeal", "certification.answer_appeal"]
        mails = session().scalars(sa.select(OutgoingMail).where(OutgoingMail.key.like("appeal%"))).all()
        told = {mail.to_person_id for mail in mails}
        assert told == {*others, personas.registrar, personas.trainee}
        assert all("date" not in mail.body and "Tara Legal" not in mail.body for mail in mails)


def test_an_appeal_is_made_once_and_in_time(tx: Transactions, personas: Personas, refused: int) -> None:
    with tx(), pytest.raises(Invalid):
        services.appeal(personas.trainee, application_id=refused, reason="  ")
    today = clock.today("America/New_York")
    try:
        _pretend(today + timedelta(days=31))
        with tx(), pytest.raises(Conflict):
            services.appeal(personas.trainee, application_id=refused, reason="It is right.")
        _pretend(today + timedelta(days=30))
        appealed(tx, personas, refused)
    finally:
        _pretend(None)
    with tx(), pytest.raises(Conflict):
        services.appeal(personas.trainee, application_id=refused, reason="It is right.")
    for table in (Appeal, AppealAnswer):
        if table is AppealAnswer:
            with tx():
                services.answer_appeal(
                    personas.registrar, appeal_id=1, outcome=services.Answer.STANDS, reason="It is off."
                )
        with pytest.raises(DatabaseError), tx() as current:
            current.execute(sa.update(table).values(reason="other"))


@pytest.mark.parametrize("outcome", [GRANT, Outcome.RETURNED])
def test_only_a_refusal_can_be_appealed(
    tx: Transactions, personas: Personas, application: int, outcome: Outcome
) -> None:
    with tx():
        services.decide(personas.reviewer, application_id=application, outcome=outcome, reason="So.")
    with tx(), pytest.raises(Conflict):
        services.appeal(personas.trainee, application_id=application, reason="It is right.")


def test_what_came_from_an_appeal_is_not_appealed_again(
    tx: Transactions, personas: Personas, refused: int, others: tuple[int, int]
) -> None:
    appeal = appealed(tx, personas, refused)
    with tx():
        again = services.answer_appeal(
            others[0], appeal_id=appeal, outcome=services.Answer.UPHELD, reason="Look again."
        ).new_application_id
        assert again is not None
    with tx():
        services.decide(others[1], application_id=again, outcome=REFUSE, reason="It is off.")
    with tx(), pytest.raises(Conflict):
        services.appeal(personas.trainee, application_id=again, reason="It is right.")


def test_an_appeal_through_the_pages(
    tx: Transactions, clients: Clients, personas: Personas, refused: int, others: tuple[int, int]
) -> None:
    trainee, other = clients(personas.trainee), clients(others[0])
    mine = f"/applications/{refused}"
    assert "You can appeal once, until" in trainee.get(mine).get_data(as_text=True)
    empty = trainee.post(f"{mine}/appeal", data={"reason": ""})
    assert empty.status_code == 422
    assert "Write why you do not agree." in empty.get_data(as_text=True)
    assert clients(personas.other_trainee).post(f"{mine}/appeal", data={"reason": "x"}).status_code == 404
    assert trainee.post(f"{mine}/appeal", data={"reason": "The date is right."}).status_code == 302
    page = trainee.get(mine).get_data(as_text=True)
    assert "You appealed on" in page
    assert "You can appeal once" not in page
    queue = other.get("/reviews").get_data(as_text=True)
    address = re.search(r'href="(/appeals/\d+)"', queue)
    assert address is not None
    where = address.group(1)
    assert trainee.get(where).status_code == 403
    assert clients(personas.foreign_reviewer).get(where).status_code == 404
    decider = clients(personas.reviewer)
    assert "Send my answer" not in decider.get(where).get_data(as_text=True)
    answer = {"outcome": "stands", "reason": "It is off by a year."}
    assert decider.post(f"{where}/answer", data=answer).status_code == 403
    wrong = other.post(f"{where}/answer", data={"reason": "It is off."})
    assert wrong.status_code == 422
    assert "Choose an answer." in wrong.get_data(as_text=True)
    assert "It is off." in wrong.get_data(as_text=True)
    assert other.post(f"{where}/answer", data=answer).status_code == 302
    assert other.post(f"{where}/answer", data=answer).status_code == 409
    page = trainee.get(mine).get_data(as_text=True)
    assert "It is off by a year." in page
    assert page.index("Appealed") < page.index("Appeal answered")
    assert where not in other.get("/reviews").get_data(as_text=True)
