"""An application as its applicant sees it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certification import queries, services
from lms.certification.forms import AppealForm, SchemeForm
from lms.certification.queries import ApplicationCard
from lms.certification.routes.blueprint import bp
from lms.errors import Invalid
from lms.people import queries as people
from lms.permissions import Permission, Target, authorize, current_actor


@bp.get("/applications/<int:application_id>")
def application(application_id: int) -> ResponseReturnValue:
    """The applicant's own view of an application."""
    return draw_application(_own_application(application_id))


def _own_application(application_id: int) -> ApplicationCard:
    card = card_of(application_id)
    authorize(
        Permission.CERTIFICATION_SEE_APPLICATION,
        Target(owner_id=card.person_id, organisation_id=card.organisation_id),
    )
    return card


def card_of(application_id: int) -> ApplicationCard:
    current_actor()
    return queries.application(application_id)


def draw_application(
    card: ApplicationCard, form: SchemeForm | None = None, appeal_form: AppealForm | None = None
) -> str:
    """The applicant's page of an application, with what was typed where something has to be mended."""
    body = people.organisation(card.organisation_id)
    return render_template(
        "certification/application.html",
        application=card,
        body=body,
        way=queries.way_of(card, body.timezone),
        form=form or SchemeForm(formdata=None),
        appeal_form=appeal_form or AppealForm(formdata=None),
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
        return draw_application(card, form), 422
    flash(_("Sent. A reviewer looks at it next."))
    return redirect(url_for("certification.application", application_id=card.id))
