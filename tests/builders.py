"""Plain functions that make the rows a test needs, within the transaction that is open, or its files."""

from itertools import count
from pathlib import Path

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


# --- content files ----------------------------------------------------------------------------------


def write_family_bank(folder: Path, *, is_turned: bool = False) -> Path:
    """A folder of assessments with a module check and an examination of three forms drawn from 136 items.

    `is_turned` writes the same items in other files and in another order.
    """
    home = folder / "family"
    for part in ("items", "forms"):
        (home / part).mkdir(parents=True)
    (home / "bank.yaml").write_text('id: family\nrevision: 1\ntitle: {en: "Family"}\n')
    by_domain = {domain: [_item_text(domain, number) for number in range(27)] for domain in _DOMAINS}
    by_domain["advocacy"].append(_item_text("advocacy", 27))
    for name, texts in by_domain.items():
        if is_turned:
            texts.reverse()
        (home / "items" / f"{'z' if is_turned and name < 'h' else ''}{name}.yaml").write_text("".join(texts))
    (home / "forms" / "family-check.yaml").write_text(
        _EXAMINATION.format(id="family-check", kind="module_check")
        + "form: {id: family-check-a, items: [advocacy-q27]}\n"
    )
    (home / "forms" / "family-exam.yaml").write_text(
        _EXAMINATION.format(id="family-exam", kind="examination") + _FAMILY
    )
    return folder


_DOMAINS = ("advocacy", "mentoring_education", "recovery_wellness", "ethical_responsibility", "harm_reduction")
_LEVELS = ("recall", "comprehension", "application")
_EXAMINATION = """\
id: {id}
revision: 1
title: {{en: "{id}"}}
kind: {kind}
minutes: 40
cut_percent: 70
cut_reason: "A line for the tests."
attempts: {{most: 3, within_days: 365, wait_days: 0}}
may_pause: false
"""
_FAMILY = """\
family:
  forms: [family-a, family-b, family-c]
  count: 15
  domains:
    {advocacy: 3, mentoring_education: 3, recovery_wellness: 3, ethical_responsibility: 3, harm_reduction: 3}
  levels: {recall: 5, comprehension: 5, application: 5}
  modules: {least: 2}
"""


def _item_text(domain: str, number: int) -> str:
    """An item of sixteen lines whose words no other item has."""
    word = f"{domain[:4]}{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}"
    return f"""\
- id: {domain.replace("_", "-")}-q{number:02}
  revision: 1
  kind: single
  module: m{number % 3}
  objective: m{number % 3}-1
  lesson: first
  principle: mutual
  samhsa: C1.1
  domain: {domain}
  level: {_LEVELS[number // 9 % 3]}
  estimate: 70
  prompt: {{en: "{word}xa {word}xb {word}xc"}}
  options:
    - {{id: a, text: {{en: "{word}xd"}}, right: true, why: {{en: "because"}}}}
    - {{id: b, text: {{en: "{word}xe"}}, right: false, why: {{en: "because"}}}}
    - {{id: c, text: {{en: "{word}xf"}}, right: false, why: {{en: "because"}}}}
"""
