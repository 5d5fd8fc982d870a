"""Who may sign: an agreement with its alternate, a qualification on the day of the work, nobody too close."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from lms.practice.standing_to_sign import Credential, last_day, why_not

ON = date(2026, 3, 10)
DAY = timedelta(days=1)
SUPERVISOR, ALTERNATE, STRANGER = 1, 2, 3


@dataclass(frozen=True)
class Agreement:
    starts_on: date = ON
    ends_on: date | None = ON
    supervisor_id: int = SUPERVISOR
    alternate_id: int | None = ALTERNATE
    needs_approval: bool = False
    approved_on: date | None = None


@dataclass(frozen=True)
class Held:
    credential: str = Credential.QMHP.value
    valid_from: date = ON
    valid_until: date | None = ON


def code(signer_id=SUPERVISOR, on=ON, agreement=Agreement(), **more):
    found = why_not(signer_id, on, agreements=[agreement], **more)
    return found.code if found else None


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({}, None),
        ({"signer_id": ALTERNATE}, None),
        ({"signer_id": STRANGER}, "no_agreement"),
        ({"on": ON - DAY}, "no_agreement"),
        ({"on": ON + DAY}, "no_agreement"),
        ({"on": ON + DAY, "signer_id": ALTERNATE}, "no_agreement"),
        ({"agreement": Agreement(needs_approval=True)}, "not_approved"),
        ({"agreement": Agreement(needs_approval=True, approved_on=ON)}, None),
        ({"has_conflict": True}, "conflict"),
        ({"demands": {"qmhp"}}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held()]}, None),
        ({"demands": {"qmhp", "qcc"}, "held": [Held()]}, None),
        ({"demands": {"qcc"}, "held": [Held()]}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held(valid_from=ON + DAY, valid_until=None)]}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held(valid_from=ON - DAY, valid_until=ON - DAY)]}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held(valid_from=ON, valid_until=None)]}, None),
    ],
)
def test_who_may_sign_for_a_day(given, answer):
    assert code(**given) == answer


def test_an_end_cuts_a_qualification_the_day_before():
    assert last_day(None, ON) == ON - DAY
    assert last_day(ON + DAY, ON) == ON - DAY
    assert last_day(ON - 5 * DAY, ON) == ON - 5 * DAY
    assert last_day(ON, None) == ON
