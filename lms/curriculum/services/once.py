"""Adding a row that may be there already: two at once leave one."""

from sqlalchemy.dialects import postgresql, sqlite

from lms.db import Base, session


def insert_once(model: type[Base], **values: object) -> bool:
    """Add the row unless its unique constraints say that it is there; whether it was added."""
    is_postgresql = session().get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(model) if is_postgresql else sqlite.insert(model)
    added = session().execute(insert.values(**values).on_conflict_do_nothing())
    return bool(added.rowcount == 1)  # type: ignore[attr-defined]
