"""Forty hours, whole: eighteen modules read, checked and met for, and what the certificate states of them."""

from datetime import datetime, time

from lms import clock
from lms.certification import services as certification
from lms.credentials import queries as credentials
from lms.curriculum import services as curriculum
from lms.curriculum.catalog import catalog
from tests.conftest import Transactions
from tests.journeys.steps import ZONE, MainJob, days_ago
from tests.personas import Personas


def meet(tx: Transactions, personas: Personas, module_id: str, *, days: int, mode: str, minutes: int) -> None:
    """A live session of the module that long ago, at which the trainee was for so many minutes."""
    with days_ago(days, hour=13), tx():
        meeting = curriculum.plan_live_session(
            personas.trainer,
            organisation_id=personas.provider,
            trainer_id=personas.trainer,
            module_id=module_id,
            mode=mode,
            local_start=datetime.combine(clock.today(ZONE), time(10)),
            minutes=minutes,
        )
    with days_ago(days, hour=23), tx():
        curriculum.record_attendance(
            personas.trainer, live_session_id=meeting.id, minutes_of={personas.trainee: minutes}
        )


def take(tx: Transactions, personas: Personas) -> str | None:
    with tx():
        return certification.issue_if_met(
            personas.trainee, person_id=personas.trainee, scheme_id="completion-40h"
        )


def test_the_certificate_states_the_hours_that_were_done(tx: Transactions, personas: Personas) -> None:
    track = next(track for track in catalog().tracks if track.id == "core-40")
    order = [part.module for part in track.parts]
    job = MainJob(tx, personas)
    for number, module_id in enumerate(order):
        job.study(module_id, days=60 - number)
        module = catalog().modules[module_id]
        assert module.live is not None
        minutes = module.live.minutes - (30 if module_id == order[-1] else 0)
        mode = "in_person" if number % 2 else "live_remote"
        meet(tx, personas, module_id, days=40 - number, mode=mode, minutes=minutes)
    assert take(tx, personas) is None, "half an hour of the last session is missing"

    meet(tx, personas, order[-1], days=3, mode="in_person", minutes=60)
    number = take(tx, personas)
    assert number is not None
    assert take(tx, personas) == number
    with tx.reading():
        card = credentials.by_number(number)
    assert card is not None
    hours = {line.mode: line.minutes for line in card.facts.training}
    assert hours["self_paced"] == 1200
    assert hours["in_person"] + hours["live_remote"] == 1200
    assert hours["live_remote"] == sum(
        catalog().modules[module_id].live.minutes  # type: ignore[union-attr]
        for module_id in order[::2]
    )
    assert sum(minutes for _topic, minutes in card.facts.domains) == 2400
