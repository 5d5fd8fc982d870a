"""Verification reports: making one of an answer, and the page, the document and the PDF where it stays.

Anyone may make one and read one whose number they have. Nothing about who asks is kept, but that a person who
is signed in made it. A report whose holder's data were erased says so (410), and no more.
"""

from collections.abc import Callable
from datetime import date

from flask import Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.credentials import labels as words
from lms.credentials.queries.reports import ReportCard
from lms.credentials.queries.reports import report as report_card
from lms.credentials.reporting import is_number
from lms.credentials.services.reports import MOST_IN_A_DAY
from lms.errors import NotFound
from lms.limits import limiter
from lms.permissions import public
from lms.registry import labels, queries
from lms.registry.reporting import report_of
from lms.registry.routes.blueprint import LONGEST_TYPED, PUBLIC_LIMIT, bp
from lms.registry.routes.public import asked_day

MAKE_LIMIT = "10 per minute; 60 per hour"
DOCUMENT_TYPE = "application/vc+ld+json"
PAGE_TYPE = "text/html"
MACHINE_TYPES = (DOCUMENT_TYPE, "application/vc", "application/ld+json", "application/json")


@bp.get("/verify/<number>/report")
@limiter.limit(PUBLIC_LIMIT)
@public
def report_to_make(number: str) -> ResponseReturnValue:
    """What will be made, and the button. It is a page of its own, as the answer itself leaves no cookie."""
    on = asked_day(request.args.get("as_of", "").strip())
    answer = queries.verification(number[:LONGEST_TYPED], on)
    if answer.credential is None:
        raise NotFound(_("We know of no credential with this number."))
    page = render_template("registry/report_make.html", answer=answer, labels=labels, words=words)
    return _quiet(make_response(page))


@bp.post("/verify/<number>/report")
@limiter.limit(MAKE_LIMIT)
@public
def make_report(number: str) -> ResponseReturnValue:
    """Make a report of the answer about a number, now or as of a day, and go to it."""
    asked = request.form.get("as_of", "").strip()
    actor = g.get("actor")
    made = report_of(
        actor.person_id if actor is not None else None,
        number=number[:LONGEST_TYPED],
        on=asked_day(asked),
        language=str(get_locale()),
    )
    return redirect(url_for("registry.report", report_number=made), 303)


@bp.get("/reports/about")
@limiter.limit(PUBLIC_LIMIT)
@public
def about_reports() -> ResponseReturnValue:
    """What a report is, how long it stays, how one is checked, and what its words mean to machines."""
    return render_template("registry/report_about.html", most=MOST_IN_A_DAY)


@bp.get("/reports/<report_number>")
@limiter.limit(PUBLIC_LIMIT)
@public
def report(report_number: str) -> ResponseReturnValue:
    """A report as a page, or as the signed document for machines."""
    card = _card(report_number)
    asked = request.accept_mimetypes.best_match((PAGE_TYPE, *MACHINE_TYPES), default=DOCUMENT_TYPE)
    if all(kind == "*/*" for kind, _quality in request.accept_mimetypes):
        asked = DOCUMENT_TYPE  # programs name no type at all
    if card.is_erased:
        return _gone(is_page=asked == PAGE_TYPE)
    if asked != PAGE_TYPE:
        return _open(card.text, asked)
    document = card.document
    page = render_template(
        "registry/report.html",
        report=card,
        document=document,
        said=document["credentialSubject"],
        now=queries.verification(card.credential_number),
        labels=labels,
        as_date=date.fromisoformat,
    )
    answer = _quiet(make_response(page))
    answer.vary.update(("Accept", "Accept-Language", "Cookie"))
    return answer


@bp.get("/reports/<report_number>.<any(json, pdf):form>")
@limiter.limit(PUBLIC_LIMIT)
@public
def report_file(report_number: str, form: str) -> ResponseReturnValue:
    """A report as a file, byte for byte as it was made."""
    card = _card(report_number)
    if card.is_erased:
        return _gone(is_page=form == "pdf")
    read: dict[str, tuple[Callable[[], str | bytes], str]] = {
        "json": (lambda: card.text, DOCUMENT_TYPE),
        "pdf": (lambda: card.pdf, "application/pdf"),
    }
    data, kind = read[form]
    answer = _open(data(), kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="report-{card.number}.{form}"'
    return answer


def _card(number: str) -> ReportCard:
    """The report of an address. Raises NotFound, for a number with a typing slip as for an unknown one."""
    typed = number[:LONGEST_TYPED]
    if not is_number(typed):
        raise NotFound(_("We know of no report with this number. Please compare it with the paper."))
    try:
        return report_card(typed)
    except NotFound:
        raise NotFound(_("We know of no report with this number. Please compare it with the paper.")) from None


def _gone(*, is_page: bool) -> Response:
    if is_page:
        return _quiet(make_response(render_template("registry/report_gone.html"), 410))
    title = _("The holder's data were erased")
    answer = jsonify(type="about:blank", title=title, status=410, verdict="erased")
    answer.mimetype, answer.status_code = "application/problem+json", 410
    return _quiet(answer)


def _open(data: str | bytes, kind: str) -> Response:
    answer = Response(data, content_type=kind)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Robots-Tag"] = "noindex"
    # Never kept by anybody in between: the holder's data may be erased.
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("Accept")
    return answer


def _quiet(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
