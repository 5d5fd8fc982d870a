"""Weeks and months as a whole: the supervisor's list, the sheet to sign, and what was signed."""

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid, NotFound
from lms.pages import zone
from lms.people.queries import people
from lms.people.services import confirm_identity, is_confirmed
from lms.permissions import Permission, Target, authorize, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import PeriodForm
from lms.practice.periods import PeriodKind, Span, span_named
from lms.practice.queries import PeriodSheet, PlacementLine
from lms.practice.routes.blueprint import bp
from lms.practice.statements import CURRENT_PERIOD

DAYS_LISTED = {PeriodKind.WEEK: 13 * 7, PeriodKind.MONTH: 366}


@bp.get("/sign-off/periods")
def periods() -> ResponseReturnValue:
    """The weeks or months in which one signed hours, those that can be signed first."""
    actor = authorize(Permission.PRACTICE_SEE_QUEUE)
    kind = PeriodKind.WEEK if request.args.get("kind") == "week" else PeriodKind.MONTH
    today = clock.today(zone())
    found = queries.period_choices(actor.person_id, kind, today - timedelta(days=DAYS_LISTED[kind]))
    return render_template(
        "practice/periods.html",
        kind=kind,
        open=[one for one in found if one.mark is None or one.mark.drift],
        done=[one for one in found if one.mark is not None and not one.mark.drift],
        today=today,
        words=words,
    )


@bp.get("/sign-off/periods/<int:placement_id>/<span_kind>/<starts_on>")
def period(placement_id: int, span_kind: str, starts_on: str) -> ResponseReturnValue:
    """The totals of a period, its lines, and the statement."""
    place, span = _period(placement_id, span_kind, starts_on)
    sheet = queries.period_sheet(placement_id, place.person_id, current_actor().person_id, span)
    form = PeriodForm(formdata=None)
    form.statement_version.data, form.shown.data = CURRENT_PERIOD.version, sheet.shown
    return _sheet_page(place, sheet, form, 200)


@bp.post("/sign-off/periods/<int:placement_id>/<span_kind>/<starts_on>")
def sign_period(placement_id: int, span_kind: str, starts_on: str) -> ResponseReturnValue:
    """Sign the period."""
    place, span = _period(placement_id, span_kind, starts_on)
    actor, form = current_actor(), PeriodForm()
    if form.validate_on_submit():
        try:
            if not is_confirmed():
                confirm_identity(form.password.data or "")
            signed = services.sign_period(
                actor.person_id,
                placement_id=placement_id,
                span=span,
                shown=form.shown.data or "",
                statement_version=form.statement_version.data,
                method="password",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Signed. The trainee sees it, too."))
            return redirect(url_for("practice.signed_period", signature_id=signed.id))
    sheet = queries.period_sheet(placement_id, place.person_id, actor.person_id, span)
    return _sheet_page(place, sheet, form, 422)


@bp.get("/hours/periods/<int:signature_id>")
def signed_period(signature_id: int) -> ResponseReturnValue:
    """A period as it was signed, and what changed since."""
    current_actor()
    mark = queries.period_mark(signature_id)
    actor = authorize(
        Permission.PRACTICE_SEE_ENTRY,
        Target(organisation_id=mark.organisation_id, owner_id=mark.person_id, supervisor_id=mark.by_id),
    )
    names = {id: card.chosen_name for id, card in people({mark.person_id, mark.by_id}).items()}
    return render_template(
        "practice/signed_period.html",
        mark=mark,
        names=names,
        lines=queries.entries(mark.entries),
        is_own=actor.person_id == mark.person_id,
        is_signer=actor.person_id == mark.by_id,
        words=words,
    )


def _period(placement_id: int, span_kind: str, starts_on: str) -> tuple[PlacementLine, Span]:
    """The placement and the span of an address, decided for the actor. Raises NotFound, Forbidden."""
    actor = current_actor()
    place = queries.placement(placement_id)
    signs = any(agreement.supervisor_id == actor.person_id for agreement in place.agreements)
    authorize(
        Permission.PRACTICE_SIGN_OFF,
        Target(
            organisation_id=place.organisation_id,
            owner_id=place.person_id,
            supervisor_id=actor.person_id if signs else None,
        ),
    )
    try:
        span = span_named(span_kind, date.fromisoformat(starts_on))
    except ValueError:
        raise NotFound from None
    if span is None:
        raise NotFound
    return place, span


def _sheet_page(place: PlacementLine, sheet: PeriodSheet, form: PeriodForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "practice/period.html",
        place=place,
        sheet=sheet,
        trainee=people([place.person_id])[place.person_id].chosen_name,
        lines=queries.entries(line.entry_id for line in sheet.lines),
        is_over=sheet.span.is_over(clock.today(place.zone)),
        form=form,
        statement=CURRENT_PERIOD,
        asks_password=not is_confirmed(),
        words=words,
    )
    return page, status
