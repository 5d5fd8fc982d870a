"""A second signature of each status list, in the form that is checked without network.

Lists that were signed before have none: the next sweep signs them anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signed_list", sa.Column("paper_signature", sa.String(88), nullable=True))


def downgrade() -> None:
    op.drop_column("signed_list", "paper_signature")
