"""The page `/offline` as one file: it may be saved, and checks papers with the network off. Pure."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIBRARY_SHA256 = "a4f631d1876b5d9e43a86cd71194ca27b5e1451edf4ba4db9a418f40a475569a"
# The last line of the library, which a page that is one file can do without.
EXPORTS = (
    "export { etc, getPublicKey, getPublicKeyAsync, hash, hashes, keygen, keygenAsync, Point, sign, signAsync, "
    "utils, verify, verifyAsync, };"
)


def page(bundle: Mapping[str, Any]) -> str:
    """The whole page, with the keys and lists of now inside."""
    data = json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return _filled().replace("{{ bundle }}", data)


def policy() -> str:
    """The security policy of the page: only its own script and style, and nothing from or to elsewhere."""
    return (
        f"default-src 'none'; script-src 'sha256-{_hash(_script())}'; style-src 'sha256-{_hash(_style())}'; "
        "img-src blob: data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _filled() -> str:
    """The page but for the bundle. It carries its policy along, for when it is opened from a disk."""
    text = (HERE / "page.html").read_text(encoding="utf-8")
    for name, value in (("policy", policy()), ("style", _style()), ("script", _script())):
        text = text.replace(f"{{{{ {name} }}}}", value)
    return text


@cache
def _style() -> str:
    return (HERE / "page.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    library = (HERE / "noble-ed25519.js").read_text(encoding="utf-8")
    wrapped = library.replace(EXPORTS, "return { verifyAsync };")
    return f"const ed25519 = (() => {{\n{wrapped}\n}})();\n" + (HERE / "page.js").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
