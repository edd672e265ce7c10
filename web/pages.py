"""Drawing a page: the template, in the visitor's language, with what every page shows."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import iter_route_contexts
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.threads import OneThread
from bsa import clock
from bsa.people.models import Language
from bsa.quarters import first_day_of
from web.flashes import FLASHES, Flash
from web.guests import Guest, guest_of
from web.languages import translations
from web.places import places_for

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Pages(APIRouter):
    """The routes of one feature's pages, named `feature.function`, outside the API document."""

    def __init__(self, feature: str, prefix: str = "", route_class: type[OneThread] = OneThread) -> None:
        super().__init__(prefix=prefix, redirect_slashes=False, include_in_schema=False, route_class=route_class)
        self._feature = feature

    def add_api_route(self, path: str, endpoint: Any, **options: Any) -> None:
        """Add a page under the name of its feature and function."""
        options["name"] = options.get("name") or f"{self._feature}.{endpoint.__name__}"
        options["response_model"] = None
        super().add_api_route(path, endpoint, **options)


def draw(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Draw a template as a whole page; `status` is that of a refusal when the page shows one."""
    guest = guest_of(request)
    flash = None if status >= 400 else FLASHES.get(request.cookies.get("flash", ""))
    text = environment(guest.language).get_template(template).render(**everywhere(request, guest, flash), **context)
    response = HTMLResponse(text, status_code=status)
    response.headers["Vary"] = "Cookie, Accept-Language, HX-Request-Type"
    if flash:
        response.delete_cookie("flash", httponly=True, samesite="lax")
    return response


def drawn(request: Request, template: str, **context: Any) -> str:
    """Return the text of a page without anything that is said once."""
    guest = guest_of(request)
    return environment(guest.language).get_template(template).render(**everywhere(request, guest, None), **context)


def everywhere(request: Request, guest: Guest, flash: Flash | None) -> dict[str, Any]:
    """Return what every page shows."""
    return {
        "request": request,
        "visitor": guest if guest.actor else None,
        "places": places_for(guest, request.url.path, paths_of(request.app)),
        "lang": guest.language.value,
        "csrf": guest.csrf,
        "demo": request.app.state.database.settings.mode == "demo",
        "flash": flash and flash.said(translations(guest.language).gettext),
        "today": clock.today(),
        "organisation": request.app.state.database.settings.organisation,
        "phase_names": request.app.state.database.settings.phase_names,
    }


def go(request: Request, name: str, flash: str = "", fragment: str = "", **params: Any) -> Response:
    """Send the browser on to another page after a deed that was done, with a word about it."""
    path = path_of(paths_of(request.app), name, params) + (f"#{fragment}" if fragment else "")
    response = RedirectResponse(path, status_code=303)
    if flash:
        assert flash in FLASHES, flash  # noqa: S101 - a word that nobody can translate is a programming error
        response.set_cookie("flash", flash, max_age=60, httponly=True, samesite="lax")
    return response


@cache
def environment(language: Language) -> Environment:
    """Return the templates in one language."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # A template does not change while it is in use; to look whether it did is asked of every part of every page.
        auto_reload=False,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(path_for=_path_for, asset=asset)
    made.filters.update(
        day=lambda value: _day(value, language),
        month=lambda value: _month(value, language),
        quarter=lambda value: _quarter(value, language),
        moment=lambda value: _moment(value, language),
        ago=lambda value: _ago(value, language),
        tongue=lambda code: tongue(code, language),
        weekday=lambda value: _weekday(value, language),
        hour=lambda value: _hour(value),
        euro=lambda cents: _euro(cents, language),
        coded=_coded,
        decimal=lambda value, digits=0: _decimal(value, digits, language),
    )
    return made


@cache
def asset(name: str) -> str:
    """Return the address of a static file; it holds a digest of all static files, so it may be kept for ever."""
    return f"/static/{static_version()}/{name}"


@cache
def static_version() -> str:
    """Return a digest of all static files."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def paths_of(app: FastAPI) -> dict[str, str]:
    """Return the path pattern of every page by its name; read once."""
    known: dict[str, str] | None = getattr(app.state, "paths", None)
    if known is None:
        known = {}
        for context in iter_route_contexts(app.routes):
            if context.name and context.path:
                known.setdefault(context.name, context.path)
        app.state.paths = known
    return known


def path_of(paths: Mapping[str, str], name: str, params: Mapping[str, Any]) -> str:
    """Fill the path of a page; what is no part of the path becomes a query key, and None is left out."""
    pattern = paths[name]
    inside = {key: value for key, value in params.items() if "{" + key + "}" in pattern}
    query = {key: _plain(value) for key, value in params.items() if key not in inside and value not in (None, "")}
    return pattern.format(**inside) + (f"?{urlencode(query)}" if query else "")


@pass_context
def _path_for(context: Context, name: str, **params: Any) -> str:
    return path_of(paths_of(context["request"].app), name, params)


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _day(value: date | None, language: Language) -> str:
    return format_date(value, "d MMMM y", locale=language.value) if value else ""


def _weekday(value: date | datetime | None, language: Language) -> str:
    """Say a day with the day of the week; of a moment, its day in the Netherlands."""
    if value is None:
        return ""
    on = clock.day_of(value) if isinstance(value, datetime) else value
    return format_date(on, "EEEE d MMMM", locale=language.value)


def _hour(value: datetime | None) -> str:
    """Say the time of a moment in the Netherlands: `14:30`."""
    return value.astimezone(clock.HERE).strftime("%H:%M") if value else ""


def tongue(code: str | None, language: Language) -> str:
    """Name a language in the reader's language."""
    return str(Locale(language.value).languages.get(code, code)) if code else ""


def _euro(cents: int, language: Language) -> str:
    """Say an amount in euros that is kept in cents."""
    return str(format_currency(Decimal(cents) / 100, "EUR", locale=language.value))


def _decimal(value: float, digits: int, language: Language) -> str:
    """Say a number with so many digits behind the comma."""
    return str(format_decimal(round(value, digits), f"#,##0.{'0' * digits}".rstrip("."), locale=language.value))


def _coded(text: str) -> Markup:
    """Draw what stands between backticks as code."""
    # Escaped first, so that nothing of the text is taken for HTML.
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


def _quarter(value: str, language: Language) -> str:
    """Say a quarter that is written as `2026-Q3`."""
    return str(format_date(first_day_of(value), "QQQQ y", locale=language.value))


def _month(value: str, language: Language) -> str:
    """Say a month that is written as `2026-03`."""
    return format_date(date.fromisoformat(f"{value}-01"), "MMMM y", locale=language.value)


def _moment(value: datetime | None, language: Language) -> str:
    return format_datetime(value, "d MMMM y HH:mm", tzinfo=clock.HERE, locale=language.value) if value else ""


def _ago(value: date | None, language: Language) -> str:
    """Say how long ago a day was, or how long it still is, in whole days."""
    if value is None:
        return ""
    say = translations(language)
    days = (clock.today() - value).days
    if days == 0:
        return str(say.gettext("today"))
    if days == 1:
        return str(say.gettext("yesterday"))
    if days == -1:
        return str(say.gettext("tomorrow"))
    if days > 0:
        return str(say.ngettext("%(num)d day ago", "%(num)d days ago", days)) % {"num": days}
    return str(say.ngettext("in %(num)d day", "in %(num)d days", -days)) % {"num": -days}
