"""The public check of a number, and the pages of those who keep the register."""

from collections.abc import Callable

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.credentials import labels as words
from lms.credentials import queries as credentials
from lms.credentials import services
from lms.credentials.facts import Kind
from lms.credentials.numbers import compact, normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.states import FOR_CERTIFICATIONS, Act, is_possible
from lms.errors import Invalid, NotFound
from lms.limits import limiter
from lms.people import queries as people
from lms.permissions import Permission, Role, Target, authorize, current_actor, public
from lms.registry import labels, queries
from lms.registry.forms import ReasonForm, ReplaceForm

bp = Blueprint("registry", __name__, template_folder="templates")

PUBLIC_LIMIT = "60 per minute"
LONGEST_TYPED = 100

# --- for anyone -------------------------------------------------------------------------------------


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """The form; a number in the query goes straight to its answer."""
    if typed := request.args.get("number", "").strip():
        return _to_answer(typed)
    return render_template("registry/verify.html", typed="")


@bp.post("/verify")
@public
def verify_typed() -> ResponseReturnValue:
    """The same for who sends the number as a form."""
    return _to_answer(request.form.get("number", ""))


def _to_answer(typed: str) -> ResponseReturnValue:
    if not compact(typed):
        return render_template("registry/verify.html", typed=typed, is_empty=True), 422
    number = normalise(typed[:LONGEST_TYPED]).replace("/", "") or "-"
    there = url_for("registry.verification", number=number, lang=request.args.get("lang"))
    return redirect(there, 303)


@bp.get("/verify/<number>")
@limiter.limit(PUBLIC_LIMIT)
@public
def verification(number: str) -> ResponseReturnValue:
    """One of six answers about a number, as a page or as JSON at the same address."""
    answer = queries.verification(number[:LONGEST_TYPED])
    status = 200 if answer.credential is not None else 404
    if _is_json_wanted():
        response = jsonify(answer.as_json() | {"message": labels.sentence(answer)})
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response = make_response(
            render_template("registry/verification.html", answer=answer, labels=labels, words=words)
        )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response


def _is_json_wanted() -> bool:
    asked = request.args.get("format")
    if asked in ("json", "html"):
        return asked == "json"
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


# --- for the registrar ------------------------------------------------------------------------------


@bp.get("/register")
def register() -> ResponseReturnValue:
    """What the registrar's organisation issued, newest first; found by number or by name."""
    bodies = people.organisations_of(current_actor().person_id, Role.REGISTRAR)
    asked = request.args.get("organisation", "")
    body = next((body for body in bodies if body.slug == asked or not asked), None)
    authorize(Permission.REGISTRY_VIEW, Target(organisation_id=body.id if body else None))
    if body is None:
        raise NotFound
    search = request.args.get("q", "").strip()[:LONGEST_TYPED]
    cards, following = credentials.register_page(
        body.id, search=search, before=request.args.get("before", type=int)
    )
    return render_template(
        "registry/register.html",
        body=body,
        bodies=bodies,
        search=search,
        cards=cards,
        following=following,
        now=clock.now(),
        words=words,
    )


@bp.get("/register/<number>")
def entry(number: str) -> ResponseReturnValue:
    """One credential with its history and what may be done to it."""
    card = _kept(number, Permission.REGISTRY_VIEW)
    return _entry_page(card)


@bp.post("/register/<number>/suspend")
def suspend(number: str) -> ResponseReturnValue:
    """Suspend a credential, with a reason."""
    return _change(number, Act.SUSPEND, services.suspend, _("Suspended. The public page says so now."))


@bp.post("/register/<number>/reinstate")
def reinstate(number: str) -> ResponseReturnValue:
    """End a suspension, with a reason."""
    return _change(number, Act.REINSTATE, services.reinstate, _("Reinstated. The public page says so now."))


@bp.post("/register/<number>/revoke")
def revoke(number: str) -> ResponseReturnValue:
    """Revoke a credential, with a reason."""
    return _change(number, Act.REVOKE, services.revoke, _("Revoked. The public page says so now."))


@bp.post("/register/<number>/inactive")
def make_inactive(number: str) -> ResponseReturnValue:
    """Set a credential inactive, with a reason."""
    return _change(
        number, Act.MAKE_INACTIVE, services.make_inactive, _("Inactive. The public page says so now.")
    )


@bp.post("/register/<number>/probation")
def put_on_probation(number: str) -> ResponseReturnValue:
    """Put a credential on probation, with a reason."""
    return _change(
        number, Act.PUT_ON_PROBATION, services.put_on_probation, _("On probation. The public page says so now.")
    )


@bp.post("/register/<number>/relinquish")
def relinquish(number: str) -> ResponseReturnValue:
    """Note that the holder gave a credential up, with a reason."""
    return _change(number, Act.RELINQUISH, services.relinquish, _("Surrendered. The public page says so now."))


@bp.post("/register/<number>/replace")
def replace(number: str) -> ResponseReturnValue:
    """Issue a credential anew with a corrected name, with a reason."""
    card = _kept(number, Permission.REGISTRY_KEEP)
    form = ReplaceForm()
    if form.validate_on_submit():
        try:
            made = services.replace(
                current_actor().person_id,
                number=card.number,
                name_as_issued=form.name_as_issued.data,
                reason=form.reason.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Replaced. The new certificate is being drawn, and the holder gets a mail."))
            return redirect(url_for("registry.entry", number=made.number), 303)
    return _entry_page(card, Act.REPLACE, form), 422


def _change(number: str, act: Act, service: Callable[..., None], done: str) -> ResponseReturnValue:
    card = _kept(number, Permission.REGISTRY_KEEP)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            service(current_actor().person_id, number=card.number, reason=form.reason.data)
        except Invalid as fault:
            form.show(fault)
        else:
            flash(done)
            return redirect(url_for("registry.entry", number=card.number), 303)
    return _entry_page(card, act, form), 422


def _kept(number: str, permission: Permission) -> CredentialCard:
    """The credential of this address, once it is decided that the signed-in person keeps it."""
    current_actor()
    card = credentials.credential(number)
    authorize(permission, Target(organisation_id=card.organisation_id, owner_id=card.person_id))
    return card


def _entry_page(card: CredentialCard, tried: Act | None = None, typed: ReasonForm | None = None) -> str:
    state = card.state(clock.now())
    forms = {
        act: (ReplaceForm if act is Act.REPLACE else ReasonForm)(formdata=None)
        for act in Act
        if act is not Act.RENEW
        and is_possible(act, state)
        and (card.kind is Kind.CERTIFICATION or act not in FOR_CERTIFICATIONS)
    }
    if tried in forms and typed is not None:
        forms[tried] = typed
    for act, form in forms.items():
        for field in form:
            field.id = f"{act.value}-{field.name}"
            if field.name != "csrf_token":
                field.label.field_id = field.id
    history = credentials.history_of(card.id)
    return render_template(
        "registry/entry.html",
        card=card,
        state=state,
        history=history,
        names=people.people(change.by_id for change in history),
        forms=forms,
        tried=tried,
        words=words,
        labels=labels,
    )
