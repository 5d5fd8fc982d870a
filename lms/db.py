"""The database: one base, one session, one place that commits, and the filter between organisations.

Nothing else in the application commits or rolls back. SQLite writers begin with BEGIN IMMEDIATE, so
that what is read, judged and written cannot be overtaken; on PostgreSQL such rows are read with `lock`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)


class Base(DeclarativeBase):
    """All tables. Constraints are named by convention, so that migrations can name them too."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment: aware UTC in and out. SQLite keeps it without a zone, PostgreSQL with one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# --- sessions and transactions -------------------------------------------------------------------

_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


class QuickSession(Session):
    """A session that asks for plain columns without the ORM's loading, at a tenth of its cost.

    A select of columns goes straight to the connection, filtered to the scope as every other statement is.
    """

    def execute(self, statement: Any, params: Any = None, **more: Any) -> sa.Result[Any]:
        quick = _quick(statement) if not more else None
        if quick is None:
            return super().execute(statement, params, **more)
        if self.autoflush and not self._flushing:
            self.flush()
        return self.connection().execute(quick, params)

    def scalar(self, statement: Any, params: Any = None, **more: Any) -> Any:
        return self.execute(statement, params, **more).scalar()

    def scalars(self, statement: Any, params: Any = None, **more: Any) -> sa.ScalarResult[Any]:
        return self.execute(statement, params, **more).scalars()


db = SQLAlchemy(session_options={"class_": QuickSession, "autoflush": True, "expire_on_commit": False})


def init(app: Flask, url: str) -> None:
    """Give the application its engine. Each SQLite connection gets WAL, full sync and foreign keys."""
    options: dict[str, Any] = {"url": url}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": 30, "cached_statements": 512}
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    # The extension closes asynchronous sessions, which nobody here opens, in a thread at each answer's end.
    app.teardown_appcontext_funcs = [
        act for act in app.teardown_appcontext_funcs if act.__name__ != "_close_async_sessions"
    ]
    with app.app_context():
        prepare(db.engine)


def prepare(engine: sa.Engine) -> None:
    """Make a SQLite engine begin its transactions itself; other engines stay as they are."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # pysqlite would begin too late, and never for DDL
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=30000",
            "foreign_keys=ON",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def begin(connection: Any) -> None:
        driver, is_reading = connection.driver_connection, _is_reading.get()
        if connection.info.get("is_reading", False) != is_reading:
            # Only when it changes: this pragma makes SQLite compile every prepared statement anew.
            driver.execute(f"PRAGMA query_only={'ON' if is_reading else 'OFF'}").close()
            connection.info["is_reading"] = is_reading
        driver.execute("BEGIN" if is_reading else "BEGIN IMMEDIATE").close()

    # Not an event: with one, SQLAlchemy looks for listeners around each statement of the engine.
    engine.dialect.do_begin = begin  # type: ignore[method-assign,assignment]


def session() -> Session:
    """The session of the request, task or command that is running."""
    return db.session


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what the block did, or roll all of it back; then run what `after_commit` was given."""
    current = session()
    _refuse_nesting(current)
    later: list[Callable[[], None]] = []
    current.info["after_commit"] = later
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info.pop("after_commit", None)
    for act in later:
        act()


@contextmanager
def reading() -> Iterator[Session]:
    """A block in which the database itself refuses to write: a page that writes fails loudly."""
    current = session()
    _refuse_nesting(current)
    token = _is_reading.set(True)
    current.info["reading"] = True
    try:
        yield current
    finally:
        current.info.pop("reading", None)
        current.rollback()
        _is_reading.reset(token)


ViewT = TypeVar("ViewT", bound=Callable[..., Any])


def reads_only(view: ViewT) -> ViewT:
    """Mark a POST that changes nothing, as its question is too long for an address: it holds no writer back."""
    view.is_reading_only = True  # type: ignore[attr-defined]
    return view


def _refuse_nesting(current: Session) -> None:
    if "after_commit" in current.info or "reading" in current.info:
        raise RuntimeError("a transaction is open already; only the entry points open one")
    if current.in_transaction():
        current.rollback()


def after_commit(act: Callable[[], None]) -> None:
    """Run `act` once the commit has succeeded; never when it has not."""
    later = session().info.get("after_commit")
    if later is None:
        raise RuntimeError("after_commit needs an open transaction")
    later.append(act)


@event.listens_for(Session, "after_begin")
def _read_only(current: Session, _transaction: Any, connection: sa.Connection) -> None:
    if "reading" in current.info and connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


SelectT = TypeVar("SelectT", bound=sa.Select[Any])


def lock(statement: SelectT) -> SelectT:
    """The same statement, its rows locked until the commit and read anew (FOR UPDATE on PostgreSQL)."""
    return statement.with_for_update().execution_options(populate_existing=True)


# --- the filter between organisations ------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """Whose rows a query may meet: those of these organisations and those of these people."""

    organisations: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    everything: bool = False

    @classmethod
    def all(cls) -> "Scope":
        """Every row: for tasks, the command line and the public register, never for a person's page."""
        return cls(everything=True)


_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


@contextmanager
def scope(given: Scope) -> Iterator[None]:
    """Run the block with this scope."""
    token = _scope.set(given)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def seeing(*person_ids: int) -> Iterator[None]:
    """Widen the scope by these people's rows. Only after `authorize` has said yes to it."""
    current = _scope.get() or Scope()
    with scope(replace(current, people=current.people | set(person_ids))):
        yield


def _organisations() -> list[int]:
    current = _scope.get()
    return sorted(current.organisations) if current else []


def _people() -> list[int]:
    current = _scope.get()
    return sorted(current.people) if current else []


def _only_person() -> int:
    (person_id,) = _people()
    return person_id


class Scoped:
    """A table whose rows belong to an organisation and a person. Queries meet only rows in scope."""

    @declared_attr
    def organisation_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("organisation.id"), index=True)

    @declared_attr
    def person_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("person.id"), index=True)


# The two forms of the filter, built once so that SQLAlchemy knows the filtered statement again; whose rows
# they mean is asked when a statement runs. A person without a staff role needs the short one only.
_PERSON = sa.bindparam("scope_person", type_=sa.Integer, callable_=_only_person)
_PEOPLE = sa.bindparam("scope_people", type_=sa.Integer, callable_=_people, expanding=True)
_ORGANISATIONS = sa.bindparam("scope_organisations", type_=sa.Integer, callable_=_organisations, expanding=True)
_OWN_ROWS = with_loader_criteria(Scoped, lambda cls: cls.person_id == _PERSON, include_aliases=True)
_ROWS_IN_SCOPE = with_loader_criteria(
    Scoped,
    lambda cls: sa.or_(cls.organisation_id.in_(_ORGANISATIONS), cls.person_id.in_(_PEOPLE)),
    include_aliases=True,
)


def _form_of(current: Scope) -> Any:
    return _OWN_ROWS if not current.organisations and len(current.people) == 1 else _ROWS_IN_SCOPE


@event.listens_for(Session, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update or state.is_delete) or state.is_column_load:
        return
    current = _scope.get()
    if current is not None and current.everything:
        return
    if current is None and any(issubclass(mapper.class_, Scoped) for mapper in state.all_mappers):
        raise RuntimeError("a scoped table was asked for without a scope")
    state.statement = state.statement.options(_form_of(current or Scope()))


_filtered: WeakKeyDictionary[sa.Select[Any], dict[int, sa.Select[Any]]] = WeakKeyDictionary()


def _quick(statement: Any) -> sa.Select[Any] | None:
    """The select filtered to the scope, when it asks for columns only; None when the ORM has to run it.

    What is built for a statement is kept as long as the statement, so that those built at import cost least.
    """
    current = _scope.get()
    if not isinstance(statement, sa.Select) or current is None:
        return None
    forms = _filtered.get(statement)
    if forms is None:
        if not all(isinstance(column, sa.ColumnElement) for column in statement._raw_columns):
            return None
        forms = _filtered[statement] = {}
    if current.everything:
        return statement
    form = _form_of(current)
    found = forms.get(id(form))
    if found is None:
        found = forms[id(form)] = statement.options(form)
    return found


# --- tables that only grow ------------------------------------------------------------------------


def forbid_changes(op: Any, table: str) -> None:
    """In a migration: make UPDATE and DELETE of the table fail, on both databases."""
    forbid_change_of(op, table, when="")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are never deleted'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        )


def forbid_change_of(op: Any, table: str, *, when: str, columns: tuple[str, ...] = ()) -> None:
    """In a migration: make an UPDATE of these columns (all of them when none is named) fail.

    `when` is an SQL condition over OLD and NEW that both databases read, or "" for always.
    """
    of = f" OF {', '.join(columns)}" if columns else ""
    if op.get_bind().dialect.name == "sqlite":
        condition = f" WHEN {when}" if when else ""
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE{of} ON {table}{condition} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are not changed'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} rows are not changed or deleted'; END $$"
    )
    condition = f" WHEN ({when})" if when else ""
    op.execute(
        f"CREATE TRIGGER {table}_fixed BEFORE UPDATE{of} ON {table} "
        f"FOR EACH ROW{condition} EXECUTE FUNCTION {table}_refuse()"
    )


def allow_changes(op: Any, table: str) -> None:
    """In a migration's way back: take away what `forbid_changes` or `forbid_change_of` made."""
    on = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
    op.execute(f"DROP TRIGGER IF EXISTS {table}_stays{on}")
    op.execute(f"DROP TRIGGER IF EXISTS {table}_fixed{on}")
    if on:
        op.execute(f"DROP FUNCTION IF EXISTS {table}_refuse()")
