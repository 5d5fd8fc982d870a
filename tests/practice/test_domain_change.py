"""A supervisor signs a line for another domain than its kind of work says, with a reason the trainee reads."""

import json

import pytest
import sqlalchemy as sa

from lms.errors import Invalid
from lms.practice import queries, services
from lms.practice.models import SignOff
from lms.practice.statements import CURRENT
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes
from tests.practice.test_routes import sign


@pytest.fixture
def entry_id(tx: Transactions, personas: Personas) -> int:
    """One entry of one-to-one support that waits for the supervisor."""
    with tx():
        return scenes.submitted(scenes.ready(personas)).id


def test_the_signed_domain_counts_and_both_are_shown(
    tx: Transactions, clients: Clients, personas: Personas, entry_id: int
) -> None:
    sam = clients(personas.supervisor)
    page = sam.get(f"/sign-off/sign?e={entry_id}").text
    assert "Change hours or domain" in page
    assert "As it is: Recovery and wellness." in page
    more = {f"domain_{entry_id}": "advocacy", f"fewer_{entry_id}": "1.5"}
    unsaid = sign(sam, [f"{entry_id}:2"], **more)
    assert unsaid.status_code == 422
    assert "Say why it counts there." in unsaid.text
    assert '<option selected value="advocacy">' in unsaid.text
    more[f"why_{entry_id}"] = "You spoke for Ana\nat the housing office."
    assert sign(sam, [f"{entry_id}:2"], **more).status_code == 302
    with tx.reading() as session:
        act = session.scalars(sa.select(SignOff)).one()
        assert (act.domain, act.minutes) == ("advocacy", 90)
        assert act.reason == "You spoke for Ana at the housing office."
        assert json.loads(act.line)["signed_domain"] == "advocacy"
        (hour,) = queries.practice_hours_of(personas.trainee)
        assert (hour.domain, hour.minutes) == ("advocacy", 90)
        assert list(queries.Recheck().mismatches()) == []
        assert queries.disputable_act(entry_id) == act.id
    trainee = clients(personas.trainee)
    shown = trainee.get(f"/hours/{entry_id}").text
    assert "changed by the supervisor; the kind of work says Recovery and wellness" in shown
    assert "You spoke for Ana at the housing office." in shown
    assert "as Advocacy" in trainee.get("/hours").text


def test_the_domain_it_has_anyway_is_no_change(tx: Transactions, personas: Personas, entry_id: int) -> None:
    with tx() as session:
        services.sign_off(
            personas.supervisor,
            entry_ids=[entry_id],
            statement_version=CURRENT.version,
            domains={entry_id: "recovery_wellness"},
            reasons={entry_id: "It is this."},
        )
        assert session.scalars(sa.select(SignOff.domain)).one() is None
        assert queries.disputable_act(entry_id) is None


@pytest.mark.parametrize(
    ("domain", "reason", "field"),
    [("swimming", "Because.", "domain"), ("advocacy", "  ", "why"), ("advocacy", "x" * 501, "why")],
)
def test_an_unknown_domain_or_no_reason_signs_nothing(
    tx: Transactions, personas: Personas, entry_id: int, domain: str, reason: str, field: str
) -> None:
    with tx() as session:
        with pytest.raises(Invalid) as fault:
            services.sign_off(
                personas.supervisor,
                entry_ids=[entry_id],
                statement_version=CURRENT.version,
                domains={entry_id: domain},
                reasons={entry_id: reason},
            )
        assert fault.value.field == f"{field}_{entry_id}"
        assert session.scalar(sa.select(sa.func.count(SignOff.id))) == 0
