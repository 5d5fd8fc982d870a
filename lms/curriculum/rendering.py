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
    | {"li", "ol", "p", "pre", "strong", "sup", "ul"}
)
CLASSES = {"div": {"dialogue", "practice"}}
CITED = re.compile(r" ?\[\^([a-z0-9-]+)\]")
# Sections are told apart before cleaning, by the headings that the parser itself wrote.
_HEADING = re.compile(r"(?=<h2>)")

_markdown = (
    MarkdownIt("commonmark", {"html": False, "typographer": False})
    .use(container_plugin, "dialogue")
    .use(container_plugin, "practice")
)
# The link of a citation, as the parser wrote it from what `_numbered` put in place of the mark.
_CITATION = re.compile(r'(<a href="#source-[a-z0-9-]+">\[\d+\]</a>)')


@dataclass(frozen=True)
class Section:
    """A part of a lesson from one second heading to the next. `anchor` names the place in its page."""

    anchor: str
    html: Markup


@lru_cache(maxsize=4096)
def cited(markdown: str) -> tuple[str, ...]:
    """The ids of the sources that the text cites as `[^id]`, in the order of their numbers."""
    return tuple(dict.fromkeys(CITED.findall(markdown)))


@lru_cache(maxsize=4096)
def to_html(markdown: str) -> Markup:
    """The text as HTML in which nothing can run: Markdown without raw HTML, then cleaned."""
    return _clean(_render(markdown))


@lru_cache(maxsize=1024)
def to_sections(markdown: str) -> tuple[Section, ...]:
    """The text as safe HTML, cut at its second headings, so that a place in it can be kept."""
    parts = [part for part in _HEADING.split(_render(markdown)) if part.strip()]
    return tuple(Section(f"part-{number}", _clean(part)) for number, part in enumerate(parts, 1))


def _render(markdown: str) -> str:
    """Each citation becomes the number of its source, linked to the list below the text."""
    numbers = {source: number for number, source in enumerate(cited(markdown), 1)}
    linked = CITED.sub(lambda mark: f"[\\[{numbers[mark[1]]}\\]](#source-{mark[1]})", markdown)
    return _CITATION.sub(r"<sup>\1</sup>", str(_markdown.render(linked)))


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
