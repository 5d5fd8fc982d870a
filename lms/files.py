"""Files by the hash of their content: written whole or not at all, never changed."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from flask import current_app

from lms.errors import NotFound

_NAME = re.compile(r"[0-9a-f]{64}")


def put(data: bytes) -> str:
    """Keep these bytes and answer their name, the SHA-256 in hex. The same bytes are kept once."""
    name = hashlib.sha256(data).hexdigest()
    path = _path(name)
    if path.exists():
        return name
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return name


def get(name: str) -> bytes:
    """The bytes of that name. Raises NotFound when they are not there or no longer match their name."""
    path = _path(name)
    if not path.exists():
        raise NotFound
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != name:
        raise NotFound("This file was changed on disk and is not shown. Please tell the administrator.")
    return data


def remove(name: str) -> None:
    """Take these bytes away, where somebody may ask for that; it is no fault when they are gone already."""
    _path(name).unlink(missing_ok=True)


def exists(name: str) -> bool:
    """Whether bytes of that name are kept."""
    return _path(name).exists()


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise NotFound
    folder: Path = current_app.config["SETTINGS"].data_dir
    return folder / "files" / name[:2] / name
