"""Attempts on a real database: one open attempt, guarded answers, one result, the clock, extra time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from lms import clock, db, worker
from lms.app import Lms
from lms.assessment import queries, services
from lms.assessment.models import Accommodation, Attempt, Response, Result
from lms.assessment.rules import GRACE
from lms.audit import AuditEvent
from lms.errors import Conflict, Invalid, NotFound

# From the pattern of tests/assessment/bank: four items, the cut at 75 percent, three tries in a year.
RIGHT = {"sample-q01": ["a"], "sample-q02": ["a", "b"], "sample-q03": ["b"], "sample-q04": ["b"]}
START = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def begin(tx: Any, personas: Any) -> Callable[..., int]:
    def start(examination_id: str = "sample-exam", person_id: int | None = None) -> int:
        with tx():
            attempt = services.start_attempt(
                person_id or personas.trainee, examination_id=examination_id, organisation_id=personas.provider
            )
            return attempt.id

    return start


@pytest.fixture
def sit(tx: Any, personas: Any, begin: Callable[..., int]) -> Callable[..., tuple[int, int]]:
    """Start, answer and hand in: the attempt's id and the percent earned."""

    def whole(answers: dict[str, list[str]], examination_id: str = "sample-exam") -> tuple[int, int]:
        attempt_id = begin(examination_id)
        with tx():
            for item_id, chosen in answers.items():
                services.save_response(personas.trainee, attempt_id=attempt_id, item_id=item_id, chosen=chosen)
        with tx():
            return attempt_id, services.hand_in(personas.trainee, attempt_id=attempt_id).percent

    return whole


def test_a_start_stores_form_and_deadline_first(tx: Any, begin: Any, personas: Any) -> None:
    with clock.at(START):
        attempt_id = begin()
    with tx.reading() as session:
        attempt = session.get(Attempt, attempt_id)
        assert attempt.number == 1
        assert attempt.deadline_at - attempt.started_at == 40 * MINUTE
        assert [item["id"] for item in attempt.form["items"]] == list(RIGHT)
        assert attempt.form["items"][0]["options"][0]["right"] is True
        assert attempt.form_revision == 3
        assert len(attempt.form_hash) == 64
        event = session.scalar(sa.select(AuditEvent).where(AuditEvent.action == "assessment.start"))
        assert (event.actor_id, event.subject_id) == (personas.trainee, attempt_id)


def test_a_second_start_is_the_first(begin: Any, tx: Any) -> None:
    assert begin() == begin()
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Attempt.id))) == 1


def together(app: Lms, count: int, act: Callable[[], Any]) -> list[Any]:
    """Run `act` in so many threads at once, each in a transaction of its own; answers or errors."""
    barrier = Barrier(count)

    def one(_number: int) -> Any:
        barrier.wait()
        try:
            with app.app_context(), db.scope(db.Scope.all()), db.transaction():
                return act()
        except (Conflict, NotFound) as said_no:
            return said_no

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_twenty_parallel_starts_give_one_attempt(app: Lms, tx: Any, personas: Any) -> None:
    def act() -> int:
        return services.start_attempt(
            personas.trainee, examination_id="sample-exam", organisation_id=personas.provider
        ).id

    answers = together(app, 20, act)
    assert len(set(answers)) == 1
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Attempt.id))) == 1
        assert session.scalar(sa.select(sa.func.count(AuditEvent.id))) == 1


def test_the_last_try_is_used_once(app: Lms, tx: Any, personas: Any) -> None:
    """With one try left, starting and handing in at once from many tabs uses exactly that one."""

    def act() -> int:
        attempt = services.start_attempt(
            personas.trainee, examination_id="sample-check", organisation_id=personas.provider
        )
        services.hand_in(personas.trainee, attempt_id=attempt.id)
        return attempt.number

    answers = together(app, 20, act)
    assert {answer for answer in answers if isinstance(answer, int)} == {1}
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Attempt.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Result.id))) == 1


def test_the_database_itself_refuses_a_second_open_attempt(tx: Any, begin: Any) -> None:
    attempt_id = begin()
    with pytest.raises(sa.exc.IntegrityError), tx() as session:
        first = session.get(Attempt, attempt_id)
        columns = {
            column.key: getattr(first, column.key)
            for column in sa.inspect(Attempt).column_attrs
            if column.key != "id"
        }
        session.add(Attempt(**(columns | {"number": 2})))
        session.flush()


def test_all_right_is_a_hundred_and_passes(tx: Any, sit: Any, personas: Any) -> None:
    attempt_id, percent = sit(RIGHT)
    assert percent == 100
    with tx.reading():
        (result,) = queries.results_of(personas.trainee)
    assert (result.examination_id, result.form_id) == ("sample-exam", "sample-a")
    assert (result.is_passed, result.cut_percent, result.attempt_id) == (True, 75, attempt_id)


def test_no_answer_counts_as_not_right(sit: Any) -> None:
    assert sit({"sample-q01": ["a"], "sample-q02": ["a"]})[1] == 25


def test_fail_then_pass_at_once_then_closed(tx: Any, sit: Any, begin: Any, personas: Any) -> None:
    assert sit({})[1] == 0
    assert sit(RIGHT)[1] == 100
    with pytest.raises(Conflict, match="passed this examination already"):
        begin()
    with tx.reading():
        assert [one.number for one in queries.results_of(personas.trainee)] == [1, 2]


def test_tries_and_waits_are_kept(sit: Any, begin: Any) -> None:
    with clock.at(START):
        sit({}, "sample-check")
        with pytest.raises(Conflict, match="tries are used"):
            begin("sample-check")
    with clock.at(START + timedelta(days=10, minutes=1)):
        begin("sample-check")


def test_unknown_things_are_not_found(tx: Any, begin: Any, personas: Any) -> None:
    attempt_id = begin()
    with pytest.raises(NotFound):
        begin("no-such-exam")
    for person_id, item_id in ((personas.other_trainee, "sample-q01"), (personas.trainee, "no-such-item")):
        with pytest.raises(NotFound), tx():
            services.save_response(person_id, attempt_id=attempt_id, item_id=item_id, chosen=["a"])
    with pytest.raises(NotFound), tx():
        services.hand_in(personas.other_trainee, attempt_id=attempt_id)


@pytest.mark.parametrize(
    ("item_id", "chosen", "sentence"),
    [("sample-q01", ["z"], "Choose from"), ("sample-q01", ["a", "b"], "Choose one")],
)
def test_an_impossible_choice_is_refused(
    tx: Any, begin: Any, personas: Any, item_id: str, chosen: list[str], sentence: str
) -> None:
    attempt_id = begin()
    with pytest.raises(Invalid, match=sentence), tx():
        services.save_response(personas.trainee, attempt_id=attempt_id, item_id=item_id, chosen=chosen)


def test_an_answer_may_change_and_be_cleared(tx: Any, begin: Any, personas: Any) -> None:
    attempt_id = begin()
    for chosen in (["a"], ["b"], ["b"], []):
        with tx():
            services.save_response(personas.trainee, attempt_id=attempt_id, item_id="sample-q01", chosen=chosen)
    with tx.reading() as session:
        (response,) = session.scalars(sa.select(Response)).all()
        assert response.chosen == []
        answers = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "assessment.answer")).all()
        assert len(answers) == 3, "saving the same answer again changes nothing"
        assert all("chosen" not in event.details for event in answers)


def test_after_the_hand_in_no_answer_is_taken(tx: Any, sit: Any, personas: Any) -> None:
    attempt_id, _percent = sit({})
    with pytest.raises(Conflict, match="handed in"), tx():
        services.save_response(personas.trainee, attempt_id=attempt_id, item_id="sample-q01", chosen=["a"])


def test_answers_racing_the_hand_in_give_one_true_score(app: Lms, tx: Any, begin: Any, personas: Any) -> None:
    attempt_id = begin()
    items = iter(list(RIGHT) * 5)

    def act() -> str:
        item_id = next(items)
        if item_id == "sample-q04":
            services.hand_in(personas.trainee, attempt_id=attempt_id)
            return "handed in"
        services.save_response(personas.trainee, attempt_id=attempt_id, item_id=item_id, chosen=RIGHT[item_id])
        return "saved"

    assert "handed in" in together(app, 20, act)
    with tx.reading() as session:
        (result,) = session.scalars(sa.select(Result)).all()
        saved = queries.answers_of(attempt_id)
        assert result.points == sum(saved.get(item_id) == key for item_id, key in RIGHT.items())


def test_the_clock_closes_with_the_answers_saved(tx: Any, app: Lms, begin: Any, personas: Any) -> None:
    with clock.at(START):
        attempt_id = begin()
    with clock.at(START + 39 * MINUTE), tx():
        for item_id in ("sample-q01", "sample-q02", "sample-q03"):
            services.save_response(
                personas.trainee, attempt_id=attempt_id, item_id=item_id, chosen=RIGHT[item_id]
            )
    with clock.at(START + 40 * MINUTE + GRACE / 2):
        with tx.reading():
            assert queries.overdue_attempts() == [], "an answer may still be on its way"
        with tx():
            services.save_response(personas.trainee, attempt_id=attempt_id, item_id="sample-q04", chosen=["a"])
    with clock.at(START + 41 * MINUTE):
        with pytest.raises(Conflict, match="time is up"), tx():
            services.save_response(personas.trainee, attempt_id=attempt_id, item_id="sample-q04", chosen=["b"])
        with app.app_context():
            assert worker.run_due("assessment.close_overdue") == 1
            assert worker.run_due("assessment.close_overdue") == 0
    with tx.reading() as session:
        attempt = session.get(Attempt, attempt_id)
        assert attempt.closed_by == "clock"
        assert attempt.handed_in_at == attempt.deadline_at
        (result,) = queries.results_of(personas.trainee)
        assert (result.score_percent, result.is_passed) == (75, True)


def test_a_late_hand_in_is_what_the_sweep_would_do(tx: Any, begin: Any, personas: Any) -> None:
    with clock.at(START):
        attempt_id = begin()
    with clock.at(START + timedelta(days=1)), tx():
        services.hand_in(personas.trainee, attempt_id=attempt_id)
    with tx():
        assert services.close_overdue(attempt_id) is None
    with tx.reading() as session:
        attempt = session.get(Attempt, attempt_id)
        assert (attempt.closed_by, attempt.handed_in_at) == ("clock", attempt.deadline_at)


def test_an_overdue_attempt_makes_room_for_the_next(tx: Any, begin: Any, personas: Any) -> None:
    with clock.at(START):
        first = begin()
    with clock.at(START + timedelta(days=1)):
        second = begin()
    assert first != second
    with tx.reading():
        assert [one.attempt_id for one in queries.results_of(personas.trainee)] == [first]


def test_twenty_hand_ins_give_one_result(app: Lms, tx: Any, begin: Any, personas: Any) -> None:
    attempt_id = begin()
    answers = together(app, 20, lambda: services.hand_in(personas.trainee, attempt_id=attempt_id).id)
    assert len(set(answers)) == 1
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Result.id))) == 1


def test_a_result_is_never_changed(tx: Any, sit: Any) -> None:
    sit({})
    with pytest.raises(sa.exc.DBAPIError), tx() as session:
        session.execute(sa.update(Result).values(percent=100))
    with pytest.raises(sa.exc.DBAPIError), tx() as session:
        session.execute(sa.delete(Result))


def test_passed_must_agree_with_the_points(tx: Any, begin: Any, personas: Any) -> None:
    attempt_id = begin()
    with pytest.raises(sa.exc.IntegrityError), tx() as session:
        session.add(
            Result(
                organisation_id=personas.provider,
                person_id=personas.trainee,
                attempt_id=attempt_id,
                points=1,
                of_points=4,
                percent=25,
                cut_percent=75,
                is_passed=True,
                domains=[],
                graded_at=clock.now(),
            )
        )
        session.flush()


def test_a_pause_keeps_the_time_that_was_left(tx: Any, begin: Any, personas: Any) -> None:
    with clock.at(START):
        attempt_id = begin("sample-check")
    with clock.at(START + 5 * MINUTE):
        for _again in range(2):
            with tx():
                services.pause_attempt(personas.trainee, attempt_id=attempt_id)
    with clock.at(START + timedelta(days=2)):
        with tx.reading():
            assert queries.overdue_attempts() == []
            sheet = queries.sheet_of(attempt_id)
            assert (sheet.is_paused, sheet.is_over) == (True, False)
            assert sheet.minutes_left in (14, 15)
        with pytest.raises(Conflict, match="paused"), tx():
            services.save_response(personas.trainee, attempt_id=attempt_id, item_id="sample-q03", chosen=["b"])
        for _again in range(2):
            with tx():
                services.resume_attempt(personas.trainee, attempt_id=attempt_id)
        with tx.reading():
            assert queries.sheet_of(attempt_id).minutes_left in (14, 15)
            (running,) = queries.open_attempts(personas.trainee)
            assert (running.is_paused, running.is_over) == (False, False)


def test_an_examination_that_may_not_pause_does_not(tx: Any, begin: Any, personas: Any) -> None:
    attempt_id = begin()
    with pytest.raises(Conflict, match="cannot be paused"), tx():
        services.pause_attempt(personas.trainee, attempt_id=attempt_id)


def test_extra_time_counts_at_the_start_and_during(tx: Any, begin: Any, personas: Any) -> None:
    def allow(percent: int) -> None:
        with tx():
            services.allow_time(
                personas.coordinator,
                person_id=personas.trainee,
                organisation_id=personas.provider,
                time_percent=percent,
            )

    def length() -> timedelta:
        with tx.reading() as session:
            attempt = session.get(Attempt, attempt_id)
            return attempt.deadline_at - attempt.started_at

    allow(150)
    attempt_id = begin()
    assert length() == 60 * MINUTE
    allow(200)
    assert length() == 80 * MINUTE
    allow(100)
    assert length() == 80 * MINUTE, "what was promised before the start stays"
    with tx.reading() as session:
        assert session.scalar(sa.select(Accommodation.time_percent)) == 100
    with pytest.raises(Invalid):
        allow(99)


def test_a_flag_is_kept_without_an_answer(tx: Any, begin: Any, personas: Any) -> None:
    attempt_id = begin()
    with tx():
        services.flag_item(personas.trainee, attempt_id=attempt_id, item_id="sample-q02", is_flagged=True)
    with tx.reading():
        question = queries.sheet_of(attempt_id).question(2)
        assert (question.is_flagged, question.is_answered, question.is_seen) == (True, False, True)
    with tx():
        services.flag_item(personas.trainee, attempt_id=attempt_id, item_id="sample-q02", is_flagged=False)
    with tx.reading():
        assert not queries.sheet_of(attempt_id).question(2).is_flagged


def test_a_result_can_be_reproduced_after_the_bank_changed(
    tx: Any, sit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms.assessment import bank as banks

    attempt_id, _percent = sit({"sample-q01": ["a"]})
    monkeypatch.setattr(banks, "_in_force", banks.Bank())
    with tx.reading():
        page = queries.result_page(attempt_id)
    assert (page.points, page.of_points, page.start) == (1, 4, None)
    assert page.title.en == "sample-exam"
    assert [tally.domain.value for tally in page.strengths] == ["mentoring_education"]


def test_cards_say_how_things_stand_in_one_query(tx: Any, sit: Any, begin: Any, personas: Any) -> None:
    sit({})
    begin("sample-check")
    with tx.reading() as session:
        statements: list[str] = []
        engine = session.get_bind()
        sa.event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        cards = {card.examination_id: card for card in queries.examination_cards(personas.trainee)}
        running = queries.open_attempts(personas.trainee)
        selects = [one for one in statements if one.lstrip().upper().startswith("SELECT")]
        assert len(selects) == 2
    exam, check = cards["sample-exam"], cards["sample-check"]
    assert (exam.last_percent, exam.is_passed, exam.start.is_allowed, exam.start.tries_left) == (
        0,
        False,
        True,
        2,
    )
    assert check.open_attempt is not None
    assert check.open_attempt == running[0]


def test_another_organisation_sees_nothing(app: Lms, sit: Any, personas: Any) -> None:
    attempt_id, _percent = sit(RIGHT)
    with app.app_context(), db.scope(db.Scope(frozenset({personas.foreign_provider}))), db.reading():
        assert queries.results_of(personas.trainee) == ()
        assert queries.latest_results([personas.provider]) == ()
        with pytest.raises(NotFound):
            queries.result_page(attempt_id)
        with pytest.raises(NotFound):
            queries.sheet_of(attempt_id)
