"""Rate limits by address; a slice decorates its public views with `limiter.limit("30 per minute")`."""

from time import monotonic

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage

limiter = Limiter(key_func=get_remote_address, default_limits=[])
SWEEP_SECONDS = 10


class QuietMemory(MemoryStorage):
    """Counts in this process. Outdated ones are swept now and then; the library would start a thread for
    nearly every count. What it counts is the same: an outdated count is not read.
    """

    STORAGE_SCHEME = ["quiet-memory"]
    _swept_at = 0.0

    def _MemoryStorage__schedule_expiry(self) -> None:
        now = monotonic()
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            super()._MemoryStorage__schedule_expiry()  # type: ignore[misc]


def storage(address: str) -> str:
    """The storage of a setting, as the library is to be told."""
    return address.replace("memory://", "quiet-memory://")
