"""The trainee's path: what counts, apply, take a certificate, agree to a text."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certification import queries, services, words
from lms.certification.findings import Evaluation
from lms.certification.forms import AttestForm, SchemeForm
from lms.certification.kinds import AttestationMade
from lms.certification.queries import Progress
from lms.certification.routes.blueprint import bp
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.people import services as people_services
from lms.people.texts import TEXTS
from lms.permissions import Permission, Target, authorize, current_actor


def _own(permission: Permission) -> int:
    """The signed-in person's id, once the map has said yes for their own things."""
    return authorize(permission, Target(owner_id=current_actor().person_id)).person_id


@bp.get("/progress")
def progress() -> ResponseReturnValue:
    """What counts, what does not yet, why, and who has it; for one scheme at a time."""
    person_id = _own(Permission.CERTIFICATION_SEE_PROGRESS)
    return _draw_progress(person_id, request.args.get("scheme"))


@bp.get("/progress/all")
def all_paths() -> ResponseReturnValue:
    """The same record under every set of rules: what is met, and what is missing for the others."""
    person_id = _own(Permission.CERTIFICATION_SEE_PROGRESS)
    return render_template("certification/all_paths.html", standings=queries.standings_of(person_id))


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
