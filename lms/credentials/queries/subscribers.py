"""Who is mailed the log's checkpoints, and who is due to be told of the newest one."""

from datetime import timedelta

import sqlalchemy as sa

from lms import clock
from lms.credentials.models import LogSubscriber
from lms.credentials.queries.log import newest_checkpoint
from lms.db import session


def subscriber_id(address: str) -> int | None:
    """The subscriber with this address, if it is one."""
    found: int | None = session().scalar(sa.select(LogSubscriber.id).where(LogSubscriber.address == address))
    return found


def subscribers_due() -> list[int]:
    """Ids of subscribers who were not told of the newest checkpoint and whose day it is; at most 100."""
    newest = newest_checkpoint()
    if newest is None:
        return []
    now = clock.now()
    is_day = [
        sa.and_(LogSubscriber.every_days == days, LogSubscriber.told_at <= now - timedelta(days=days))
        for days in (1, 7)
    ]
    return list(
        session().scalars(
            sa.select(LogSubscriber.id)
            .where(
                sa.or_(
                    LogSubscriber.told_size.is_(None),
                    sa.and_(LogSubscriber.told_size < newest.size, sa.or_(*is_day)),
                )
            )
            .order_by(LogSubscriber.id)
            .limit(100)
        )
    )
