"""`bin/lms verify-offline`: checks papers with a bundle that was fetched before. No network, no database.

The exit code says what was found: 0 all are valid, 1 one is altered or not ours, 2 revoked, 3 expired, 5
one cannot be checked (nothing to read, no bundle, or lists that are too old). Of several papers the gravest
decides.
"""

import ipaddress
import json
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lms.credentials.paper import HEAD, Answer, Paper, checked

CODES = {
    Paper.VALID: 0,
    Paper.ALTERED: 1,
    Paper.NOT_OURS: 1,
    Paper.REVOKED: 2,
    Paper.EXPIRED: 3,
    Paper.UNREADABLE: 5,
    Paper.STATUS_UNKNOWN: 5,
}
CANNOT_BE_CHECKED = 5
# The first that is found decides.
GRAVEST_FIRST = (1, 2, 3, 5)
WORDS = {
    Paper.VALID: "VALID",
    Paper.ALTERED: "ALTERED",
    Paper.NOT_OURS: "NOT OURS",
    Paper.REVOKED: "REVOKED",
    Paper.EXPIRED: "EXPIRED",
    Paper.UNREADABLE: "CANNOT BE READ",
    Paper.STATUS_UNKNOWN: "CANNOT BE CHECKED NOW",
}
SENTENCES = {
    Paper.ALTERED: "somebody changed what the issuer signed, or signed it themselves",
    Paper.NOT_OURS: "no issuer of this bundle has the key that this paper names",
    Paper.UNREADABLE: "this is not the code of a certificate",
}
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
LARGEST_BUNDLE = 20_000_000
LARGEST_FILE = 50_000_000
SECONDS = 30


class Unfit(Exception):
    """A file or address that cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Found:
    """One paper, or why there is none: where it came from, and its code or a sentence."""

    source: str
    code: str = ""
    why_not: str = ""


def check(given: Sequence[str], bundle: Mapping[str, Any], at: datetime, fresh_for: timedelta) -> Iterator[int]:
    """Print one line for each paper, and yield the code of each."""
    for source in given:
        for found in papers_in(source):
            answer = Answer(Paper.UNREADABLE) if found.why_not else checked(found.code, bundle, at, fresh_for)
            print(f"{found.source}: {line(answer, found.why_not)}", flush=True)  # noqa: T201
            yield CODES[answer.paper]


def gravest(codes: Sequence[int]) -> int:
    """The exit code for several papers; nothing at all could not be checked."""
    if not codes:
        return CANNOT_BE_CHECKED
    return next((code for code in GRAVEST_FIRST if code in codes), 0)


def line(answer: Answer, why_not: str = "") -> str:
    """The verdict in one line: a word first, then what the paper says, as far as it may be believed."""
    word, said = WORDS[answer.paper], answer.statement
    if said is None:
        return f"{word}: {why_not or SENTENCES[answer.paper]}."
    until = f"in force until {said.valid_until}" if said.valid_until else "without an end"
    facts = [said.name, said.title, said.number, f"issued {said.issued_on}", until, answer.issuer]
    as_of = f"{answer.as_of:%Y-%m-%d %H:%M} UTC" if answer.as_of else ""
    if answer.paper is Paper.STATUS_UNKNOWN:
        facts.append(f"the status list of {as_of} is too old or too new" if as_of else "no signed status list")
    elif as_of:
        facts.append(f"status of {as_of}")
    return f"{word}: " + "; ".join(_printable(fact) for fact in facts if fact) + "."


def papers_in(source: str) -> Iterator[Found]:
    """The papers in an argument: a code itself, a text with codes, a picture, or a PDF."""
    if source.strip().upper().startswith(HEAD):
        yield Found("code", source)
        return
    path = Path(source)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError):
        yield Found(_printable(source), why_not="there is no such file, and this is no code of a certificate")
        return
    name = _printable(path.name)
    try:
        if len(data) > LARGEST_FILE:
            raise Unfit("the file is larger than 50 MB")
        codes = list(_codes_in(path, data))
    except Unfit as fault:
        yield Found(name, why_not=str(fault))
        return
    if not codes:
        yield Found(name, why_not="no code of a certificate was found in it")
    for place, code in enumerate(codes, start=1):
        yield Found(name if len(codes) == 1 else f"{name} ({place})", code)


def held_bundle(path: Path) -> dict[str, Any]:
    """The bundle of a file. Raises Unfit."""
    try:
        if path.stat().st_size > LARGEST_BUNDLE:
            raise Unfit(f"{path} is too large for a bundle.")
        return _bundle(path.read_bytes())
    except OSError:
        raise Unfit(
            f"There is no bundle at {path}: get one with --fetch https://…/offline/bundle.json."
        ) from None


def fetch(url: str, target: Path) -> dict[str, Any]:
    """Get a bundle and keep it in a file. Raises Unfit for what is neither https nor this machine."""
    _screen(url)
    opener = urllib.request.build_opener(_Redirects)
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            data = answer.read(LARGEST_BUNDLE + 1)
    except (OSError, ValueError) as fault:
        raise Unfit(f"The bundle could not be fetched from {url}: {fault}.") from None
    if len(data) > LARGEST_BUNDLE:
        raise Unfit(f"What {url} answers is too large for a bundle.")
    bundle = _bundle(data)
    kept = target.with_name(target.name + ".part")
    kept.write_bytes(data)
    kept.replace(target)
    return bundle


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows only where we would have gone ourselves."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """The next request. Raises Unfit."""
        _screen(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _screen(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname or "")):
        raise Unfit(f"{url} is not an https address: the keys must come from whom they say.")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bundle(data: bytes) -> dict[str, Any]:
    try:
        bundle = json.loads(data)
        if bundle["format"] == "PSC1" and all(isinstance(one, dict) for one in bundle["issuers"]):
            return dict(bundle)
    except (ValueError, KeyError, TypeError):
        pass
    raise Unfit("This is not a bundle: get one with --fetch https://…/offline/bundle.json.")


def _codes_in(path: Path, data: bytes) -> Iterator[str]:
    if data.startswith(b"%PDF"):
        yield from _in_pdf(path)
    elif data.startswith(PICTURES):
        yield from _in_pictures([path])
    else:
        text = data.decode("utf-8-sig", "replace")
        yield from (one.strip() for one in text.splitlines() if one.strip().upper().startswith(HEAD))


def _in_pdf(path: Path) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="lms-paper-") as folder:
        _run("pdftoppm", "poppler-utils", "-r", "200", "-png", "-l", "20", str(path), f"{folder}/page")
        return _in_pictures(sorted(Path(folder).glob("page*.png")))


def _in_pictures(pictures: Sequence[Path]) -> list[str]:
    found: list[str] = []
    for picture in pictures:
        only = ("-Sdisable", "-Sqrcode.enable")
        lines = _run("zbarimg", "zbar-tools", "--quiet", "--raw", *only, str(picture)).splitlines()
        found += [one for one in lines if one.startswith(HEAD) and one not in found]
    return found


def _run(program: str, package: str, *words: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise Unfit(f"{program} is needed to read this file: sudo apt install {package}, or type the code")
    try:
        done = subprocess.run([path, *words], capture_output=True, timeout=SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unfit(f"{program} did not finish with this file in {SECONDS} seconds") from None
    return done.stdout.decode("utf-8", "replace")


def _printable(text: str) -> str:
    """Text that does nothing to a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
