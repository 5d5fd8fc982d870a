"""Names in twelve scripts on a certificate: every letter drawn, in the right order, and given back as text."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from unicodedata import category, normalize

import pikepdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Dictionary

from lms.credentials import bidi
from lms.credentials.certificate import draw
from lms.credentials.lettering import fit, missing_letters, runs, width_of
from lms.credentials.naming import hidden_letters, tidy
from lms.credentials.typefaces import FILES, FIRST_OWN_CODE, font
from tests.credentials.test_certificate import CERTIFICATION, COMPLETION

NAMES = {
    "latin": ("Marisol Vázquez Ortega", "Žofie Šťastná-Dvořáková", "Jón Þórðarson", "Adéọlá Ọlọ́runfẹ́mi"),
    "vietnamese": ("Nguyễn Thị Ánh Tuyết", "Trần Đặng Hữu Phước", "Lê Thị Ngọc Bích"),
    "greek": ("Ὀδυσσεὺς Παπαδόπουλος", "Ελένη Καραΐσκου", "Γεώργιος Σταυρόπουλος"),
    "cyrillic": ("Елена Щёголева", "Ґалаґан Їжакевич", "Ђорђе Љубичић"),
    "arabic": ("محمد عبد الله الحسيني", "فاطمة الزهراء", "رضا پهلوی‌نژاد", "ڈاکٹر محمد یوسف"),
    "hebrew": ("שרה בן־דוד", "יִצְחָק רַבִּין", "אברהם כהן"),
    "devanagari": ("श्रीकृष्ण त्रिपाठी", "लक्ष्मी शर्मा", "ज्ञानेश्वर विद्यार्थी"),
    "simplified": ("王小明", "欧阳雪莉", "朱镕基", "阿里木·买买提"),
    "traditional": ("陳國強", "歐陽靖慧", "游錫堃", "張淑芬"),
    "japanese": ("山﨑 さくら", "渡邊 龍之介", "髙橋 桜", "ヴィクトリア・𠮷田"),
    "korean": ("김민수", "황보 은혜", "선우 뷁똠"),
    "mixed": ("محمد (Ali) عبد الله", "Sarah שרה Cohen", "Li Wei 李伟", "John Smith III محمد 3"),
}
ALL = [name for names in NAMES.values() for name in names]
LONG = {
    "latin": "Maria Alexandra Konstantinopoulou-Featherstonehaugh de la Santísima "
    "Trinidad y Wolfeschlegelsteinhausen von Bergerdorff",
    "arabic": "أبو عبد الله محمد بن إبراهيم بن عبد الرحمن بن يوسف بن سليمان "
    "بن عبد العزيز بن خالد الحسيني القرشي الهاشمي البغدادي الكبير",
    "han": "歐陽" * 60,
    "unbroken": "W" * 120,
}


def shown_glyphs(pdf: bytes) -> list[tuple[int, bool]]:
    """Each glyph that the page shows: its index in the embedded font, and whether it has an outline."""
    found = []
    with pikepdf.open(BytesIO(pdf)) as document:
        page = document.pages[0]
        fonts = {}
        for name, font in page.Resources.Font.items():
            embedded = TTFont(BytesIO(font.FontDescriptor.FontFile2.read_bytes()))
            cmap = next(table.cmap for table in embedded["cmap"].tables)
            fonts[name] = (cmap, embedded["glyf"], embedded.getGlyphOrder())
        using = None
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                using = fonts[str(operands[0])]
            elif str(operator) == "Tj" and using is not None:
                cmap, outlines, order = using
                for code in bytes(operands[0]):
                    name = cmap.get(code, ".notdef")
                    found.append((order.index(name), outlines[name].numberOfContours != 0))
    return found


def said(pdf: bytes) -> list[str]:
    """What the shaped runs say, in the order in which they stand in the page."""
    with pikepdf.open(BytesIO(pdf)) as document:
        marks = [
            operands[1]
            for operands, operator in pikepdf.parse_content_stream(document.pages[0])
            if str(operator) == "BDC" and str(operands[0]) == "/Span"
        ]
        return [bytes(mark.ActualText).decode("utf-16") for mark in marks]


def test_forty_names_in_twelve_scripts() -> None:
    assert len(NAMES) == 12
    assert len(ALL) >= 40


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("facts", [CERTIFICATION, COMPLETION], ids=["certification", "completion"])
def test_a_name_is_drawn_with_every_letter_and_read_back(facts: object, name: str) -> None:
    assert missing_letters(name) == ""
    assert hidden_letters(name) == ()
    pdf = draw(replace(facts, name=name))  # type: ignore[type-var]
    glyphs = shown_glyphs(pdf)
    assert all(index for index, _ in glyphs)
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    shaped = "".join(said(pdf))
    whole = "".join(letter for letter in text + shaped if not letter.isspace())
    for word in name.split():
        word = word.strip("()")
        parts = {word, word[::-1], *(run.text.strip() for run in runs(word, "display"))}
        assert any(normalize("NFC", part) in whole for part in parts), (word, text)
    assert set(name) <= set(text + shaped) | {" "}


@pytest.mark.parametrize("name", [*NAMES["arabic"], *NAMES["hebrew"], *NAMES["devanagari"]])
def test_shaped_names_are_said_whole(name: str) -> None:
    pdf = draw(replace(CERTIFICATION, name=name))
    assert said(pdf) == [name]
    with pikepdf.open(BytesIO(pdf)) as document:
        elements = [one for one in document.objects if isinstance(one, Dictionary) and "/S" in one]
        told = [str(one.ActualText) for one in elements if "/ActualText" in one]
    assert told == [name]


@pytest.mark.parametrize("name", LONG.values(), ids=LONG)
def test_a_name_of_120_characters_stands_in_two_lines(name: str) -> None:
    assert len(name) >= 115
    fitted = fit(name, "display", width=464, size=42, least=23)
    assert len(fitted.lines) == 2
    assert fitted.narrowing >= 0.8
    widths = [width_of(line, "display", fitted.size) * fitted.narrowing for line in fitted.lines]
    assert max(widths) <= 464.01
    assert min(widths) > 0.6 * max(widths)
    assert all(index for index, _ in shown_glyphs(draw(replace(CERTIFICATION, name=name))))


def test_arabic_letters_are_joined_and_stand_from_the_right() -> None:
    (run,) = runs("محمد", "display")
    assert run.font == "LmsArabic"
    assert len({glyph.code for glyph in run.glyphs}) == 4  # Mim in two forms.
    alone = sum(runs(letter, "display")[0].width(10) for letter in "محمد")
    assert run.width(10) < alone


def test_devanagari_vowel_stands_before_its_consonant() -> None:
    (run,) = runs("कि", "display")
    (consonant,) = runs("क", "display")
    assert len(run.glyphs) == 2
    assert run.glyphs[1].code == consonant.glyphs[0].code


def test_a_mark_without_a_letter_of_its_own_is_put_over_its_letter() -> None:
    (run,) = runs("ọ́", "display")
    assert run.width(10) == pytest.approx(width_of("ọ", "display", 10))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("abc", "000"),
        ("אבג", "111"),
        ("Sarah שרה Cohen", "000000111000000"),
        ("אב (Ali) גד", "11112221111"),
        ("אב 12 גד", "11122111"),
        ("Ali 12 אב", "000000011"),
        ("אב 3.5%", "1112222"),
        ("محمد 3", "111112"),
        ("John محمد 3", "00000111112"),
        ("אב ", "111"),
        ("ab אב ", "000110"),
        ("יִצ", "111"),
    ],
)
def test_levels_follow_the_bidirectional_algorithm(line: str, expected: str) -> None:
    assert "".join(map(str, bidi.levels(line))) == expected


def test_runs_are_put_in_the_order_of_view() -> None:
    assert bidi.in_view([(0, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "e")]) == ["a", "d", "c", "b", "e"]
    assert [run.text for run in runs("שרה Cohen", "display")] == ["Cohen", "שרה "]


def test_shared_characters_take_the_form_of_their_country() -> None:
    assert {run.font for run in runs("骨", "display")} == {"LmsSimplified"}
    assert {run.font for run in runs("陳骨", "display")} == {"LmsTraditional"}
    assert {run.font for run in runs("骨の", "display")} == {"LmsJapanese"}


def test_the_bytes_do_not_depend_on_the_names_before() -> None:
    """Another process draws only this name; ours has drawn others in the same scripts."""
    name = "محمد कि ọ́ 王"
    code = (
        "import hashlib;from dataclasses import replace;from lms.credentials.certificate import draw;"
        "from tests.credentials.test_certificate import CERTIFICATION as c;"
        f"print(hashlib.sha256(draw(replace(c,name={name!r}))).hexdigest())"
    )
    for other in ("فاطمة الزهراء", "ज्ञानेश्वर", "ẹ̀", "李伟"):
        draw(replace(CERTIFICATION, name=other))
    ours = hashlib.sha256(draw(replace(CERTIFICATION, name=name))).hexdigest()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "1"}
    theirs = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert theirs.stdout.strip() == ours


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Ana\x00 Cruz", ("U+0000",)),
        ("Ana\x1b[31m Cruz", ("U+001B",)),
        ("Ana \u202eZURC", ("U+202E",)),
        ("Ana \u2066Cruz\u2069", ("U+2066", "U+2069")),
        ("Ana \ue000", ("U+E000",)),
        ("Ana \U000e0041", ("U+E0041",)),
        ("Ana \ufff0", ("U+FFF0",)),
        ("Ana\u2028", ("U+2028",)),
    ],
)
def test_letters_that_cannot_be_seen_are_told(name: str, codes: tuple[str, ...]) -> None:
    assert hidden_letters(name) == codes


def test_silent_marks_are_left_out_and_joiners_stay_where_they_write() -> None:
    assert tidy("\ufeffAna\u200b  Cru\u00adz\u200f\n") == "Ana Cruz"
    assert tidy("A\u200dn\u200ca") == "Ana"
    assert tidy("پهلوی\u200cنژاد") == "پهلوی\u200cنژاد"
    assert tidy("क्\u200dष") == "क्\u200dष"


def test_markup_is_printed_as_it_is_written() -> None:
    name = "<b>Ana</b> & <script>alert(1)</script> (x) \\"
    pdf = draw(replace(CERTIFICATION, name=name))
    assert name in " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded().split())
    with pikepdf.open(BytesIO(pdf)) as document:
        assert name in str(document.docinfo["/Title"])
        assert b"&lt;script&gt;" in document.Root.Metadata.read_bytes()


def test_our_own_codes_meet_no_letter_of_a_typeface() -> None:
    for name in FILES:
        face = font(name).face
        clashes = [code for code in face.charToGlyph if category(chr(code)) == "Co"]
        assert all(face.charToGlyph[code] == code - FIRST_OWN_CODE for code in clashes), name
