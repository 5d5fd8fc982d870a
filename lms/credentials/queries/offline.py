"""Reads for checking papers without network: what a checker takes along."""

import json
from typing import Any

import sqlalchemy as sa
from flask import current_app

from lms import clock
from lms.credentials import paper
from lms.credentials.badges import did
from lms.credentials.models import KeyEvent, SigningKey
from lms.credentials.queries.documents import newest_lists
from lms.credentials.queries.keys import Purpose
from lms.db import session
from lms.people import queries as people


def bundle() -> dict[str, Any]:
    """Every issuer's name, keys that are to be trusted (retired ones too) and newest signed lists.

    Three statements, however many issuers there are. A compromised key is left out: what it signed is
    signed again with the next one.
    """
    keys, lists, root = _trusted_keys(), signed_lists(), current_app.config["SETTINGS"].public_root
    issuers = [
        {
            "did": did.did_of(root, one.slug),
            "name": one.name,
            "zone": one.timezone,
            "keys": keys[one.id],
            "lists": lists.get(one.id, {}),
        }
        for one in people.organisations()
        if one.id in keys
    ]
    return paper.bundle_of(issuers, clock.now())


def signed_lists() -> dict[int, dict[str, dict[str, Any]]]:
    """By organisation and number of the list: the newest form of it that is checked without network."""
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for one in newest_lists():
        if one.paper_signature is not None:
            bits = json.loads(one.document)["credentialSubject"]["encodedList"]
            form = paper.listed(one.number, one.at, bits, one.paper_signature)
            found.setdefault(one.organisation_id, {})[str(one.number)] = form
    return found


def _trusted_keys() -> dict[int, list[str]]:
    compromised = sa.select(KeyEvent.key_id).where(KeyEvent.kind == "compromised")
    rows = session().execute(
        sa.select(SigningKey.organisation_id, SigningKey.public)
        .where(SigningKey.purpose == Purpose.BADGE.value, SigningKey.id.not_in(compromised))
        .order_by(SigningKey.id)
    )
    found: dict[int, list[str]] = {}
    for organisation_id, public in rows:
        if organisation_id is not None:
            found.setdefault(organisation_id, []).append(public)
    return found
