"""The description of the programming interface in OpenAPI 3.1."""

from typing import Any

from lms.credentials.states import State
from lms.registry.api_scopes import ApiScope
from lms.registry.changes import ChangeKind
from lms.registry.problems import PROBLEMS

MOST_NUMBERS = 500
MOST_WATCHED = 1000
TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
LOOKS_LIKE_A_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DAY = {"type": "string", "format": "date", "pattern": LOOKS_LIKE_A_DAY}
DAY_OR_NULL = {"type": ["string", "null"], "format": "date", "pattern": LOOKS_LIKE_A_DAY}
STATUS = {"type": "string", "enum": sorted(State)}


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


def _in_path(name: str, words: str, *, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema or TEXT, "description": words}


def _answers(schema: dict[str, Any], words: str, *problems: int) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": {"description": words, "content": {"application/json": {"schema": schema}}}
    }
    titles = {kind.status: kind.title for kind in reversed(PROBLEMS.values())}
    for status in (*problems, 500, 503):
        answers[str(status)] = {
            "description": titles[status],
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
        }
    if 429 in problems:
        answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}
    return answers


def document(server: str) -> dict[str, Any]:
    """The whole description, for the installation at this address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Register of credentials",
            "version": "1",
            "summary": "Check credentials, and read your own organisation's register.",
        },
        "externalDocs": {"url": f"{server}/api", "description": "For people: how to begin, and the problems"},
        "servers": [{"url": server}],
        "paths": PATHS,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A token of an organisation, with scopes: {', '.join(ApiScope)}.",
                }
            },
        },
    }


_VERIFICATION = {
    "number": TEXT,
    "status": STATUS,
    "verdict": TEXT,
    "as_of": {"type": "string", "format": "date-time"},
    "problem": {"const": "typing_slip"},
    "on": DAY,
    "since": DAY_OR_NULL,
    "kind": TEXT,
    "credential": TEXT,
    "name": TEXT,
    "issuer": TEXT,
    "issued_on": DAY,
    "valid_until": DAY_OR_NULL,
    "superseded_by": TEXT_OR_NULL,
    "in_grace": {"type": "boolean"},
    "renewal_in_process": {"type": "boolean"},
    "reason_class": TEXT_OR_NULL,
}
SCHEMAS: dict[str, Any] = {
    "Verification": _object(("number", "status", "verdict", "as_of"), **_VERIFICATION),
    "AnsweredNumber": _object(
        ("asked", "code", "explanation", "status"),
        asked=TEXT,
        code=TEXT_OR_NULL,
        explanation=TEXT_OR_NULL,
        **_VERIFICATION | {"status": {"enum": [*sorted(State), None]}},
    ),
    "RegisterEntry": _object(
        ("number", "status", "kind", "credential", "name", "issued_on", "issued_at", "valid_until"),
        number=TEXT,
        status=STATUS,
        kind=TEXT,
        credential=TEXT,
        name=TEXT_OR_NULL,
        issued_on=DAY,
        issued_at={"type": "string", "format": "date-time"},
        valid_until=DAY_OR_NULL,
        replaces=TEXT_OR_NULL,
        superseded_by=TEXT_OR_NULL,
    ),
    "Issuer": _object(
        ("slug", "name", "did_document"),
        slug=TEXT,
        name=TEXT,
        is_certifying_body={"type": "boolean"},
        is_training_provider={"type": "boolean"},
        did_document={"type": "string", "format": "uri"},
    ),
    "Subscription": _object(
        ("number", "state", "until", "asked_at"),
        number=TEXT,
        state={"type": "string", "enum": ["waiting", "told", "lapsed"]},
        until=DAY_OR_NULL,
        asked_at={"type": "string", "format": "date-time"},
    ),
    "AskedSubscription": _object(
        ("asked", "code", "number", "state"),
        asked=TEXT,
        code=TEXT_OR_NULL,
        number=TEXT_OR_NULL,
        state={"type": ["string", "null"], "enum": ["waiting", "told", "lapsed", None]},
        until=DAY_OR_NULL,
    ),
    "Delivery": _object(
        ("id", "number", "change", "state", "noted_at", "tries", "answer"),
        id=TEXT,
        number=TEXT_OR_NULL,
        change={"type": ["string", "null"], "enum": [*sorted(ChangeKind), None]},
        state={"type": "string", "enum": ["told", "waiting", "dropped"]},
        noted_at={"type": "string", "format": "date-time"},
        tries={"type": "integer"},
        answer={"type": ["integer", "null"]},
        next_try_at={"type": ["string", "null"], "format": "date-time"},
        told_at={"type": ["string", "null"], "format": "date-time"},
    ),
    "Problem": _object(
        ("type", "title", "status", "detail"),
        type={"type": "string", "format": "uri"},
        title=TEXT,
        status={"type": "integer"},
        detail=TEXT,
        field=TEXT,
        scope=TEXT,
        number=TEXT,
        verdict=TEXT,
        reference=TEXT,
    ),
}
_NUMBER_ASKED = {"oneOf": [TEXT, _object(("number",), number=TEXT, as_of=TEXT_OR_NULL)]}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "The same key with the same body is answered the same for 24 hours",
}
_PAGED = [
    _query("cursor", TEXT, "The next_cursor of the page before"),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": 500}, "100 when left out"),
]
PATHS: dict[str, Any] = {
    "/api/v1/openapi.json": {
        "get": {
            "operationId": "description",
            "summary": "This description",
            "responses": _answers({"type": "object"}, "OpenAPI 3.1"),
        }
    },
    "/api/v1/problems/{name}": {
        "get": {
            "operationId": "problem",
            "summary": "What a kind of problem means",
            "parameters": [
                _in_path("name", "The end of the problem's type", schema={"enum": sorted(PROBLEMS)})
            ],
            "responses": _answers(_ref("Problem"), "Its status, its title and what to do", 404)
            | {"303": {"description": "For browsers: the part of a page that explains it"}},
        }
    },
    "/api/v1/credentials/{number}": {
        "get": {
            "operationId": "credential",
            "summary": "The public answer about one number; a token raises the limit",
            "security": [{}, {"token": []}],
            "parameters": [
                _in_path("number", "As printed; spaces, dashes and lower case do not matter"),
                _query("as_of", DAY, "As of the end of this day where the issuer is"),
            ],
            "responses": _answers(_ref("Verification"), "What the public may know", 401, 404, 422, 429),
        }
    },
    "/api/v1/verifications": {
        "post": {
            "operationId": "verifications",
            "summary": f"Up to {MOST_NUMBERS} numbers at once; needs {ApiScope.VERIFY}",
            "security": [{"token": [ApiScope.VERIFY.value]}],
            "parameters": [_IDEMPOTENCY_KEY],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": _object(
                            ("numbers",),
                            numbers={
                                "type": "array",
                                "items": _NUMBER_ASKED,
                                "minItems": 1,
                                "maxItems": MOST_NUMBERS,
                            },
                            as_of=DAY_OR_NULL,
                        )
                    }
                },
            },
            "responses": _answers(
                _object(("verifications",), verifications={"type": "array", "items": _ref("AnsweredNumber")}),
                "One answer for each number, in order",
                *(401, 403, 413, 422, 429),
            ),
        }
    },
    "/api/v1/credentials": {
        "get": {
            "operationId": "register",
            "summary": f"Your organisation's register, oldest first; needs {ApiScope.READ}",
            "security": [{"token": [ApiScope.READ.value]}],
            "parameters": [
                _query("cursor", {"type": "string", "minLength": 6}, "The next_cursor of the page before"),
                _query("limit", {"type": "integer", "minimum": 1, "maximum": 500}, "100 when left out"),
                _query("status", STATUS, "Only those that have this status now"),
                _query("changed_since", {"type": "string", "format": "date-time"}, "Only those changed since"),
            ],
            "responses": _answers(
                _object(
                    ("credentials", "next_cursor"),
                    credentials={"type": "array", "items": _ref("RegisterEntry")},
                    next_cursor=TEXT_OR_NULL,
                ),
                "A page; next_cursor is null on the last one",
                *(401, 403, 422, 429),
            ),
        }
    },
    "/api/v1/issuers/{slug}": {
        "get": {
            "operationId": "issuer",
            "summary": "Who issues under a short name",
            "parameters": [_in_path("slug", "The issuer's short name")],
            "responses": _answers(_ref("Issuer"), "The issuer", 404, 429),
        }
    },
    "/api/v1/subscriptions": {
        "get": {
            "operationId": "subscriptions",
            "summary": f"What your organisation asked to be told of; needs {ApiScope.WATCH}",
            "security": [{"token": [ApiScope.WATCH.value]}],
            "parameters": _PAGED,
            "responses": _answers(
                _object(
                    ("subscriptions", "next_cursor"),
                    subscriptions={"type": "array", "items": _ref("Subscription")},
                    next_cursor=TEXT_OR_NULL,
                ),
                "A page; next_cursor is null on the last one",
                *(401, 403, 422, 429),
            ),
        },
        "post": {
            "operationId": "subscribe",
            "summary": f"Ask to be told of up to {MOST_WATCHED} credentials; each holder must agree; "
            f"needs {ApiScope.WATCH}",
            "security": [{"token": [ApiScope.WATCH.value]}],
            "parameters": [_IDEMPOTENCY_KEY],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": _object(
                            ("numbers",),
                            numbers={"type": "array", "items": TEXT, "minItems": 1, "maxItems": MOST_WATCHED},
                        )
                    }
                },
            },
            "responses": _answers(
                _object(
                    ("subscriptions",),
                    subscriptions={"type": "array", "items": _ref("AskedSubscription")},
                ),
                "One answer for each number, in order",
                *(401, 403, 413, 422, 429),
            ),
        },
    },
    "/api/v1/subscriptions/{number}": {
        "delete": {
            "operationId": "unsubscribe",
            "summary": f"Be told of a credential no more; needs {ApiScope.WATCH}",
            "security": [{"token": [ApiScope.WATCH.value]}],
            "parameters": [_in_path("number", "As printed")],
            "responses": {
                "204": {"description": "Ended, or there was none"},
                **{key: one for key, one in _answers({}, "", 401, 403, 429).items() if key != "200"},
            },
        }
    },
    "/api/v1/deliveries": {
        "get": {
            "operationId": "deliveries",
            "summary": f"Messages to your organisation, newest first; needs {ApiScope.WATCH}",
            "security": [{"token": [ApiScope.WATCH.value]}],
            "parameters": _PAGED,
            "responses": _answers(
                _object(
                    ("deliveries", "next_cursor"),
                    deliveries={"type": "array", "items": _ref("Delivery")},
                    next_cursor=TEXT_OR_NULL,
                ),
                "A page; next_cursor is null on the last one",
                *(401, 403, 422, 429),
            ),
        }
    },
    "/api/v1/deliveries/{message_id}/resend": {
        "post": {
            "operationId": "resend",
            "summary": f"Send a message again under its own id; needs {ApiScope.WATCH}",
            "security": [{"token": [ApiScope.WATCH.value]}],
            "parameters": [_in_path("message_id", "The id of a delivery")],
            "responses": _answers(
                _object(("id", "state"), id=TEXT, state=TEXT), "It is on its way", 401, 403, 404, 409, 429
            ),
        }
    },
}
