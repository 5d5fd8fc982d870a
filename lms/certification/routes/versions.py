"""Versions of schemes: who works under which, and what a change would do before anyone is moved."""

from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from lms.certification import queries, services
from lms.certification.forms import MoveForm
from lms.certification.routes.blueprint import bp
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.permissions import Permission, Role, Target, authorize


@bp.get("/scheme-versions")
def versions() -> ResponseReturnValue:
    """Every scheme with its versions, for each organisation that one runs."""
    actor = authorize(Permission.CERTIFICATION_SEE_VERSIONS)
    here = {place for role, place in actor.roles if role in (Role.COORDINATOR, Role.REGISTRAR)}
    return render_template(
        "certification/versions.html",
        places=[one for one in people.organisations() if one.id in here],
        lines=queries.schemes_with_versions(),
    )


@bp.get("/scheme-versions/<int:organisation_id>/<scheme_id>")
def version_change(organisation_id: int, scheme_id: str) -> ResponseReturnValue:
    """What a change of version would do to whom. Nothing is written."""
    authorize(Permission.CERTIFICATION_MOVE_VERSION, Target(organisation_id=organisation_id))
    return _draw(organisation_id, scheme_id, _number(request.args.get("to")))


def _number(given: str | None) -> int | None:
    if given is not None and not given.isdecimal():
        raise NotFound
    return int(given) if given is not None else None


def _draw(organisation_id: int, scheme_id: str, version: int | None, form: MoveForm | None = None) -> str:
    preview = queries.preview_of(organisation_id, scheme_id, version)
    everyone = [change.person.id for change in preview.can_move]
    return render_template(
        "certification/version_change.html",
        preview=preview,
        form=form
        or MoveForm(formdata=None, version=preview.scheme.version, request_key=uuid4().hex, people=everyone),
    )


@bp.post("/scheme-versions/<int:organisation_id>/<scheme_id>")
def move_version(organisation_id: int, scheme_id: str) -> ResponseReturnValue:
    """Hold the chosen people to the version shown."""
    actor = authorize(Permission.CERTIFICATION_MOVE_VERSION, Target(organisation_id=organisation_id))
    form = MoveForm()
    version = _number(form.version.data or None)
    if form.validate_on_submit() and version is not None:
        try:
            moved = services.move_to_version(
                actor.person_id,
                organisation_id=organisation_id,
                scheme_id=scheme_id,
                version=version,
                person_ids=form.people.data or (),
                reason=form.reason.data or "",
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(ngettext("One person was moved.", "%(num)s people were moved.", moved))
            return redirect(
                url_for(
                    "certification.version_change",
                    organisation_id=organisation_id,
                    scheme_id=scheme_id,
                    to=version,
                )
            )
    return _draw(organisation_id, scheme_id, version, form), 422
