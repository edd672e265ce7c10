"""Published figures, open to all: pictures with their tables, what each number means, and how nobody is in them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup

from api.activation import show_double_activation
from api.areas import list_areas
from api.dependencies import Figures, Reading, Session, database, open_to_all
from api.reports import history_of, list_published, open_release, write_report
from bsa import clock
from bsa.activation.formula import SIDES
from bsa.activation.shapes import DoubleActivationOut, QuarterQuery
from bsa.areas.shapes import AreaQuery
from bsa.errors import NotAllowed, NotFound
from bsa.people.models import Language as Tongue
from bsa.permissions import Actor, Permission, allows
from bsa.quarters import last_day_of, quarter_of
from bsa.shapes import Shape
from bsa.statistics.budget import best_guess, charge
from bsa.statistics.cube import ALL, BY_KEY, EXACT_TABLES, TABLES, Table, tables_of
from bsa.statistics.display import margin
from bsa.statistics.figures import Entry, Figure, Sheet, area_of, figure_named, figures_of
from bsa.statistics.formats.naming import area_name
from bsa.statistics.hierarchy import LEVELS, Level
from bsa.statistics.indicators import Language, events_of, label, level_told, period_told, title_of, told, word
from bsa.statistics.profile import STRICT
from bsa.statistics.published import Dataset, table_named
from bsa.statistics.report import lead_of, protection_of
from bsa.statistics.report import title_of as report_title_of
from bsa.statistics.shapes import ReleaseOut, ReleaseQuery, WhichRelease
from web.dependencies import MaybeVisitor
from web.forms import asked
from web.guests import guest_of
from web.pages import Pages, draw

router = Pages("statistics", prefix="/figures")

MANY = 200
TOLD_OF_ALL = ("unit", "source", "is_not", "over_quarters", "owner")


class Wanted(Shape):
    """Which release is meant, and which area of it."""

    period: str = ""
    area: str = ""
    municipality: str = ""
    revision: int | None = None


class Ordered(Wanted):
    """A table: of which level, which part of it, and in which order."""

    level: str = ""
    of: str = ""
    sort: str = ""
    down: bool = False


@dataclass(frozen=True)
class Line:
    """One area in a table."""

    code: str
    name: str
    entries: list[Entry]


def language_of(request: Request) -> Language:
    """Return the reader's language, as figures are told in it."""
    return "en" if guest_of(request).language is Tongue.ENGLISH else "nl"


def table_title(code: str, language: Language) -> str:
    """Return what a table is called."""
    table = table_named(code)
    return told(table, "title", language) if table else code


@router.get("")
@open_to_all
def index(request: Request, session: Figures, people: Reading, visitor: MaybeVisitor) -> Response:
    """Show the figures of a period and an area; by itself the last quarter and the whole municipality."""
    wanted = _wanted(request, Wanted)
    releases = _releases(session)
    if not releases:
        return draw(request, "statistics/empty.html", next_on=last_day_of(quarter_of(clock.today())))
    municipality = wanted.municipality or releases[0].municipality
    own = [one for one in releases if one.municipality == municipality]
    if not own:
        raise NotFound
    period = wanted.period or own[0].period
    dataset = _open(session, period, wanted, municipality)
    language = language_of(request)
    area = area_of(dataset, wanted.area)
    figures = figures_of(dataset, area.code, language, history_of(session, municipality))
    return draw(
        request,
        "statistics/index.html",
        dataset=dataset,
        area=area,
        area_name=area_name(dataset, area, language),
        period_name=period_told(dataset.period, language),
        periods=[(one, period_told(one, language)) for one in _periods(own)],
        areas=_areas(dataset, language),
        municipalities=sorted({one.municipality: one.municipality_name for one in releases}.items()),
        residents=[one for one in figures if not one.exact],
        institutions=[one for one in figures if one.exact],
        both_sides=_both_sides(people, visitor, dataset, area.code),
        sides=[side.value for side in SIDES],
        **_with(figures, dataset, language),
    )


@router.get("/indicators")
@open_to_all
def indicators(request: Request, visitor: MaybeVisitor) -> Response:
    """List all that is counted, and nothing else is."""
    language = language_of(request)
    groups = {"residents": TABLES, "institutions": EXACT_TABLES}
    found = {
        name: [(table.code, told(table, "title", language), told(table, "definition", language)) for table in tables]
        for name, tables in groups.items()
    }
    return draw(request, "statistics/indicators.html", groups=found)


@router.get("/indicators/{code}")
@open_to_all
def indicator(request: Request, session: Figures, visitor: MaybeVisitor, code: str) -> Response:
    """Tell what a number means: what was counted, from what, whose it is, and how sure it is."""
    table = _table(code)
    language = language_of(request)
    releases = _releases(session)
    profile = _open(session, releases[0].period, Wanted(), releases[0].municipality).profile if releases else STRICT
    exact = table.key not in BY_KEY
    return draw(
        request,
        "statistics/indicator.html",
        table=table,
        exact=exact,
        title=told(table, "title", language),
        definition=told(table, "definition", language),
        facts=[(word(key, language), told(table, key, language)) for key in TOLD_OF_ALL],
        events=events_of(table),
        levels=[(level_told(level, language), None if exact else margin(level, profile)) for level in table.levels],
        dimensions=[
            (title_of(dimension, language), [label(dimension, category, language) for category in dimension.categories])
            for dimension in table.dimensions
        ],
        period=releases[0].period if releases else "",
    )


@router.get("/protection")
@open_to_all
def protection(request: Request, session: Figures, visitor: MaybeVisitor) -> Response:
    """Explain how nobody can be found in the figures: to a resident, and exactly."""
    releases = _releases(session)
    year = int((releases[0].period if releases else quarter_of(clock.today()))[:4])
    own = [one for one in releases if one.municipality == releases[0].municipality and one.period.startswith(str(year))]
    opened = [_open(session, one.period, Wanted(), one.municipality) for one in own if "-Q" in one.period]
    profile = opened[0].profile if opened else STRICT
    tables = opened[0].release.tables if opened else tables_of(4)
    once = charge(profile, tables, "", year)
    spent = [charge(one.profile, one.release.tables, one.key, year) for one in opened]
    whole = sum((one.whole for one in spent), start=Fraction(0))
    return draw(
        request,
        "statistics/protection.html",
        profile=profile,
        year=year,
        quarters=len(spent),
        margins=[(level_told(level, language_of(request)), margin(level, profile)) for level in LEVELS],
        cost=float(once.whole),
        guess=best_guess(once.whole),
        need=best_guess(once.sensitive["need"]),
        spent=float(whole),
        spent_guess=best_guess(whole),
        need_spent=best_guess(sum((one.sensitive["need"] for one in spent), start=Fraction(0))),
        method=opened[0].method if opened else "",
    )


@router.get("/{period}/tables/{code}")
@open_to_all
def table(request: Request, session: Figures, visitor: MaybeVisitor, period: str, code: str) -> Response:
    """Show a table for all areas of a level, in the order that the reader chose."""
    wanted, found = _wanted(request, Ordered), _table(code)
    dataset = _open(session, period, wanted)
    language = language_of(request)
    levels = [level for level in LEVELS if level in found.levels]
    level = next((one for one in levels if one.value == wanted.level), levels[-1])
    columns, parts, lines = _lines(dataset, found, level, wanted, language)
    return draw(
        request,
        "statistics/table.html",
        dataset=dataset,
        table=found,
        title=told(found, "title", language),
        definition=told(found, "definition", language),
        period_name=period_told(dataset.period, language),
        level=level.value,
        levels=[(one.value, level_told(one, language).capitalize()) for one in levels],
        columns=columns,
        parts=parts,
        lines=lines,
        wanted=wanted,
        margin=None if found.key not in BY_KEY else margin(level, dataset.profile),
    )


@router.get("/{period}/report")
@open_to_all
def report(request: Request, session: Figures, visitor: MaybeVisitor, period: str) -> Response:
    """Show the report of a period, to read and to print."""
    dataset = _open(session, period, _wanted(request, Wanted))
    language = language_of(request)
    figures = figures_of(dataset, None, language, history_of(session, dataset.municipality, dataset.published_at))
    return draw(
        request,
        "statistics/report.html",
        dataset=dataset,
        figures=figures,
        report_title=report_title_of(dataset, language),
        report_lead=lead_of(dataset, language),
        protection=protection_of(dataset, language),
        organisation_name=database(request).settings.organisation,
        **_with(figures, dataset, language),
    )


@router.get("/{period}/report.pdf")
@open_to_all
def pdf(request: Request, session: Figures, visitor: MaybeVisitor, period: str) -> Response:
    """Give the report of a period as PDF."""
    dataset = _open(session, period, _wanted(request, Wanted))
    language = language_of(request)
    written = write_report(session, dataset, language, database(request).settings.organisation)
    name = f"{dataset.municipality}-{dataset.key}-{language}.pdf"
    return Response(written, media_type="application/pdf", headers=_to_keep(name))


@router.get("/{period}/pictures/{drawing}.svg")
@open_to_all
def picture(request: Request, session: Figures, visitor: MaybeVisitor, period: str, drawing: str) -> Response:
    """Give a picture by itself."""
    wanted = _wanted(request, Wanted)
    dataset = _open(session, period, wanted)
    language = language_of(request)
    history = history_of(session, dataset.municipality)
    figure = figure_named(figures_of(dataset, wanted.area, language, history), drawing)
    if not figure.picture:
        raise NotFound
    file = f"{wanted.area or dataset.municipality}-{dataset.key}-{drawing}.svg"
    return Response(figure.picture, media_type="image/svg+xml", headers=_to_keep(file))


def _wanted(request: Request, kind: type[Any]) -> Any:
    form = asked(kind, request)
    if form.shape is None:
        raise NotFound
    return form.shape


def _open(session: Session, period: str, wanted: Wanted, municipality: str = "") -> Dataset:
    which = {"municipality": wanted.municipality or municipality or None, "revision": wanted.revision}
    try:
        return open_release(session, period, WhichRelease.model_validate(which))
    except ValueError:
        raise NotFound from None


def _releases(session: Session) -> list[ReleaseOut]:
    return list_published(session, ReleaseQuery(limit=MANY)).items


def _periods(releases: list[ReleaseOut]) -> list[str]:
    """Return the quarters that are published, and the half years and years of which all quarters are."""
    quarters = {one.period for one in releases}
    found = set(quarters)
    for year in sorted({one[:4] for one in quarters}):
        parts = {f"{year}-H1": (1, 2), f"{year}-H2": (3, 4), year: (1, 2, 3, 4)}
        found |= {name for name, numbers in parts.items() if quarters >= {f"{year}-Q{one}" for one in numbers}}
    return sorted(found, key=lambda one: (one[:4], len(one) == 4, one[5:6] == "H", one), reverse=True)


def _areas(dataset: Dataset, language: Language) -> list[tuple[str, str]]:
    """Return the areas in the order of the tree, those within another set back."""
    found = [(dataset.municipality, dataset.names[dataset.municipality])]
    for district in dataset.areas:
        if district.level is Level.DISTRICT:
            found.append((district.code, f"– {area_name(dataset, district, language)}"))
            found += [
                (area.code, f"– – {area_name(dataset, area, language)}")
                for area in dataset.areas
                if area.level is Level.NEIGHBOURHOOD and area.parent == district.code
            ]
    return found


def _with(figures: list[Figure], dataset: Dataset, language: Language) -> dict[str, Any]:
    """Return what every template that draws figures takes."""
    return {
        "drawings": {one.name: Markup(one.picture) for one in figures},  # noqa: S704 - drawn by us, its texts escaped
        "definitions": {
            one.name: told(one.table, "definition", language)
            for one in figures
            if one.table and one.name == one.table.key
        },
        "least": dataset.profile.shown_from,
    }


def _both_sides(people: Session, visitor: Actor | None, dataset: Dataset, code: str) -> DoubleActivationOut | None:
    """Return double activation of the area, for those who may see it there."""
    if visitor is None or "-Q" not in dataset.period or not allows(visitor, Permission.SEE_AREAS):
        return None
    for area in list_areas(people, visitor, AreaQuery(code=code, limit=1)).items:
        try:
            return show_double_activation(people, visitor, area.id, QuarterQuery(quarter=dataset.period))
        except (NotFound, NotAllowed):
            return None
    return None


def _lines(
    dataset: Dataset, table: Table, level: Level, wanted: Ordered, language: Language
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[Line]]:
    """Return the columns of a table, what it may be divided by, and a line for each area in the order asked for."""
    exact = table.key not in BY_KEY
    dimensions = list(table.dimensions)
    across = dimensions[-1 if exact else 0] if dimensions else None
    by = next((one for one in dimensions if one is not across), None)
    parts = [(code, label(by, code, language)) for code in by.categories] if by else []
    if exact and by:
        parts.insert(0, (ALL, label(by, ALL, language)))
    of = wanted.of if wanted.of in dict(parts) else parts[0][0] if parts else ""
    columns = [("", word("value", language))]
    if across:
        there = {cell[0] for cell in table.at(level)} if not exact else set(across.categories)
        columns = [(code, label(across, code, language)) for code in across.categories if code in there]
    if table.sums and across:
        columns.append((ALL, label(across, ALL, language)))
    lines = []
    for area in dataset.areas:
        if area.level is level:
            sheet = Sheet(dataset, area, language)
            entries = [_entry(sheet, table, exact, code, of, by is not None) for code, _ in columns]
            lines.append(Line(area.code, sheet.name, entries))
    place = next((number for number, (code, _) in enumerate(columns) if code and code == wanted.sort), None)
    if wanted.sort == "number" and not across:
        place = 0
    if place is not None:
        # What is hidden comes last in either direction: it is not nothing.
        lines.sort(key=lambda one: (one.entries[place].value or 0) * (-1 if wanted.down else 1))
        lines.sort(key=lambda one: one.entries[place].value is None)
    elif wanted.sort == "name":
        lines.sort(key=lambda one: one.name, reverse=wanted.down)
    return columns, parts, lines


def _entry(sheet: Sheet, table: Table, exact: bool, code: str, of: str, divided: bool) -> Entry:
    area = sheet.area.code
    if exact:
        wanted = [(of, code)] if divided else [(code,)]
        if divided and of == ALL:
            wanted = [(part, code) for part in table.dimensions[0].categories]
        found = [sheet.numbers.get((table.key, area, cell)) for cell in wanted]
        return sheet.plain(sum(one.value or 0 for one in found if one))
    cell = () if not code else (code, of) if divided else (code,)
    one = sheet.numbers.get((table.key, area, cell))
    return sheet.text(one) if one else Entry("–", None, word("reason", sheet.language))


def _table(code: str) -> Table:
    found = table_named(code)
    if found is None or found.code != code:
        raise NotFound
    return found


def _to_keep(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
