"""The trainee's hours: log them, mend them, send them, take them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms import clock
from lms.errors import Conflict, Invalid
from lms.pages import zone
from lms.people.queries import people, person
from lms.permissions import Actor, Permission, Target, authorize, can, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import AmendForm, HoursForm, new_key
from lms.practice.queries import EntryLine, PlacementLine
from lms.practice.queries.export import export_rows
from lms.practice.routes.blueprint import bp
from lms.practice.rules import Mode, Problem, State, covers, flags, problems_with
from lms.practice.spreadsheet import EXPORT_COLUMNS, written

FormT = TypeVar("FormT", bound=HoursForm)


@dataclass(frozen=True)
class Week:
    """One week of the list, with its sum."""

    monday: date
    lines: tuple[EntryLine, ...]

    @property
    def minutes(self) -> int:
        return sum(line.signed_minutes or line.minutes for line in self.lines if line.counts)


@bp.get("/hours")
def hours() -> ResponseReturnValue:
    """The form on top, the weeks below."""
    actor = authorize(Permission.PRACTICE_LOG_HOURS)
    last = queries.latest_entry_of(actor.person_id) if "same" in request.args else None
    placements = queries.placements_of(actor.person_id)
    return _hours_page(actor, placements, _new_form(placements, last), 200)


@bp.post("/hours")
def log_hours() -> ResponseReturnValue:
    """Keep an entry, and send it when asked to."""
    actor = authorize(Permission.PRACTICE_LOG_HOURS)
    placements = queries.placements_of(actor.person_id)
    form = _form(placements)
    if form.validate_on_submit():
        try:
            entry = services.log_hours(
                actor.person_id, hours=_typed(form), client_key=form.client_key.data or new_key()
            )
            if request.form.get("do") == "submit" and entry.state == State.DRAFT:
                services.submit(actor.person_id, entry_ids=[entry.id])
        except Invalid as fault:
            _show(form, fault)
        else:
            return _saved(entry.id)
    return _hours_page(actor, placements, form, 422)


@bp.get("/hours/export.csv")
def export_hours() -> ResponseReturnValue:
    """All of one's entries as a file for a spreadsheet."""
    actor = authorize(Permission.PRACTICE_LOG_HOURS)
    response = Response(written(EXPORT_COLUMNS, export_rows(actor.person_id)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="hours.csv"'
    return response


@bp.post("/hours/submit")
def submit_drafts() -> ResponseReturnValue:
    """Send every draft."""
    actor = authorize(Permission.PRACTICE_LOG_HOURS)
    drafts = [line for line in queries.entries_of(actor.person_id) if line.state == State.DRAFT]
    if drafts:
        sent = services.submit(actor.person_id, entry_ids=[line.id for line in drafts])
        flash(
            ngettext("Sent 1 entry to your supervisor.", "Sent %(num)s entries to your supervisor.", len(sent))
        )
    return redirect(url_for("practice.hours"))


@bp.get("/hours/<int:entry_id>")
def entry(entry_id: int) -> ResponseReturnValue:
    """One entry with its history; its trainee can mend it here."""
    line = _entry(entry_id)
    actor = authorize(Permission.PRACTICE_SEE_ENTRY, _target(line))
    form = None
    is_open = line.state in (State.DRAFT, State.RETURNED) and not line.is_voiding
    if line.person_id == actor.person_id and is_open:
        form = _form(queries.placements_of(actor.person_id), obj=line)
        form.client_key.data = ""
        form.begin_with(line)
    return _entry_page(line, form, 200)


@bp.post("/hours/<int:entry_id>")
def change_entry(entry_id: int) -> ResponseReturnValue:
    """Mend an entry, and send it when asked to."""
    line = _entry(entry_id)
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(line))
    form = _form(queries.placements_of(actor.person_id))
    if form.validate_on_submit():
        try:
            services.change_entry(
                actor.person_id, entry_id=entry_id, version=form.version.data or 0, hours=_typed(form)
            )
            if request.form.get("do") == "submit":
                services.submit(actor.person_id, entry_ids=[entry_id])
        except Invalid as fault:
            _show(form, fault)
        else:
            return _saved(entry_id)
    return _entry_page(line, form, 422)


@bp.post("/hours/<int:entry_id>/submit")
def submit_entry(entry_id: int) -> ResponseReturnValue:
    """Send one entry as it is."""
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(_entry(entry_id)))
    services.submit(actor.person_id, entry_ids=[entry_id])
    return _saved(entry_id)


@bp.post("/hours/<int:entry_id>/withdraw")
def withdraw(entry_id: int) -> ResponseReturnValue:
    """Take an entry back before it is looked at."""
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(_entry(entry_id)))
    services.withdraw(actor.person_id, entry_id=entry_id)
    flash(_("You have it back. It is a draft again."))
    return redirect(url_for("practice.entry", entry_id=entry_id))


@bp.post("/hours/<int:entry_id>/discard")
def discard(entry_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(_entry(entry_id)))
    services.discard_entry(actor.person_id, entry_id=entry_id)
    flash(_("The draft is gone."))
    return redirect(url_for("practice.hours"))


@bp.get("/hours/<int:entry_id>/amend")
def amendment(entry_id: int) -> ResponseReturnValue:
    """The form for the line that shall stand for a signed one; it begins with what was signed."""
    line = _entry(entry_id)
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(line))
    if not line.may_be_amended:
        raise Conflict(_("Only signed hours without an amendment can be amended."))
    form = _form_of(AmendForm, queries.placements_of(actor.person_id), obj=line)
    form.client_key.data, form.is_voiding.data, form.reason.data = new_key(), False, ""
    form.begin_with(line)
    return _amendment_page(line, form, 200)


@bp.post("/hours/<int:entry_id>/amend")
def amend(entry_id: int) -> ResponseReturnValue:
    """Send the line that shall stand for a signed one to the supervisor."""
    line = _entry(entry_id)
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(line))
    form = _form_of(AmendForm, queries.placements_of(actor.person_id))
    if form.validate_on_submit():
        try:
            made = services.amend(
                actor.person_id,
                entry_id=entry_id,
                hours=_typed(form),
                reason=form.reason.data or "",
                is_voiding=form.is_voiding.data,
                client_key=form.client_key.data or new_key(),
            )
            if made.state == State.DRAFT:
                services.submit(actor.person_id, entry_ids=[made.id])
        except Invalid as fault:
            _show(form, fault)
        else:
            return _saved(made.id)
    return _amendment_page(line, form, 422)


def _amendment_page(line: EntryLine, form: AmendForm, status: int) -> ResponseReturnValue:
    readers = [person(line.supervisor_id).chosen_name]
    return render_template("practice/amend.html", line=line, form=form, readers=readers, words=words), status


def _entry(entry_id: int) -> EntryLine:
    current_actor()  # who is not signed in is asked to, before any id is looked at
    return queries.entry(entry_id)


def _target(line: EntryLine) -> Target:
    actor_id, supervisor_id = current_actor().person_id, line.supervisor_id
    if actor_id not in (line.person_id, supervisor_id) and queries.stood_in_for(actor_id, [line]):
        supervisor_id = actor_id
    return Target(organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=supervisor_id)


def _form(placements: Sequence[PlacementLine], **defaults: object) -> HoursForm:
    return _form_of(HoursForm, placements, **defaults)


def _form_of(kind: type[FormT], placements: Sequence[PlacementLine], **defaults: object) -> FormT:
    today = clock.today(placements[0].zone) if placements else date.max
    # Over now, but its last days may still be missing: an ended placement stays choosable at the end.
    current_first = sorted(placements, key=lambda placement: not covers(placement, today))
    return kind(
        placements=[(placement.id, placement.site) for placement in current_first],
        asks_population=any(placement.asks_population for placement in placements),
        **defaults,
    )


def _new_form(placements: Sequence[PlacementLine], last: EntryLine | None) -> HoursForm:
    form = _form(placements, mode=Mode.IN_PERSON.value)
    form.worked_on.data = clock.today(placements[0].zone if placements else zone())
    form.client_key.data = new_key()
    if last is not None:
        form.placement_id.data, form.kind.data, form.mode.data = last.placement_id, last.kind, last.mode
        form.starts_at.data, form.ends_at.data = last.starts_at, last.ends_at
        form.is_overnight.data = last.is_overnight
        form.begin_with(last)
        form.role.data, form.population.data = last.role, last.population
    return form


def _typed(form: HoursForm) -> services.Hours:
    return services.Hours(
        placement_id=form.placement_id.data or 0,
        worked_on=form.worked_on.data,
        kind=form.kind.data,
        mode=form.mode.data,
        minutes=form.length.data,
        starts_at=form.starts_at.data,
        ends_at=form.ends_at.data,
        is_overnight=form.is_overnight.data,
        note=form.note.data or "",
        role=form.role.data or None,
        is_direct={"direct": True, "indirect": False}.get(form.directness.data or ""),
        population=form.population.data or "",
    )


def _show(form: HoursForm, fault: Invalid) -> None:
    for one in getattr(fault, "faults", (fault,)):
        form.show(one)


def _saved(entry_id: int) -> ResponseReturnValue:
    line = queries.entry(entry_id)
    name = person(line.supervisor_id).chosen_name
    if line.state == State.SUBMITTED:
        flash(_("Sent to %(name)s.", name=name))
    else:
        flash(_("Saved as a draft."))
    if noticed := _noticed(line):
        flash(
            _("%(name)s will look at this twice: %(why)s.", name=name, why="; ".join(map(words.say, noticed)))
        )
    return redirect(url_for("practice.hours"))


def _noticed(line: EntryLine) -> tuple[Problem, ...]:
    """What the supervisor will be shown about the entry."""
    placement = queries.placement(line.placement_id)
    return flags(
        problems_with(
            line.work,
            queries.works_of([line.person_id]).get(line.person_id, ()),
            placement,
            queries.covering(placement.agreements, line.worked_on),
            clock.today(line.zone),
            queries.checks_at([line.organisation_id])[line.organisation_id],
            counts_from=line.counts_from,
        )
    )


def _hours_page(
    actor: Actor, placements: Sequence[PlacementLine], form: HoursForm, status: int
) -> ResponseReturnValue:
    lines = queries.entries_of(actor.person_id)
    weeks: dict[date, list[EntryLine]] = {}
    for line in lines:
        weeks.setdefault(line.week, []).append(line)
    supervisor_ids = {agreement.supervisor_id for place in placements for agreement in place.agreements}
    names = people(supervisor_ids | {line.supervisor_id for line in lines})
    page = render_template(
        "practice/hours.html",
        form=form,
        weeks=[Week(monday, tuple(members)) for monday, members in weeks.items()],
        names={person_id: card.chosen_name for person_id, card in names.items()},
        readers=sorted(names[person_id].chosen_name for person_id in supervisor_ids),
        has_placement=bool(placements),
        periods=queries.period_marks_of(actor.person_id),
        links_to_send=queries.waiting_for_links(actor.person_id),
        drafts=sum(line.state == State.DRAFT for line in lines),
        signed=sum(line.signed_minutes or 0 for line in lines if line.counts),
        words=words,
    )
    return page, status


def _entry_page(line: EntryLine, form: HoursForm | None, status: int) -> ResponseReturnValue:
    history = queries.sign_offs_of(line.id)
    names = people({line.person_id, line.supervisor_id, *(act.by_id for act in history)})
    page = render_template(
        "practice/entry.html",
        line=line,
        form=form,
        problems=_noticed(line) if line.state in (State.DRAFT, State.SUBMITTED, State.RETURNED) else (),
        history=history,
        identities=queries.identities_of(act.batch_id for act in history),
        names={person_id: card.chosen_name for person_id, card in names.items()},
        readers=[names[line.supervisor_id].chosen_name],
        periods=[mark for mark in queries.period_marks_of(line.person_id) if line.id in mark.entries],
        has_dispute=queries.dispute_about(line.id) is not None,
        may_dispute=queries.disputable_act(line.id) is not None,
        is_own=can(Permission.PRACTICE_CHANGE_ENTRY, _target(line)),
        may_sign=can(Permission.PRACTICE_SIGN_OFF, _target(line)),
        words=words,
    )
    return page, status
