"""Giving out places in status lists, and signing the lists."""

import json
import secrets

import sqlalchemy as sa
from flask import current_app

from lms import clock
from lms.credentials import paper, queries
from lms.credentials.badges import did, proof, status_list
from lms.credentials.log.salt import public_hash
from lms.credentials.models import SignedList, StatusList
from lms.credentials.services import log
from lms.credentials.services.keys import badge_signer, one_at_a_time
from lms.credentials.shuffle import place_of
from lms.db import lock, session
from lms.people import queries as people
from lms.worker import enqueue

TASK = "credentials.sign_list"


def free_place(organisation_id: int) -> tuple[int, int]:
    """A list of the issuer and a place in it that nobody had before; a new list once all are full.

    The row of the list is locked until the commit, so that two issues at once get two places.
    """
    held = _with_room(organisation_id)
    if held is None:
        one_at_a_time()
        held = _with_room(organisation_id)
    if held is None:
        before = session().scalar(
            sa.select(sa.func.max(StatusList.number)).where(StatusList.organisation_id == organisation_id)
        )
        held = StatusList(
            organisation_id=organisation_id, number=(before or 0) + 1, shuffle=secrets.token_hex(16), taken=0
        )
        session().add(held)
        session().flush()
        enqueue(TASK, held.id)
    turn = held.taken
    held.taken = turn + 1
    session().flush()
    return held.id, place_of(turn, held.shuffle, status_list.ENTRIES)


def _with_room(organisation_id: int) -> StatusList | None:
    return session().scalar(
        lock(
            sa.select(StatusList)
            .where(StatusList.organisation_id == organisation_id, StatusList.taken < status_list.ENTRIES)
            .order_by(StatusList.number)
            .limit(1)
        )
    )


def sign_list(list_id: int) -> None:
    """Sign a list as it is now, if that says something new or the last time was long ago; then do nothing."""
    held = session().scalar(lock(sa.select(StatusList).where(StatusList.id == list_id)))
    if held is None or list_id not in queries.stale_lists():
        return
    root: str = current_app.config["SETTINGS"].public_root
    slug, now = people.organisation(held.organisation_id).slug, clock.now()
    ended = queries.ended_in(list_id)
    url = f"{root}/issuers/{slug}/status/{held.number}"
    key, signer = badge_signer(held.organisation_id)
    issuer = did.did_of(root, slug)
    bare = status_list.unsigned(url, issuer, ended, now)
    signed = proof.sign(bare, signer, method=f"{issuer}#{key.name}", at=now)
    bits = bare["credentialSubject"]["encodedList"]
    text = json.dumps(signed, separators=(",", ":"))
    session().add(
        SignedList(
            list_id=list_id,
            document=text,
            paper_signature=paper.signed_list(issuer, held.number, now, bits, signer)["signature"],
            bits_set=len(ended),
            key_id=key.id,
            log_number=log.append("status-list", list=public_hash(url), doc=public_hash(text)),
            at=now,
        )
    )
    session().flush()
