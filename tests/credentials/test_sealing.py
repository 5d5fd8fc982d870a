"""The sealed, tagged PDF: what it holds, and that three kinds of forgery are told from the true one."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
from cryptography import x509
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from lms.credentials import sealing
from lms.credentials.certificate import SEAL_FIELD, draw
from lms.credentials.sealing import Verdict
from lms.credentials.tagging import Attachment
from tests.credentials.sealing_keys import HeldKey, new_authority, new_seal
from tests.credentials.test_certificate import CERTIFICATION, COMPLETION

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CREDENTIAL = b'{"id": "https://lms.example.test/c/1"}'


@pytest.fixture(scope="module")
def key() -> HeldKey:
    private, authority = new_authority("Authority of the test", AT)
    return new_seal("North Board", private, authority, AT)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw(CERTIFICATION, Attachment("credential.json", "The credential", CREDENTIAL))


@pytest.fixture(scope="module")
def sealed(key: HeldKey, drawn: bytes) -> bytes:
    return seal(drawn, key)


def seal(pdf: bytes, key: HeldKey) -> bytes:
    return sealing.sealed(pdf, key, field=SEAL_FIELD, at=AT, reason="Issued")


def changed_page(pdf: bytes) -> bytes:
    """A page put over the signed one by an appended update, as a forger would."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    content = generic.StreamObject(stream_data=b"BT ET")
    page[generic.NameObject("/Contents")] = writer.add_object(content)
    writer.update_container(page)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def changed_attachment(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    file = writer.root["/AF"][0]
    stream = generic.StreamObject(stream_data=b'{"id": "forged"}')
    file["/EF"][generic.NameObject("/F")] = writer.add_object(stream)
    writer.update_container(file["/EF"])
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_sealed_certificate_is_ours(sealed: bytes, key: HeldKey) -> None:
    assert sealing.examined(sealed, [key.authority]) is Verdict.OURS


def test_a_page_changed_by_an_appended_update_is_told(sealed: bytes, key: HeldKey) -> None:
    forged = changed_page(sealed)
    assert forged.startswith(sealed)
    assert sealing.examined(forged, [key.authority]) is Verdict.CHANGED


def test_a_changed_attachment_is_told(sealed: bytes, key: HeldKey) -> None:
    assert sealing.examined(changed_attachment(sealed), [key.authority]) is Verdict.CHANGED


def test_another_key_is_told(drawn: bytes, key: HeldKey) -> None:
    private, authority = new_authority("Authority of the test", AT)
    other = new_seal("North Board", private, authority, AT)
    assert sealing.examined(seal(drawn, other), [key.authority]) is Verdict.NOT_OURS


def test_a_changed_byte_is_told(sealed: bytes, key: HeldKey) -> None:
    place = sealed.index(b"/Contents", 2000)
    for at in (place // 2, place // 3):
        broken = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert sealing.examined(broken, [key.authority]) in (Verdict.CHANGED, Verdict.UNREADABLE)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", b"nothing", b"%PDF-1.7\n" + b"1 0 obj\n" * 1000])
def test_what_is_no_pdf_is_unreadable(pdf: bytes, key: HeldKey) -> None:
    assert sealing.examined(pdf, [key.authority]) is Verdict.UNREADABLE


def test_without_a_seal_it_is_unsigned(drawn: bytes, key: HeldKey) -> None:
    assert sealing.examined(drawn, [key.authority]) is Verdict.UNSIGNED


def test_the_certificate_may_sign_and_nothing_else(key: HeldKey) -> None:
    usage = key.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)


def test_the_attachment_comes_out_as_it_went_in(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        (name,) = pdf.attachments
        assert (name, pdf.attachments[name].get_file().read_bytes()) == ("credential.json", CREDENTIAL)
        assert pdf.Root.AF[0].AFRelationship == Name.Data


def roles(element: pikepdf.Object) -> list[str]:
    inside = element.get("/K")
    children = inside if isinstance(inside, Array) else [inside]
    found = [str(element.S)[1:]] if "/S" in element else []
    for child in children:
        if isinstance(child, Dictionary) and "/S" in child:
            found += roles(child)
    return found


@pytest.mark.parametrize("facts", [CERTIFICATION, COMPLETION])
def test_a_reader_that_does_not_see_is_told_every_part(facts: object) -> None:
    with pikepdf.open(BytesIO(draw(facts))) as pdf:  # type: ignore[arg-type]
        told = roles(pdf.Root.StructTreeRoot.K)
        figures = [one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/S") == Name.Figure]
        assert [one for one in told if one.startswith("H")] == ["H1", "H2", "H2"]
        assert told.count("Figure") == 1
        assert told.count("Link") == 1
        assert told.count("Form") == 1
        assert "QR" in str(figures[0].Alt)
        assert str(pdf.Root.Lang) == "en-US"


def test_nothing_is_painted_outside_of_a_part(drawn: bytes) -> None:
    with pikepdf.open(BytesIO(drawn)) as pdf:
        depth = loose = 0
        for _operands, operator in pikepdf.parse_content_stream(pdf.pages[0]):
            name = str(operator)
            depth += (name in ("BDC", "BMC")) - (name == "EMC")
            loose += depth == 0 and name in ("Tj", "TJ", "S", "f", "f*", "B", "b", "Do")
        assert (depth, loose) == (0, 0)


def test_the_same_seal_gives_the_same_bytes(drawn: bytes, key: HeldKey) -> None:
    """A worker that was killed and begins anew makes the very file that it made before."""
    assert seal(drawn, key) == seal(drawn, key)
