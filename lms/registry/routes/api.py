"""The programming interface, version 1. A token or nobody: cookies are never looked at here.

Described by `lms.registry.openapi` at `/api/v1/openapi.json`; every fault is a problem document (RFC 9457).
"""

import base64
import binascii
import json
import re
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

from lms import clock, db
from lms.credentials import queries as credentials
from lms.credentials.queries import CredentialCard
from lms.credentials.states import State
from lms.errors import Conflict, Forbidden, Invalid, LmsError, NotFound
from lms.limits import limiter
from lms.people import queries as people
from lms.permissions import public
from lms.registry import many, openapi, queries, services, tokens
from lms.registry.api_scopes import ApiScope
from lms.registry.openapi import MOST_NUMBERS, PROBLEMS
from lms.registry.routes.blueprint import LONGEST_TYPED
from lms.registry.sheets import Asked, AskedRow

bp = Blueprint("api", __name__, url_prefix="/api/v1")
STRANGER_LIMIT, TOKEN_LIMIT = "60 per minute", "600 per minute"
PAGE, LONGEST_PAGE = 100, 500


class Problem(Exception):
    """A fault to answer with, by its name among `PROBLEMS`."""

    def __init__(self, name: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.name, self.detail, self.more = name, detail, more


# --- who asks, and how often ------------------------------------------------------------------------


def _token() -> tokens.TokenCard | None:
    """The token that came with the request. Raises Problem for one that opens nothing."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        return None
    if "api_token" not in g:
        g.api_token = tokens.good_token(text.strip()) if kind.lower() == "bearer" else None
    if g.api_token is None:
        raise Problem("no-token", "This token is unknown, ended or past its last day.")
    return g.api_token  # type: ignore[no-any-return]


def _needs(scope: ApiScope) -> tokens.TokenCard:
    token = _token()
    if token is None:
        raise Problem("no-token", "Send a token: Authorization: Bearer lms_…")
    if scope not in token.scopes:
        raise Problem("missing-scope", f"This token lacks the scope {scope}.", scope=str(scope))
    return token


def _who() -> str:
    """Whom a request counts for: a good token, or an address. Made-up tokens count for their address."""
    try:
        token = _token()
    except Problem:
        token = None
    return f"token-{token.id}" if token else get_remote_address()


def _how_often() -> str:
    return TOKEN_LIMIT if _who().startswith("token-") else STRANGER_LIMIT


limited = limiter.shared_limit(_how_often, scope="api", key_func=_who)


@bp.after_request
def _finish(response: Response) -> Response:
    """Let any page read the answer, and note the day of the token's use (after the view's transaction)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Authorization")
    token: tokens.TokenCard | None = g.get("api_token")
    if token is not None and token.last_used_on != clock.today(tokens.ZONE):
        with db.transaction():
            services.note_use(token.id)
    return response


def start(app: Flask) -> None:
    """Serve the interface; what carries no cookie needs no guard against forged forms."""
    app.extensions["csrf"].exempt(bp)
    app.register_blueprint(bp)


# --- the addresses ----------------------------------------------------------------------------------


@bp.get("/openapi.json")
@public
def description() -> ResponseReturnValue:
    """What this interface is, in OpenAPI 3.1."""
    return jsonify(openapi.document(request.host_url.rstrip("/")))


@bp.get("/problems/<name>")
@public
def problem(name: str) -> ResponseReturnValue:
    """What a kind of problem means."""
    if name not in PROBLEMS:
        raise NotFound
    status, title = PROBLEMS[name]
    return jsonify(type=request.base_url, status=status, title=title)


@bp.get("/credentials/<number>")
@limited
@public
def credential(number: str) -> ResponseReturnValue:
    """The public answer about one number, today or at the end of an earlier day."""
    if "Authorization" in request.headers:
        _token()
    answer = queries.verification(number[:LONGEST_TYPED], _day("as_of"))
    if answer.state is State.UNKNOWN:
        detail = "That number has a typing slip." if answer.slip else "No credential here has this number."
        raise Problem("unknown-number", detail, number=answer.number, verdict=answer.verdict)
    return jsonify(answer.as_json())


@bp.post("/verifications")
@limited
@public
def verifications() -> ResponseReturnValue:
    """The public answers about many numbers, in the order they came in."""
    token = _needs(ApiScope.VERIFY)
    numbers = _numbers()
    return _once(token, lambda: json.dumps({"verifications": _answers(numbers)}))


@bp.get("/credentials")
@limited
@public
def register() -> ResponseReturnValue:
    """The register of the token's organisation, oldest first, page by page."""
    token = _needs(ApiScope.READ)
    limit = _limit()
    status, since, after = _status(), _moment("changed_since"), _after()
    now = clock.now()
    cards: list[CredentialCard] = []
    while len(cards) <= limit:
        found = credentials.issued_after(
            token.organisation_id, after=after, most=LONGEST_PAGE + 1, changed_since=since
        )
        cards += [card for card in found if status is None or card.state(now) is status]
        if len(found) <= LONGEST_PAGE:
            break
        after = found[-1].id
    shown = cards[:limit]
    following = _cursor(shown[-1].id) if len(cards) > limit else None
    return jsonify(credentials=[_line(card, now) for card in shown], next_cursor=following)


@bp.get("/issuers/<slug>")
@limited
@public
def issuer(slug: str) -> ResponseReturnValue:
    """Who issues here under this short name."""
    body = people.organisation_by_slug(slug)
    return jsonify(
        slug=body.slug,
        name=body.name,
        is_certifying_body=body.is_certifying_body,
        is_training_provider=body.is_training_provider,
        did_document=url_for("registry.did_document", slug=slug, _external=True),
    )


def _answers(numbers: list[str]) -> list[dict[str, Any]]:
    rows = tuple(AskedRow(row, number[:LONGEST_TYPED]) for row, number in enumerate(numbers, 1))
    return [
        {"asked": one.typed, "code": one.code or None}
        | (one.answer.as_json() if one.answer else {"status": "unknown"})
        for one in many.answers(Asked(rows, has_names=False, has_days=False))
    ]


def _line(card: CredentialCard, now: datetime) -> dict[str, Any]:
    state = card.state(now)
    return {
        "number": card.number,
        "status": state.value,
        "kind": card.kind.value,
        "credential": card.title,
        "name": None if state is State.ERASED else card.name_as_issued,
        "issued_on": card.issued_on.isoformat(),
        "issued_at": card.issued_at.isoformat(timespec="seconds"),
        "valid_until": card.valid_until.isoformat() if card.valid_until else None,
        "replaces": card.replaces,
        "superseded_by": card.superseded_by,
    }


def _once(token: tokens.TokenCard, answer: Any) -> Response:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return Response(answer(), mimetype="application/json")
    request_bytes = f"{request.method} {request.path}\n".encode() + request.get_data()
    body, is_again = services.answered_once(token.id, key, request_bytes, answer)
    response = Response(body, mimetype="application/json")
    response.headers["Idempotency-Replayed"] = "true" if is_again else "false"
    return response


# --- what was sent ----------------------------------------------------------------------------------


def _numbers(most: int = MOST_NUMBERS) -> list[str]:
    sent = request.get_json(silent=True)
    numbers = sent.get("numbers") if isinstance(sent, dict) else None
    if not isinstance(numbers, list) or not all(isinstance(number, str) for number in numbers):
        raise Invalid("numbers", 'Send JSON: {"numbers": ["…", "…"]}.')
    if not 1 <= len(numbers) <= most:
        raise Invalid("numbers", f"Send 1 to {most} numbers at a time.")
    return numbers


def _day(name: str) -> date | None:
    typed = request.args.get(name)
    try:
        return date.fromisoformat(typed) if typed is not None else None
    except ValueError:
        raise Invalid(name, "Send a day as 2026-11-22.") from None


def _moment(name: str) -> datetime | None:
    typed = request.args.get(name)
    try:
        found = datetime.fromisoformat(typed) if typed is not None else None
    except ValueError:
        raise Invalid(name, "Send a moment as 2026-11-22T10:00:00Z.") from None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _status() -> State | None:
    typed = request.args.get("status")
    try:
        return State(typed) if typed is not None else None
    except ValueError:
        raise Invalid("status", f"Send one of: {', '.join(sorted(State))}.") from None


def _limit() -> int:
    typed = request.args.get("limit", str(PAGE))
    if not re.fullmatch("[0-9]{1,4}", typed) or not 1 <= int(typed) <= LONGEST_PAGE:
        raise Invalid("limit", f"Send a number from 1 to {LONGEST_PAGE}.")
    return int(typed)


def _cursor(after: int) -> str:
    return base64.urlsafe_b64encode(f"1:{after}".encode()).decode().rstrip("=")


def _after() -> int:
    cursor = request.args.get("cursor")
    if cursor is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    found = re.fullmatch(r"1:([0-9]{1,9})", text)
    if found is None:
        raise Invalid("cursor", "Send the next_cursor of an earlier answer, or none.")
    return int(found[1])


# --- faults -----------------------------------------------------------------------------------------


def _problem(name: str, detail: str, **more: Any) -> Response:
    status, title = PROBLEMS[name]
    about = url_for("api.problem", name=name, _external=True)
    response = jsonify(more | {"type": about, "title": title, "status": status, "detail": detail})
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response


@bp.errorhandler(Problem)
def _said(error: Problem) -> Response:
    return _problem(error.name, error.detail, **error.more)


@bp.errorhandler(LmsError)
def _refused(error: LmsError) -> Response:
    names: dict[type[LmsError], str] = {
        NotFound: "not-found",
        Forbidden: "missing-scope",
        Invalid: "invalid",
        Conflict: "conflict",
    }
    more = {"field": error.field} if isinstance(error, Invalid) else {}
    return _problem(names.get(type(error), "no-token"), str(error), **more)


@bp.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    names = {404: "not-found", 413: "too-large", 429: "too-many"}
    return _problem(names.get(error.code or 400, "invalid"), error.description or "")
