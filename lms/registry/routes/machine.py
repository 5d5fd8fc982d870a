"""What machines check: credentials at their own address, the keys and lists of issuers, and the public log.

Everything here is public, may be read from any page (CORS), and is answered byte for byte as it was signed.
"""

import hashlib
import json
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.credentials import queries as credentials
from lms.credentials.badges import baking
from lms.credentials.log import notes, tiles
from lms.credentials.numbers import normalise
from lms.credentials.queries import CredentialCard, DocumentCard, keys, log
from lms.credentials.queries.keys import Purpose
from lms.credentials.services.tokens import token_of
from lms.errors import Invalid, NotFound
from lms.limits import limiter
from lms.people import queries as people
from lms.permissions import public
from lms.registry import negotiation
from lms.registry.negotiation import CREDENTIAL_TYPE, PAGE_TYPE
from lms.registry.routes.blueprint import LONGEST_TYPED, PUBLIC_LIMIT, bp

MANY_LIMIT = "600 per minute"
PICTURES = Path(__file__).resolve().parents[2] / "credentials" / "badges" / "pictures"
ONE_MINUTE, ONE_DAY, ONE_YEAR = 60, 86_400, 31_536_000
"""For how long answers may be kept: a list for a minute, since a revocation is to be seen soon."""
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}
MACHINE_PATHS = ("/c/", "/issuers/", "/log/", "/offline/")


@bp.get("/c/<number>")
@limiter.limit(PUBLIC_LIMIT)
@public
def credential(number: str) -> ResponseReturnValue:
    """A credential at its own address: the signed document for machines, the public page for people."""
    kind = negotiation.chosen(_accepted())
    if kind == PAGE_TYPE:
        there = redirect(_page_of(number), 303)
        there.headers.update(OPEN_TO_ALL)
        there.vary.add("Accept")
        return there
    _card, made = _made(number)
    answer = _open(made.json_text, kind)
    answer.vary.add("Accept")
    return answer


@bp.get("/c/<number>.pdf")
@limiter.limit(PUBLIC_LIMIT)
@public
def certificate_pdf(number: str) -> ResponseReturnValue:
    """The way to the PDF. It says more than the public may know: only who holds the credential gets it."""
    there = redirect(url_for("credentials.pdf", number=normalise(number[:LONGEST_TYPED])), 303)
    there.headers["X-Robots-Tag"] = "noindex"
    return there


@bp.get("/c/<number>.<any(json, jwt, png, svg):rendering>")
@limiter.limit(PUBLIC_LIMIT)
@public
def rendering(number: str, rendering: str) -> ResponseReturnValue:
    """The same document as a file, as a token, or inside a picture."""
    card, made = _made(number)
    if rendering == "json":
        answer = _open(made.json_text, CREDENTIAL_TYPE)
    elif rendering == "jwt":
        answer = _open(token_of(card, made), "text/plain; charset=utf-8")
    else:
        picture = (PICTURES / f"{card.kind.value}.{rendering}").read_bytes()
        if rendering == "png":
            answer = _open(baking.baked_png(picture, made.json_text), "image/png")
        else:
            answer = _open(baking.baked_svg(picture, made.json_text), "image/svg+xml")
            answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Content-Disposition"] = f'attachment; filename="credential-{card.number}.{rendering}"'
    return answer


@bp.get("/c/<number>.proof")
@limiter.limit(PUBLIC_LIMIT)
@public
def log_proof(number: str) -> ResponseReturnValue:
    """What shows that the credential is in the log: its entry, the salt that opens it, and the proof."""
    _card, made = _made(number)
    proof = log.proof_of(made.log_number)
    if proof is None:
        return _not_yet(_("The log is being signed. Please ask again in a minute."))
    (entry,) = log.bodies(made.log_number, made.log_number + 1)
    return _open_json({"salt": made.salt, "entry": entry, "proof": proof})


# --- issuers ----------------------------------------------------------------------------------------


@bp.get("/issuers/<slug>")
@limiter.limit(PUBLIC_LIMIT)
@public
def issuer(slug: str) -> ResponseReturnValue:
    """Who issues here, and which keys they sign with."""
    body = people.organisation_by_slug(slug)
    identifier, _text = keys.did_document(body.id)
    return render_template(
        "registry/issuer.html",
        body=body,
        did=identifier,
        keys=keys.keys_of(body.id, Purpose.BADGE),
        seals=keys.keys_of(body.id, Purpose.SEAL),
    )


@bp.get("/issuers/<slug>/did.json")
@limiter.limit(MANY_LIMIT)
@public
def did_document(slug: str) -> ResponseReturnValue:
    """The document behind the issuer's identifier; each version of it is in the log."""
    body = people.organisation_by_slug(slug)
    if not keys.keys_of(body.id, Purpose.BADGE):
        raise NotFound(_("This organisation has issued nothing yet."))
    _did, text = keys.did_document(body.id)
    return _open(text, "application/did+ld+json", seconds=300)


@bp.get("/issuers/<slug>/status/<int:list_number>")
@limiter.limit(MANY_LIMIT)
@public
def status_list(slug: str, list_number: int) -> ResponseReturnValue:
    """A signed status list; `?timestamp=` asks for the one that held at an instant."""
    asked = request.args.get("timestamp", "")
    try:
        moment = datetime.fromisoformat(asked) if asked else None
        at = moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        at = None
    if asked and at is None:
        raise Invalid("timestamp", _("Write the time like 2026-11-22T09:30:00Z."))
    body = people.organisation_by_slug(slug)
    found = credentials.signed_list(body.id, list_number, at=at)
    if found is None:
        raise NotFound(_("There is no such list, or it was not signed yet."))
    return _open(found.document, CREDENTIAL_TYPE, seconds=ONE_MINUTE if at is None else ONE_DAY)


@bp.get("/issuers/<slug>/achievements/<scheme_id>/<version>")
@limiter.limit(PUBLIC_LIMIT)
@public
def achievement(slug: str, scheme_id: str, version: str) -> ResponseReturnValue:
    """What a credential was given for, as the credentials themselves say it."""
    body = people.organisation_by_slug(slug)
    card = credentials.any_of_scheme(body.id, scheme_id, version)
    made = credentials.document_of(card) if card is not None else None
    if made is None:
        raise NotFound
    return _open_json(json.loads(made.json_text)["credentialSubject"]["achievement"], seconds=ONE_DAY)


# --- the log ----------------------------------------------------------------------------------------


@bp.get("/log")
@limiter.limit(PUBLIC_LIMIT)
@public
def log_page() -> ResponseReturnValue:
    """What the log is, how far it has come, and how to check it."""
    return render_template(
        "registry/log.html",
        origin=log.origin(),
        newest=log.newest_checkpoint(),
        keys=[notes.verifier_key(log.origin(), key.badge_key) for key in keys.keys_of(None, Purpose.LOG)],
    )


@bp.get("/log/checkpoint")
@limiter.limit(MANY_LIMIT)
@public
def checkpoint() -> ResponseReturnValue:
    """The newest signed checkpoint (c2sp.org/tlog-checkpoint)."""
    newest = log.newest_checkpoint()
    if newest is None:
        raise NotFound(_("The log is empty."))
    return _open(newest.note, "text/plain; charset=utf-8", seconds=10)


@bp.get("/log/tile/<path:tile_path>")
@limiter.limit(MANY_LIMIT)
@public
def tile(tile_path: str) -> ResponseReturnValue:
    """A tile of hashes or entries (c2sp.org/tlog-tiles), up to what the newest checkpoint covers."""
    newest = log.newest_checkpoint()
    found = tiles.tile_named(tile_path, newest.size if newest else 0)
    if found is None:
        raise NotFound
    data = log.entries_in(found) if found.level is None else log.nodes_in(found)
    return _open(data, "application/octet-stream", seconds=ONE_YEAR)


# --- answers ----------------------------------------------------------------------------------------


def _accepted() -> list[tuple[str, float]]:
    return [(str(kind), float(quality)) for kind, quality in request.accept_mimetypes]


def _page_of(number: str) -> str:
    shown = normalise(number[:LONGEST_TYPED]).replace("/", "")
    return url_for("registry.verification", number=shown or "-")


def _made(number: str) -> tuple[CredentialCard, DocumentCard]:
    """The credential of an address and its documents.

    Aborts for a number that is not ours, whose data were erased, or whose documents are being made: a browser
    is led to the page that says so, a program gets a problem document that any page may read.
    """
    card = credentials.by_number(normalise(number[:LONGEST_TYPED]))
    if card is None:
        _refuse(number, 404, _("We know of no credential with this number."))
    if not card.name_as_issued:
        _refuse(
            number, 410, _("The holder's data were erased. The number was ours, and is no longer in force.")
        )
    made = credentials.document_of(card)
    if made is None:
        _refuse(number, 404, _("The credential is being made. Please ask again in a minute."))
    return card, made


def _refuse(number: str, status: int, sentence: str) -> NoReturn:
    named = dict(_accepted())
    if named and negotiation.chosen(named.items()) == PAGE_TYPE:
        there = redirect(_page_of(number), 303)
        there.vary.add("Accept")
        abort(there)
    answer = _problem(status, sentence)
    answer.vary.update(("Accept", "Accept-Language"))
    abort(answer)


def _open_json(value: object, seconds: int = 0) -> Response:
    return _open(json.dumps(value, ensure_ascii=False), "application/json", seconds=seconds)


def _not_yet(sentence: str) -> Response:
    answer = _problem(503, sentence)
    answer.headers["Retry-After"] = "60"
    return answer


def _problem(status: int, sentence: str) -> Response:
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    answer = Response(json.dumps(said), status, OPEN_TO_ALL, content_type="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _open(data: str | bytes, kind: str, *, seconds: int = 0) -> Response:
    """An answer that any page may read; `seconds` says how long it may be kept without asking again.

    It has a mark by which a caller asks whether what it kept is still the same.
    """
    answer = Response(data, headers=OPEN_TO_ALL, content_type=kind)
    answer.headers["Access-Control-Expose-Headers"] = "ETag"
    answer.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-cache"
    answer.set_etag(hashlib.sha256(kind.encode() + b"\n" + answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


@bp.after_request
def _let_pages_ask(response: Response) -> Response:
    """Answer a browser that asks whether a page elsewhere may read what machines read."""
    if request.method == "OPTIONS" and request.path.startswith(MACHINE_PATHS):
        response.headers.update(OPEN_TO_ALL)
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "*"
        response.headers["Access-Control-Max-Age"] = "3600"
    return response
