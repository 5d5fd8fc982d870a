"""The trainee's papers: what is asked, what was brought, and how each stands."""

from uuid import uuid4

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock, files
from lms.certification import proof_words, queries, services
from lms.certification.asked_names import names_asked
from lms.certification.findings import Finding
from lms.certification.proof_forms import ProofForm, proof_form
from lms.certification.proof_kinds import ANSWERS, KINDS, ProofKind
from lms.certification.queries import ProofCard
from lms.certification.routes.blueprint import bp
from lms.certification.schemes import schemes
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard
from lms.permissions import Permission, Target, authorize, current_actor

# A file of 10 MB, and what a form has around it.
MOST_SENT = 10 * 1024 * 1024 + 512 * 1024
UPLOADS = ("certification.bring_proof", "certification.enter_proof")
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@bp.url_value_preprocessor
def _let_larger(endpoint: str | None, _values: object) -> None:
    """Before anything reads the form: an upload may be larger than what other pages are sent."""
    if endpoint in UPLOADS:
        request.max_content_length = MOST_SENT


@bp.context_processor
def _proof_words() -> dict[str, object]:
    return {"proof_words": proof_words, "proof_kinds": KINDS}


def bodies() -> tuple[OrganisationCard, ...]:
    """The certifying bodies that a person can apply to here, by name."""
    in_force = schemes().in_force(clock.today("UTC"))
    issuers = {scheme.issuer for scheme in in_force if scheme.kind == "certification"}
    return tuple(one for one in people.organisations() if one.is_certifying_body and one.slug in issuers)


def _own() -> int:
    return authorize(Permission.CERTIFICATION_BRING_PROOF, Target(owner_id=current_actor().person_id)).person_id


@bp.get("/proofs")
def proofs() -> ResponseReturnValue:
    """One's papers, and what the path asks for."""
    person_id = _own()
    progress = queries.progress_of(person_id, request.args.get("scheme"))
    cards = [card for card in queries.proofs_of(person_id) if card.person_id == person_id]
    return render_template(
        "certification/proofs.html",
        progress=progress,
        asked=asked_of(progress.evaluation.findings),
        cards=list(reversed(cards)),
        bodies={body.id: body for body in people.organisations()},
        kinds=[kind for kind in KINDS.values() if not kind.is_for_body_alone],
        names={},
    )


def asked_of(findings: tuple[Finding, ...]) -> list[Finding]:
    """The requirements, however deep, that a proof answers."""
    return [one for top in findings for one in top.walk() if one.kind in ANSWERS]


def kind_named(name: str) -> ProofKind:
    """The kind of proof of that name. Raises NotFound."""
    if name not in KINDS:
        raise NotFound
    return KINDS[name]


@bp.get("/proofs/new/<proof_kind>")
def new_proof(proof_kind: str) -> ResponseReturnValue:
    """The form for one kind of proof; `replaces` names the one that was sent back."""
    _own()
    asked = _brought_by_people(proof_kind)
    older = request.args.get("replaces", "")
    form = form_of(asked, None)(formdata=None, request_key=uuid4().hex, replaces=older)
    if older.isdecimal():
        _fill(form, asked, queries.proof(int(older)))
    return _draw(asked, form)


def _brought_by_people(name: str) -> ProofKind:
    kind = kind_named(name)
    if kind.is_for_body_alone:
        raise NotFound
    return kind


def form_of(kind: ProofKind, body: OrganisationCard | None) -> type[ProofForm]:
    """The form of a kind. For one body, or to choose among all."""
    given = (body,) if body else bodies()
    names = names_asked(schemes().in_force(clock.today("UTC")))
    return proof_form(kind, names, ((one.id, one.name) for one in given))


def _fill(form: ProofForm, kind: ProofKind, older: ProofCard) -> None:
    """What was typed before stays, so that only the fix has to be typed."""
    if older.person_id != current_actor().person_id or older.kind != kind.id:
        raise NotFound
    form.body.data, form.on.data = older.organisation_id, older.on
    for value in kind.values:
        form.fill(value, older.told.get(value.name))


def _draw(kind: ProofKind, form: ProofForm) -> str:
    return render_template("certification/new_proof.html", kind=kind, form=form, bodies=bodies(), person=None)


@bp.post("/proofs/new/<proof_kind>")
def bring_proof(proof_kind: str) -> ResponseReturnValue:
    """Bring a proof to the body."""
    person_id = _own()
    asked = _brought_by_people(proof_kind)
    form = form_of(asked, None)()
    if form.validate_on_submit():
        try:
            services.bring_proof(
                person_id,
                body_id=form.body.data,
                kind=asked.id,
                on=form.on.data,
                until_on=form.until_on.data if form.until_on else None,
                told=form.told(asked),
                request_key=form.request_key.data,
                file=form.sent_file,
                supersedes_id=int(form.replaces.data) if (form.replaces.data or "").isdecimal() else None,
            )
        except Invalid as fault:
            form.show_value(fault.field, fault.message)
        else:
            flash(_("It is sent. The certifying body checks it next."))
            return redirect(url_for("certification.proofs"))
    return _draw(asked, form), 422


def _card(proof_id: int) -> ProofCard:
    current_actor()
    return queries.proof(proof_id)


@bp.post("/proofs/<int:proof_id>/withdraw")
def withdraw_proof(proof_id: int) -> ResponseReturnValue:
    """Take back a paper that was not checked."""
    card = _card(proof_id)
    actor = authorize(Permission.CERTIFICATION_BRING_PROOF, Target(owner_id=card.person_id))
    services.withdraw_proof(actor.person_id, proof_id=card.id)
    flash(_("It is taken back. Nobody counts it."))
    return redirect(url_for("certification.proofs"))


@bp.get("/proofs/<int:proof_id>/file")
def proof_file(proof_id: int) -> ResponseReturnValue:
    """The file of a paper, as a download."""
    card = _card(proof_id)
    authorize(
        Permission.CERTIFICATION_SEE_PROOF,
        Target(owner_id=card.person_id, organisation_id=card.organisation_id),
    )
    if card.file is None or card.file_type is None:
        raise NotFound
    response = Response(files.get(card.file), mimetype=card.file_type)
    name = f"paper-{card.id}.{EXTENSIONS[card.file_type]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
