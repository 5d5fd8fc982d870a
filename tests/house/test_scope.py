"""The filter between organisations holds for every way of asking, the quick one for plain columns too."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms import clock, db
from lms.certification.models import Application, Decision
from lms.db import Scope, session
from tests.conftest import Transactions
from tests.personas import Personas

Ask = Callable[[], list[Any]]
_alias = aliased(Application)
BUILT_ONCE = sa.select(Application.person_id)


def _columns() -> list[Any]:
    return list(session().scalars(BUILT_ONCE))


def _columns_of_alias() -> list[Any]:
    return list(session().scalars(sa.select(_alias.person_id)))


def _rows() -> list[Any]:
    return [row.person_id for row in session().execute(sa.select(Application.id, Application.person_id))]


def _entities() -> list[Any]:
    return [row.person_id for row in session().scalars(sa.select(Application))]


def _subquery() -> list[Any]:
    inner = sa.select(Application.person_id).scalar_subquery()
    return list(session().scalars(sa.select(sa.func.count()).where(sa.literal(1) == 1, inner.is_not(None))))


def _one() -> list[Any]:
    found = session().scalar(sa.select(Application.person_id).order_by(Application.id.desc()))
    return [] if found is None else [found]


@pytest.fixture
def applied(tx: Transactions, personas: Personas) -> None:
    with tx():
        for person_id, body in (
            (personas.trainee, personas.body),
            (personas.foreign_trainee, personas.foreign_body),
        ):
            session().add(
                Application(
                    organisation_id=body,
                    person_id=person_id,
                    scheme_id="peer-specialist",
                    scheme_version=1,
                    state="submitted",
                    submitted_at=clock.now(),
                )
            )


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("ask", [_columns, _columns_of_alias, _rows, _entities])
def test_only_rows_in_scope_are_met(ask: Ask, tx: Transactions, personas: Personas) -> None:
    with tx.reading():
        assert sorted(ask()) == sorted([personas.trainee, personas.foreign_trainee])
        with db.scope(Scope(people=frozenset({personas.trainee}))):
            assert ask() == [personas.trainee]
            with db.seeing(personas.foreign_trainee):
                assert sorted(ask()) == sorted([personas.trainee, personas.foreign_trainee])
            assert ask() == [personas.trainee]
        with db.scope(Scope(people=frozenset({personas.foreign_trainee}))):
            assert ask() == [personas.foreign_trainee]
        with db.scope(Scope(organisations=frozenset({personas.body}), people=frozenset({personas.reviewer}))):
            assert ask() == [personas.trainee]
        with db.scope(Scope(people=frozenset({personas.coordinator}))):
            assert ask() == []
        with db.scope(Scope()):
            assert ask() == []


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("ask", [_one, _subquery])
def test_scalars_and_subqueries_meet_only_rows_in_scope(ask: Ask, tx: Transactions, personas: Personas) -> None:
    with tx.reading():
        with db.scope(Scope(people=frozenset({personas.trainee}))):
            assert ask() in ([personas.trainee], [1])
        with db.scope(Scope(people=frozenset({personas.coordinator}))):
            assert ask() in ([], [0])


@pytest.mark.usefixtures("applied")
def test_join_meets_only_rows_in_scope(tx: Transactions, personas: Personas) -> None:
    joined = sa.select(Application.person_id, Decision.id).outerjoin(
        Decision, Decision.application_id == Application.id
    )
    with tx.reading(), db.scope(Scope(people=frozenset({personas.trainee}))):
        assert session().execute(joined).all() == [(personas.trainee, None)]


def test_scoped_table_without_a_scope_is_refused(tx: Transactions) -> None:
    with tx.reading() as current:
        token = db._scope.set(None)
        try:
            with pytest.raises(RuntimeError, match="without a scope"):
                current.execute(BUILT_ONCE)
        finally:
            db._scope.reset(token)


@pytest.mark.usefixtures("applied")
def test_columns_see_what_was_just_added(tx: Transactions, personas: Personas) -> None:
    with tx():
        session().add(
            Application(
                organisation_id=personas.body,
                person_id=personas.other_trainee,
                scheme_id="peer-specialist",
                scheme_version=1,
                state="submitted",
                submitted_at=clock.now(),
            )
        )
        assert personas.other_trainee in _columns()
