"""The bond of trust: where it stands, signals that want an answer, and handing over with a face."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from api.accounts import list_colleagues
from api.appointments import list_appointments
from api.dependencies import Reading, Session, Writing, needs
from api.promises import list_promises
from api.residents import show_resident
from api.trust import (
    agree_handover,
    answer_signal,
    call_off_handover,
    decline_handover,
    finish_handover,
    list_handovers,
    list_handovers_of,
    list_lonely_residents,
    list_relationships,
    list_signals,
    move_relationship,
    propose_handover,
    record_signal,
    show_handover,
    show_signal,
    what_goes_along,
)
from bsa import clock
from bsa.appointments.shapes import AppointmentQuery
from bsa.contacts.shapes import PromiseQuery
from bsa.people.shapes import ColleagueQuery
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from bsa.shapes import Listing
from bsa.trust.models import HandoverReason, Stage
from bsa.trust.shapes import (
    AgreementIn,
    CompletionIn,
    HandoverIn,
    HandoverOut,
    HandoverQuery,
    RelationshipIn,
    SignalAnswerIn,
    SignalIn,
    SignalQuery,
)
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go
from web.when import as_typed, moment_in

router = Pages("trust")
signals = Pages("signals", prefix="/signals")
handovers = Pages("handovers", prefix="/handovers")

Told = TypeVar("Told", bound=BaseModel)


@router.get("/residents/{resident_id}/trust")
@needs(Permission.OPEN_RECORD)
def show(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show the bond with a resident: where it stands, what waits for an answer, who comes, who takes over."""
    return _page(request, session, visitor, resident_id)


@router.post("/residents/{resident_id}/relationships")
@needs(Permission.RECORD_RELATIONSHIP)
def create_relationship(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Say where it stands; then back to where the button stood."""
    form = read(RelationshipIn, sent, guest_of(request), prefix="stage")
    if attempt(session, form, lambda told: move_relationship(session, visitor, resident_id, told)):
        if sent.get("back") == "record":
            return go(request, "residents.show", "stage_said", resident_id=resident_id)
        return go(request, "trust.show", "stage_said", resident_id=resident_id)
    return _page(request, session, visitor, resident_id, form.status, stage_form=form)


@router.post("/residents/{resident_id}/signals")
@needs(Permission.RECORD_SIGNAL)
def create_signal(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Take up what a resident pointed out."""
    form = read(SignalIn, sent, guest_of(request), prefix="signal")
    if attempt(session, form, lambda told: record_signal(session, visitor, resident_id, told)):
        return go(request, "trust.show", "signal_recorded", "signals", resident_id=resident_id)
    return _page(request, session, visitor, resident_id, form.status, signal_form=form)


@router.post("/residents/{resident_id}/handovers")
@needs(Permission.PROPOSE_HANDOVER)
def create_handover(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Propose another face."""
    form = read(HandoverIn, sent, guest_of(request), prefix="handover")
    made = attempt(session, form, lambda told: propose_handover(session, visitor, resident_id, told))
    if made is not None:
        return go(request, "handovers.show", "handover_proposed", handover_id=made.id)
    return _page(request, session, visitor, resident_id, form.status, handover_form=form)


@signals.get("")
@needs(Permission.RECORD_SIGNAL)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List what residents pointed out: to begin with, what still wants an answer."""
    filters = asked(SignalQuery, request)
    answered = request.query_params.get("open") == "false"
    narrowed = (filters.shape or SignalQuery()).model_copy(update={"open": not answered})
    return draw(
        request,
        "signals/index.html",
        signals=list_signals(session, visitor, narrowed),
        answered=answered,
        only_mine=narrowed.mine,
        answer_form=blank(guest_of(request), "answer"),
    )


@signals.get("/{signal_id}")
@needs(Permission.RECORD_SIGNAL)
def show_one(request: Request, session: Reading, visitor: Visitor, signal_id: UUID) -> Response:
    """Show a signal, and the form to answer it."""
    return _signal_page(request, session, visitor, signal_id, blank(guest_of(request), "answer"))


@signals.post("/{signal_id}/answers")
@needs(Permission.RECORD_SIGNAL)
def create_answer(request: Request, session: Writing, visitor: WritingVisitor, signal_id: UUID, sent: Sent) -> Response:
    """Write down what the resident was answered."""
    form = read(SignalAnswerIn, sent, guest_of(request), prefix="answer")
    answered = attempt(session, form, lambda told: answer_signal(session, visitor, signal_id, version_in(sent), told))
    if answered is not None:
        return go(request, "trust.show", "signal_answered", "signals", resident_id=answered.resident_id)
    return _signal_page(request, session, visitor, signal_id, form, form.status)


@handovers.get("", name="handovers.index")
@needs(Permission.SEE_HANDOVERS)
def handovers_index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List what one hands over and takes over, and whom one would leave without a face."""
    under_way = list_handovers(session, visitor, HandoverQuery(open=True, limit=100)).items
    return draw(
        request,
        "handovers/index.html",
        coming=[one for one in under_way if one.to_account_id == visitor.id],
        going=[one for one in under_way if one.from_account_id == visitor.id],
        over=list_handovers(session, visitor, HandoverQuery(open=False, limit=20)).items,
        alone=list_lonely_residents(session, visitor, Listing(limit=100)),
    )


@handovers.get("/{handover_id}", name="handovers.show")
@needs(Permission.SEE_HANDOVERS)
def handovers_show(request: Request, session: Reading, visitor: Visitor, handover_id: UUID) -> Response:
    """Show a handover, with what can be done now."""
    return _handover_page(request, session, visitor, handover_id)


@handovers.post("/{handover_id}/agreements")
@needs(Permission.AGREE_HANDOVER)
def agree(request: Request, session: Writing, visitor: WritingVisitor, handover_id: UUID, sent: Sent) -> Response:
    """Write down that the resident agreed, and plan the visit together."""
    form = read(AgreementIn, sent, guest_of(request), prefix="agree", starts_at=moment_in(sent))
    return _do(
        request,
        session,
        visitor,
        handover_id,
        "agreed",
        form,
        lambda told: agree_handover(session, visitor, handover_id, version_in(sent), told),
    )


@handovers.post("/{handover_id}/refusal")
@needs(Permission.AGREE_HANDOVER)
def decline(request: Request, session: Writing, visitor: WritingVisitor, handover_id: UUID, sent: Sent) -> Response:
    """Write down that the resident does not want it."""
    form = read(Nothing, sent, guest_of(request), prefix="end")
    return _do(
        request,
        session,
        visitor,
        handover_id,
        "declined",
        form,
        lambda _: decline_handover(session, visitor, handover_id, version_in(sent)),
    )


@handovers.post("/{handover_id}/completion")
@needs(Permission.FINISH_HANDOVER)
def finish(request: Request, session: Writing, visitor: WritingVisitor, handover_id: UUID, sent: Sent) -> Response:
    """Finish a handover after the visit together."""
    form = read(CompletionIn, sent, guest_of(request), prefix="finish")
    return _do(
        request,
        session,
        visitor,
        handover_id,
        "done",
        form,
        lambda told: finish_handover(session, visitor, handover_id, version_in(sent), told),
    )


@handovers.post("/{handover_id}/cancellation")
@needs(Permission.FINISH_HANDOVER)
def call_off(request: Request, session: Writing, visitor: WritingVisitor, handover_id: UUID, sent: Sent) -> Response:
    """Call a handover off."""
    form = read(Nothing, sent, guest_of(request), prefix="end")
    return _do(
        request,
        session,
        visitor,
        handover_id,
        "called_off",
        form,
        lambda _: call_off_handover(session, visitor, handover_id, version_in(sent)),
    )


def _do(
    request: Request,
    session: Session,
    visitor: Actor,
    handover_id: UUID,
    done: str,
    form: Form[Told],
    deed: Callable[[Told], HandoverOut],
) -> Response:
    if attempt(session, form, deed):
        return go(request, "handovers.show", f"handover_{done}", handover_id=handover_id)
    return _handover_page(request, session, visitor, handover_id, form.status, **{f"{form.prefix}_form": form})


def _page(
    request: Request, session: Session, visitor: Actor, resident_id: UUID, status: int = 200, **forms: Form[Any]
) -> Response:
    guest = guest_of(request)
    resident = show_resident(session, visitor, resident_id)
    standing = list_relationships(session, visitor, resident_id).items
    blanks = {
        "stage_form": blank(guest, "stage"),
        "signal_form": blank(guest, "signal", came_on=clock.today().isoformat()),
        "handover_form": blank(guest, "handover"),
    }
    coming = AppointmentQuery(resident_id=resident_id, from_on=clock.today(), cancelled=False, limit=5)
    proposing = Permission.PROPOSE_HANDOVER in resident.allowed_actions
    return draw(
        request,
        "trust/show.html",
        status,
        resident=resident,
        own=next((one for one in standing if one.account_id == visitor.id), None),
        others=[one for one in standing if one.account_id != visitor.id],
        stages=list(Stage),
        signals=list_signals(session, visitor, SignalQuery(resident_id=resident_id, limit=100)).items,
        may_signal=may_keep("signal.*", resident.level),
        appointments=list_appointments(session, visitor, coming).items,
        promises=list_promises(session, visitor, PromiseQuery(resident_id=resident_id, open=True)).items,
        handovers=list_handovers_of(session, visitor, resident_id).items,
        reasons=list(HandoverReason),
        colleagues=_colleagues(session, visitor) if proposing else [],
        **(blanks | forms),
    )


def _signal_page(
    request: Request, session: Session, visitor: Actor, signal_id: UUID, form: Form[Any], status: int = 200
) -> Response:
    return draw(request, "signals/show.html", status, signal=show_signal(session, visitor, signal_id), answer_form=form)


def _handover_page(
    request: Request, session: Session, visitor: Actor, handover_id: UUID, status: int = 200, **forms: Form[Any]
) -> Response:
    guest = guest_of(request)
    handover = show_handover(session, visitor, handover_id)
    in_two_days = clock.now() + timedelta(days=2)
    blanks = {
        "agree_form": blank(
            guest,
            "agree",
            agreed_on=clock.today().isoformat(),
            starts_at=as_typed(in_two_days)[:11] + "10:00",
            minutes="60",
        ),
        "finish_form": blank(guest, "finish"),
        "end_form": blank(guest, "end"),
    }
    return draw(
        request,
        "handovers/show.html",
        status,
        handover=handover,
        gives=handover.from_account_id == visitor.id,
        luggage=what_goes_along(session, visitor, handover_id) if handover.ended_on is None else None,
        **(blanks | forms),
    )


def _colleagues(session: Session, visitor: Actor) -> list[tuple[UUID, str]]:
    found = list_colleagues(session, visitor, ColleagueQuery(limit=200)).items
    return [(colleague.id, colleague.name) for colleague in found if colleague.id != visitor.id]
