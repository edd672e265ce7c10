"""Published figures: open data, answered from what was published and from nothing else."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api.answers import AnsweringRoute, open_data
from api.dependencies import Figures, database, open_to_all
from api.negotiation import chosen, gives
from api.open_data import Asker, asker
from api.reports import write_report
from bsa.errors import NotFound
from bsa.settings import Settings
from bsa.shapes import Page
from bsa.statistics import queries
from bsa.statistics.cube import Table
from bsa.statistics.formats import (
    CSV,
    CSV_METADATA,
    JSON,
    JSON_LD,
    JSON_STAT,
    LICENCE,
    XLSX,
    catalogue,
    csv_rows,
    json_cells,
    json_stat,
    workbook,
)
from bsa.statistics.published import Dataset, table_named
from bsa.statistics.shapes import (
    FiguresQuery,
    IndicatorsOut,
    InLanguage,
    ReleaseDetail,
    ReleaseOut,
    ReleaseQuery,
    ReportQuery,
)

router = APIRouter(prefix="/statistics", tags=["statistics"], route_class=AnsweringRoute)

FORMS: dict[str, str] = {"json": JSON, "jsonstat": JSON_STAT, "csv": CSV, "csv-metadata": CSV_METADATA, "xlsx": XLSX}
"""The last part of an address that names a format, and its media type."""
NEGOTIATED = (JSON, JSON_STAT, CSV, XLSX)
TOLD_AS = {CSV: "text/csv; charset=utf-8; header=present"}
WRITERS: dict[str, Callable[..., bytes]] = {
    JSON: json_cells.write,
    JSON_STAT: json_stat.write,
    CSV: csv_rows.write,
    XLSX: workbook.write,
}
DOWNLOADED = {CSV: "csv", XLSX: "xlsx"}
MANY_RELEASES = 200
WRITTEN: dict[str, dict[str, Any]] = {
    JSON: {"schema": {"type": "object"}},
    JSON_STAT: {"schema": {"type": "object"}},
    CSV: {"schema": {"type": "string"}},
    CSV_METADATA: {"schema": {"type": "object"}},
    XLSX: {"schema": {"type": "string", "format": "binary"}},
}
FIGURES: dict[int | str, dict[str, Any]] = {200: {"content": {kind: WRITTEN[kind] for kind in NEGOTIATED}}}
IN_A_FORM: dict[int | str, dict[str, Any]] = {200: {"content": WRITTEN}}
PDF = "application/pdf"
REPORTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}
LINKED: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "object"}} for kind in (JSON_LD, JSON)}}
}

Asking = Annotated[Asker, Depends(asker)]


async def settings(request: Request) -> Settings:
    """Return the settings, for addresses and for who publishes."""
    return database(request).settings


Publishing = Annotated[Settings, Depends(settings)]


@router.get("/tables")
@open_data
@open_to_all
def list_indicators(wanted: Annotated[InLanguage, Query()]) -> IndicatorsOut:
    """Tell what each table is: what it counts, from which events, and what it is not. The list is closed."""
    return queries.indicators(wanted.language)


@router.get("/releases")
@open_data
@open_to_all
def list_releases(session: Figures, wanted: Annotated[ReleaseQuery, Query()]) -> Page[ReleaseOut]:
    """List what is published, the latest quarter first. Half years and years are made of quarters."""
    return queries.list_releases(session, wanted)


@router.get("/releases/{period}")
@open_data
@open_to_all
def show_release(session: Figures, period: str, wanted: Annotated[FiguresQuery, Query()]) -> ReleaseDetail:
    """Show what is published about a quarter, a half year or a year: its tables, and what was said beside them."""
    return queries.release_detail(queries.read_dataset(session, period, wanted), wanted.language)


@router.get("/releases/{period}/figures", response_class=Response, responses=FIGURES)
@gives(*NEGOTIATED)
@open_to_all
def show_figures(
    session: Figures, asking: Asking, told: Publishing, period: str, wanted: Annotated[FiguresQuery, Query()]
) -> Response:
    """Give all figures of a period, in the format that is asked for in Accept."""
    dataset = queries.read_part(session, period, wanted)
    return _answer(asking, told, dataset, None, wanted, chosen(asking.request, NEGOTIATED))


@router.get("/releases/{period}/figures/{form}", response_class=Response, responses=IN_A_FORM)
@gives(*FORMS.values())
@open_to_all
def download_figures(
    session: Figures, asking: Asking, told: Publishing, period: str, form: str, wanted: Annotated[FiguresQuery, Query()]
) -> Response:
    """Give all figures of a period in the format that the address names."""
    kind = _kind(form)
    return _answer(asking, told, queries.read_part(session, period, wanted), None, wanted, kind)


@router.get("/releases/{period}/tables/{table}", response_class=Response, responses=FIGURES)
@gives(*NEGOTIATED)
@open_to_all
def show_table(
    session: Figures,
    asking: Asking,
    told: Publishing,
    period: str,
    table: str,
    wanted: Annotated[FiguresQuery, Query()],
) -> Response:
    """Give one table, in the format that is asked for in Accept; of a level or of one area when that is wanted."""
    found = _listed(table)
    dataset = queries.read_part(session, period, wanted)
    return _answer(asking, told, dataset, found, wanted, chosen(asking.request, NEGOTIATED))


@router.get("/releases/{period}/tables/{table}/{form}", response_class=Response, responses=IN_A_FORM)
@gives(*FORMS.values())
@open_to_all
def download_table(
    session: Figures,
    asking: Asking,
    told: Publishing,
    period: str,
    table: str,
    form: str,
    wanted: Annotated[FiguresQuery, Query()],
) -> Response:
    """Give one table in the format that the address names."""
    found, kind = _listed(table), _kind(form)
    return _answer(asking, told, queries.read_part(session, period, wanted), found, wanted, kind)


@router.get("/releases/{period}/report", response_class=Response, responses=REPORTED)
@gives(PDF)
@open_to_all
def show_report(
    session: Figures, asking: Asking, told: Publishing, period: str, wanted: Annotated[ReportQuery, Query()]
) -> Response:
    """Give the report of a quarter, a half year or a year as PDF: figures, explanations and stories."""
    dataset = queries.read_dataset(session, period, wanted)
    page = (
        f"{_site(told)}/figures/{dataset.period}/report?municipality={dataset.municipality}&revision={dataset.revision}"
    )
    name = f"{dataset.municipality}-{dataset.key}-{wanted.language}.pdf"
    return asking.send(
        write_report(session, dataset, wanted.language, told.organisation),
        PDF,
        for_ever=wanted.revision is not None,
        published_at=dataset.published_at,
        links=[f'<{page}>; rel="alternate"; type="text/html"', _license()],
        Content_Language=wanted.language,
        Content_Disposition=f'attachment; filename="{name}"',
    )


@router.get("/catalogue", response_class=Response, responses=LINKED)
@gives(JSON_LD, JSON)
@open_to_all
def show_catalogue(session: Figures, asking: Asking, told: Publishing) -> Response:
    """Give the catalogue for registers of open data: DCAT-AP-NL 3, as JSON-LD."""
    found: list[ReleaseOut] = []
    cursor = None
    while not found or cursor:
        page = queries.list_releases(session, ReleaseQuery(limit=MANY_RELEASES, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
        if not page.items:
            break
    publisher = catalogue.Publisher(
        name=told.organisation,
        site=_site(told),
        contact_name=told.contact_name,
        contact_url=str(told.contact_url),
        contact_email=told.contact_email,
    )
    kind = chosen(asking.request, (JSON_LD, JSON))
    return asking.send(catalogue.write(publisher, found), kind, links=[_license()])


def _listed(code: str) -> Table:
    """Return a table of the closed list, before anything is read: an unlisted one is not there."""
    found = table_named(code)
    if found is None:
        raise NotFound
    return found


def _kind(form: str) -> str:
    if form not in FORMS:
        raise NotFound
    return FORMS[form]


def _answer(
    asking: Asker, told: Settings, dataset: Dataset, table: Table | None, wanted: FiguresQuery, kind: str
) -> Response:
    if table is not None and table not in dataset.tables:
        raise NotFound
    base = f"{_site(told)}/api/v1/statistics"
    here = _address(dataset, table)
    query = urlencode(wanted.model_dump(exclude_none=True, exclude_defaults=True))
    if kind == CSV_METADATA:
        url = f"{base}{here}/csv" + (f"?{query}" if query else "")
        body = csv_rows.metadata(dataset, table, wanted.language, base, url)
    else:
        body = WRITERS[kind](dataset, table, wanted.language, base)
    headers: dict[str, str] = {"Content_Language": wanted.language}
    if kind in DOWNLOADED:
        part = "figures" if table is None else table.code
        name = f"{dataset.municipality}-{dataset.key}-{part}.{DOWNLOADED[kind]}"
        headers["Content_Disposition"] = f'attachment; filename="{name}"'
    return asking.send(
        body,
        TOLD_AS.get(kind, kind),
        for_ever=wanted.revision is not None,
        published_at=dataset.published_at,
        links=_links(asking, here, query, kind),
        **headers,
    )


def _address(dataset: Dataset, table: Table | None) -> str:
    return f"/releases/{dataset.period}/{'figures' if table is None else f'tables/{table.code}'}"


def _links(asking: Asker, here: str, query: str, kind: str) -> Iterator[str]:
    """Lead to what describes an answer, and to the same in other formats."""
    root = f"{asking.request.scope.get('root_path', '')}/statistics"
    which = f"?{query}" if query else ""
    if kind == CSV:
        yield f'<{root}{here}/csv-metadata{which}>; rel="describedby"; type="{CSV_METADATA}"'
    yield f'<{root}/catalogue>; rel="describedby"; type="{JSON_LD}"'
    yield _license()
    for form, other in FORMS.items():
        if other not in (kind, CSV_METADATA):
            yield f'<{root}{here}/{form}{which}>; rel="alternate"; type="{other}"'


def _license() -> str:
    return f'<{LICENCE}>; rel="license"'


def _site(told: Settings) -> str:
    return str(told.base_url).rstrip("/")
