"""Markdown to safe HTML, once for each text and then from memory."""

import re
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.container import container_plugin

TAGS = frozenset(
    {"a", "blockquote", "br", "code", "div", "em", "h2", "h3", "h4", "hr"}
    | {"li", "ol", "p", "pre", "strong", "ul"}
)
CLASSES = {"div": {"dialogue"}}
# Sections are told apart before cleaning, by the headings that the parser itself wrote.
_HEADING = re.compile(r"(?=<h2>)")

_markdown = MarkdownIt("commonmark", {"html": False, "typographer": False}).use(container_plugin, "dialogue")


@dataclass(frozen=True)
class Section:
    """A part of a lesson from one second heading to the next. `anchor` names the place in its page."""

    anchor: str
    html: Markup


@lru_cache(maxsize=4096)
def to_html(markdown: str) -> Markup:
    """The text as HTML in which nothing can run: Markdown without raw HTML, then cleaned."""
    return _clean(_markdown.render(markdown))


@lru_cache(maxsize=1024)
def to_sections(markdown: str) -> tuple[Section, ...]:
    """The text as safe HTML, cut at its second headings, so that a place in it can be kept."""
    parts = [part for part in _HEADING.split(_markdown.render(markdown)) if part.strip()]
    return tuple(Section(f"part-{number}", _clean(part)) for number, part in enumerate(parts, 1))


def _clean(html: str) -> Markup:
    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        allowed_classes=CLASSES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return Markup(cleaned)  # noqa: S704  (cleaned on the line above)
