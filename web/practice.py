"""Practising something scary in a safe setting; and who speaks at a meeting, where residents have the most time."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import ValidationError
from pydantic.alias_generators import to_snake
from starlette.datastructures import FormData

from api.dependencies import Reading, Session, Writing, needs
from api.initiatives import list_initiatives, show_initiative
from api.practice import (
    change_practice,
    debrief_practice,
    list_practice_moments,
    list_speaking_orders,
    make_speaking_order,
    plan_practice,
    set_speaking_order,
    show_practice,
    show_speaking_order,
)
from api.residents import show_resident
from bsa import clock
from bsa.initiatives.models import ParticipantPart
from bsa.initiatives.shapes import InitiativeOut, InitiativeQuery, ParticipantOut
from bsa.permissions import Actor, Permission
from bsa.practice.models import PracticeOutcome, SpeakerSide
from bsa.practice.shapes import (
    DebriefIn,
    PracticeChange,
    PracticeIn,
    PracticeOut,
    SpeakingOrderIn,
    SpeakingOrderOut,
)
from bsa.residents.models import may_keep
from bsa.shapes import Listing
from web.choices import ALL, Choice
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import IN_WORDS, Form, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("practice")

EVERYTHING = Listing(limit=ALL)
MINUTES_OF_A_RESIDENT, MINUTES_OF_OTHERS = "5", "1"
"""What an order begins with: five minutes for a resident, one for whoever answers."""
ROW = ("turn_id", "resident_id", "side", "who", "minutes")

Row = dict[str, str]


@router.get("/residents/{resident_id}/practice")
@needs(Permission.PRACTISE)
def index(
    request: Request, session: Reading, visitor: Visitor, resident_id: UUID, initiative_id: UUID | None = None
) -> Response:
    """Show what was and will be practised; `initiative_id` begins the form with the initiative that it is for."""
    return _page(request, session, visitor, resident_id, _blank(request, initiative_id), opened=bool(initiative_id))


@router.post("/residents/{resident_id}/practice")
@needs(Permission.PRACTISE)
def create(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Plan to practise."""
    form = read(PracticeIn, sent, guest_of(request))
    moment = attempt(session, form, lambda told: plan_practice(session, visitor, resident_id, told))
    if moment is not None:
        return go(request, "practice.show", "practice_planned", practice_id=moment.id)
    return _page(request, session, visitor, resident_id, form, form.status)


@router.get("/practice-moments/{practice_id}")
@needs(Permission.PRACTISE)
def show(request: Request, session: Reading, visitor: Visitor, practice_id: UUID) -> Response:
    """Show a practice moment, and the form to talk about it after."""
    moment = show_practice(session, visitor, practice_id)
    held_on = moment.held_on or min(moment.planned_on, clock.today())
    form = blank(
        guest_of(request),
        held_on=held_on.isoformat(),
        outcome=moment.outcome or "",
        debrief=moment.debrief or "",
        next_bit_bolder=moment.next_bit_bolder or "",
    )
    return _moment_page(request, moment, form)


@router.post("/practice-moments/{practice_id}/debrief")
@needs(Permission.PRACTISE)
def debrief(request: Request, session: Writing, visitor: WritingVisitor, practice_id: UUID, sent: Sent) -> Response:
    """Write down how it went."""
    form = read(DebriefIn, sent, guest_of(request))

    def deed(told: DebriefIn) -> PracticeOut:
        return debrief_practice(session, visitor, practice_id, version_in(sent), told)

    if attempt(session, form, deed):
        return go(request, "practice.show", "practice_debriefed", practice_id=practice_id)
    return _moment_page(request, show_practice(session, visitor, practice_id), form, form.status)


@router.get("/practice-moments/{practice_id}/edit")
@needs(Permission.PRACTISE)
def edit(request: Request, session: Reading, visitor: Visitor, practice_id: UUID) -> Response:
    """Show the form to change what is practised."""
    moment = show_practice(session, visitor, practice_id)
    values = {name: str(getattr(moment, name) or "") for name in PracticeChange.model_fields}
    return _edit_page(request, session, visitor, moment, blank(guest_of(request), **values))


@router.post("/practice-moments/{practice_id}")
@needs(Permission.PRACTISE)
def update(request: Request, session: Writing, visitor: WritingVisitor, practice_id: UUID, sent: Sent) -> Response:
    """Change what is practised; what was emptied is taken away."""
    form = read_change(PracticeChange, sent, guest_of(request))

    def deed(change: PracticeChange) -> PracticeOut:
        return change_practice(session, visitor, practice_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "practice.show", "saved", practice_id=practice_id)
    return _edit_page(request, session, visitor, show_practice(session, visitor, practice_id), form, form.status)


@router.get("/practice-moments/{practice_id}/card")
@needs(Permission.PRACTISE)
def card(request: Request, session: Reading, visitor: Visitor, practice_id: UUID) -> Response:
    """Show the card to print and take along."""
    return draw(request, "practice/card.html", moment=show_practice(session, visitor, practice_id))


@router.get("/initiatives/{initiative_id}/speaking-orders")
@needs(Permission.SEE_SPEAKING_ORDER)
def orders(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """List the speaking orders of an initiative."""
    return draw(
        request,
        "practice/orders.html",
        orders=list_speaking_orders(session, visitor, initiative_id, EVERYTHING).items,
        initiative=show_initiative(session, visitor, initiative_id),
    )


@router.get("/initiatives/{initiative_id}/speaking-orders/new")
@needs(Permission.SET_SPEAKING_ORDER)
def new_order(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Show an order to begin with: those who speak for the residents, and one minute for who answers."""
    initiative = show_initiative(session, visitor, initiative_id)
    speakers = [one for one in initiative.participants if one.part is ParticipantPart.SPEAKS]
    rows = [_row_of(one) for one in speakers] or [_empty_row()]
    form = blank(
        guest_of(request),
        "order",
        meeting_on=(initiative.next_step_on or clock.today()).isoformat(),
        rows=[*rows, _empty_row(SpeakerSide.INSTITUTION, MINUTES_OF_OTHERS)],
    )
    return _order_page(request, initiative, form)


@router.post("/initiatives/{initiative_id}/speaking-orders")
@needs(Permission.SET_SPEAKING_ORDER)
def create_order(
    request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent
) -> Response:
    """Make a speaking order, or only rearrange the form."""
    initiative = show_initiative(session, visitor, initiative_id)
    form, rearranged = _read_order(sent, request, initiative)
    if rearranged:
        return _order_page(request, initiative, form)
    order = attempt(session, form, lambda told: make_speaking_order(session, visitor, initiative_id, told))
    if order is not None:
        return go(request, "practice.order", "order_set", order_id=order.id)
    return _order_page(request, show_initiative(session, visitor, initiative_id), form, form.status)


@router.get("/speaking-orders/{order_id}")
@needs(Permission.SEE_SPEAKING_ORDER)
def order(request: Request, session: Reading, visitor: Visitor, order_id: UUID) -> Response:
    """Show a speaking order, to change it and to print it."""
    found = show_speaking_order(session, visitor, order_id)
    form = blank(guest_of(request), "order", meeting_on=found.meeting_on.isoformat(), rows=_rows_of(found))
    return _order_page(request, show_initiative(session, visitor, found.initiative_id), form, order=found)


@router.post("/speaking-orders/{order_id}")
@needs(Permission.SET_SPEAKING_ORDER)
def update_order(request: Request, session: Writing, visitor: WritingVisitor, order_id: UUID, sent: Sent) -> Response:
    """Set a speaking order as a whole, or only rearrange the form."""
    found = show_speaking_order(session, visitor, order_id)
    initiative = show_initiative(session, visitor, found.initiative_id)
    form, rearranged = _read_order(sent, request, initiative)
    if rearranged:
        return _order_page(request, initiative, form, order=found)

    def deed(told: SpeakingOrderIn) -> SpeakingOrderOut:
        return set_speaking_order(session, visitor, order_id, version_in(sent), told)

    if attempt(session, form, deed):
        return go(request, "practice.order", "order_set", order_id=order_id)
    found = show_speaking_order(session, visitor, order_id)
    initiative = show_initiative(session, visitor, found.initiative_id)
    return _order_page(request, initiative, form, form.status, order=found)


@router.get("/speaking-orders/{order_id}/sheet")
@needs(Permission.SEE_SPEAKING_ORDER)
def order_sheet(request: Request, session: Reading, visitor: Visitor, order_id: UUID) -> Response:
    """Show a speaking order for paper."""
    return draw(request, "practice/order_sheet.html", order=show_speaking_order(session, visitor, order_id))


def _blank(request: Request, initiative_id: UUID | None) -> Form[Any]:
    return blank(guest_of(request), planned_on=clock.today().isoformat(), initiative_id=str(initiative_id or ""))


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    resident_id: UUID,
    form: Form[Any],
    status: int = 200,
    *,
    opened: bool = False,
) -> Response:
    moments = list_practice_moments(session, visitor, resident_id, EVERYTHING).items
    resident = show_resident(session, visitor, resident_id)
    return draw(
        request,
        "practice/index.html",
        status,
        resident=resident,
        coming=[moment for moment in reversed(moments) if moment.outcome is None],
        past=[moment for moment in moments if moment.outcome is not None],
        form=form,
        opened=opened or bool(form.errors) or not moments,
        initiatives=_initiatives(session, visitor),
        writes=Permission.PRACTISE in resident.allowed_actions and may_keep("practice_moment.*", resident.level),
    )


def _moment_page(request: Request, moment: PracticeOut, form: Form[Any], status: int = 200) -> Response:
    return draw(request, "practice/show.html", status, moment=moment, form=form, outcomes=list(PracticeOutcome))


def _edit_page(
    request: Request, session: Session, visitor: Actor, moment: PracticeOut, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request, "practice/edit.html", status, moment=moment, form=form, initiatives=_initiatives(session, visitor)
    )


def _initiatives(session: Session, visitor: Actor) -> list[Choice]:
    around = list_initiatives(session, visitor, InitiativeQuery(open=True, limit=ALL)).items
    return [(one.id, one.title) for one in around]


def _empty_row(side: SpeakerSide = SpeakerSide.RESIDENT, minutes: str = MINUTES_OF_A_RESIDENT) -> Row:
    return {"turn_id": "", "resident_id": "", "side": side.value, "who": "", "minutes": minutes, "name": ""}


def _row_of(speaker: ParticipantOut) -> Row:
    return _empty_row() | {"resident_id": str(speaker.resident_id), "name": speaker.call_name}


def _rows_of(order: SpeakingOrderOut) -> list[Row]:
    """Return the turns as rows of the form. Who speaks in a turn that is there stays; take it out to put another in."""
    return [
        {
            "turn_id": str(turn.turn_id),
            "resident_id": "",
            "side": turn.side.value,
            "who": "",
            "minutes": str(turn.minutes),
            "name": turn.who or "",
        }
        for turn in order.turns
    ]


def _read_order(sent: FormData, request: Request, initiative: InitiativeOut) -> tuple[Form[SpeakingOrderIn], bool]:
    """Read the rows of an order; tell whether a button only rearranged them."""
    columns = {name: [str(value) for value in sent.getlist(name)] for name in (*ROW, "name")}
    count = max(len(columns[name]) for name in ROW)
    rows = [
        {name: column[number] if number < len(column) else "" for name, column in columns.items()}
        for number in range(count)
    ]
    form: Form[SpeakingOrderIn] = Form(
        values={"meeting_on": str(sent.get("meeting_on", ""))}, prefix="order", language=guest_of(request).language
    )
    rearranged = _rearrange(rows, sent, initiative.participants, form.values)
    form.values["rows"] = rows
    if not rearranged:
        _check(form, [row for row in rows if row["turn_id"] or row["resident_id"] or row["who"].strip()])
    return form, rearranged


def _check(form: Form[SpeakingOrderIn], rows: list[Row]) -> None:
    # What was left empty is not asked about again.
    form.values["rows"] = rows
    told = [{name: row[name] for name in ROW if row[name]} for row in rows]
    try:
        form.shape = SpeakingOrderIn.model_validate({"meeting_on": form.values["meeting_on"], "turns": told})
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            name = ".".join(to_snake(part) if isinstance(part, str) else str(part) for part in fault["loc"])
            message = form.in_language(IN_WORDS.get(fault["type"], fault["msg"]))
            form.errors.setdefault(name, []).append(message.format(**fault.get("ctx", {})))


def _rearrange(rows: list[Row], sent: Mapping[str, Any], speakers: Sequence[ParticipantOut], values: Any) -> bool:
    """Move, add or take out a row when a button asks for it; remember which row that was."""
    move, add, drop = (str(sent.get(name, "")) for name in ("move", "add", "drop"))
    way, _, place = move.partition("-")
    number = int(place) if place.isdigit() else int(drop) if drop.isdigit() else -1
    if way in ("up", "down") and 0 <= number < len(rows):
        other = max(0, min(len(rows) - 1, number + (-1 if way == "up" else 1)))
        rows.insert(other, rows.pop(number))
        values |= {"moved": other, "way": way}
    elif drop and 0 <= number < len(rows):
        rows.pop(number)
    elif add:
        speaker = next((one for one in speakers if str(one.resident_id) == add), None)
        side = SpeakerSide(add) if add in {one.value for one in SpeakerSide} else SpeakerSide.RESIDENT
        minutes = MINUTES_OF_A_RESIDENT if side is SpeakerSide.RESIDENT else MINUTES_OF_OTHERS
        rows.append(_row_of(speaker) if speaker else _empty_row(side, minutes))
        values["moved"] = len(rows) - 1
    return bool(move or drop or add)


def _order_page(
    request: Request,
    initiative: InitiativeOut,
    form: Form[Any],
    status: int = 200,
    order: SpeakingOrderOut | None = None,
) -> Response:
    rows: list[Row] = form.values["rows"]
    there = {row["resident_id"] for row in rows} | {row["name"] for row in rows}
    minutes = dict.fromkeys((side.value for side in SpeakerSide), 0)
    for row in rows:
        if row["side"] in minutes and row["minutes"].isdigit():
            minutes[row["side"]] += min(int(row["minutes"]), 60)
    return draw(
        request,
        "practice/order.html",
        status,
        initiative=initiative,
        order=order,
        form=form,
        rows=rows,
        minutes=minutes,
        sides=list(SpeakerSide),
        speakers=[
            one for one in initiative.participants if str(one.resident_id) not in there and one.call_name not in there
        ],
        unsaved="moved" in form.values or status != 200 or order is None,
    )
