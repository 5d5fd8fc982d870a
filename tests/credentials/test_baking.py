"""Pictures that carry a credential: what goes in comes out, and what is odd is refused with a sentence."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from lms.credentials.badges import baking

CREDENTIAL = '{"name": "Ámbar 李", "id": "https://lms.example.test/c/1"}'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle r="4"/></svg>'


def png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "navy").save(buffer, "PNG")
    return buffer.getvalue()


def test_a_png_gives_back_what_it_carries_and_is_still_the_picture() -> None:
    baked = baking.baked_png(png(), CREDENTIAL)
    assert baking.in_png(baked) == CREDENTIAL
    assert Image.open(BytesIO(baked)).convert("RGB").getpixel((1, 1)) == (0, 0, 128)


def test_baking_again_leaves_one_credential() -> None:
    assert baking.in_png(baking.baked_png(baking.baked_png(png(), "old"), "new")) == "new"
    assert baking.in_svg(baking.baked_svg(baking.baked_svg(SVG, "old"), "new")) == "new"


def test_an_svg_gives_back_what_it_carries() -> None:
    baked = baking.baked_svg(SVG, CREDENTIAL)
    assert baking.in_svg(baked) == CREDENTIAL
    assert b"<![CDATA[" in baked


def with_chunk(data: bytes) -> bytes:
    chunk = struct.pack(">I", len(data)) + b"iTXt" + data + struct.pack(">I", zlib.crc32(b"iTXt" + data))
    whole = png()
    return whole[:-12] + chunk + whole[-12:]


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (b"", "not a PNG"),
        (png()[:-3], "damaged|early"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
        (png(), "exactly one"),
        (with_chunk(b"openbadgecredential\x00\x01\x00\x00\x00" + zlib.compress(b"x")), "not allowed"),
        (with_chunk(b"openbadgecredential\x00\x00\x00\x00\x00\xff"), "not text"),
        (with_chunk(b"openbadgecredential\x00\x00\x00\x00\x00" + b"x" * 1_000_001), "too long"),
        (
            with_chunk(b"openbadgecredential\x00\x00\x00\x00\x00a")[:-12]
            + with_chunk(b"openbadgecredential\x00\x00\x00\x00\x00b")[len(png()) - 12 :],
            "exactly one",
        ),
    ],
)
def test_an_odd_png_is_refused(picture: bytes, says: str) -> None:
    with pytest.raises(baking.Unbakable, match=says):
        baking.in_png(picture)


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"<html/>",
        SVG,
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG,
        b'<!DOCTYPE svg SYSTEM "http://example.test/x.dtd">' + SVG,
    ],
)
def test_an_odd_svg_is_refused(picture: bytes) -> None:
    with pytest.raises(baking.Unbakable):
        baking.in_svg(picture)
