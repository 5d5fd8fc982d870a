"""Past hours from a spreadsheet: looked at first, row by row, then kept whole or not at all."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from lms.errors import Invalid
from lms.permissions import Permission, authorize
from lms.practice import queries, services, words
from lms.practice.forms import ImportForm
from lms.practice.routes.blueprint import bp
from lms.practice.rules import Kind, Mode, populations
from lms.practice.services import ImportResult
from lms.practice.spreadsheet import COLUMNS, MOST_ROWS, TEMPLATE_ROWS, Unreadable, written


@bp.get("/hours/import")
def new_import() -> ResponseReturnValue:
    """Choose a file or paste its lines."""
    actor = authorize(Permission.PRACTICE_LOG_HOURS)
    return _page(ImportForm(formdata=None), None, actor.person_id, 200)


@bp.get("/hours/import/template.csv")
def import_template() -> ResponseReturnValue:
    """A file with the names of the columns and two rows that show how."""
    authorize(Permission.PRACTICE_LOG_HOURS)
    response = Response(written(COLUMNS, TEMPLATE_ROWS), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="hours-template.csv"'
    return response


@bp.post("/hours/import")
def import_hours() -> ResponseReturnValue:
    """Look at the rows; keep them when asked to and when every one can be taken."""
    actor = authorize(Permission.PRACTICE_LOG_HOURS)
    form = ImportForm()
    if not form.validate_on_submit():
        return _page(form, None, actor.person_id, 422)
    try:
        data = form.content()
        is_kept = request.form.get("do") == "keep"
        result = services.import_hours(
            actor.person_id, person_id=actor.person_id, data=data, is_dry_run=not is_kept
        )
    except Unreadable as unreadable:
        form.show(services.said_of_file(unreadable.fault))
        return _page(form, None, actor.person_id, 422)
    except Invalid as fault:
        form.show(fault)
        return _page(form, None, actor.person_id, 422)
    if result.added:
        count = len(result.added)
        flash(ngettext("1 entry is a draft now. Send it.", "%(num)s entries are drafts now. Send them.", count))
        return redirect(url_for("practice.hours"))
    form.lines.data = data.decode("utf-8-sig")
    return _page(form, result, actor.person_id, 422 if result.with_faults else 200)


def _page(form: ImportForm, result: ImportResult | None, person_id: int, status: int) -> ResponseReturnValue:
    page = render_template(
        "practice/import.html",
        form=form,
        result=result,
        sites=sorted({placement.site for placement in queries.placements_of(person_id)}),
        kinds=list(Kind),
        modes=list(Mode),
        groups=list(populations()),
        most=MOST_ROWS,
        words=words,
    )
    return page, status
