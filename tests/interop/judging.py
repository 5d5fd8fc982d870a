"""Each judge, what it is asked, and what it should say."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from lms.credentials.badges import multikey, proof
from lms.credentials.certificate import draw
from lms.credentials.log import notes
from lms.credentials.tagging import Attachment
from tests.credentials.sealing_keys import new_authority, new_seal
from tests.credentials.test_certificate import CERTIFICATION
from tests.credentials.test_sealing import AT, changed_attachment, changed_page, seal
from tests.interop.product import Issued, Product

SCHEMA = Path(__file__).parents[1] / "credentials" / "vectors" / "ob_v3p0_achievementcredential_schema.json"
BAZAAR, CONSORTIUM = "@digitalbazaar/vc", "@digitalcredentials/verifier-core"
CONTEXT = Path(proof.__file__).parent / "contexts" / proof.FILES[proof.RECORDS]
SECONDS = 120


@dataclass(frozen=True)
class Said:
    """What a judge said of one thing, and what it should have said."""

    judge: str
    of: str
    verdict: str
    wanted: str
    why: str = ""

    @property
    def is_as_wanted(self) -> bool:
        """Whether it said so."""
        return self.verdict == self.wanted


def all_judges(product: Product, folder: Path, libraries: Path, log_judge: Path) -> Iterator[Said]:
    """What each of them says."""
    yield from _node(product, folder, libraries)
    yield from _pdf(product, folder)
    yield from _log(product, folder, log_judge)


# --- documents ------------------------------------------------------------------------------------


def _node(product: Product, folder: Path, libraries: Path) -> Iterator[Said]:
    cases = [case for judge in (BAZAAR, CONSORTIUM) for case in _document_cases(judge, product)]
    cases += [
        ("ajv", f"the shape of credential {place}", "valid", one.document) for place, one in _numbered(product)
    ]
    cases += [
        (BAZAAR, f"the transcript of credential {place}", "valid", one.transcript)
        for place, one in _numbered(product)
    ]
    cases += _transcript_forgeries(product.valid[1])
    cases += _reports(product)
    shapeless = _changed(product.valid[0].document, lambda one: one["credentialSubject"].pop("achievement"))
    cases.append(("ajv", "one without an achievement", "misshapen", shapeless))
    cases += [
        ("jose", f"the token of credential {place}", "valid", one.token) for place, one in _numbered(product)
    ]
    cases.append(("jose", "an expired token", "expired", product.expired.token))
    cases.append(("jose", "a token with another's payload", "invalid", _crossed(*product.valid[:2])))
    asked = []
    for place, (judge, _of, _wanted, held) in enumerate(cases):
        file = folder / f"case-{place}"
        file.write_text(held if isinstance(held, str) else json.dumps(held), encoding="utf-8")
        asked.append({"judge": judge, "file": str(file), "schema": str(SCHEMA)})
    (folder / "cases.json").write_text(json.dumps(asked), encoding="utf-8")
    given = os.environ | {"NODE_EXTRA_CA_CERTS": str(product.authority)}
    done = _ran("node", str(libraries / "judge.mjs"), str(folder / "cases.json"), str(CONTEXT), env=given)
    if done.returncode:
        yield Said("node", "all documents", "unknown", "valid", done.stderr[-600:])
        return
    for (judge, of, wanted, _held), answer in zip(cases, json.loads(done.stdout), strict=True):
        yield Said(judge, of, answer["verdict"], wanted, "; ".join(answer["why"]))


def _document_cases(judge: str, product: Product) -> Iterator[tuple[str, str, str, Any]]:
    """What is shown to a verifier of documents: what is true, what ended, and what a forger would try."""
    for place, one in _numbered(product):
        yield (
            judge,
            f"credential {place}, {one.document['credentialSubject']['identifier'][0]['identityHash']}",
            "valid",
            one.document,
        )
    yield judge, "a revoked credential", "revoked", product.revoked.document
    yield judge, "an expired credential", "expired", product.expired.document
    true, other = product.valid[1].document, product.valid[2].document
    forgeries: dict[str, Callable[[dict[str, Any]], Any]] = {
        "another name": lambda one: one["credentialSubject"]["identifier"][0].update(
            identityHash="Somebody Else"
        ),
        "another title": lambda one: one["credentialSubject"]["achievement"].update(name="Director"),
        "a later end": lambda one: one.update(validUntil="2099-01-01T00:00:00Z"),
        "no end": lambda one: one.pop("validUntil"),
        "another place in the list": lambda one: one["credentialStatus"].update(statusListIndex="1"),
        "no status": lambda one: one.pop("credentialStatus"),
        "the proof of another": lambda one: one.update(proof=other["proof"]),
        "another issuer's name": lambda one: one["issuer"].update(name="Another Board"),
    }
    for name, forge in forgeries.items():
        yield judge, f"a forgery: {name}", "invalid", _changed(true, forge)
    method = true["proof"][0]["verificationMethod"]
    bare = {key: value for key, value in true.items() if key != "proof"}
    at = proof.datetime.fromisoformat(true["proof"][0]["created"])
    yield (
        judge,
        "a forgery: signed by another key",
        "invalid",
        proof.sign(bare, Ed25519PrivateKey.generate(), method=method, at=at),
    )


def _transcript_forgeries(one: Issued) -> Iterator[tuple[str, str, str, Any]]:
    def more_hours(transcript: dict[str, Any]) -> None:
        (record,) = transcript["credentialSubject"]["verifiableCredential"]
        record["credentialSubject"]["result"][0]["value"] = "9999"

    yield BAZAAR, "a forgery: more hours in a transcript", "invalid", _changed(one.transcript, more_hours)
    (record,) = one.transcript["credentialSubject"]["verifiableCredential"]
    yield BAZAAR, "the record inside a transcript, on its own", "valid", record


def _reports(product: Product) -> Iterator[tuple[str, str, str, Any]]:
    """Verification reports: those of every state are valid documents, whatever they say."""
    yield from (
        (BAZAAR, f"the report on credential {place}", "valid", one.report) for place, one in _numbered(product)
    )
    yield BAZAAR, "the report on a revoked credential", "valid", product.revoked.report
    forgeries: dict[str, Callable[[dict[str, Any]], Any]] = {
        "another name": lambda said: said["credential"].update(holderName="Somebody Else"),
        "another answer": lambda said: said["answer"].update(verdict="active"),
        "another moment": lambda said: said["question"].update(askedAt="2020-01-01T00:00:00Z"),
        "a word more": lambda said: said.update(note="Also a doctor."),
    }
    for name, forge in forgeries.items():
        forged = _changed(product.expired.report, _in_subject(forge))
        yield BAZAAR, f"a forgery: {name} in a report", "invalid", forged


def _in_subject(forge: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda one: forge(one["credentialSubject"])


def _numbered(product: Product) -> Iterator[tuple[int, Issued]]:
    return iter(enumerate(product.valid, start=1))


def _changed(document: dict[str, Any], forge: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    forged = deepcopy(document)
    forge(forged)
    return forged


def _crossed(one: Issued, other: Issued) -> str:
    header, _payload, signature = one.token.split(".")
    return f"{header}.{other.token.split('.')[1]}.{signature}"


# --- pages ----------------------------------------------------------------------------------------


def _pdf(product: Product, folder: Path) -> Iterator[Said]:
    one = product.valid[0]
    kinds = {
        "the sealed PDF": (one.pdf, "valid"),
        "a forgery: the page changed by an appended update": (changed_page(one.pdf), "invalid"),
        "a forgery: the attachment changed": (changed_attachment(one.pdf), "invalid"),
        "a forgery: sealed by another key of the same name": (_sealed_by_another(product), "invalid"),
    }
    kinds |= {
        "the sealed PDF of a report": (one.report_pdf, "valid"),
        "a forgery: the attachment of a report changed": (changed_attachment(one.report_pdf), "invalid"),
    }
    for of, (pdf, wanted) in kinds.items():
        yield Said("pyhanko", of, _by_pyhanko(pdf, product.seal_authority), wanted)
    page = folder / "page.pdf"
    page.write_bytes(one.pdf)
    done = _ran("qpdf", "--check", str(page))
    yield Said(
        "qpdf", "the sealed PDF", "valid" if done.returncode == 0 else "invalid", "valid", done.stdout[-200:]
    )
    yield _by_pdfsig(page, folder, product.seal_authority)
    yield _by_zbar(page, folder, one)


def _by_pyhanko(pdf: bytes, authority: x509.Certificate) -> str:
    """Whether pyHanko takes the signature, and finds nothing that was changed after it."""
    trusted = asn1_x509.Certificate.load(authority.public_bytes(Encoding.DER))
    signature = PdfFileReader(BytesIO(pdf), strict=False).embedded_regular_signatures[0]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[trusted], allow_fetching=False))
    is_untouched = status.modification_level in (None, ModificationLevel.NONE)
    return "valid" if status.bottom_line and is_untouched else "invalid"


def _sealed_by_another(product: Product) -> bytes:
    """A certificate of the same look, under an authority that only has the name of ours."""
    name = product.seal_authority.subject.rfc4514_string()
    private, authority = new_authority(name, AT)
    page = draw(CERTIFICATION, Attachment("credential.json", "As Open Badges", b"{}"))
    return seal(page, new_seal(name, private, authority, AT))


def _by_pdfsig(page: Path, folder: Path, authority: x509.Certificate) -> Said:
    """What poppler says with NSS, which trusts our authority only."""
    (folder / "authority.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    store = f"sql:{folder}"
    _ran("certutil", "-N", "-d", store, "--empty-password")
    _ran("certutil", "-A", "-d", store, "-n", "ours", "-t", "CT,C,C", "-i", str(folder / "authority.pem"))
    said = _ran("pdfsig", "-nssdir", store, str(page)).stdout
    wanted = ("Signature is Valid", "Certificate is Trusted", "ETSI.CAdES.detached")
    absent = [words for words in wanted if words not in said]
    return Said("pdfsig", "the sealed PDF", "invalid" if absent else "valid", "valid", ", ".join(absent))


def _by_zbar(page: Path, folder: Path, one: Issued) -> Said:
    """Whether the page, printed at 150 dots an inch, shows its address and its small code."""
    _ran("pdftoppm", "-r", "150", "-png", "-singlefile", "-l", "1", str(page), str(folder / "printed"))
    read = _ran("zbarimg", "--quiet", "--raw", str(folder / "printed.png")).stdout.split("\n")
    verdict = "valid" if {one.verify_url, one.paper} <= set(read) else "invalid"
    return Said("zbarimg", "both codes of the printed page", verdict, "valid", str(read))


# --- the log --------------------------------------------------------------------------------------


def _log(product: Product, folder: Path, log_judge: Path) -> Iterator[Said]:
    kept = folder / "log"
    size = _fetch_log(product, kept)
    (key,) = product.log_keys
    origin = (kept / "checkpoint").read_text(encoding="utf-8").splitlines()[0]
    (kept / "vkey").write_text(notes.verifier_key(origin, multikey.public_key(key)), encoding="utf-8")
    done = _ran(str(log_judge), str(kept))
    verdict = "valid" if done.returncode == 0 else "invalid"
    yield Said("x/mod/sumdb", f"the log of {size} entries", verdict, "valid", done.stdout.strip())
    bundle = kept / "tile" / "entries" / "000"
    forged = folder / "forged-log"
    shutil.copytree(kept, forged)
    data = bundle.read_bytes()
    (forged / bundle.relative_to(kept)).write_bytes(data.replace(b'"op":"issue"', b'"op":"renew"', 1))
    done = _ran(str(log_judge), str(forged))
    verdict = "valid" if done.returncode == 0 else "invalid"
    yield Said("x/mod/sumdb", "a forgery: an entry changed", verdict, "invalid", done.stdout.strip())


def _fetch_log(product: Product, kept: Path) -> int:
    checkpoint = product.get("/log/checkpoint")
    size = int(checkpoint.decode().splitlines()[1])
    found = {"checkpoint": checkpoint}
    for level in ("entries", *map(str, range(8))):
        count = size >> (0 if level == "entries" else 8 * int(level))
        for number in range((count + 255) // 256):
            width = min(256, count - number * 256)
            path = f"tile/{level}/{number:03}" + (f".p/{width}" if width < 256 else "")
            found[path] = product.get(f"/log/{path}")
    for one in product.valid:
        answer = json.loads(product.get(f"/c/{one.number}.proof"))
        found[f"proof/{one.number}"] = answer["proof"].encode()
        found[f"proof/{one.number}.entry"] = answer["entry"].encode()
    for path, data in found.items():
        (kept / path).parent.mkdir(parents=True, exist_ok=True)
        (kept / path).write_bytes(data)
    return size


def _ran(*words: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        words, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS
    )
