"""The class of the reason for which a credential was taken back, which the public is told."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("status_event", sa.Column("reason_class", sa.String(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("status_event", "reason_class")
