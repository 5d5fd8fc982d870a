"""Each cell of the permission table: every permission, every role, every way to stand to the thing.

`permissions.txt` is the table that people review; `LMS_TEST_WRITE_MATRIX=1` writes it anew.
"""

import os
from pathlib import Path

import pytest

from lms.permissions import RULES, Actor, Permission, Role, Target, is_allowed

TABLE = Path(__file__).parent / "permissions.txt"
ME, OTHER = 1, 2
HERE, ELSEWHERE = 10, 20
# How the actor stands to the thing. The actor's role is always held in HERE.
RELATIONS = {
    "own": Target(organisation_id=HERE, owner_id=ME),
    "assigned": Target(organisation_id=HERE, owner_id=OTHER, supervisor_id=ME),
    "here": Target(organisation_id=HERE, owner_id=OTHER),
    "involved": Target(organisation_id=HERE, owner_id=OTHER, involved=frozenset({ME})),
    "elsewhere": Target(organisation_id=ELSEWHERE, owner_id=OTHER),
}


def answer(permission: Permission, actor: Actor, target: Target) -> str:
    if is_allowed(actor, permission, target):
        return "yes"
    return "no" if any(knows(actor, target) for knows in RULES[permission].knows) else "-"


def table() -> list[str]:
    lines = []
    for permission in Permission:
        for role in Role:
            actor = Actor(ME, frozenset({(role, HERE)}))
            cells = (f"{name}={answer(permission, actor, target)}" for name, target in RELATIONS.items())
            lines.append(f"{permission.value} {role.value}: {' '.join(cells)}")
    return lines


def test_every_permission_has_a_rule() -> None:
    assert set(RULES) == set(Permission)


def test_each_cell_is_as_people_reviewed_it() -> None:
    if os.environ.get("LMS_TEST_WRITE_MATRIX"):
        TABLE.write_text("".join(f"{line}\n" for line in table()), encoding="utf-8")
    assert table() == TABLE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
@pytest.mark.parametrize("permission", list(Permission))
def test_a_role_here_gives_nothing_about_a_thing_elsewhere(permission: Permission, role: Role) -> None:
    here = Actor(ME, frozenset({(role, HERE)}))
    there = Actor(ME, frozenset({(role, ELSEWHERE)}))
    target = RELATIONS["elsewhere"]
    without_organisation = Target(owner_id=OTHER)
    if is_allowed(here, permission, target):
        # Then it is not about an organisation at all: it is the same for a thing of nobody.
        assert is_allowed(here, permission, without_organisation)
        assert is_allowed(there, permission, target)
