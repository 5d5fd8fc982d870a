"""The fonts that the style sheet asks for carry the mark under which pages preload and browsers keep them."""

import re
from pathlib import Path

import lms
from lms.app import Lms
from lms.pages import asset

STYLES = Path(lms.__file__).parent / "static" / "css" / "base.css"


def test_fonts_in_the_style_sheet_have_their_marks(app: Lms) -> None:
    asked = re.findall(r'url\("\.\./(fonts/[^"]+)"\)', STYLES.read_text(encoding="utf-8"))
    assert asked
    with app.test_request_context():
        marked = [asset(address.partition("?")[0]) for address in asked]
    assert [f"/static/{address}" for address in asked] == marked
