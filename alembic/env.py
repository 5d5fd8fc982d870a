"""Run the migrations against the database of LMS_DATABASE_URL, or on a connection that is handed in."""

from importlib import import_module

import sqlalchemy as sa
from alembic import context

from lms.config import Settings
from lms.db import Base, Instant, prepare

for name in (
    "audit",
    "mail",
    "people.models",
    "curriculum.models",
    "assessment.models",
    "practice.models",
    "credentials.models",
    "certification.models",
    "registry.models",
):
    try:
        import_module(f"lms.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or not f"lms.{name}".startswith(error.name):
            raise


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as the plain one, so that migrations do not depend on the application."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=False,
        transaction_per_migration=True,
        compare_type=False,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
elif context.is_offline_mode():
    context.configure(
        url=Settings.from_environment().database_url, target_metadata=Base.metadata, literal_binds=True
    )
    context.run_migrations()
else:
    url = context.config.attributes.get("url") or Settings.from_environment().database_url
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    prepare(engine)
    with engine.connect() as connection:
        run(connection)
    engine.dispose()
