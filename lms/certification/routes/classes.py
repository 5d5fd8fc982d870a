"""Issuing for a class: choose it, see what would be issued, begin, and see what became of each person."""

import io
import zipfile
from uuid import uuid4

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock, files, pages
from lms.certification import services, words
from lms.certification.forms_of_classes import ClassForm
from lms.certification.models import RowOutcome
from lms.certification.queries import classes as queries
from lms.certification.queries.classes import RowCard, RunCard
from lms.certification.routes.blueprint import bp
from lms.certification.schemes import schemes
from lms.credentials import queries as credentials
from lms.credentials.certificate import draw
from lms.credentials.states import State
from lms.curriculum.catalog import catalog
from lms.errors import Invalid
from lms.people import queries as people
from lms.permissions import Permission, Role, Target, authorize, can
from lms.practice.spreadsheet import written

COLUMNS = ("name", "email", "result", "number", "address", "explanation")


@bp.get("/classes")
def classes() -> ResponseReturnValue:
    """The schemes that can be issued for a class, for each organisation that one runs, and earlier runs."""
    actor = authorize(Permission.CERTIFICATION_SEE_CLASSES)
    here = {place for role, place in actor.roles if role in (Role.COORDINATOR, Role.REGISTRAR)}
    places = [one for one in people.organisations() if one.id in here]
    return render_template(
        "certification/classes.html",
        places=[
            (one, queries.schemes_for_classes(one), queries.reviewed_schemes(one), queries.runs_of(one.id))
            for one in places
        ],
        titles=_titles(),
        reviewed_titles=lambda found: ", ".join(words.text_in(one.title) for one in found),
    )


@bp.get("/classes/<int:organisation_id>/<scheme_id>")
def class_preview(organisation_id: int, scheme_id: str) -> ResponseReturnValue:
    """What issuing would do: to everyone who trains there, or to who was at one live session."""
    authorize(Permission.CERTIFICATION_ISSUE_FOR_CLASS, Target(organisation_id=organisation_id))
    asked = request.args.get("session", type=int)
    chosen = queries.people_at(organisation_id, asked) if asked else None
    return _draw(organisation_id, scheme_id, chosen, asked=asked)


@bp.post("/classes/<int:organisation_id>/<scheme_id>/people")
def class_by_mail(organisation_id: int, scheme_id: str) -> ResponseReturnValue:
    """The same for the people whose addresses were typed. Nothing is written."""
    authorize(Permission.CERTIFICATION_ISSUE_FOR_CLASS, Target(organisation_id=organisation_id))
    typed = request.form.get("addresses", "")
    found, unknown = queries.named_by_mail(organisation_id, typed)
    return _draw(organisation_id, scheme_id, found, unknown=unknown, typed=typed)


@bp.get("/classes/<int:organisation_id>/<scheme_id>/sample/<int:person_id>.pdf")
def class_sample(organisation_id: int, scheme_id: str, person_id: int) -> ResponseReturnValue:
    """The certificate of a person who is ready, by the renderer that issues: no number, no seal, not kept."""
    authorize(Permission.CERTIFICATION_ISSUE_FOR_CLASS, Target(organisation_id=organisation_id))
    response = Response(
        draw(queries.sample_for(organisation_id, scheme_id, person_id)), mimetype="application/pdf"
    )
    response.headers["Content-Disposition"] = 'inline; filename="sample.pdf"'
    return response


@bp.post("/classes/<int:organisation_id>/<scheme_id>")
def begin_run(organisation_id: int, scheme_id: str) -> ResponseReturnValue:
    """Issue to the chosen people."""
    target = Target(organisation_id=organisation_id)
    actor = authorize(Permission.CERTIFICATION_ISSUE_FOR_CLASS, target)
    form = ClassForm()
    if form.validate_on_submit():
        try:
            run_id = services.begin_run(
                actor.person_id,
                organisation_id=organisation_id,
                scheme_id=scheme_id,
                label=form.label.data or "",
                person_ids=form.people.data or (),
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return redirect(url_for("certification.issue_run", run_id=run_id), 303)
    return _draw(organisation_id, scheme_id, form.shown_people, form=form), 422


@bp.get("/classes/runs/<int:run_id>")
def issue_run(run_id: int) -> ResponseReturnValue:
    """How far a run is, and what became of each person."""
    run = _allowed(run_id)
    return render_template(
        "certification/issue_run.html",
        run=run,
        rows=queries.rows_of(run_id),
        title=_titles().get(run.scheme_id, run.scheme_id),
        by=people.person(run.by_id),
        outcome=_outcome,
        may_print=can(Permission.CREDENTIALS_VIEW, Target(organisation_id=run.organisation_id)),
    )


@bp.get("/classes/runs/<int:run_id>.csv")
def issue_run_rows(run_id: int) -> ResponseReturnValue:
    """The same as CSV."""
    _allowed(run_id)
    lines = [
        (
            row.person.legal_name,
            row.person.email,
            row.outcome.value if row.outcome else "waiting",
            row.number or "",
            url_for("registry.verification", number=row.number, _external=True) if row.number else "",
            row.said,
        )
        for row in queries.rows_of(run_id)
    ]
    return _saved(written(COLUMNS, lines).encode(), "text/csv; charset=utf-8", f"class-{run_id}.csv")


@bp.get("/classes/runs/<int:run_id>.zip")
def issue_run_certificates(run_id: int) -> ResponseReturnValue:
    """The certificates of these people that are drawn and in force, in one file, to print them."""
    run = _allowed(run_id)
    authorize(Permission.CREDENTIALS_VIEW, Target(organisation_id=run.organisation_id))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for row in queries.rows_of(run_id):
            card = credentials.by_number(row.number) if row.number else None
            if card is None or card.state(clock.now()) is not State.ACTIVE:
                continue
            if (made := credentials.document_of(card)) is not None:
                packed.writestr(f"certificate-{card.number}.pdf", files.get(made.pdf_sha256))
    return _saved(target.getvalue(), "application/zip", f"class-{run_id}.zip")


@bp.post("/classes/runs/<int:run_id>/stop")
def stop_run(run_id: int) -> ResponseReturnValue:
    """Issue nothing more until somebody goes on."""
    run = _allowed(run_id)
    actor = authorize(Permission.CERTIFICATION_ISSUE_FOR_CLASS, Target(organisation_id=run.organisation_id))
    services.stop_run(actor.person_id, run_id=run_id)
    flash(_("Stopped. What was issued stays issued. You can go on at any time."))
    return redirect(url_for("certification.issue_run", run_id=run_id), 303)


@bp.post("/classes/runs/<int:run_id>/go-on")
def go_on_with_run(run_id: int) -> ResponseReturnValue:
    """Go on with a run that was stopped."""
    run = _allowed(run_id)
    actor = authorize(Permission.CERTIFICATION_ISSUE_FOR_CLASS, Target(organisation_id=run.organisation_id))
    services.go_on_with_run(actor.person_id, run_id=run_id)
    return redirect(url_for("certification.issue_run", run_id=run_id), 303)


def _allowed(run_id: int) -> RunCard:
    run = queries.run(run_id)
    authorize(Permission.CERTIFICATION_ISSUE_FOR_CLASS, Target(organisation_id=run.organisation_id))
    return run


def _titles() -> dict[str, str]:
    """What each scheme is called now; a run keeps only its id."""
    return {key: words.text_in(scheme.title) for (key, _version), scheme in sorted(schemes().versions.items())}


def _outcome(row: RowCard) -> tuple[str, str]:
    """Tag and word for what became of a person."""
    if row.outcome is None:
        return "wait", _("Waits")
    return {
        RowOutcome.ISSUED: ("ok", _("Issued")),
        RowOutcome.HAD: ("ok", _("Had it before")),
        RowOutcome.LEFT: ("wait", _("Not yet")),
        RowOutcome.NAME: ("stop", _("The name needs a fix")),
        RowOutcome.GONE: ("info", _("Left out")),
    }[row.outcome]


def _draw(
    organisation_id: int,
    scheme_id: str,
    person_ids: tuple[int, ...] | None,
    *,
    asked: int | None = None,
    form: ClassForm | None = None,
    unknown: tuple[str, ...] = (),
    typed: str = "",
) -> str:
    preview = queries.class_preview(organisation_id, scheme_id, person_ids)
    held = queries.classes_held(organisation_id)
    if form is None:
        ready = [one.person.id for one in preview.ready]
        shown = " ".join(str(one.person.id) for one in preview.members)
        form = ClassForm(formdata=None, people=ready, shown=shown, request_key=uuid4().hex)
    return render_template(
        "certification/class_preview.html",
        preview=preview,
        form=form,
        held=held,
        asked=asked,
        unknown=unknown,
        typed=typed,
        module_title=_module_title,
    )


def _module_title(module_id: str) -> str:
    module = catalog().module(module_id)
    return module.title_in(pages.language())[0] if module else module_id


def _saved(data: bytes, kind: str, name: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
