"""Whether documents, files and log still fit together: what `bin/lms check-log` looks at."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lms import files
from lms.credentials.log import notes, tree
from lms.credentials.log.salt import public_hash, salted
from lms.credentials.models import Credential, CredentialDocument, CredentialIdentity, LogEntry, SignedList
from lms.credentials.queries import log
from lms.credentials.queries.keys import Purpose, keys_of
from lms.credentials.queries.reports import report_faults
from lms.db import session
from lms.errors import NotFound

OPS = frozenset({"issue", "renew", "sign_again"})


class LogCheck:
    """One look at everything: `faults()` names each place, `entries` and `documents` count what was seen."""

    def __init__(self) -> None:
        self.entries = self.documents = 0

    def faults(self, kept_checkpoint: str = "") -> Iterator[str]:
        """One sentence for each place that does not fit, and whether a kept checkpoint is continued."""
        self.entries = log.size()
        yield from log.faults()
        yield from self._documents()
        yield from _lists()
        yield from report_faults()
        if kept_checkpoint:
            yield from _continued(kept_checkpoint)

    def _documents(self) -> Iterator[str]:
        rows: Any = session().execute(
            sa.select(
                Credential.number,
                CredentialDocument.sequence,
                CredentialDocument.json_sha256,
                CredentialDocument.pdf_sha256,
                CredentialIdentity.salt,
                LogEntry.body,
            )
            .join(CredentialDocument, CredentialDocument.credential_id == Credential.id)
            .outerjoin(CredentialIdentity, CredentialIdentity.credential_id == Credential.id)
            .outerjoin(LogEntry, LogEntry.number == CredentialDocument.log_number)
            .where(CredentialDocument.made_at.is_not(None))
            .order_by(CredentialDocument.id)
        )
        for number, sequence, json_sha256, pdf_sha256, salt, body in rows:
            self.documents += 1
            where = f"credential {number}, period {sequence}"
            if not salt:  # erased: nothing opens the entry any more
                for name in (json_sha256, pdf_sha256):
                    if files.exists(name):
                        yield f"{where}: it was erased, and its file {name} is still there."
                continue
            said = json.loads(body) if body else {}
            if said.get("op") not in OPS or said.get("id") != salted(salt, number):
                yield f"{where}: the log says nothing of it where it should."
                continue
            for key, name in (("vc", json_sha256), ("pdf", pdf_sha256)):
                try:
                    data = files.get(name)
                except NotFound:
                    yield f"{where}: the file {name} is gone or was changed."
                    continue
                if said.get(key) != salted(salt, data):
                    yield f"{where}: the file {name} is not the one that the log speaks of."


def _lists() -> Iterator[str]:
    rows = session().execute(
        sa.select(SignedList.id, SignedList.document, LogEntry.body).outerjoin(
            LogEntry, LogEntry.number == SignedList.log_number
        )
    )
    for list_id, document, body in rows:
        if not body or json.loads(body).get("doc") != public_hash(document):
            yield f"signed_list {list_id}: it is not the one that the log speaks of."


def _continued(kept: str) -> Iterator[str]:
    name = log.origin()
    for key in keys_of(None, Purpose.LOG):
        try:
            said = notes.checkpoint_in(kept, name, key.badge_key)
        except notes.NoteFault:
            continue
        if said.size > log.size():
            yield f"The log has {log.size()} entries; the checkpoint that was kept speaks of {said.size}."
        elif tree.root_of(said.size, log.node) != said.root:
            yield f"The log does not continue the checkpoint that was kept, of {said.size} entries."
        return
    yield "The checkpoint that was kept is not signed by this log."
