"""Plain functions that arrange practice for a test, within the transaction that is open."""

from datetime import date, timedelta
from itertools import count

from lms import clock
from lms.practice import services
from lms.practice.models import Placement, PracticeEntry, SupervisionAgreement
from tests.personas import Personas

ZONE = "America/New_York"
_numbers = count(1)


def today() -> date:
    """The day it is at the placements of the tests."""
    return clock.today(ZONE)


def days_ago(days: int) -> date:
    """So many days before today."""
    return today() - timedelta(days=days)


def placement(who: Personas, person_id: int | None = None, organisation_id: int | None = None) -> Placement:
    """A placement of the trainee, begun 200 days ago."""
    return services.create_placement(
        who.coordinator,
        organisation_id=organisation_id or who.provider,
        person_id=person_id or who.trainee,
        site_name="Clubhouse",
        role="volunteer",
        starts_on=days_ago(200),
    )


def agreement(who: Personas, placed: Placement, supervisor_id: int | None = None) -> SupervisionAgreement:
    """An agreement for the whole of the placement."""
    return services.create_agreement(
        who.coordinator,
        placement_id=placed.id,
        supervisor_id=supervisor_id or who.supervisor,
        starts_on=placed.starts_on,
    )


def hours(placed: Placement, on: date | None = None, **more: object) -> services.Hours:
    """Two plain hours, yesterday unless told otherwise."""
    values: dict[str, object] = {
        "placement_id": placed.id,
        "worked_on": on or days_ago(1),
        "kind": "one_to_one",
        "mode": "in_person",
        "minutes": 120,
    }
    return services.Hours(**(values | more))  # type: ignore[arg-type]


def draft(placed: Placement, on: date | None = None, **more: object) -> PracticeEntry:
    """An entry that was logged."""
    key = f"test-key-{next(_numbers)}"
    return services.log_hours(placed.person_id, hours=hours(placed, on, **more), client_key=key)


def submitted(placed: Placement, on: date | None = None, **more: object) -> PracticeEntry:
    """An entry that waits for its supervisor."""
    entry = draft(placed, on, **more)
    return services.submit(placed.person_id, entry_ids=[entry.id])[0]


def ready(who: Personas) -> Placement:
    """The trainee's placement with the supervisor's agreement."""
    placed = placement(who)
    agreement(who, placed)
    return placed
