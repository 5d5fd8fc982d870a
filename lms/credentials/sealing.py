"""The electronic seal of a certificate PDF: PAdES B-B with ECDSA on P-256, and the check of a seal. Pure.

The signer holds its key object, so that a device which never gives its key away can stand in its place (the
methods `sign` and `certificate` are all that is asked of it). Ed25519 is not used: few readers of PDF know it.
A reader's "signature valid" is not enough to trust a page, since a later change can be appended without
touching what was signed; `examined` therefore asks pyHanko what was changed after signing.
"""

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from io import BytesIO
from typing import Any, Protocol

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.attributes import (
    CMSAttributeProvider,
    SignedAttributeProviderSpec,
    SigningCertificateV2Provider,
)
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lms.credentials.signers import Certifier

RESERVED_BYTES = 16_384
AUTHORITY_YEARS = 20
SEAL_YEARS = 10


class SealKey(Protocol):
    """A key on P-256 that signs, and its certificate with that of the authority above it."""

    @property
    def certificate(self) -> x509.Certificate: ...
    @property
    def authority(self) -> x509.Certificate: ...
    def sign(self, data: bytes, /) -> bytes: ...


class Verdict(StrEnum):
    """What an examined PDF turned out to be."""

    OURS = "ours"
    CHANGED = "changed"
    NOT_OURS = "not_ours"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


def sealed(pdf: bytes, key: SealKey, *, field: str, at: datetime, reason: str, place: str = "") -> bytes:
    """The PDF with its seal in the empty field of that name; no change is permitted afterwards.

    The same arguments give the same bytes, as long as the key signs alike (a held one does).
    """
    writer = _Writer(BytesIO(pdf), strict=False)
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
        location=place or None,
    )
    signer = _PdfSigner(metadata, at, signer=_Signer(key))
    target = BytesIO()
    signer.sign_pdf(writer, bytes_reserved=RESERVED_BYTES, output=target)
    return target.getvalue()


def examined(
    pdf: bytes, authorities: list[x509.Certificate], distrusted: Collection[int] = frozenset()
) -> Verdict:
    """Whether the PDF bears one of our seals and nothing was changed under it or appended to it.

    `distrusted` holds serial numbers of seals that became known to others.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        signatures = reader.embedded_regular_signatures
        if not signatures:
            return Verdict.UNSIGNED
        if len(signatures) != 1:
            return Verdict.CHANGED
        trust = [asn1_x509.Certificate.load(_der(one)) for one in authorities]
        status = validate_pdf_signature(
            signatures[0],
            ValidationContext(trust_roots=trust, allow_fetching=False, revocation_mode="soft-fail"),
        )
    except SignatureValidationError:
        return Verdict.CHANGED
    except (PdfError, SigningError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Verdict.UNREADABLE
    if not (status.intact and status.valid):
        return Verdict.CHANGED
    if not status.trusted or status.signing_cert.serial_number in distrusted:
        return Verdict.NOT_OURS
    if status.modification_level not in (None, ModificationLevel.NONE) or not status.bottom_line:
        return Verdict.CHANGED
    return Verdict.OURS


def authority_certificate(name: str, key: Certifier, at: datetime) -> x509.Certificate:
    """The certificate that seals are issued under, signed by its own key."""
    subject = _name(name)
    built = _builder(subject, subject, key.public_key(), at, AUTHORITY_YEARS)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _signed_by(key, built.add_extension(_usage(is_authority=True), critical=True))


def seal_certificate(
    name: str, public: ec.EllipticCurvePublicKey, by: Certifier, authority: x509.Certificate, at: datetime
) -> x509.Certificate:
    """The certificate of an issuer's seal, signed by the authority's key."""
    built = _builder(_name(name), authority.subject, public, at, SEAL_YEARS)
    built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    built = built.add_extension(_usage(is_authority=False), critical=True)
    return _signed_by(
        by,
        built.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),  # type: ignore[arg-type]
            critical=False,
        ),
    )


class _Writer(IncrementalPdfFileWriter):
    """Leaves the metadata as it was written: pyHanko would rewrite it, and claim to be the producer."""

    def _update_meta(self) -> None:
        pass

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        """The first half of the file's identifier as it was, and a second one that follows from it."""
        first = prev.trailer["/ID"][0]
        first = bytes(first.original_bytes if isinstance(first, generic.TextStringObject) else first)
        second = hashlib.sha256(b"sealed" + first).digest()[:16]
        return generic.ArrayObject([generic.ByteStringObject(first), generic.ByteStringObject(second)])


class _PdfSigner(signers.PdfSigner):
    """Signs as of the time that is given, not of the clock."""

    def __init__(self, metadata: signers.PdfSignatureMetadata, at: datetime, signer: signers.Signer) -> None:
        super().__init__(metadata, signer=signer)
        self.at = at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


class _Attributes(SignedAttributeProviderSpec):
    """What PAdES has signed beside the digest of the file: by which certificate."""

    def __init__(self, certificate: asn1_x509.Certificate) -> None:
        self.certificate = certificate

    def signed_attr_providers(
        self, data_digest: bytes, digest_algorithm: str
    ) -> Iterator[CMSAttributeProvider]:
        yield _WhichCertificate(self.certificate)


class _WhichCertificate(SigningCertificateV2Provider):
    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        return _settled(await super().build_attr_value(dry_run))


class _Signer(signers.Signer):
    """Asks the key for its signature; neither parses nor sees it."""

    def __init__(self, key: SealKey) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1_x509.Certificate.load(_der(key.authority)))
        super().__init__(signing_cert=asn1_x509.Certificate.load(_der(key.certificate)), cert_registry=store)
        self.key = key
        self.signed_attr_prov_spec = _Attributes(asn1_x509.Certificate.load(_der(key.certificate)))

    def signer_info(self, *args: Any, **named: Any) -> cms.SignerInfo:
        return _settled(super().signer_info(*args, **named))

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(72) if dry_run else self.key.sign(data)


def _settled(part: Any) -> Any:
    """The same part, read from its own bytes: then no level that is put around it encodes it anew."""
    return type(part).load(part.dump())


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _signed_by(key: Certifier, built: x509.CertificateBuilder) -> x509.Certificate:
    """The certificate with the signature of a key that only signs.

    What is signed names the kind of signature and not its key: it is taken from a draft by a passing key.
    """
    draft = built.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    whole = asn1_x509.Certificate.load(_der(draft))
    data = draft.tbs_certificate_bytes
    made = asn1_x509.Certificate(
        {
            "tbs_certificate": asn1_x509.TbsCertificate.load(data),
            "signature_algorithm": whole["signature_algorithm"],
            "signature_value": key.sign(data),
        }
    )
    return x509.load_der_x509_certificate(made.dump())


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
