"""The programming interface, version 1. A token or nobody: cookies are never looked at here.

Described by `lms.registry.openapi` at `/api/v1/openapi.json`; every fault is a problem document (RFC 9457).
"""

import base64
import binascii
import json
import re
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from lms import clock, db
from lms.credentials import queries as credentials
from lms.credentials.queries import CredentialCard
from lms.credentials.states import State
from lms.errors import Invalid, NotFound
from lms.limits import limiter
from lms.people import queries as people
from lms.permissions import public
from lms.registry import labels, many, openapi, queries, services, tokens
from lms.registry.api_scopes import ApiScope
from lms.registry.openapi import MOST_NUMBERS
from lms.registry.problems import PROBLEMS
from lms.registry.routes import problems
from lms.registry.routes.blueprint import LONGEST_TYPED
from lms.registry.routes.problems import Problem
from lms.registry.sheets import Asked, AskedRow

bp = Blueprint("api", __name__, url_prefix="/api/v1")
problems.of_blueprint(bp)
STRANGER_LIMIT, TOKEN_LIMIT = "60 per minute", "600 per minute"
PAGE, LONGEST_PAGE = 100, 500


# --- who asks, and how often ------------------------------------------------------------------------


def _token() -> tokens.TokenCard | None:
    """The token that came with the request. Raises Problem for one that opens nothing."""
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        return None
    if "api_token" not in g:
        g.api_token = tokens.good_token(text.strip()) if kind.lower() == "bearer" else None
    if g.api_token is None:
        raise Problem("no-token", _("This token is unknown, ended or past its last day."))
    return g.api_token  # type: ignore[no-any-return]


def _needs(scope: ApiScope) -> tokens.TokenCard:
    token = _token()
    if token is None:
        raise Problem("no-token", _("Send a token: Authorization: Bearer lms_…"))
    if scope not in token.scopes:
        raise Problem(
            "missing-scope", _("This token lacks the scope %(scope)s.", scope=scope), scope=str(scope)
        )
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
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Idempotency-Key"
        response.headers["Access-Control-Max-Age"] = "3600"
    else:
        response.headers["Access-Control-Expose-Headers"] = "Retry-After, Idempotency-Replayed"
    token: tokens.TokenCard | None = g.get("api_token")
    if token is not None and token.last_used_on != clock.today(tokens.ZONE):
        with db.transaction():
            services.note_use(token.id)
    return response


def start(app: Flask) -> None:
    """Serve the interface; what carries no cookie needs no guard against forged forms."""
    app.extensions["csrf"].exempt(bp)
    app.register_blueprint(bp)
    problems.of_unknown_addresses(app, "/api/v1/")


# --- the addresses ----------------------------------------------------------------------------------


@bp.get("/openapi.json")
@public
def description() -> ResponseReturnValue:
    """What this interface is, in OpenAPI 3.1."""
    return jsonify(openapi.document(request.host_url.rstrip("/")))


@bp.get("/problems/<name>")
@public
def problem(name: str) -> ResponseReturnValue:
    """What a kind of problem means: for a browser the part of the page that explains it."""
    kind = PROBLEMS.get(name)
    if kind is None:
        raise NotFound(_("There is no such kind of problem."))
    if request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html":
        there = redirect(url_for("registry.api_page", _anchor=f"problem-{name}"), 303)
        there.vary.add("Accept")
        return there
    response = jsonify(
        type=problems.type_of(name), status=kind.status, title=_(kind.title), detail=_(kind.what_to_do)
    )
    response.vary.add("Accept")
    return response


@bp.get("/credentials/<number>")
@limited
@public
def credential(number: str) -> ResponseReturnValue:
    """The public answer about one number, today or at the end of an earlier day."""
    if "Authorization" in request.headers:
        _token()
    answer = queries.verification(number[:LONGEST_TYPED], _day("as_of"))
    if answer.state is State.UNKNOWN:
        more = {"number": answer.number, "verdict": answer.verdict}
        raise Problem("unknown-number", labels.sentence(answer), **more)
    return jsonify(answer.as_json())


@bp.post("/verifications")
@limited
@public
def verifications() -> ResponseReturnValue:
    """The public answers about many numbers, in the order they came in."""
    token = _needs(ApiScope.VERIFY)
    rows, as_of = _rows()
    return _once(token, lambda: json.dumps({"verifications": _answers(rows, as_of)}))


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


def _answers(rows: tuple[AskedRow, ...], as_of: str | None) -> list[dict[str, Any]]:
    asked = Asked(rows, has_names=False, has_days=as_of is not None)
    return [
        {"asked": one.typed, "code": one.code or None, "explanation": one.explanation or None}
        | (one.answer.as_json() if one.answer else {"status": None})
        for one in many.answers(asked, as_of)
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
    if is_again:
        g.pop("language")  # the answer has that of the first time
    return response


# --- what was sent ----------------------------------------------------------------------------------


def _rows() -> tuple[tuple[AskedRow, ...], str | None]:
    """The numbers that were sent, each perhaps with a day of its own, and the day for all others."""
    sent = _sent()
    if not isinstance(sent, dict) or not isinstance(numbers := sent.get("numbers"), list):
        raise Invalid("numbers", _('Send JSON: {"numbers": ["…", "…"]}.'))
    if not 1 <= len(numbers) <= MOST_NUMBERS:
        raise Invalid("numbers", _("Send 1 to %(most)s numbers at a time.", most=MOST_NUMBERS))
    as_of = sent.get("as_of")
    if as_of is not None:
        _as_day("as_of", as_of)
    return tuple(_row(place, one) for place, one in enumerate(numbers, 1)), as_of


def _numbers(most: int) -> list[str]:
    """The numbers that were sent and nothing about each."""
    sent = _sent()
    numbers = sent.get("numbers") if isinstance(sent, dict) else None
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        raise Invalid("numbers", _('Send JSON: {"numbers": ["…", "…"]}.'))
    if not 1 <= len(numbers) <= most:
        raise Invalid("numbers", _("Send 1 to %(most)s numbers at a time.", most=most))
    return numbers


def _sent() -> object:
    """The JSON that was sent; None for what is none, is nested too deep, or says a thing twice."""
    if not request.is_json:
        return None
    try:
        return json.loads(request.get_data(), object_pairs_hook=_said_once)
    except (ValueError, RecursionError):
        return None


def _said_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name comes twice")
    return dict(pairs)


def _row(place: int, one: object) -> AskedRow:
    number, day = (one.get("number"), one.get("as_of")) if isinstance(one, dict) else (one, None)
    if not isinstance(number, str) or not isinstance(day, str | None):
        raise Invalid("numbers", _('Send each number as "…" or as {"number": "…", "as_of": "2026-11-22"}.'))
    return AskedRow(place, number[:LONGEST_TYPED], day=day)


def _day(name: str) -> date | None:
    typed = request.args.get(name)
    return _as_day(name, typed) if typed is not None else None


def _as_day(name: str, typed: object) -> date:
    try:
        return date.fromisoformat(typed if isinstance(typed, str) else "")
    except ValueError:
        raise Invalid(name, _("Send a day as 2026-11-22.")) from None


def _moment(name: str) -> datetime | None:
    typed = request.args.get(name)
    if typed is None:
        return None
    try:
        found = datetime.fromisoformat(typed)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(name, _("Send a moment as 2026-11-22T10:00:00Z.")) from None


def _status() -> State | None:
    typed = request.args.get("status")
    try:
        return State(typed) if typed is not None else None
    except ValueError:
        raise Invalid("status", _("Send one of: %(words)s.", words=", ".join(sorted(State)))) from None


def _limit() -> int:
    typed = request.args.get("limit", str(PAGE))
    if not re.fullmatch("[0-9]{1,4}", typed) or not 1 <= int(typed) <= LONGEST_PAGE:
        raise Invalid("limit", _("Send a number from 1 to %(most)s.", most=LONGEST_PAGE))
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
        raise Invalid("cursor", _("Send the next_cursor of an earlier answer, or none."))
    return int(found[1])
