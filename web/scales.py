"""Scales: what an administrator switches on, and where a resident stands on them, with the worker's view beside it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api.dependencies import Reading, Session, Writing, needs
from api.residents import show_resident
from api.scales import (
    export_scale,
    list_scale_scores,
    list_scales,
    record_scale,
    score_scale,
    show_scale,
    use_scale,
)
from bsa import clock
from bsa.errors import N_
from bsa.goals.models import ScoredBy
from bsa.permissions import Actor, Permission, require
from bsa.residents.models import may_keep
from bsa.scales.models import ScaleKind, WhoScores
from bsa.scales.shapes import ScaleIn, ScaleOut, ScaleQuery, ScaleScoreIn, ScaleScoreOut, ScaleScoreQuery, ScaleUseIn
from web.circles import point
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("scales", prefix="/scales")
scores = Pages("scale_scores")

MANY = 200
CENTRE, HUB, RIM = 160.0, 22.0, 122.0
"""The wheel: where its middle lies, and how far the lowest and the highest level are from there."""

NOT_A_DEFINITION = N_("This is not a definition of a scale. Paste the whole text of a file that was exported.")
NOTHING_CHOSEN = N_("Choose at least one.")


@dataclass(frozen=True)
class Standing:
    """Where one side stood on one part of a scale; `part` is empty on a ladder."""

    part: str
    by: ScoredBy
    level: int
    x: float
    y: float


@dataclass(frozen=True)
class Spoke:
    """A spoke of the wheel: its end, and where its number is written."""

    x: float
    y: float
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Sheet:
    """A scale as it is filled in for a resident."""

    scale: ScaleOut
    scores: list[ScaleScoreOut]
    latest: dict[tuple[str, str], ScaleScoreOut]
    """The last score of each part (empty on a ladder) and side."""
    standings: list[Standing]
    spokes: list[Spoke]
    shapes: dict[str, str]
    """On a wheel, the line around of each side."""
    labels: dict[int, str]
    form: Form[Any]


@router.get("")
@needs(Permission.MANAGE_SCALES)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the scales, each edition of them."""
    require(visitor, Permission.MANAGE_SCALES)
    return draw(request, "scales/index.html", scales=list_scales(session, visitor, ScaleQuery(limit=MANY)).items)


@router.get("/new")
@needs(Permission.MANAGE_SCALES)
def new(request: Request, session: Reading, visitor: Visitor, of: UUID | None = None) -> Response:
    """Show the form to write a scale, or the next edition of one."""
    require(visitor, Permission.MANAGE_SCALES)
    values: dict[str, Any] = {"kind": ScaleKind.ORDINAL, "who_scores": WhoScores.BOTH}
    if of:
        values = _as_typed(export_scale(session, visitor, of))
    return _new_page(request, blank(guest_of(request), **values))


@router.post("")
@needs(Permission.MANAGE_SCALES)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Record a scale that was written in the form."""
    typed = {name: str(sent.get(name, "")) for name in ("levels", "domains", "caution_nl", "caution_en")}
    given: dict[str, Any] = {
        "levels": _levels_in(typed["levels"]),
        "domains": _domains_in(typed["domains"]),
        "is_measurement": sent.get("is_measurement") == "true",
        "aggregate_allowed": sent.get("aggregate_allowed") == "true",
        "special_category": sent.get("special_category") == "true",
        "caution": _caution_in(typed["caution_nl"], typed["caution_en"]),
    }
    form = read(ScaleIn, sent, guest_of(request), **given)
    form.values |= typed
    scale = attempt(session, form, lambda told: record_scale(session, visitor, told))
    if scale:
        return go(request, "scales.show", "scale_recorded", scale_id=scale.id)
    return _new_page(request, form, form.status)


@router.post("/imports")
@needs(Permission.MANAGE_SCALES)
def create_import(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Record a scale from the text of an exported file."""
    text = str(sent.get("definition", ""))
    guest = guest_of(request)
    form: Form[ScaleIn] = Form(values={"definition": text}, prefix="import", language=guest.language)
    try:
        form.shape = ScaleIn.model_validate_json(text)
    except ValidationError:
        form.errors["definition"] = [form.in_language(NOT_A_DEFINITION)]
    scale = attempt(session, form, lambda told: record_scale(session, visitor, told))
    if scale:
        return go(request, "scales.show", "scale_recorded", scale_id=scale.id)
    return _new_page(request, blank(guest, kind=ScaleKind.ORDINAL, who_scores=WhoScores.BOTH), form.status, form)


@router.get("/{scale_id}")
@needs(Permission.SEE_SCALES)
def show(request: Request, session: Reading, visitor: Visitor, scale_id: UUID) -> Response:
    """Show an edition of a scale: its maker, its terms and its levels."""
    return _show_page(request, session, visitor, scale_id)


@router.get("/{scale_id}/definition")
@needs(Permission.SEE_SCALES)
def definition(session: Reading, visitor: Visitor, scale_id: UUID) -> Response:
    """Hand out the definition of a scale as a file."""
    told = export_scale(session, visitor, scale_id)
    return JSONResponse(
        json.loads(told.model_dump_json(by_alias=True)),
        headers={"Content-Disposition": f'attachment; filename="{told.key}.json"'},
    )


@router.post("/{scale_id}/use")
@needs(Permission.MANAGE_SCALES)
def update_use(request: Request, session: Writing, visitor: WritingVisitor, scale_id: UUID, sent: Sent) -> Response:
    """Switch a scale on or off."""
    form = read(ScaleUseIn, sent, guest_of(request))
    scale = attempt(session, form, lambda told: use_scale(session, visitor, scale_id, version_in(sent), told))
    if scale:
        return go(request, "scales.show", "scale_on" if scale.enabled else "scale_off", scale_id=scale_id)
    return _show_page(request, session, visitor, scale_id, form.status, form)


@scores.get("/residents/{resident_id}/scales")
@needs(Permission.OPEN_RECORD)
def of_resident(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show where a resident stands on each scale, as both sides see it."""
    return _sheets_page(request, session, visitor, resident_id)


@scores.post("/residents/{resident_id}/scale-scores")
@needs(Permission.SCORE_SCALE)
def create_scores(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Write down a score; of a wheel, one for each part that was filled in."""
    marks = [
        (name.removeprefix("level."), str(level))
        for name, level in sent.multi_items()
        if name.startswith("level.") and level
    ]
    first: dict[str, Any] = {"domain": marks[0][0], "level": marks[0][1]} if marks else {}
    form = read(ScaleScoreIn, sent, guest_of(request), prefix=f"score-{sent.get('scale_id', '')}", **first)
    form.values |= {f"level.{part}": level for part, level in marks}
    if not marks and sent.get("wheel") and "level" in form.errors:
        del form.errors["level"]
        form.errors[str(sent["wheel"])] = [form.in_language(NOTHING_CHOSEN)]

    def deed(told: ScaleScoreIn) -> list[ScaleScoreOut]:
        parts = [{"domain": part, "level": int(level) if level.isdigit() else -1} for part, level in marks] or [{}]
        return [score_scale(session, visitor, resident_id, told.model_copy(update=part)) for part in parts]

    if attempt(session, form, deed):
        scale_id = sent.get("scale_id")
        return go(request, "scale_scores.of_resident", "scale_scored", f"scale-{scale_id}", resident_id=resident_id)
    return _sheets_page(request, session, visitor, resident_id, form.status, form)


def _new_page(request: Request, form: Form[Any], status: int = 200, import_form: Form[Any] | None = None) -> Response:
    return draw(
        request,
        "scales/new.html",
        status,
        form=form,
        import_form=import_form or blank(guest_of(request), "import"),
        kinds=list(ScaleKind),
        who=list(WhoScores),
    )


def _show_page(
    request: Request, session: Session, visitor: Actor, scale_id: UUID, status: int = 200, form: Form[Any] | None = None
) -> Response:
    scale = show_scale(session, visitor, scale_id)
    return draw(
        request,
        "scales/show.html",
        status,
        scale=scale,
        form=form or blank(guest_of(request), licence_note=scale.licence_note),
    )


def _sheets_page(
    request: Request,
    session: Session,
    visitor: Actor,
    resident_id: UUID,
    status: int = 200,
    form: Form[Any] | None = None,
) -> Response:
    guest = guest_of(request)
    resident = show_resident(session, visitor, resident_id)
    given = list_scale_scores(session, visitor, resident_id, ScaleScoreQuery(limit=MANY)).items
    scored = {score.scale_id for score in given}
    scales = list_scales(session, visitor, ScaleQuery(limit=MANY)).items
    sheets = []
    for scale in scales:
        if not scale.enabled and scale.id not in scored:
            continue
        own = [score for score in given if score.scale_id == scale.id]
        sent_here = form is not None and form.prefix == f"score-{scale.id}"
        fresh = blank(guest, f"score-{scale.id}", by=_whose_turn(scale, own))
        sheets.append(_sheet(scale, own, form if sent_here and form else fresh, guest.language.value))
    return draw(
        request,
        "scales/of_resident.html",
        status,
        resident=resident,
        sheets=sheets,
        allowed=may_keep("scale_score.*", resident.level),
        said_by=list(ScoredBy),
    )


def _sheet(scale: ScaleOut, given: Sequence[ScaleScoreOut], form: Form[Any], language: str) -> Sheet:
    latest: dict[tuple[str, str], ScaleScoreOut] = {}
    for score in given:
        latest.setdefault((score.domain or "", score.by.value), score)
    standings = [_standing(scale, score) for score in latest.values()]
    shapes = {}
    for by in ScoredBy:
        around = [
            (standing.x, standing.y)
            for domain in scale.domains
            for standing in standings
            if standing.part == domain.key and standing.by is by
        ]
        shapes[by.value] = " ".join(f"{x},{y}" for x, y in around)
    labels = {level.level: str(getattr(level.label, language)) for level in scale.levels}
    angles = [360 * number / len(scale.domains) for number in range(len(scale.domains))]
    spokes = [Spoke(*point(CENTRE, RIM, angle), *point(CENTRE, RIM + 20, angle)) for angle in angles]
    return Sheet(scale, list(given), latest, standings, spokes, shapes, labels, form)


def _standing(scale: ScaleOut, score: ScaleScoreOut) -> Standing:
    """Return where a score lies in the picture: on its step of the ladder, or on its spoke of the wheel."""
    numbers = [level.level for level in scale.levels]
    place = numbers.index(score.level)
    if not scale.domains:
        beside = -9 if score.by is ScoredBy.RESIDENT else 9
        x = 10 + (place + 0.5) * 300 / len(numbers) + beside
        return Standing("", score.by, score.level, round(x, 1), round(158 - 120 * (place + 1) / len(numbers), 1))
    spoke = [domain.key for domain in scale.domains].index(score.domain or "")
    far = HUB + (RIM - HUB) * place / (len(numbers) - 1)
    x, y = point(CENTRE, far, 360 * spoke / len(scale.domains))
    return Standing(score.domain or "", score.by, score.level, x, y)


def _whose_turn(scale: ScaleOut, given: Sequence[ScaleScoreOut]) -> ScoredBy:
    """Return who scores next: the worker once the resident did today, otherwise the resident."""
    if scale.who_scores is not WhoScores.BOTH:
        return ScoredBy(scale.who_scores.value)
    today = {score.by for score in given if score.scored_on == clock.today()}
    return ScoredBy.WORKER if today == {ScoredBy.RESIDENT} else ScoredBy.RESIDENT


def _levels_in(text: str) -> list[dict[str, Any]]:
    """Read levels as they are typed: one a line, `number | Dutch | English | Dutch line | English line`."""
    levels: list[dict[str, Any]] = []
    for parts in _lines(text):
        number, nl, en, line_nl, line_en = (parts + [""] * 5)[:5]
        level: dict[str, Any] = {"level": number, "label": {"nl": nl, "en": en or nl}}
        if line_nl:
            level["line"] = {"nl": line_nl, "en": line_en or line_nl}
        levels.append(level)
    return levels


def _domains_in(text: str) -> list[dict[str, Any]]:
    """Read parts as they are typed: one a line, `key | Dutch | English`."""
    return [
        {"key": key, "label": {"nl": nl, "en": en or nl}}
        for key, nl, en in ((parts + [""] * 3)[:3] for parts in _lines(text))
    ]


def _caution_in(nl: str, en: str) -> dict[str, str] | None:
    return {"nl": nl or en, "en": en or nl} if nl.strip() or en.strip() else None


def _lines(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.splitlines() if line.strip()]


def _as_typed(told: ScaleIn) -> dict[str, Any]:
    """Return the values of the form for a definition."""
    values = told.model_dump(exclude={"levels", "domains", "caution"})
    values["levels"] = "\n".join(
        " | ".join(
            [str(level.level), level.label.nl, level.label.en, *([level.line.nl, level.line.en] if level.line else [])]
        )
        for level in told.levels
    )
    values["domains"] = "\n".join(" | ".join([domain.key, domain.label.nl, domain.label.en]) for domain in told.domains)
    values["caution_nl"], values["caution_en"] = (told.caution.nl, told.caution.en) if told.caution else ("", "")
    return {name: "" if value is None else value for name, value in values.items()}
