"""The domain of a sign-off."""

from alembic import op

revision = "0012"
down_revision = "0007"
branch_labels = None
depends_on = None

# One spelling for both databases; the column carries its own constraint, so that SQLite can add and drop it.
DOMAIN = (
    "domain VARCHAR(32) CONSTRAINT ck_sign_off_domain_is_approved CHECK (domain IS NULL OR (act = 'approve' "
    "AND length(reason) > 0 AND domain IN ('recovery_wellness', 'mentoring_education', 'harm_reduction', "
    "'advocacy', 'ethical_responsibility')))"
)


def upgrade() -> None:
    op.execute(f"ALTER TABLE sign_off ADD COLUMN {DOMAIN}")


def downgrade() -> None:
    op.execute("ALTER TABLE sign_off DROP COLUMN domain")
