"""The form of totals for certifying bodies that want ink: one placement, one span of days."""

from datetime import date

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid
from lms.people.queries import organisation, person
from lms.permissions import Permission, Target, authorize, current_actor
from lms.practice import queries, totals_form, words
from lms.practice.forms import SpanForm
from lms.practice.queries import PlacementLine
from lms.practice.queries.totals import Totals, totals_of
from lms.practice.routes.blueprint import bp


@bp.get("/placements/<int:placement_id>/totals")
def totals(placement_id: int) -> ResponseReturnValue:
    """What the form would say, and the link to print it."""
    line = _seen(placement_id)
    first, last, form = _span(line)
    found = totals_of(line, first, last)
    return render_template(
        "practice/totals.html",
        line=line,
        form=form,
        totals=found,
        weekly=totals_form.hours_a_week(found.minutes, first, last),
        pdf=url_for("practice.totals_pdf", placement_id=line.id, first=first, last=last),
        trainee=person(line.person_id),
        words=words,
    ), (422 if form.errors else 200)


@bp.get("/placements/<int:placement_id>/totals.pdf")
def totals_pdf(placement_id: int) -> ResponseReturnValue:
    """The form as a PDF of one page, to print and sign."""
    line = _seen(placement_id)
    first, last, _form = _span(line)
    found = totals_of(line, first, last)
    facts = _facts(line, first, last, found)
    if letters := totals_form.letters_missing(facts):
        raise Invalid("first", _("The form cannot be printed: it has no letters for %(text)s.", text=letters))
    response = Response(totals_form.draw(facts), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="hours-{line.id}.pdf"'
    return response


def _seen(placement_id: int) -> PlacementLine:
    actor = current_actor()
    line = queries.placement(placement_id)
    signs = actor.person_id if any(a.names(actor.person_id) for a in line.agreements) else None
    target = Target(organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=signs)
    authorize(Permission.PRACTICE_SEE_PLACEMENT, target)
    return line


def _span(line: PlacementLine) -> tuple[date, date, SpanForm]:
    """The days asked for; the whole placement until today when nothing, or nothing usable, was asked."""
    today = clock.today(line.zone)
    whole = (line.starts_on, max(line.starts_on, min(line.ends_on or today, today)))
    if "first" not in request.args:
        return *whole, SpanForm(formdata=None, first=whole[0], last=whole[1])
    form = SpanForm(request.args, meta={"csrf": False})
    if form.validate() and form.first.data > form.last.data:
        form.show(Invalid("last", _("The last day is before the first.")))
    if form.errors:
        return *whole, form
    return form.first.data, form.last.data, form


def _facts(line: PlacementLine, first: date, last: date, found: Totals) -> totals_form.TotalsFacts:
    return totals_form.TotalsFacts(
        language="es" if str(get_locale()).startswith("es") else "en",
        organisation=organisation(line.organisation_id).name,
        trainee=person(line.person_id).legal_name,
        site=line.site,
        role=line.role,
        first=first,
        last=last,
        minutes=found.minutes,
        by_domain=tuple(sorted(found.by_domain.items())),
        supervision=found.supervision,
        entries=found.entries,
        drawn_on=clock.today(line.zone),
    )
