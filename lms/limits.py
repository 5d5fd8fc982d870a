"""Rate limits by address; a slice decorates its public views with `limiter.limit("30 per minute")`."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, default_limits=[])
