"""A supervisor signs a week or a month as a whole; what changes afterwards is seen."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lms.errors import Conflict, Forbidden, NotFound
from lms.practice import queries, services
from lms.practice.models import PeriodSignature, Placement
from lms.practice.periods import PeriodKind, SignedLine, Span, drift_of, span_named, span_with, totals_of
from lms.practice.statements import CURRENT, CURRENT_PERIOD, fingerprint
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes
from tests.practice.histories import behind_the_back

LAST_WEEK = span_with(PeriodKind.WEEK, scenes.days_ago(7))


@given(st.sampled_from(PeriodKind), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_every_day_is_in_exactly_one_span(kind: PeriodKind, on: date) -> None:
    span = span_with(kind, on)
    assert span.starts_on <= on <= span.ends_on
    assert span_with(kind, span.starts_on) == span == span_with(kind, span.ends_on)
    assert span_with(kind, span.ends_on + timedelta(days=1)).starts_on == span.ends_on + timedelta(days=1)
    assert span.is_over(span.ends_on)
    assert not span.is_over(span.ends_on - timedelta(days=1))


def test_a_span_is_named_by_its_first_day_only() -> None:
    assert span_named("month", date(2026, 2, 1)) == Span(PeriodKind.MONTH, date(2026, 2, 1))
    assert span_named("month", date(2026, 2, 1)).ends_on == date(2026, 2, 28)  # type: ignore[union-attr]
    assert span_named("week", date(2026, 11, 16)) is not None
    assert span_named("week", date(2026, 11, 17)) is None
    assert span_named("month", date(2026, 2, 2)) is None
    assert span_named("year", date(2026, 1, 1)) is None


def line(entry_id: int, act: int, **more: object) -> SignedLine:
    values = {"entry_version": 2, "sha256": "a" * 64, "worked_on": date(2026, 11, 2), "minutes": 60}
    return SignedLine(entry_id, sign_off_id=act, **values | {"domain": "advocacy", "mode": "phone"} | more)  # type: ignore[arg-type]


def test_totals_and_drift() -> None:
    lines = [line(1, 11), line(2, 12, minutes=30), line(3, 13, mode="video")]
    assert totals_of(reversed(lines)) == (("advocacy", "phone", 90), ("advocacy", "video", 60))
    assert not drift_of([(1, 11), (2, 12), (3, 13)], lines)
    assert drift_of([(1, 10), (2, 12), (4, 14)], lines) == drift_of([(4, 14), (2, 12), (1, 10)], lines)
    assert (drift_of([(1, 10), (4, 14)], lines).gone, drift_of([(1, 10)], lines).added) == ((1, 4), (1, 2, 3))


@pytest.fixture
def placed(tx: Transactions, personas: Personas) -> int:
    """A placement with two hours signed on each of three days of last week, one of them cut to 90 minutes."""
    with tx():
        place = scenes.ready(personas)
        ids = [
            scenes.submitted(place, LAST_WEEK.starts_on + timedelta(days=day), note=f"Day {day}").id
            for day in range(3)
        ]
        answer = place.id
    with tx():
        services.sign_off(
            personas.supervisor, entry_ids=ids, statement_version=CURRENT.version, minutes={ids[0]: 90}
        )
    return answer


def sign(tx: Transactions, who: Personas, placement_id: int, span: Span = LAST_WEEK, by: int = 0) -> int:
    by = by or who.supervisor
    with tx():
        shown = queries.period_sheet(placement_id, who.trainee, by, span).shown
        return services.sign_period(
            by,
            placement_id=placement_id,
            span=span,
            shown=shown,
            statement_version=CURRENT_PERIOD.version,
        ).id


def address(placement_id: int, span: Span = LAST_WEEK) -> str:
    return f"/sign-off/periods/{placement_id}/{span.kind}/{span.starts_on}"


def test_from_the_queue_to_the_trainee(
    tx: Transactions, clients: Clients, personas: Personas, placed: int
) -> None:
    sam, tara = clients(personas.supervisor), clients(personas.trainee)
    assert "/sign-off/periods" in sam.get("/sign-off").text
    listed = sam.get("/sign-off/periods?kind=week").text
    assert address(placed) in listed
    sheet = sam.get(address(placed)).text
    assert "5.5 hours at Clubhouse" in sheet
    assert "Recovery and wellness" in sheet
    shown = sheet.partition('name="shown"')[2].partition('value="')[2].partition('"')[0]
    data = {"statement_version": CURRENT_PERIOD.version, "shown": shown}
    assert sam.post(address(placed), data=data).status_code == 422
    answer = sam.post(address(placed), data=data | {"is_meant": "y"})
    assert answer.status_code == 302
    again = sam.post(address(placed), data=data | {"is_meant": "y"})
    assert again.location == answer.location
    for page in (sam.get(answer.location).text, tara.get(answer.location).text):
        assert "Signed by Sam Legal" in page
        assert CURRENT_PERIOD.text in page
    assert answer.location in tara.get("/hours").text
    assert answer.location in tara.get("/hours/1").text
    assert clients(personas.coordinator).get(answer.location).status_code == 200
    assert clients(personas.other_trainee).get(answer.location).status_code == 404
    assert clients(personas.foreign_supervisor).get(answer.location).status_code == 404
    with tx.reading() as session:
        row = session.scalars(sa.select(PeriodSignature)).one()
        signed = json.loads(row.line)
        assert row.sha256 == fingerprint(row.line)
        assert (row.minutes, signed["minutes"], len(signed["lines"])) == (330, 330, 3)
        assert signed["totals"] == [["recovery_wellness", "in_person", 330]]


def test_who_may_not_and_what_is_no_period(clients: Clients, personas: Personas, placed: int) -> None:
    for person, code in (
        (personas.trainee, 403),
        (personas.coordinator, 403),
        (personas.foreign_supervisor, 404),
        (personas.other_supervisor, 404),
    ):
        assert clients(person).get(address(placed)).status_code == code
        assert clients(person).post(address(placed)).status_code == code
    sam = clients(personas.supervisor)
    for wrong in ("week/2026-11-17", "year/2026-01-01", "month/tomorrow"):
        assert sam.get(f"/sign-off/periods/{placed}/{wrong}").status_code == 404
    assert sam.get("/sign-off/periods/999999/week/2026-11-16").status_code == 404


def test_an_amendment_after_it_shows_and_can_be_signed_anew(
    tx: Transactions, clients: Clients, personas: Personas, placed: int
) -> None:
    first = sign(tx, personas, placed)
    assert sign(tx, personas, placed) == first
    with tx() as session:
        newer = services.amend(
            personas.trainee,
            entry_id=2,
            hours=scenes.hours(session.get_one(Placement, placed), LAST_WEEK.starts_on, minutes=60),
            reason="It was one hour.",
            client_key="amend-key-1",
        ).id
        services.submit(personas.trainee, entry_ids=[newer])
    with tx.reading():
        assert not queries.period_mark(first).drift  # until it is signed, the older line counts
    with tx():
        services.sign_off(personas.supervisor, entry_ids=[newer], statement_version=CURRENT.version)
    with tx.reading():
        assert (queries.period_mark(first).drift.gone, queries.period_mark(first).drift.added) == (
            (2,),
            (newer,),
        )
    tara = clients(personas.trainee)
    assert "Changed after the period was signed" in tara.get("/hours").text
    assert "Changed after the period was signed" in tara.get(f"/hours/{newer - 1}").text
    second = sign(tx, personas, placed)
    assert second != first
    with tx.reading() as session:
        assert session.get_one(PeriodSignature, second).replaces_id == first
        assert [mark.id for mark in queries.period_marks_of(personas.trainee)] == [second]
        assert session.get_one(PeriodSignature, second).minutes == 90 + 60 + 120
    assert "Changed after the period was signed" not in tara.get("/hours").text


def test_what_cannot_be_signed(tx: Transactions, personas: Personas, placed: int) -> None:
    today = span_with(PeriodKind.MONTH, scenes.today() + timedelta(days=40))
    long_ago = span_with(PeriodKind.WEEK, scenes.days_ago(100))
    for span in (today, long_ago):
        with pytest.raises(Conflict):
            sign(tx, personas, placed, span)
    with pytest.raises(Conflict, match="signed no hours"):
        sign(tx, personas, placed, by=personas.other_supervisor)
    with pytest.raises(Forbidden):
        sign(tx, personas, placed, by=personas.trainee)
    for wrong, why in (({"shown": "x"}, "have changed"), ({"statement_version": 9}, "new wording")):
        with tx(), pytest.raises(Conflict, match=why):
            values = {"placement_id": placed, "span": LAST_WEEK, "shown": "", "statement_version": 1}
            services.sign_period(personas.supervisor, **values | wrong)  # type: ignore[arg-type]
    with tx(), pytest.raises(NotFound):
        services.sign_period(
            personas.supervisor, placement_id=999, span=LAST_WEEK, shown="", statement_version=1
        )


@pytest.mark.parametrize(
    "change", ["sessions = 9", "minutes = 1", "method = 'x'", "line = replace(line, 'minutes', 'moments')"]
)
def test_a_forged_period_is_named(tx: Transactions, personas: Personas, placed: int, change: str) -> None:
    """Also when line and hash are made anew: the audit trail still knows the hash that was signed."""
    signature_id = sign(tx, personas, placed)
    with behind_the_back(tx) as run:
        run(f"UPDATE period_signature SET {change} WHERE id = :id", {"id": signature_id})
    with tx.reading():
        assert {str(one).partition(":")[0] for one in queries.Recheck().mismatches()} == {
            f"period_signature {signature_id}"
        }


def test_a_period_forged_with_its_hash_is_named(tx: Transactions, personas: Personas, placed: int) -> None:
    signature_id = sign(tx, personas, placed)
    with tx.reading() as session:
        line = session.get_one(PeriodSignature, signature_id).line.replace('"sessions":0', '"sessions":9')
    values = {"id": signature_id, "line": line, "hash": fingerprint(line)}
    with behind_the_back(tx) as run:
        run("UPDATE period_signature SET sessions = 9, line = :line, sha256 = :hash WHERE id = :id", values)
    with tx.reading():
        assert [str(one) for one in queries.Recheck().mismatches()] == [
            f"period_signature {signature_id}: its SHA-256 is not the one in the audit trail."
        ]


def test_a_period_signature_is_never_changed(tx: Transactions, personas: Personas, placed: int) -> None:
    signature_id = sign(tx, personas, placed)
    for statement in (
        "UPDATE period_signature SET minutes = 1 WHERE id = :id",
        "DELETE FROM period_signature WHERE id = :id",
        "INSERT INTO period_signature (organisation_id, person_id, placement_id, kind, starts_on, ends_on, "
        "minutes, sessions, session_minutes, by_id, by_name, at, method, statement_version, statement, line, "
        "sha256) SELECT organisation_id, person_id, placement_id, kind, starts_on, ends_on, minutes, sessions, "
        "session_minutes, by_id, by_name, at, method, statement_version, statement, line, sha256 "
        "FROM period_signature WHERE id = :id",
    ):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(sa.text(statement), {"id": signature_id})
