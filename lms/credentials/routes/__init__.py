"""The pages of credentials: those of the holder."""

from lms.credentials.routes import (
    choices,
    codes,
    pages,
    transcript,
)
from lms.credentials.routes.blueprint import (
    bp,
)

__all__ = [
    "bp",
    "choices",
    "codes",
    "pages",
    "transcript",
]
