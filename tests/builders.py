"""Plain functions that make the rows a test needs, within the transaction that is open."""

from itertools import count

from lms import clock
from lms.db import session
from lms.people.models import Organisation, Person, RoleGrant
from lms.permissions import Role

_numbers = count(1)


def person(name: str = "", **fields: object) -> Person:
    """A person with a name, an address ending in .test, and nothing else."""
    number = next(_numbers)
    name = name or f"Person {number}"
    values: dict[str, object] = {
        "email": f"person{number}@example.test",
        "chosen_name": name,
        "legal_name": f"{name} Legal",
        "timezone": "America/New_York",
        "language": "en",
        "created_at": clock.now(),
        "fs_uniquifier": f"uniquifier-{number}",
        "active": True,
    }
    made = Person(**(values | fields))
    session().add(made)
    session().flush()
    return made


def organisation(slug: str = "", **fields: object) -> Organisation:
    """An organisation that is a training provider unless told otherwise."""
    number = next(_numbers)
    slug = slug or f"organisation-{number}"
    values: dict[str, object] = {"slug": slug, "name": slug.replace("-", " ").title()}
    if not any(key.startswith("is_") for key in fields):
        values["is_training_provider"] = True
    made = Organisation(**(values | fields))
    session().add(made)
    session().flush()
    return made


def grant(person_id: int, organisation_id: int, role: Role) -> RoleGrant:
    """A role held from now on."""
    made = RoleGrant(
        person_id=person_id, organisation_id=organisation_id, role=role.value, granted_at=clock.now()
    )
    session().add(made)
    session().flush()
    return made
