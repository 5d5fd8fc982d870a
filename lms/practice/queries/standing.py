"""Which of several lines about one piece of work stands: computed, never stored.

An amendment is a line that names the signed line it changes or takes back. Until it is signed the older line
counts, and from that moment the newer; nothing else is written, so no hour counts twice in between. The
other line is looked at beneath the filter between organisations: whether an hour counts is nobody's view.
"""

import sqlalchemy as sa

from lms.practice.models import PracticeEntry
from lms.practice.rules import State

_newer = PracticeEntry.__table__.alias("newer")
_SIGNED_NEWER = (
    sa.select(1)
    .where(_newer.c.amends_id == PracticeEntry.id, _newer.c.state == State.APPROVED.value)
    .correlate(PracticeEntry)
)
IS_AMENDED = sa.exists(_SIGNED_NEWER)
IS_VOIDED = sa.exists(_SIGNED_NEWER.where(_newer.c.is_voiding))

STANDING_STATE = sa.case(
    (PracticeEntry.is_voiding & (PracticeEntry.state == State.APPROVED.value), State.VOID.value),
    (IS_VOIDED, State.VOID.value),
    (IS_AMENDED, State.AMENDED.value),
    else_=PracticeEntry.state,
)

# The lines that speak for themselves: no signed line that was changed, no change that is not signed, and
# nothing that only takes back.
COUNTS = sa.and_(
    sa.or_(PracticeEntry.amends_id.is_(None), PracticeEntry.state == State.APPROVED.value),
    sa.not_(PracticeEntry.is_voiding),
    sa.not_(IS_AMENDED),
)

AMENDED_BY = (
    sa.select(_newer.c.id)
    .where(_newer.c.amends_id == PracticeEntry.id)
    .correlate(PracticeEntry)
    .scalar_subquery()
)
