"""Pages of certification: the trainee's path, an application, the reviewers' queue and one review."""

import logging
from typing import Any
from uuid import uuid4

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certification import queries, services, words
from lms.certification.findings import Evaluation
from lms.certification.forms import AttestForm, DecisionForm, NoteForm, SchemeForm
from lms.certification.kinds import AttestationMade
from lms.certification.models import Outcome
from lms.certification.queries import ApplicationCard, Progress
from lms.certification.schemes import configure
from lms.errors import Invalid, NotFound
from lms.pages import MenuEntry
from lms.people import queries as people
from lms.people import services as people_services
from lms.people.texts import TEXTS
from lms.permissions import Permission, Role, Target, authorize, can, current_actor

log = logging.getLogger("lms.certification")
bp = Blueprint("certification", __name__, template_folder="templates")


def _is_trainee() -> bool:
    return any(role is Role.TRAINEE for role, _organisation in current_actor().roles)


PROGRESS = MenuEntry(lambda: _("Progress"), "certification.progress", _is_trainee)
REVIEWS = MenuEntry(
    lambda: _("Reviews"),
    "certification.reviews",
    lambda: can(Permission.CERTIFICATION_SEE_QUEUE, Target()),
)


def start(_app: Flask) -> None:
    """Read the schemes; what has a fault is left out and named in the log."""
    for fault in configure():
        log.error("%s", fault)


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"words": words}


def _own(permission: Permission) -> int:
    """The signed-in person's id, once the map has said yes for their own things."""
    return authorize(permission, Target(owner_id=current_actor().person_id)).person_id


# --- the trainee's path ---------------------------------------------------------------------------


@bp.get("/progress")
def progress() -> ResponseReturnValue:
    """What counts, what does not yet, why, and who has it; for one scheme at a time."""
    person_id = _own(Permission.CERTIFICATION_SEE_PROGRESS)
    return _draw_progress(person_id, request.args.get("scheme"))


def _draw_progress(
    person_id: int, scheme_id: str | None, form: SchemeForm | None = None, attest: AttestForm | None = None
) -> str:
    found = queries.progress_of(person_id, scheme_id)
    chosen = found.scheme.id
    text = _text_to_agree(found)
    if text is not None and attest is None:
        attest = AttestForm(formdata=None, text=text[0], version=text[1], scheme=chosen)
    return render_template(
        "certification/progress.html",
        progress=found,
        form=form or SchemeForm(formdata=None, scheme=chosen),
        attest=attest,
        text=TEXTS[text] if text else None,
        names=_names(found.evaluation),
        rings=words.rings(found.evaluation),
    )


def _names(evaluation: Evaluation) -> dict[int, people.PersonCard]:
    found = (one for top in evaluation.findings for each in top.walk() for one in each.excluded)
    return people.people(one.person_id for one in found if one.person_id is not None)


def _text_to_agree(found: Progress) -> tuple[str, int] | None:
    """The first text that is asked for and not agreed to yet, where it is one of this house's."""
    unmet = {one.requirement_id for top in found.evaluation.findings for one in top.walk() if not one.is_met}
    for asked in found.scheme.walk():
        if isinstance(asked, AttestationMade) and asked.id in unmet and found.is_offered:
            return _known_text(asked.text, asked.text_version)
    return None


def _known_text(text_id: str | None, version: str | None) -> tuple[str, int] | None:
    key = (text_id or "", int(version) if version and version.isdecimal() else 0)
    return key if key in TEXTS else None


@bp.post("/progress/apply")
def apply() -> ResponseReturnValue:
    """Apply for the scheme shown."""
    person_id = _own(Permission.CERTIFICATION_APPLY)
    form = SchemeForm()
    if form.validate_on_submit():
        try:
            made = services.apply(person_id, person_id=person_id, scheme_id=form.scheme.data)
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your application is sent. A reviewer looks at it next."))
            return redirect(url_for("certification.application", application_id=made.id))
    return _draw_progress(person_id, form.scheme.data, form), 422


@bp.post("/progress/certificate")
def take_certificate() -> ResponseReturnValue:
    """Get the certificate of a scheme without review. Safe to press again."""
    person_id = _own(Permission.CERTIFICATION_APPLY)
    form = SchemeForm()
    if form.validate_on_submit():
        number = services.issue_if_met(person_id, person_id=person_id, scheme_id=form.scheme.data)
        if number is not None:
            flash(_("Your certificate is ready. Its number is %(number)s.", number=number))
            return redirect(url_for("credentials.credential", number=number))
        form.show(Invalid("scheme", _("Some things are left to do. The list below says which.")))
    return _draw_progress(person_id, form.scheme.data, form), 422


@bp.post("/progress/agree")
def agree() -> ResponseReturnValue:
    """Agree to the text shown, in the version shown."""
    person_id = _own(Permission.CERTIFICATION_APPLY)
    form = AttestForm()
    text = _known_text(form.text.data, form.version.data)
    if text is None:
        raise NotFound
    if not form.validate_on_submit():
        return _draw_progress(person_id, form.scheme.data, attest=form), 422
    people_services.attest(person_id, text_id=text[0], text_version=text[1])
    flash(_("Thank you. Your yes is kept with today's date."))
    return redirect(url_for("certification.progress", scheme=form.scheme.data))


@bp.get("/applications/<int:application_id>")
def application(application_id: int) -> ResponseReturnValue:
    """The applicant's own view of an application."""
    return _draw_application(_own_application(application_id), SchemeForm(formdata=None))


def _own_application(application_id: int) -> ApplicationCard:
    card = _application(application_id)
    authorize(
        Permission.CERTIFICATION_SEE_APPLICATION,
        Target(owner_id=card.person_id, organisation_id=card.organisation_id),
    )
    return card


def _application(application_id: int) -> ApplicationCard:
    current_actor()
    return queries.application(application_id)


def _draw_application(card: ApplicationCard, form: SchemeForm) -> str:
    return render_template(
        "certification/application.html",
        application=card,
        body=people.organisation(card.organisation_id),
        form=form,
    )


@bp.post("/applications/<int:application_id>/send-again")
def send_again(application_id: int) -> ResponseReturnValue:
    """Send a returned application to the reviewers again."""
    card = _own_application(application_id)
    form = SchemeForm()
    try:
        services.send_again(card.person_id, application_id=card.id)
    except Invalid as fault:
        form.show(fault)
        return _draw_application(card, form), 422
    flash(_("Sent. A reviewer looks at it next."))
    return redirect(url_for("certification.application", application_id=card.id))


# --- the reviewers --------------------------------------------------------------------------------


@bp.get("/reviews")
def reviews() -> ResponseReturnValue:
    """Applications that wait, the oldest first."""
    actor = authorize(Permission.CERTIFICATION_SEE_QUEUE)
    bodies = frozenset(body for role, body in actor.roles if role is Role.REVIEWER)
    return render_template("certification/reviews.html", lines=queries.queue_of(bodies))


@bp.get("/reviews/<int:application_id>")
def review(application_id: int) -> ResponseReturnValue:
    """One application with the evidence beside each requirement."""
    return _draw_review(_reviewed(application_id))


def _reviewed(application_id: int) -> ApplicationCard:
    card = _application(application_id)
    authorize(
        Permission.CERTIFICATION_REVIEW,
        Target(owner_id=card.person_id, organisation_id=card.organisation_id),
    )
    return card


def _target(card: ApplicationCard, involved: frozenset[int]) -> Target:
    return Target(owner_id=card.person_id, organisation_id=card.organisation_id, involved=involved)


def _draw_review(
    card: ApplicationCard, form: DecisionForm | None = None, note_form: NoteForm | None = None
) -> str:
    found = queries.review_of(card)
    return render_template(
        "certification/review.html",
        review=found,
        lines=words.evidence_lines(found.record, found.names),
        form=form or DecisionForm(formdata=None, request_key=uuid4().hex),
        note_form=note_form or NoteForm(formdata=None),
        is_involved=current_actor().person_id in found.involved,
        may_decide=can(Permission.CERTIFICATION_DECIDE, _target(card, found.involved)),
    )


@bp.post("/reviews/<int:application_id>/decision")
def decide(application_id: int) -> ResponseReturnValue:
    """Grant, send back or refuse."""
    card = _application(application_id)
    actor = authorize(Permission.CERTIFICATION_DECIDE, _target(card, queries.involved_in(card)))
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            decision = services.decide(
                actor.person_id,
                application_id=card.id,
                outcome=Outcome(form.outcome.data),
                reason=form.reason.data or "",
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your decision is kept: %(outcome)s.", outcome=words.outcome_word(decision.outcome)))
            return redirect(url_for("certification.review", application_id=card.id))
    return _draw_review(card, form), 422


@bp.post("/reviews/<int:application_id>/notes")
def add_note(application_id: int) -> ResponseReturnValue:
    """Leave a note for the other reviewers."""
    card = _application(application_id)
    actor = authorize(Permission.CERTIFICATION_DECIDE, _target(card, queries.involved_in(card)))
    form = NoteForm()
    if form.validate_on_submit():
        try:
            services.note(actor.person_id, application_id=card.id, text=form.text.data)
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your note is kept."))
            return redirect(url_for("certification.review", application_id=card.id))
    return _draw_review(card, note_form=form), 422
