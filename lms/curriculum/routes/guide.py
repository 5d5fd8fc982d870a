"""The trainer's guide to a module's live session, as pages show it."""

from lms.curriculum.content import Module, in_language
from lms.curriculum.rendering import cited, to_html
from lms.pages import language


def guide_of(module: Module | None) -> dict[str, object]:
    """The trainer's guide in the page's language or in English, with the sources it cites."""
    if module is None or module.live is None or not module.live.guide:
        return {"guide": None}
    text, text_language = in_language(module.live.guide, language())
    text = (
        text.removeprefix("# ").partition("\n")[2] if text.startswith("# ") else text
    )  # the page has a heading
    return {
        "guide": to_html(text),
        "guide_language": text_language,
        "sources": module.sources_cited(cited(text)),
    }
