"""Files that mean harm, made as small as they come."""

import json
import struct
import zlib
from collections.abc import Iterator

DEPTH = 500
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(*chunks: bytes, width: int = 1, height: int = 1) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return (
        SIGNATURE + head + b"".join(chunks) + _chunk(b"IDAT", zlib.compress(b"\0" * 5)) + _chunk(b"IEND", b"")
    )


def _packed(size: int, times: int = 1) -> bytes:
    data = b"{" + b" " * size
    for _each in range(times):
        data = zlib.compress(data, 9)
    return data


def _pdf(*objects: bytes, more: bytes = b"") -> bytes:
    made, places = b"%PDF-1.7\n", []
    for number, part in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        made
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, more, len(made))
    )


def _stream(data: bytes, filters: int) -> bytes:
    packed = b"/FlateDecode " * filters
    return b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(data), packed, data)


def documents(text: str) -> Iterator[tuple[str, bytes]]:
    """Documents of about 3 kB, made of one that is ours."""
    plain = json.loads(text)
    yield "deep objects", b'{"a":' * DEPTH + b"1" + b"}" * DEPTH
    yield "deep lists", b'{"a":' + b"[" * 1400 + b"]" * 1400 + b"}"
    yield "deep and unfinished", b'{"a":' + b"[" * 3000
    yield "names twice", b"{" + b'"proof":{},' * 250 + b'"proof":[]}'
    yield "a name twice in ours", text.replace('"type"', '"type":"x","type"', 1).encode()
    yield "a long whole number", b'{"a":' + b"9" * 3000 + b"}"
    yield "a longer whole number", b'{"a":' + b"9" * 90_000 + b"}"
    yield "great powers", b'{"a":[' + b"1e999999999," * 240 + b"-1e-999999999]}"
    yield "not numbers", b'{"a":[NaN,Infinity,-Infinity]}'
    for remote in ("http://127.0.0.1:1/context", "https://10.255.255.1/slow", "file:///etc/passwd"):
        yield f"a context at {remote}", json.dumps(plain | {"@context": [*plain["@context"], remote]}).encode()
        yield f"only a context at {remote}", json.dumps(plain | {"@context": remote}).encode()
    within = json.loads(text)
    within["credentialSubject"]["@context"] = "http://127.0.0.1:1/context"
    yield "a context within", json.dumps(within).encode()
    clique = json.loads(text)
    clique["credentialSubject"]["evidence"] = [
        {"id": f"_:b{one}", "alignment": [{"id": f"_:b{two}"} for two in range(9)]} for one in range(9)
    ]
    yield "nameless parts", json.dumps(clique).encode()
    yield "half a letter", b'{"a":"\\ud800"}'
    yield "letters that are none", b'{"a":"\xff\xfe"}'
    yield "a proof that is a number", json.dumps(plain | {"proof": 7}).encode()
    yield "many proofs", json.dumps(plain | {"proof": plain["proof"] * 40}).encode()


def pictures(text: str) -> Iterator[tuple[str, bytes]]:
    """Pictures: too wide, packed too well, and with what runs."""
    word = b"openbadgecredential"
    yield "a huge size", _png(width=2**31 - 1, height=2**31 - 1)
    yield "a packed note", _png(_chunk(b"zTXt", word + b"\0\0" + _packed(400_000_000)))
    yield "a packed credential", _png(_chunk(b"iTXt", word + b"\0\1\0\0\0" + _packed(400_000_000)))
    yield "a packed colour", _png(_chunk(b"iCCP", b"icc\0\0" + _packed(400_000_000)))
    yield "a note of no end", SIGNATURE + struct.pack(">I", 2**31 - 1) + b"iTXt" + word
    yield "many notes", _png(*(_chunk(b"iTXt", b"x\0\0\0\0\0y") for _each in range(60_000)))
    yield "two credentials", _png(*(_chunk(b"iTXt", word + b"\0\0\0\0\0" + text.encode()) for _each in "12"))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"'
    yield "a script", svg + b' onload="alert(1)"><script>alert(2)</script></svg>'
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (one, b"&a%d;" % (one - 1) * 10) for one in range(1, 12)
    )
    yield "laughs", b"<!DOCTYPE svg [" + entities + b"]>" + svg + b">&a11;</svg>"
    outside = b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    yield "a file of the house", outside + svg + b">&a;</svg>"
    yield "deep parts", svg + b">" + b"<g>" * 100_000 + b"</g>" * 100_000 + b"</svg>"
    baked = b' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential><![CDATA[%s]]>'
    yield "a deep credential", svg + baked % (b'{"a":' * 10_000) + b"</openbadges:credential></svg>"
    yield "many words", svg + b"".join(b' a%d="x"' % one for one in range(60_000)) + b"/>"


def papers() -> Iterator[tuple[str, bytes]]:
    """PDF files: packed too well, without an end, or leading in a circle."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AF [3 0 R] >>"
    pages = b"<< /Type /Pages /Kids [] /Count 0 >>"
    attached = b"<< /Type /Filespec /EF << /F 4 0 R >> >>"
    yield "packed once", _pdf(catalog, pages, attached, _stream(_packed(400_000_000), 1))
    yield "packed thrice", _pdf(catalog, pages, attached, _stream(_packed(100_000_000, 3), 3))
    yield "filters of no end", _pdf(catalog, pages, attached, _stream(b"x", 20_000))
    circle = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"
    yield "pages in a circle", _pdf(catalog, circle, attached, _stream(b"x", 0))
    yield "a length in a circle", _pdf(catalog, pages, attached, b"<< /Length 4 0 R >>\nstream\nx\nendstream")
    yield "a table in a circle", _pdf(catalog, pages, more=b"/Prev 9")
    whole = _pdf(catalog, pages)
    start = whole.rindex(b"xref\n0")
    yield "a table before itself", _pdf(catalog, pages, more=b"/Prev %d" % start)
    yield "deep words", _pdf(b"<< /Type /Catalog /Pages 2 0 R /A " + b"[" * 100_000 + b"]" * 100_000 + b">>")
    yield "many parts", _pdf(*([catalog, pages] + [b"<<>>"] * 40_000))
    yield "only a beginning", b"%PDF-1.7\n" + b"1 0 obj\n" * 100_000
    yield "locked", _pdf(catalog, pages, more=b"/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 >>")
