"""How somebody's life looks from inside: strengths first, then the resident's own words, and impressions apart."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.lifeworld import (
    list_assets,
    list_sketch_lines,
    note_asset,
    note_sketch_line,
    show_asset,
    show_sketch_line,
    strike_asset,
    strike_sketch_line,
)
from api.needs import show_sheet
from api.residents import show_resident
from bsa.errors import Question
from bsa.lifeworld.models import AssetKind, SketchPrompt, Voice
from bsa.lifeworld.shapes import (
    AssetIn,
    AssetOut,
    AssetStrikeIn,
    SketchLineIn,
    SketchLineOut,
    SketchStrikeIn,
)
from bsa.needs.shapes import SheetQuery
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from bsa.shapes import Listing, Shape
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("lifeworld")

ALL = Listing(limit=200)


@router.get("/residents/{resident_id}/lifeworld")
@needs(Permission.OPEN_RECORD)
def show(
    request: Request, session: Reading, visitor: Visitor, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Response:
    """Show the lifeworld of a resident."""
    return _page(request, session, visitor, resident_id, cursor=wanted.cursor)


@router.post("/residents/{resident_id}/sketch-lines")
@needs(Permission.SKETCH_LIFEWORLD)
def create_line(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Write down a line: the resident's words, or an impression for oneself."""
    own = sent.get("voice") == Voice.WORKER
    form = read(SketchLineIn, sent, guest_of(request), prefix="impression" if own else "line")
    line = attempt(session, form, lambda told: note_sketch_line(session, visitor, resident_id, told))
    if line is not None:
        flash = "impression_noted" if line.for_author_only else "line_noted"
        return go(request, "lifeworld.show", flash, _fragment(line), resident_id=resident_id)
    forms: dict[str, Form[Any]] = {"impression_form" if own else "line_form": form}
    return _page(request, session, visitor, resident_id, form.status, forms)


@router.post("/residents/{resident_id}/assets")
@needs(Permission.SKETCH_LIFEWORLD)
def create_asset(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Write down something that the resident has or can."""
    form = read(AssetIn, sent, guest_of(request), prefix="asset")
    if attempt(session, form, lambda told: note_asset(session, visitor, resident_id, told)):
        return go(request, "lifeworld.show", "asset_noted", "strengths", resident_id=resident_id)
    return _page(request, session, visitor, resident_id, form.status, {"asset_form": form})


@router.get("/sketch-lines/{line_id}/strike")
@needs(Permission.SKETCH_LIFEWORLD)
def edit_line(request: Request, session: Reading, visitor: Visitor, line_id: UUID) -> Response:
    """Show the form to strike a line through, and to write it as it should be."""
    line = show_sketch_line(session, visitor, line_id)
    form = blank(guest_of(request), words=line.words, prompt=line.prompt or "", told_on=line.told_on.isoformat())
    return _strike_line_page(request, session, visitor, line, form)


@router.post("/sketch-lines/{line_id}/strike")
@needs(Permission.SKETCH_LIFEWORLD)
def update_line(request: Request, session: Writing, visitor: WritingVisitor, line_id: UUID, sent: Sent) -> Response:
    """Strike a line through; what should have stood there is written beside it, if anything."""
    voice = show_sketch_line(session, visitor, line_id).voice
    only = bool(sent.get("only"))
    # What is not written again need not be right.
    form: Form[Any] = (
        read(Nothing, sent, guest_of(request)) if only else read(SketchLineIn, sent, guest_of(request), voice=voice)
    )

    def deed(told: Shape) -> SketchLineOut:
        correction = told if isinstance(told, SketchLineIn) else None
        return strike_sketch_line(session, visitor, line_id, SketchStrikeIn(correction=correction))

    stands = attempt(session, form, deed)
    if stands is not None:
        return go(request, "lifeworld.show", "line_struck", _fragment(stands), resident_id=stands.resident_id)
    line = show_sketch_line(session, visitor, line_id)
    return _strike_line_page(request, session, visitor, line, form, form.status)


@router.get("/assets/{asset_id}/strike")
@needs(Permission.SKETCH_LIFEWORLD)
def edit_asset(request: Request, session: Reading, visitor: Visitor, asset_id: UUID) -> Response:
    """Show the form to strike a strength through, and to write it as it should be."""
    asset = show_asset(session, visitor, asset_id)
    form = blank(
        guest_of(request),
        words=asset.words,
        kind=asset.kind,
        told_on=asset.told_on.isoformat(),
        wants_to_share=asset.wants_to_share,
    )
    return _strike_asset_page(request, session, visitor, asset, form)


@router.post("/assets/{asset_id}/strike")
@needs(Permission.SKETCH_LIFEWORLD)
def update_asset(request: Request, session: Writing, visitor: WritingVisitor, asset_id: UUID, sent: Sent) -> Response:
    """Strike a strength through; what should have stood there is written beside it, if anything."""
    kind: type[Shape] = Nothing if sent.get("only") else AssetIn
    form: Form[Any] = read(kind, sent, guest_of(request))

    def deed(told: Shape) -> AssetOut:
        correction = told if isinstance(told, AssetIn) else None
        return strike_asset(session, visitor, asset_id, AssetStrikeIn(correction=correction))

    stands = attempt(session, form, deed)
    if stands is not None:
        return go(request, "lifeworld.show", "line_struck", "strengths", resident_id=stands.resident_id)
    asset = show_asset(session, visitor, asset_id)
    return _strike_asset_page(request, session, visitor, asset, form, form.status)


@router.get("/residents/{resident_id}/sheet")
@needs(Permission.OPEN_RECORD)
def sheet(
    request: Request, session: Reading, visitor: Visitor, resident_id: UUID, aloud: bool = False, even_so: bool = False
) -> Response:
    """Show what was written down together, to print or to read aloud; ask first when somebody would rather not read."""
    try:
        said = show_sheet(session, visitor, resident_id, SheetQuery(even_so=even_so or aloud))
    except Question as question:
        form = blank(guest_of(request))
        form.ask(question)
        resident = show_resident(session, visitor, resident_id)
        return draw(request, "lifeworld/writing.html", form.status, resident=resident, form=form)
    return draw(request, "lifeworld/sheet.html", sheet=said, aloud=aloud, prompts=[None, *SketchPrompt])


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    resident_id: UUID,
    status: int = 200,
    forms: Mapping[str, Form[Any]] | None = None,
    cursor: str | None = None,
) -> Response:
    guest = guest_of(request)
    resident = show_resident(session, visitor, resident_id)
    lines = list_sketch_lines(session, visitor, resident_id, ALL.model_copy(update={"cursor": cursor}))
    assets = list_assets(session, visitor, resident_id, ALL).items
    standing = [line for line in lines.items if line.struck_at is None]
    blanks = {
        "asset_form": blank(guest, "asset", kind=AssetKind.TALENT.value),
        "line_form": blank(guest, "line", prompt=""),
        "impression_form": blank(guest, "impression"),
    }
    return draw(
        request,
        "lifeworld/show.html",
        status,
        resident=resident,
        assets=[asset for asset in assets if asset.struck_at is None],
        said=_by_prompt([line for line in standing if not line.for_author_only]),
        own=[line for line in standing if line.for_author_only],
        struck=[line for line in lines.items if line.struck_at is not None],
        struck_assets=[asset for asset in assets if asset.struck_at is not None],
        next_cursor=lines.next_cursor,
        may_sketch=may_keep("sketch_line.*", resident.level),
        may_note_assets=may_keep("asset.*", resident.level),
        prompts=list(SketchPrompt),
        kinds=list(AssetKind),
        **(blanks | dict(forms or {})),
    )


def _by_prompt(lines: Sequence[SketchLineOut]) -> list[tuple[SketchPrompt | None, list[SketchLineOut]]]:
    """Put the lines under what they are about, in the order in which that is drawn; the newest first."""
    found = [(prompt, [line for line in lines if line.prompt is prompt]) for prompt in (None, *SketchPrompt)]
    return [(prompt, under) for prompt, under in found if under]


def _fragment(line: SketchLineOut) -> str:
    return "only-for-me" if line.for_author_only else "said"


def _strike_line_page(
    request: Request, session: Session, visitor: Actor, line: SketchLineOut, form: Form[Any], status: int = 200
) -> Response:
    resident = show_resident(session, visitor, line.resident_id)
    return draw(
        request,
        "lifeworld/strike_line.html",
        status,
        line=line,
        resident=resident,
        form=form,
        prompts=list(SketchPrompt),
    )


def _strike_asset_page(
    request: Request, session: Session, visitor: Actor, asset: AssetOut, form: Form[Any], status: int = 200
) -> Response:
    resident = show_resident(session, visitor, asset.resident_id)
    return draw(
        request,
        "lifeworld/strike_asset.html",
        status,
        strength=asset,
        resident=resident,
        form=form,
        kinds=list(AssetKind),
    )
