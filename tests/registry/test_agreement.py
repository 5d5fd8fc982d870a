"""Page, JSON, programming interface and list say the same of every day, and what was said on the day itself."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from lms import clock
from lms.certification import queries as certification
from lms.certification import services as certifying
from lms.certification.models import Outcome
from lms.credentials import services
from lms.credentials.numbers import new_number
from lms.registry import labels, queries
from lms.registry.api_scopes import ApiScope
from lms.registry.services import make_token
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

ONE = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
BEGIN = date(2027, 2, 26)
OUTSIDE = ("on", "as_of", "message", "superseded_by", "renewal_in_process")
"""What an answer of a past day may say otherwise than it did then: it is told from what is known today."""


def _at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), NEW_YORK)


def _said(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in OUTSIDE}


@dataclass
class Asking:
    """A stranger and a program that ask in all ways there are."""

    anyone: FlaskClient
    headers: dict[str, str]
    tx: Transactions

    def live(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.anyone.get(f"/verify/{number}?format=json").json or {}
        return found

    def must_agree(self, number: str, on: date) -> dict[str, Any]:
        """The answer of a day, once every way to ask has given it."""
        got = self.anyone.get(f"/verify/{number}?as_of={on}&format=json")
        row, listed = self._row(number, on)
        posted = self._posted(number, on)
        alone = self.anyone.get(f"/api/v1/credentials/{number}?as_of={on}")
        page = self.anyone.get(f"/verify/{number}?as_of={on}")
        assert page.status_code == got.status_code
        assert got.json is not None
        if got.status_code == 422:  # not issued yet
            assert (alone.status_code, alone.json["field"]) == (422, "as_of")  # type: ignore[index]
            assert row["code"] == listed["code"] == posted["code"] == "V07"
            assert row["status"] == posted["status"] == "unknown"
            return {}
        if got.json["status"] == "unknown":
            assert alone.status_code == 404
            assert (row["status"], row["code"], posted["code"]) == ("unknown", "V03", "V03")
            return {}
        answer = _said(got.json)
        assert _said(alone.json or {}) == answer
        assert {name: posted[name] for name in answer} == answer
        assert row == listed
        for name in ("status", "valid_until", "since", "issued_on"):
            assert row[name] == (answer.get(name) or ""), name
        if row["status"] != "erased":
            assert row["in_grace"] == ("yes" if answer["in_grace"] else "no")
        with self.tx.reading():
            sentence = labels.sentence(queries.verification(number, on))
        heading = re.search("<h1>(.*?)</h1>", page.text)
        assert heading is not None
        assert heading[1] == sentence == got.json["message"]
        assert (" grace" in sentence) is (answer.get("in_grace") or False)
        return answer

    def _row(self, number: str, on: date) -> tuple[dict[str, str], dict[str, str]]:
        """The row of a list with the day in a column, and of one with the day in the form."""
        in_column = {"file": (io.BytesIO(f"number,as of\n{number},{on}".encode()), "list.csv")}
        in_form = {"lines": f"number\n{number}", "as_of": str(on)}
        (first,), (second,) = (
            csv.DictReader(
                io.StringIO(
                    self.anyone.post("/verify/many", data=data | {"answer": "csv"}).data.decode("utf-8-sig")
                )
            )
            for data in (in_column, in_form)
        )
        return first, second

    def _posted(self, number: str, on: date) -> dict[str, Any]:
        """The answer to a call with a day of its own for the number, the same as with one day for all."""
        both = [
            self.anyone.post("/api/v1/verifications", json=body, headers=self.headers).json
            for body in (
                {"numbers": [{"number": number, "as_of": str(on)}]},
                {"numbers": [number], "as_of": str(on)},
                {"numbers": [{"number": number, "as_of": str(on)}], "as_of": "2027-01-01"},
            )
        ]
        first, *others = (one["verifications"][0] for one in both if one is not None)
        assert [one | {"as_of": ""} for one in others] == [first | {"as_of": ""}] * 2
        answer: dict[str, Any] = first
        return answer


@pytest.fixture
def asking(tx: Transactions, personas: Personas, clients: Clients) -> Callable[[], Asking]:
    def begin() -> Asking:
        with tx():
            text = make_token(
                personas.registrar,
                organisation_id=personas.body,
                name="Payroll",
                scopes=frozenset(ApiScope),
                expires_on=clock.today("UTC") + 9 * ONE,
                once=str(uuid4()),
            )
        return Asking(clients(None), {"Authorization": f"Bearer {text}"}, tx)

    return begin


def _days(*boundaries: int) -> Iterator[date]:
    near = sorted({boundary + step for boundary in boundaries for step in (-1, 0, 1)})
    return (BEGIN + day * ONE for day in near)


def test_every_day_of_every_state_is_told_alike_everywhere_and_as_it_was_told_then(
    tx: Transactions, personas: Personas, asking: Callable[[], Asking]
) -> None:
    numbers: dict[str, str] = {"unknown": new_number()}
    by, erased = personas.registrar, "erased"
    kinds = ("plain", "suspended", "revoked", "inactive", "probation", "given up", "old", "outlasts", erased)
    with clock.at(_at(BEGIN)), tx():
        for kind in (*kinds, "renewed", "endless"):
            until = None if kind == "endless" else BEGIN + 30 * ONE
            numbers[kind] = issued(personas, f"decision:{kind}", issued_on=BEGIN, valid_until=until).number

    def act(what: Any, kind: str, **more: Any) -> None:
        what(by, number=numbers[kind], reason="A secret.", **more)

    def renew() -> None:
        services.renew(
            by,
            number=numbers["renewed"],
            starts_on=BEGIN + 31 * ONE,
            valid_until=BEGIN + 60 * ONE,
            decision_key="renewal:1",
        )

    acts: dict[int, list[Callable[[], Any]]] = {
        5: [
            lambda: act(services.suspend, "suspended"),
            lambda: act(services.suspend, "outlasts"),
            lambda: act(services.revoke, "revoked", reason_class="conduct"),
            lambda: act(services.make_inactive, "inactive"),
            lambda: act(services.put_on_probation, "probation"),
            lambda: act(services.relinquish, "given up"),
        ],
        10: [
            lambda: act(services.reinstate, "suspended"),
            lambda: act(services.reinstate, "inactive"),
            lambda: act(services.reinstate, "probation"),
            lambda: act(services.replace, "old", name_as_issued="Tara Vega"),
        ],
        20: [lambda: act(services.erase, erased)],
        25: [renew],
    }
    told: dict[tuple[str, date], dict[str, Any]] = {}
    with clock.at(_at(BEGIN)):
        asked = asking()
    for day in _days(0, 5, 10, 20, 25, 30, 60):
        with clock.at(_at(day)), tx():
            for do in acts.get((day - BEGIN).days, ()):
                do()
        with clock.at(_at(day, 23, 59)):
            for kind in numbers if day >= BEGIN else ():
                told[kind, day] = _said(asked.live(numbers[kind]))
    with clock.at(_at(BEGIN + 62 * ONE)):
        asked = asking()
        seen = set()
        for day in (*_days(0, 5, 10, 20, 25, 30, 60), BEGIN + 62 * ONE):
            for kind, number in numbers.items():
                answer = asked.must_agree(number, day)
                seen.add(answer.get("verdict"))
                if answer and kind != erased and (kind, day) in told:
                    assert answer == told[kind, day], (kind, day)
                assert (not answer) == (kind == "unknown" or day < BEGIN)
    assert seen == {
        *("active", "expired", "suspended", "revoked", "superseded", "inactive"),
        *("probation", "relinquished", "erased", None),
    }


@pytest.mark.parametrize("is_renewed", [False, True])
def test_days_of_grace_are_told_alike_everywhere_and_as_they_were_told_then(
    is_renewed: bool, tx: Transactions, personas: Personas, asking: Callable[[], Asking]
) -> None:
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = certifying.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist").id
    with tx():
        number = certifying.decide(
            personas.reviewer, application_id=made, outcome=Outcome.GRANTED
        ).credential_number
    assert number is not None
    with tx.reading():
        end = certification.holding_of(number).latest.ends_on
    days = [end + step * ONE for step in (-1, 0, 1, 4, 5, 6, 9, 10, 11, 29, 30, 31)]
    told: dict[date, dict[str, Any]] = {}
    with clock.at(_at(end)):
        asked = asking()
    for day in days:
        with clock.at(_at(day)):
            if is_renewed and day == end + 5 * ONE:
                with tx():
                    facts.practise(personas, personas.trainee, hours=12)
                    facts.agree(personas.trainee)
                with tx():
                    asked_for = certifying.apply_for_renewal(
                        personas.trainee, person_id=personas.trainee, number=number
                    ).id
                with tx.reading():
                    assert queries.verification(number, day).is_renewal_in_process
                    assert not queries.verification(number, day - ONE).is_renewal_in_process
            if is_renewed and day == end + 10 * ONE:
                with tx():
                    certifying.decide(personas.reviewer, application_id=asked_for, outcome=Outcome.GRANTED)
        with clock.at(_at(day, 23, 59)):
            told[day] = _said(asked.live(number))
    with clock.at(_at(end + 40 * ONE)):
        asked = asking()
        answers = {day: asked.must_agree(number, day) for day in days}
    assert answers == told
    grace = [day for day, answer in answers.items() if answer["verdict"] == "in_grace"]
    last = end + (9 if is_renewed else 30) * ONE
    assert grace == [day for day in days if end < day <= last]


def test_an_odd_day_is_a_fault_of_the_call_or_a_code_of_its_row(
    tx: Transactions, personas: Personas, asking: Callable[[], Asking]
) -> None:
    with tx():
        number = issued(personas).number
    asked = asking()

    def post(body: dict[str, Any]) -> Any:
        return asked.anyone.post("/api/v1/verifications", json=body, headers=asked.headers)

    for odd in ("yesterday", "", 7, ["2026-11-22"]):
        fault = post({"numbers": [number], "as_of": odd})
        assert (fault.status_code, fault.json["field"]) == (422, "as_of")
    for row in ({"number": number, "as_of": 7}, {"as_of": "2026-11-22"}, {"number": 7}, 7):
        fault = post({"numbers": [row]})
        assert (fault.status_code, fault.json["field"]) == (422, "numbers")
    rows = [{"number": number, "as_of": day} for day in ("yesterday", "2999-01-01", "9999-12-31", "0001-01-01")]
    said = post({"numbers": rows}).json["verifications"]
    assert [(one["code"], one["status"]) for one in said] == [("V04", None)] * 4
    assert all("like 2026-11-22" in one["explanation"] for one in said)
    for odd in ("9999-12-31", "0001-01-01"):
        assert asked.anyone.get(f"/api/v1/credentials/{number}?as_of={odd}").status_code == 422
        assert asked.anyone.get(f"/verify/{number}?as_of={odd}").status_code == 422
    typed = asked.anyone.post("/verify/many", data={"lines": number, "as_of": "2999-01-01", "answer": "csv"})
    assert typed.status_code == 422
    assert "That day is still to come." in typed.text
    assert number in typed.text
