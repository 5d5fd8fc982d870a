"""The supervisor's queue: look, sign, ask for a fix, undo; a decision for each line."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from lms.errors import Invalid, NotFound
from lms.people.services import confirm_identity, is_confirmed
from lms.permissions import Actor, Permission, Target, authorize
from lms.practice import queries, services, words
from lms.practice.forms import AskForm, SignForm, ask_form, sign_form
from lms.practice.queries import MOST_SHOWN, QueueFilter, QueueLine
from lms.practice.routes.blueprint import bp
from lms.practice.rules import monday_of
from lms.practice.services import MOST_IN_A_BATCH, BatchResult
from lms.practice.statements import CURRENT

MOST_PAGES = 1000


@bp.get("/sign-off")
def queue() -> ResponseReturnValue:
    """What waits: first what needs a look, then what fits, by trainee and week."""
    actor = authorize(Permission.PRACTICE_SEE_QUEUE)
    return _queue_page(actor, None, 200)


@bp.get("/sign-off/sign")
def confirm() -> ResponseReturnValue:
    """Exactly what would be signed, and the statement."""
    actor = authorize(Permission.PRACTICE_SEE_QUEUE)
    lines = _chosen(actor)
    if not 1 <= len(lines) <= MOST_IN_A_BATCH:
        return _queue_page(actor, _how_many(), 422)
    form = sign_form(line.entry.id for line in lines)()
    form.statement_version.data = CURRENT.version
    return _sign_page(lines, form, 200)


@bp.post("/sign-off/sign")
def sign_off() -> ResponseReturnValue:
    """Sign the lines of the page."""
    actor = authorize(Permission.PRACTICE_SEE_QUEUE)
    versions = _versions()
    lines = _lines(actor, versions)
    form = sign_form(versions)()
    if form.validate_on_submit():
        try:
            if not is_confirmed():
                confirm_identity(form.password.data or "")
            result = services.sign_off(
                actor.person_id,
                entry_ids=list(versions),
                versions=versions,
                minutes=_typed(form, "fewer", versions),
                domains=_typed(form, "domain", versions),
                reasons=_typed(form, "why", versions),
                method="password",
                statement_version=form.statement_version.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _answered(result, lines)
    return _sign_page(lines, form, 422)


@bp.get("/sign-off/ask")
def ask() -> ResponseReturnValue:
    """What should be fixed, for all lines or for each."""
    actor = authorize(Permission.PRACTICE_SEE_QUEUE)
    lines = _chosen(actor)
    if not 1 <= len(lines) <= MOST_IN_A_BATCH:
        return _queue_page(actor, _how_many(), 422)
    return _ask_page(lines, ask_form(line.entry.id for line in lines)(), 200)


@bp.post("/sign-off/ask")
def ask_for_a_fix() -> ResponseReturnValue:
    """Send the lines back with their reasons."""
    actor = authorize(Permission.PRACTICE_SEE_QUEUE)
    versions = _versions()
    lines = _lines(actor, versions)
    form = ask_form(versions)()
    if form.validate_on_submit():
        shared = form.reason.data or ""
        reasons = {id: form[f"reason_{id}"].data or shared for id in versions}
        try:
            result = services.return_entries(actor.person_id, reasons=reasons, versions=versions)
        except Invalid as fault:
            form.show(fault)
        else:
            return _answered(result, lines)
    return _ask_page(lines, form, 422)


@bp.post("/sign-off/<batch_id>/undo")
def undo(batch_id: str) -> ResponseReturnValue:
    """Take a batch back."""
    actor = authorize(Permission.PRACTICE_SEE_QUEUE)
    result = services.undo(actor.person_id, batch_id=batch_id)
    flash(
        ngettext(
            "Undone. 1 entry waits for you again.",
            "Undone. %(num)s entries wait for you again.",
            len(result.done),
        )
    )
    for _entry_id, why in result.not_done:
        flash(why, "error")
    return redirect(url_for("practice.queue", **_asked_words()))


def _asked() -> QueueFilter:
    """The filters that the address names; what cannot be read is not asked for."""
    week = request.args.get("week", type=date.fromisoformat)
    return QueueFilter(
        trainee=request.args.get("trainee", type=int),
        site=request.args.get("site", ""),
        week=monday_of(week) if week else None,
        is_flagged="flagged" in request.args,
        of=request.args.get("of", type=int),
        page=min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES),
    )


def _asked_words() -> dict[str, Any]:
    """The filters as the address has them, to be kept on the way from page to page."""
    return {
        name: request.args[name]
        for name in ("of", "trainee", "site", "week", "flagged", "page")
        if request.args.get(name)
    }


def _chosen(actor: Actor) -> tuple[QueueLine, ...]:
    """The lines that the address names: ticked ones, one group, or the first hundred that fit."""
    waiting = queries.entries_awaiting_sign_off(actor.person_id, _asked())
    if "all" in request.args:
        return tuple(line for line in waiting if line.fits)[:MOST_IN_A_BATCH]
    if "group" in request.args:
        named = request.args["group"]
        found = (group for group in queries.groups(waiting) if group.key == named)
        return next((group.lines[:MOST_IN_A_BATCH] for group in found), ())
    ids = request.args.getlist("e", type=int)
    if len(set(ids)) > MOST_IN_A_BATCH:
        return ()
    return _lines(actor, ids)


def _lines(actor: Actor, entry_ids: Sequence[int] | dict[int, int]) -> tuple[QueueLine, ...]:
    """These entries, each decided for this actor. Raises NotFound, Forbidden."""
    entries = queries.entries(entry_ids)
    instead = queries.stood_in_for(actor.person_id, entries)
    for entry in entries:
        authorize(
            Permission.PRACTICE_SIGN_OFF,
            Target(
                organisation_id=entry.organisation_id,
                owner_id=entry.person_id,
                supervisor_id=actor.person_id if entry.id in instead else entry.supervisor_id,
            ),
        )
    return queries.queue_lines(entries, actor.person_id)


def _typed(form: SignForm, name: str, entry_ids: Iterable[int]) -> dict[int, Any]:
    """What was typed in one field of each line; a field left empty is left out."""
    found = {entry_id: form[f"{name}_{entry_id}"].data for entry_id in entry_ids}
    return {entry_id: value for entry_id, value in found.items() if value not in (None, "")}


def _versions() -> dict[int, int]:
    """The lines of a posted page: entry id and the version that was shown."""
    pairs = [value.split(":") for value in request.form.getlist("line")]
    if not 1 <= len(pairs) <= MOST_IN_A_BATCH or not all(
        len(pair) == 2 and all(part.isascii() and part.isdigit() and len(part) < 10 for part in pair)
        for pair in pairs
    ):
        raise NotFound
    return {int(entry_id): int(version) for entry_id, version in pairs}


def _how_many() -> str:
    if len(request.args.getlist("e")) > MOST_IN_A_BATCH:
        return str(_("Choose %(most)s entries at most.", most=MOST_IN_A_BATCH))
    return str(_("Choose at least one entry."))


def _answered(result: BatchResult, lines: Sequence[QueueLine]) -> ResponseReturnValue:
    by_id = {line.entry.id: line for line in lines}
    for entry_id, why in result.not_done:
        line = by_id[entry_id]
        day = format_date(line.entry.worked_on, "MMM d")
        flash(_("%(name)s, %(day)s: %(why)s", name=line.trainee.chosen_name, day=day, why=why), "error")
    return redirect(url_for("practice.queue", batch=result.batch_id, **_asked_words()))


def _queue_page(actor: Actor, fault: str | None, status: int) -> ResponseReturnValue:
    asked = _asked()
    lines = queries.entries_awaiting_sign_off(actor.person_id, asked)
    batch_id = request.args.get("batch")
    page = render_template(
        "practice/queue.html",
        lines=lines,
        asked=asked,
        asked_words=_asked_words(),
        choices=queries.queue_choices(actor.person_id, asked.of),
        instead=queries.waiting_instead(actor.person_id),
        odd=[line for line in lines if not line.fits],
        groups=queries.groups(lines),
        batch=queries.batch(batch_id, actor.person_id) if batch_id else None,
        most=MOST_IN_A_BATCH,
        has_more=len(lines) == MOST_SHOWN,
        other_words={name: value for name, value in _asked_words().items() if name != "page"},
        fault=fault,
        words=words,
    )
    return page, status


def _sign_page(lines: Sequence[QueueLine], form: SignForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "practice/confirm.html",
        lines=lines,
        form=form,
        statement=CURRENT,
        asked_words=_asked_words(),
        asks_password=not is_confirmed(),
        words=words,
    )
    return page, status


def _ask_page(lines: Sequence[QueueLine], form: AskForm, status: int) -> ResponseReturnValue:
    page = render_template("practice/ask.html", lines=lines, form=form, asked_words=_asked_words(), words=words)
    return page, status
