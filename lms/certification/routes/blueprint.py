"""The blueprint that the pages of certification hang on, and what happens at start."""

import logging
from typing import Any

from flask import Blueprint, Flask

from lms.certification import words
from lms.certification.schemes import configure

log = logging.getLogger("lms.certification")
bp = Blueprint("certification", __name__, template_folder="../templates")


def start(_app: Flask) -> None:
    """Read the schemes; what has a fault is left out and named in the log."""
    for fault in configure():
        log.error("%s", fault)


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"words": words}
