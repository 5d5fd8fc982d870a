"""What a checker takes along to check papers where there is no network."""

import json

from flask import Response
from flask.typing import ResponseReturnValue

from lms.credentials.queries import offline
from lms.limits import limiter
from lms.permissions import public
from lms.registry.offline import page, policy
from lms.registry.routes.blueprint import PUBLIC_LIMIT, bp

KEPT_SECONDS = 300


@bp.get("/offline/bundle.json")
@limiter.limit(PUBLIC_LIMIT)
@public
def offline_bundle() -> ResponseReturnValue:
    """The issuers' keys and signed status lists, for `bin/lms verify-offline` and the page that is saved."""
    text = json.dumps(offline.bundle(), ensure_ascii=False, separators=(",", ":"))
    answer = Response(text, content_type="application/json")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer.headers["Content-Disposition"] = 'attachment; filename="bundle.json"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.get("/offline")
@limiter.limit(PUBLIC_LIMIT)
@public
def offline_page() -> ResponseReturnValue:
    """The page that checks papers; saved to a disk it does so with the network off."""
    answer = Response(page(offline.bundle()), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = f"{policy()}; frame-ancestors 'none'"
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer
