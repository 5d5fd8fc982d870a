"""Whole tables read a page at a time, so that memory does not grow with their rows."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lms.db import session
from lms.practice.queries.rows import Rows

PAGE = 500


def columns_of(table: type[Any]) -> Rows:
    """A select of every column of the table."""
    return sa.select(*table.__mapper__.column_attrs)


def pages(rows: Rows, id_column: Any) -> Iterator[list[Any]]:
    """The rows by id, a page at a time."""
    last = 0
    while page := session().execute(rows.where(id_column > last).order_by(id_column).limit(PAGE)).all():
        yield list(page)
        last = page[-1].id
