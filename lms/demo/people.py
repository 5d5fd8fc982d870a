"""The organisations and people of the demo, its cast and those around it."""

from dataclasses import dataclass
from typing import Any

from lms.demo.cast import CAST
from lms.people import services
from lms.permissions import Role

FELLOWS = (
    ("Devon", "Devon Clarke"),
    ("Lena", "Lena Whitehorse"),
    ("Kwame", "Kwame Asante"),
    ("Mei", "Mei Tanaka"),
    ("Rosa", "Rosa Delgado"),
)
HOLDERS = (
    ("Grace", "Grace Adeyemi"),
    ("Walter", "Walter Novak"),
    ("Priya", "Priya Raman"),
    ("Cole", "Cole Brannigan"),
    ("Inés", "Inés Fuentes Mora"),
)


@dataclass(frozen=True)
class Cast:
    """Ids of everybody, by first name in lower case, and of the organisations by slug."""

    people: dict[str, int]
    organisations: dict[str, int]


def add() -> Cast:
    """Add the organisations and the people, with their roles."""
    organisations = {
        slug: _organisation(slug, name, **more)
        for slug, name, more in (
            (
                "open-door",
                "Open Door Training",
                {
                    "is_training_provider": True,
                    "is_placement_site": True,
                    "signatory_name": "Ada Brightwater",
                    "signatory_title": "Director of Training",
                },
            ),
            (
                "peer-board",
                "Peer Certification Board",
                {
                    "is_certifying_body": True,
                    "signatory_name": "Ruth Lindqvist",
                    "signatory_title": "Registrar",
                },
            ),
            ("far-shore", "Far Shore College", {"is_training_provider": True}),
            ("far-board", "Far Shore Board", {"is_certifying_body": True}),
        )
    }
    people: dict[str, int] = {}
    for part in CAST:
        people[part.key] = _person(
            part.email,
            part.chosen_name,
            part.legal_name,
            part.language,
            organisations[part.organisation],
            part.role,
        )
    extra = (
        ("ruth", "peer-board", Role.REGISTRAR),
        ("ada", "open-door", Role.COORDINATOR),
        ("ada", "open-door", Role.TRAINER),
        ("ada", "open-door", Role.REGISTRAR),
    )
    for key, slug, role in extra:
        _grant(people[key], organisations[slug], role)
    around = [(name, legal, "open-door", Role.TRAINEE) for name, legal in FELLOWS]
    around += [(name, legal, "open-door", Role.TRAINEE) for name, legal in HOLDERS]
    around += [
        ("Joy", "Joy Osei", "open-door", Role.TRAINEE),
        ("Noor", "Noor Aziz", "open-door", Role.TRAINER),
        ("Omar", "Omar Lightfoot", "open-door", Role.SUPERVISOR),
        ("Zephyrine", "Zephyrine Quill", "far-shore", Role.TRAINEE),
        ("Quillon", "Quillon Marsh", "far-shore", Role.SUPERVISOR),
        ("Xanthe", "Xanthe Reyes", "far-board", Role.REVIEWER),
    ]
    for name, legal, slug, role in around:
        key = name.lower()
        people[key] = _person(f"{key}@{slug}.test", name, legal, "en", organisations[slug], role)
    _grant(people["xanthe"], organisations["far-board"], Role.REGISTRAR)
    return Cast(people, organisations)


def _organisation(slug: str, name: str, **more: Any) -> int:
    return services.create_organisation(None, slug=slug, name=name, **more).id


def _person(
    email: str, chosen_name: str, legal_name: str, language: str, organisation_id: int, role: Role
) -> int:
    made = services.create_person(
        None, email=email, chosen_name=chosen_name, legal_name=legal_name, language=language
    )
    _grant(made.id, organisation_id, role)
    return made.id


def _grant(person_id: int, organisation_id: int, role: Role) -> None:
    services.grant_role(None, person_id=person_id, organisation_id=organisation_id, role=role)
