"""The index of alternates holds those that there are: a planner that counts the many without one scans."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NAME = "ix_supervision_agreement_alternate_id"


def upgrade() -> None:
    named = sa.text("alternate_id IS NOT NULL")
    op.drop_index(NAME, table_name="supervision_agreement")
    op.create_index(NAME, "supervision_agreement", ["alternate_id"], sqlite_where=named, postgresql_where=named)


def downgrade() -> None:
    op.drop_index(NAME, table_name="supervision_agreement")
    op.create_index(NAME, "supervision_agreement", ["alternate_id"])
