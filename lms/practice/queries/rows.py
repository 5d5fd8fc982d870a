"""The type of a statement whose rows are turned into a dataclass at once."""

from typing import Any

import sqlalchemy as sa

Rows = sa.Select[*tuple[Any, ...]]
