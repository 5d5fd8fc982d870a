"""Pictures that carry their credential: PNG and SVG, as Open Badges 3.0 bakes them. Pure.

PNG: one `iTXt` chunk with keyword `openbadgecredential`, not compressed. SVG: the first child of the root is
`openbadges:credential` with the JSON inside.
"""

import struct
import zlib
from collections.abc import Iterator

from lxml import etree

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
LONGEST = 1_000_000


class Unbakable(ValueError):
    """A picture that cannot carry, or does not carry, a credential; the text says why."""


def baked_png(picture: bytes, credential: str) -> bytes:
    """The PNG with the credential inside, in place of one that it may have held. Raises Unbakable."""
    body = KEYWORD + b"\x00\x00\x00\x00\x00" + credential.encode()
    chunks = [chunk for chunk in _chunks(picture) if not _carries(*chunk)]
    return SIGNATURE + b"".join(
        (_chunk(b"iTXt", body) if kind == b"IEND" else b"") + _chunk(kind, data) for kind, data in chunks
    )


def in_png(picture: bytes) -> str:
    """The credential in a PNG. Raises Unbakable when there is none, or more than one."""
    found = [data for kind, data in _chunks(picture) if _carries(kind, data)]
    if len(found) != 1:
        raise Unbakable("The picture does not hold exactly one credential.")
    rest = found[0][len(KEYWORD) + 1 :]
    parts = rest[2:].split(b"\x00", 2)
    if rest[:1] != b"\x00" or len(parts) != 3:
        raise Unbakable("The credential in the picture is packed in a way that is not allowed.")
    return _text(parts[2])


def baked_svg(picture: bytes, credential: str) -> bytes:
    """The SVG with the credential inside. Raises Unbakable."""
    root = _svg(picture)
    for old in root.findall(f"{{{NAMESPACE}}}credential"):
        root.remove(old)
    holder = etree.Element(f"{{{NAMESPACE}}}credential", nsmap={"openbadges": NAMESPACE})
    holder.text = etree.CDATA(credential)
    root.insert(0, holder)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def in_svg(picture: bytes) -> str:
    """The credential in an SVG. Raises Unbakable when there is none, or more than one."""
    found = _svg(picture).findall(f"{{{NAMESPACE}}}credential")
    text = found[0].get("verify") or found[0].text if len(found) == 1 else None
    if not text or len(text) > LONGEST:
        raise Unbakable("The picture does not hold exactly one credential.")
    return str(text).strip()


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(SIGNATURE):
        raise Unbakable("This is not a PNG picture.")
    place = len(SIGNATURE)
    while place < len(picture):
        head = picture[place : place + 8]
        if len(head) < 8:
            raise Unbakable("The picture ends too early.")
        length, kind = struct.unpack(">I4s", head)
        data = picture[place + 8 : place + 8 + length]
        seal = picture[place + 8 + length : place + 12 + length]
        if len(data) < length or seal != struct.pack(">I", zlib.crc32(kind + data)):
            raise Unbakable("The picture is damaged.")
        yield kind, data
        place += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _carries(kind: bytes, data: bytes) -> bool:
    return kind == b"iTXt" and data.startswith(KEYWORD + b"\x00")


def _text(data: bytes) -> str:
    if len(data) > LONGEST:
        raise Unbakable("The credential in the picture is too long.")
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        raise Unbakable("The credential in the picture is not text.") from fault


def _svg(picture: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(picture, parser)
    except etree.XMLSyntaxError as fault:
        raise Unbakable("This is not an SVG picture.") from fault
    inside = root.getroottree().docinfo.internalDTD
    if etree.QName(root).localname != "svg" or (inside is not None and inside.entities()):
        raise Unbakable("This is not a plain SVG picture.")
    return root
