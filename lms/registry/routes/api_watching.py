"""The programming interface of being told of changes: asking in bulk, what came of it, and each message."""

import json
from datetime import datetime
from typing import Any

from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from lms import clock
from lms.credentials import queries as credentials
from lms.credentials.numbers import compact, is_well_formed, normalise
from lms.credentials.states import State
from lms.people import queries as people
from lms.permissions import public
from lms.registry import deliveries as messages
from lms.registry import endpoints, tokens, watches, watching
from lms.registry.api_scopes import ApiScope
from lms.registry.deliveries import DeliveryCard
from lms.registry.openapi import MOST_WATCHED
from lms.registry.routes.api import _after, _cursor, _limit, _needs, _numbers, _once, bp, limited
from lms.registry.routes.blueprint import LONGEST_TYPED
from lms.registry.watches import WatchCard, WatchState

# A holder's no is not told to who asked: it looks like no answer.
TOLD_OF = {WatchState.TOLD: "told", WatchState.LAPSED: "lapsed"}


@bp.get("/subscriptions")
@limited
@public
def subscriptions() -> ResponseReturnValue:
    """What the token's organisation asked to be told of and did not end, oldest first."""
    token = _needs(ApiScope.WATCH)
    limit = _limit()
    held = watches.watches_of_organisation(token.organisation_id, after=_after(), most=limit + 1)
    shown, now = held[:limit], clock.now()
    cards = credentials.cards_by_id(one.credential_id for one in shown)
    following = _cursor(shown[-1].id) if len(held) > limit else None
    lines = [
        _state(one, cards[one.credential_id].number, cards[one.credential_id].zone, now)
        | {"asked_at": one.asked_at.isoformat(timespec="seconds")}
        for one in shown
    ]
    return jsonify(subscriptions=lines, next_cursor=following)


@bp.post("/subscriptions")
@limited
@public
def subscribe() -> ResponseReturnValue:
    """Ask to be told of many credentials; each holder gets a letter, once."""
    token = _needs(ApiScope.WATCH)
    numbers = _numbers(MOST_WATCHED)
    return _once(token, lambda: json.dumps({"subscriptions": _asked(token, numbers)}))


@bp.delete("/subscriptions/<number>")
@limited
@public
def unsubscribe(number: str) -> ResponseReturnValue:
    """Be told of a credential no more; twice is once, and what was never asked for is the same."""
    token = _needs(ApiScope.WATCH)
    card = credentials.by_number(normalise(number[:LONGEST_TYPED]))
    held = watches.watch_of(card.id, organisation_id=token.organisation_id) if card else None
    if held is not None:
        watching.end_watch(None, held=held)
    return Response(status=204)


@bp.get("/deliveries")
@limited
@public
def deliveries() -> ResponseReturnValue:
    """Messages to the token's organisation, newest first."""
    token = _needs(ApiScope.WATCH)
    limit = _limit()
    found = messages.deliveries_of(token.organisation_id, before=_after() or None, most=limit + 1)
    following = _cursor(found[limit - 1].id) if len(found) > limit else None
    return jsonify(deliveries=[_line(one) for one in found[:limit]], next_cursor=following)


@bp.post("/deliveries/<message_id>/resend")
@limited
@public
def resend(message_id: str) -> ResponseReturnValue:
    """Send a message again, under its own id."""
    token = _needs(ApiScope.WATCH)
    endpoints.send_again(None, organisation_id=token.organisation_id, message_id=message_id)
    return jsonify(id=message_id, state="waiting")


def _asked(token: tokens.TokenCard, numbers: list[str]) -> list[dict[str, Any]]:
    """One answer for each number; codes are those of the bulk check. A number twice is asked about once."""
    now = clock.now()
    name = watching.tidy_name(people.organisation(token.organisation_id).name)
    cards = credentials.by_numbers(normalise(one) for one in numbers if is_well_formed(one[:LONGEST_TYPED]))
    held = watches.watches_by_credential(token.organisation_id, [card.id for card in cards.values()])
    answers: list[dict[str, Any]] = []
    for typed in numbers:
        card = cards.get(normalise(typed[:LONGEST_TYPED]))
        if card is None or card.state(now) in (State.ERASED, State.UNKNOWN):
            code = "V06" if card else _code(typed)
            answers.append({"asked": typed, "code": code, "number": None, "state": None, "until": None})
            continue
        one = held.get(card.id)
        if one is None or one.state(now) is not WatchState.TOLD:
            one = watching.watch(card, name=name, language="en", organisation_id=token.organisation_id)
            if one is not None:
                held[card.id] = one
        answers.append({"asked": typed, "code": None} | _state(one, card.number, card.zone, now))
    return answers


def _code(typed: str) -> str:
    if not compact(typed):
        return "V01"
    return "V03" if is_well_formed(typed[:LONGEST_TYPED]) else "V02"


def _state(one: WatchCard | None, number: str, zone: str, now: datetime) -> dict[str, Any]:
    state = one.state(now) if one is not None else WatchState.WAITING
    day = one.last_day(zone) if one is not None else None
    return {
        "number": number,
        "state": TOLD_OF.get(state, "waiting"),
        "until": day.isoformat() if day is not None else None,
    }


def _line(one: DeliveryCard) -> dict[str, Any]:
    is_next = one.state == "waiting" and one.next_try_at is not None
    return {
        "id": one.message_id,
        "number": one.number,
        # What could not be told as the yes was over is not told here.
        "change": one.kind if one.state == "told" else None,
        "state": one.state,
        "noted_at": one.noted_at.isoformat(timespec="seconds"),
        "tries": one.tries,
        "answer": one.last_code,
        "next_try_at": one.next_try_at.isoformat(timespec="seconds") if is_next and one.next_try_at else None,
        "told_at": one.told_at.isoformat(timespec="seconds") if one.told_at else None,
    }
