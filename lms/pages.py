"""What every page shares: language, dates and hours in words, the menu, the crisis line, static addresses."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask import Flask, current_app, g, request, url_for
from flask import session as cookie
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup

LANGUAGES = {"en": "English", "es": "Español"}
DEFAULT_ZONE = "America/New_York"


class _Words(Domain):  # type: ignore[misc]
    """The house's translations, chosen once for a request instead of once for each word."""

    def get_translations(self) -> Any:
        try:
            held = g._flask_babel.babel_translations  # flask_babel forgets it when it forces a locale
        except (AttributeError, RuntimeError):
            held = None
        if held is None:
            held = super().get_translations()
            if g:
                g._flask_babel.babel_translations = held
        return held


_WORDS = _Words()


class _Babel(Babel):  # type: ignore[misc]
    domain_instance = _WORDS


babel = _Babel()


@dataclass(frozen=True)
class MenuEntry:
    """One word of the main menu: shown when `is_shown()` is true for who is signed in."""

    label: Callable[[], str]
    endpoint: str
    is_shown: Callable[[], bool]


MENU: list[MenuEntry] = []


def init(app: Flask) -> None:
    """Give templates their filters and globals."""
    babel.init_app(app, default_locale="en", locale_selector=language, timezone_selector=zone)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _WORDS.get_translations().ugettext(text),
        ngettext=lambda one, many, count: _WORDS.get_translations().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = _said
    app.jinja_env.globals["url_for"] = _address
    app.context_processor(lambda: {"_": _sayer(_WORDS.get_translations())})
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(day=day, moment=moment, hours=hours, clocktime=clocktime)
    app.jinja_env.globals.update(
        parts_of_pages=parts_of_pages,
        same_everywhere=same_everywhere,
        asset=asset,
        menu=menu,
        nonce=nonce,
        languages=LANGUAGES,
        language=language,
        is_demo=is_demo,
    )


def gettext(text: str, **facts: object) -> str:
    """The words in the page's language: `gettext` without its asking for the language by many names."""
    words = str(_WORDS.get_translations().ugettext(text))
    return words % facts if facts else words


_ = gettext


def _said(text: str, **facts: object) -> Markup:
    """`_()` in templates: as Jinja's own, without its asking for the function by name for each word."""
    return _sayer(_WORDS.get_translations())(text, **facts)


@cache
def _sayer(translations: Any) -> Callable[..., Markup]:
    """`_()` of one language: a page is given it once, and asks no more which language it is in."""
    known: dict[str, Markup] = {}  # only texts of templates come here, so it ends somewhere

    def said(text: str, **facts: object) -> Markup:
        words = known.get(text)
        if words is None:
            words = known[text] = Markup(translations.ugettext(text))  # noqa: S704  # Translators write markup.
        return words % facts if facts or "%" in words else words

    return said


def _address(endpoint: str, **values: Any) -> str:
    """`url_for` in templates: a page without values has one address, which is worked out once."""
    is_fixed = not values and not endpoint.startswith(".") and request
    return _address_of(endpoint, request.root_path) if is_fixed else url_for(endpoint, **values)


def language() -> str:
    """The page's language: asked for by ?lang= and kept, the person's own, the browser's, English."""
    if "language" in g:
        return str(g.language)
    asked = request.args.get("lang") if request else None
    if asked in LANGUAGES and cookie.get("lang") != asked:
        cookie["lang"] = asked
    signed_in = g.get("signed_in")
    candidates = (asked, cookie.get("lang") if request else None, signed_in.language if signed_in else None)
    chosen = next((word for word in candidates if word in LANGUAGES), None)
    if chosen is None and request:
        chosen = request.accept_languages.best_match(list(LANGUAGES))
    if request and "signed_in" in g:
        g.language = chosen or "en"
    return chosen or "en"


def zone() -> str:
    """The zone in which instants are shown: the signed-in person's, else the installation's usual one."""
    signed_in = g.get("signed_in")
    return signed_in.timezone if signed_in else DEFAULT_ZONE


def day(value: date | datetime | None) -> str:
    """A date in words: Nov 14, 2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone())).date()
    return _day_in(value, get_locale())


@lru_cache(2048)
def _day_in(value: date, locale: Locale) -> str:
    return str(format_date(value, format="medium", locale=locale))


def moment(value: datetime | None) -> str:
    """An instant in the person's zone, in words."""
    if value is None:
        return ""
    return f"{day(value)}, {clocktime(value)}"


def clocktime(value: datetime | None) -> str:
    """The time of day of an instant in the person's zone: 13:05."""
    if value is None:
        return ""
    return str(format_time(value, format="HH:mm", tzinfo=ZoneInfo(zone()), locale=get_locale()))


def hours(minutes: int | None) -> str:
    """An amount of minutes in words: 9.5 hours, 1 hour, 45 minutes."""
    return _hours_in(minutes or 0, get_locale())


@lru_cache(2048)
def _hours_in(minutes: int, locale: Locale) -> str:
    if 0 < abs(minutes) < 60:
        return _("1 minute") if minutes == 1 else _("%(count)s minutes", count=minutes)
    amount = format_decimal(round(minutes / 60, 2), format="#,##0.##", locale=locale)
    return _("1 hour") if minutes == 60 else _("%(count)s hours", count=amount)


def nonce() -> str:
    """This answer's nonce for a script element."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def parts_of_pages() -> object:
    """What `import "parts.html" as parts` gives, without its comparing of contexts for each page."""
    return current_app.jinja_env.get_template("parts.html").module


def same_everywhere(name: str) -> Markup:
    """A part of the layout that is the same on every page of a language: drawn once."""
    return _drawn_once(name, language(), request.root_path if request else "")


@lru_cache(64)
def _drawn_once(name: str, _language: str, _root: str) -> Markup:
    return Markup(current_app.jinja_env.get_template(name).render())  # noqa: S704  # A template's own markup.


def asset(name: str) -> str:
    """The address of a static file, with a mark of its content so that it may be kept for a year."""
    return _asset_at(current_app.static_folder or "", request.root_path if request else None, name)


@lru_cache(512)
def _asset_at(folder: str, _root: str | None, name: str) -> str:
    """Kept for each root: the address begins with it when a proxy serves the application below one."""
    return url_for("static", filename=name, v=_mark(Path(folder) / name))


@cache
def _mark(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def menu() -> list[tuple[str, str, bool]]:
    """The signed-in person's menu: label, address, whether it is this page."""
    if g.get("actor") is None:
        return []
    path = request.path
    entries = []
    for entry in MENU:
        if entry.is_shown():
            address = _address_of(entry.endpoint, request.root_path)
            here = path == address or (address != "/" and path.startswith(address + "/"))
            entries.append((entry.label(), address, here))
    return entries


@lru_cache(512)
def _address_of(endpoint: str, _root: str) -> str:
    """A page's address, kept for each root below which the application is served."""
    return url_for(endpoint)


def is_demo() -> bool:
    """Whether this is the demo, with its banner."""
    return bool(current_app.config["SETTINGS"].env == "demo")
