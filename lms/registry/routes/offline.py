"""What a checker takes along to check papers where there is no network."""

import json

from flask import Response
from flask.typing import ResponseReturnValue

from lms.credentials.queries import offline
from lms.limits import limiter
from lms.permissions import public
from lms.registry.routes.blueprint import PUBLIC_LIMIT, bp

KEPT_SECONDS = 300


@bp.get("/offline/bundle.json")
@limiter.limit(PUBLIC_LIMIT)
@public
def offline_bundle() -> ResponseReturnValue:
    """The issuers' keys and signed status lists, for `bin/lms verify-offline` and the page that is saved."""
    answer = Response(_bundle_text(), content_type="application/json")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer.headers["Content-Disposition"] = 'attachment; filename="bundle.json"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _bundle_text() -> str:
    return json.dumps(offline.bundle(), ensure_ascii=False, separators=(",", ":"))
