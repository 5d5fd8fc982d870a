"""The pages of those who keep the register."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.credentials import labels as words
from lms.credentials import queries as credentials
from lms.credentials import services
from lms.credentials.facts import Kind
from lms.credentials.queries import CredentialCard
from lms.credentials.states import FOR_CERTIFICATIONS, Act, ReasonClass, is_possible
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.permissions import Permission, Role, Target, authorize, current_actor
from lms.registry import labels
from lms.registry import services as registry
from lms.registry.forms import ReasonForm, ReplaceForm, RevokeForm
from lms.registry.routes.blueprint import LONGEST_TYPED, bp


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
        is_searched_by_name=body.id in credentials.bodies_with_search(),
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
    return _change(
        number, Act.REVOKE, services.revoke, _("Revoked. The public page says so now."), RevokeForm()
    )


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


@bp.post("/register/<number>/erase")
def erase(number: str) -> ResponseReturnValue:
    """Erase the holder's data, with a reason."""
    return _change(number, Act.ERASE, _erase, _("Erased. The public page says only that it was ours."))


def _erase(actor_id: int, *, number: str, reason: str) -> None:
    registry.forget_answers(services.erase(actor_id, number=number, reason=reason))


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


def _change(
    number: str, act: Act, service: Callable[..., None], done: str, form: ReasonForm | None = None
) -> ResponseReturnValue:
    card = _kept(number, Permission.REGISTRY_KEEP)
    form = form or ReasonForm()
    more = {"reason_class": form.reason_class.data or ReasonClass.OTHER} if isinstance(form, RevokeForm) else {}
    if form.validate_on_submit():
        try:
            service(current_actor().person_id, number=card.number, reason=form.reason.data, **more)
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


FORMS: dict[Act, type[ReasonForm]] = {Act.REPLACE: ReplaceForm, Act.REVOKE: RevokeForm}


def _entry_page(card: CredentialCard, tried: Act | None = None, typed: ReasonForm | None = None) -> str:
    state = card.state(clock.now())
    forms = {
        act: FORMS.get(act, ReasonForm)(formdata=None)
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
