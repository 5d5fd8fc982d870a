"""Erasing takes the name of the reader out of a holder's codes, and that alone may be changed in them."""

from alembic import op

from lms.db import allow_changes, forbid_change_of

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None

STAYS = ("credential_id", "most_looks", "code_hash", "request_key", "created_at", "ends_at")
IS_OTHER = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in STAYS)
IS_ENDED = "OLD.for_whom = NEW.for_whom AND OLD.revoked_at IS NULL"
IS_FORGOTTEN = (
    "NEW.for_whom = '-' AND NEW.revoked_at IS NOT NULL "
    "AND (OLD.revoked_at IS NULL OR OLD.revoked_at = NEW.revoked_at)"
)


def upgrade() -> None:
    allow_changes(op, "share_code")
    op.execute(
        "UPDATE share_code SET for_whom = '-', revoked_at = coalesce(revoked_at, "
        "(SELECT max(at) FROM status_event WHERE status_event.credential_id = share_code.credential_id)) "
        "WHERE credential_id IN (SELECT credential_id FROM status_event WHERE kind = 'erased')"
    )
    forbid_change_of(op, "share_code", when=f"{IS_OTHER} OR NOT (({IS_ENDED}) OR ({IS_FORGOTTEN}))")


def downgrade() -> None:
    allow_changes(op, "share_code")
    forbid_change_of(
        op, "share_code", when=f"{IS_OTHER} OR OLD.for_whom <> NEW.for_whom OR OLD.revoked_at IS NOT NULL"
    )
