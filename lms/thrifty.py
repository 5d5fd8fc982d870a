"""Waitress that does not read what is refused: a body that is too large is answered from its head alone.

Waitress collects a body before the application is called. What is larger than anything that the application
takes is therefore told to the application without its body: it answers as ever, in the reader's language.
"""

import socket
from io import BytesIO
from time import monotonic
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

LARGEST_BODY = 11 * 1024 * 1024
"""Just over the largest that any page takes (papers of an application, 10.5 MB)."""
LINGER_SECONDS = 2.0
LINGER_BYTES = 4 * 1024 * 1024


def server(app: Flask, **how: Any) -> Any:
    """A server of waitress for the application; `how` are waitress's own settings."""
    parts: dict[int, Any] = {}
    made = create_server(app, map=parts, max_request_body_size=LARGEST_BODY, ident=None, **how)
    for part in parts.values():
        if hasattr(part, "channel_class"):
            part.channel_class = _Channel
    return made


class _Refusal(WSGITask):  # type: ignore[misc]
    """The application's own answer to a body that it never sees."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        length = environ.get("CONTENT_LENGTH") or "0"
        environ["CONTENT_LENGTH"] = str(max(int(length), LARGEST_BODY))
        environ["wsgi.input"] = BytesIO()
        return environ

    def execute(self) -> None:
        self.channel.refused_at = monotonic()
        self.set_close_on_finish()
        super().execute()


def _task_for(channel: HTTPChannel, request: Any) -> Any:
    is_large = isinstance(request.error, RequestEntityTooLarge) and bool(request.path)
    return (_Refusal if is_large else ErrorTask)(channel, request)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that, after a refusal, hears its caller out for a moment before it is closed.

    Closed at once, with bytes that nobody read, it would be reset, and the caller would never see the answer.
    """

    error_task_class = staticmethod(_task_for)
    refused_at: float | None = None
    heard = 0
    is_told = False

    def readable(self) -> bool:
        if not self.is_told:
            return bool(super().readable())
        if self.heard > LINGER_BYTES or monotonic() - (self.refused_at or 0) > LINGER_SECONDS:
            self.will_close = True  # the next round closes it
        return not self.will_close

    def writable(self) -> bool:
        return self.will_close if self.is_told else bool(super().writable())

    def handle_read(self) -> None:
        if not self.is_told:
            super().handle_read()
            return
        try:
            self.heard += len(self.recv(65_536))
        except OSError:
            self.will_close = True

    def handle_close(self) -> None:
        if self.refused_at is None or self.is_told or self.total_outbufs_len:
            super().handle_close()
            return
        self.is_told = True
        self.will_close = False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            super().handle_close()
