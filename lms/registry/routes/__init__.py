"""The pages of the registry: the public check, and the register for those who keep it."""

from lms.registry.routes import machine, offline, public, register
from lms.registry.routes.blueprint import bp

__all__ = ["bp", "machine", "offline", "public", "register"]
