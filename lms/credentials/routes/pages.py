"""Pages of the holder: the list of credentials, the certificate as a page, and as a PDF."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock, files
from lms.credentials import labels, queries, services
from lms.credentials.numbers import normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.routes.blueprint import bp
from lms.errors import NotFound
from lms.permissions import Permission, Target, authorize, current_actor


@bp.get("/credentials")
def index() -> ResponseReturnValue:
    """The signed-in person's credentials."""
    actor = authorize(Permission.CREDENTIALS_LIST, Target(owner_id=current_actor().person_id))
    return render_template(
        "credentials/index.html",
        cards=queries.credential_cards(actor.person_id),
        now=clock.now(),
        labels=labels,
    )


@bp.get("/credentials/<number>")
def credential(number: str) -> ResponseReturnValue:
    """The certificate as a page that everyone can read; the PDF is its printed twin."""
    card = _viewed(number)
    if number != card.number:
        return redirect(url_for("credentials.credential", number=card.number))
    return render_template(
        "credentials/credential.html",
        card=card,
        facts=card.facts,
        state=card.state(clock.now()),
        history=queries.history_of(card.id),
        verify_url=services.verify_url(card.number),
        is_listed=queries.is_listed(card.id),
        may_be_listed=card.organisation_id in queries.bodies_with_search(),
        labels=labels,
    )


@bp.get("/credentials/<number>/certificate.pdf")
def pdf(number: str) -> ResponseReturnValue:
    """The drawn certificate: the newest, or the one of the `period` asked for."""
    card = _viewed(number)
    periods = queries.periods_of(card)
    period = request.args.get("period", type=int) or len(periods)
    sha256 = next((one.sha256 for one in periods if one.sequence == period), None)
    if sha256 is None:
        raise NotFound(_("Your certificate is being drawn. Please look again in a minute."))
    response = Response(files.get(sha256), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="certificate-{card.number}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _viewed(number: str) -> CredentialCard:
    """The credential of this address, once it is decided that the signed-in person may see it."""
    current_actor()
    card = queries.credential(normalise(number))
    authorize(
        Permission.CREDENTIALS_VIEW, Target(organisation_id=card.organisation_id, owner_id=card.person_id)
    )
    return card
