"""The pages of the registry: the public check, and the register for those who keep it."""

from lms.registry.routes import (files, machine, public, register, templates,)
from lms.registry.routes.blueprint import (bp,)

__all__ = [
    "bp",
    "files",
    "machine",
    "public",
    "register",
    "templates",
]
