"""Checking a file: the PDF, picture or document that somebody was given."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from lms.credentials import labels as words
from lms.limits import limiter
from lms.permissions import public
from lms.registry import labels
from lms.registry.file_answer import answer_for
from lms.registry.routes.blueprint import bp
from lms.registry.routes.public import is_json_wanted

FILE_LIMIT = "20 per minute"


@bp.get("/verify/file")
@public
def verify_file() -> ResponseReturnValue:
    """The form for a file."""
    return render_template("registry/file.html", answer=None, is_empty=False)


@bp.post("/verify/file")
@limiter.limit(FILE_LIMIT)
@public
def verify_file_sent() -> ResponseReturnValue:
    """What can be said of the file that was sent. It is not kept."""
    sent = request.files.get("file")
    data = b""
    if sent is not None:
        with sent.stream as stream:
            data = stream.read()
    if not data:
        return render_template("registry/file.html", answer=None, is_empty=True), 422
    answer = answer_for(data)
    if is_json_wanted():
        return jsonify(answer.as_json())
    return render_template("registry/file.html", answer=answer, is_empty=False, labels=labels, words=words)
