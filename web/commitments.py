"""The ledger: what institutions promised, what happened to it, and what residents judge came of it."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from api.asks import list_asks, show_ask
from api.commitments import (
    enter_event,
    list_commitments,
    preview_commitment,
    record_commitment,
    record_verdict,
    show_commitment,
)
from api.dependencies import Reading, Session, Writing, needs
from api.evidence import list_evidence
from api.meetings import list_taken_higher
from api.residents import list_residents
from bsa import clock
from bsa.asks.models import AskEventKind, AskState, Side, Source
from bsa.asks.shapes import AskItem, AskOut, AskQuery
from bsa.commitments.deeds import DEEDS, REFUSED
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.models import CommitmentState, Verdict, Visibility
from bsa.commitments.shapes import (
    CommitmentEventIn,
    CommitmentIn,
    CommitmentOut,
    CommitmentQuery,
    DeedKind,
    QuoteIn,
    VerdictIn,
)
from bsa.errors import N_, Conflict
from bsa.institutions.models import Mandate
from bsa.meetings.shapes import TakenHigher
from bsa.permissions import Actor, Permission, allows, require
from bsa.residents.shapes import ResidentQuery
from web.choices import ALL, JUDGED, SAID, institutions, own_neighbourhoods
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, asked, attempt, blank, read, version_in
from web.guests import Guest, guest_of
from web.line import Step, needs_behind, steps_back, themes_behind
from web.pages import Pages, draw, go, path_of, paths_of

router = Pages("commitments", prefix="/commitments")

QUOTES = 3
"""Rows for quotes on the form of a verdict."""

WITNESSES = ("witness_1", "witness_2")
"""The selects of the two residents who saw the votes counted."""

OPEN = (CommitmentState.PROPOSED, CommitmentState.CONFIRMED, CommitmentState.RUNNING)

TWO_WITNESSES = N_("Choose two residents who saw the votes counted.")

VIEWS: dict[str, dict[str, Any]] = {
    "open": {"open": True},
    "late": {"late": True},
    "judging": {"state": CommitmentState.CLAIMED},
    "over": {"open": False, "latest_first": True},
    "all": {"latest_first": True},
}
"""Ready-made filters; the first is that of a ledger that is opened without any."""


@router.get("")
@needs(Permission.SEE_COMMITMENTS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the ledger."""
    form = asked(CommitmentQuery, request)
    if not request.query_params:
        form.values["open"] = "true"
    wanted = (form.shape if request.query_params else None) or CommitmentQuery(**VIEWS["open"])
    page = list_commitments(session, visitor, wanted)
    filters = {name: value for name, value in form.values.items() if name != "cursor"}
    places = {name: filters.get(name) for name in ("area_id", "institution_id")}
    return draw(
        request,
        "commitments/index.html",
        form.status if form.errors else 200,
        form=form,
        commitments=page.items,
        next_href=_index_path(request, filters | {"cursor": page.next_cursor}) if page.next_cursor else "",
        views=[(name, _index_path(request, view | places), view == _told(wanted)) for name, view in VIEWS.items()],
        filtered=bool(_told(wanted).keys() - {"open", "latest_first"}),
        areas=own_neighbourhoods(session, visitor),
        institutions=institutions(session, visitor),
        states=list(CommitmentState),
        outcomes=list(Verdict),
        answered=allows(visitor, Permission.RECORD_COMMITMENT) and bool(_promising(session, visitor)),
    )


@router.get("/new")
@needs(Permission.RECORD_COMMITMENT)
def new(request: Request, session: Reading, visitor: Visitor, ask_id: UUID | None = None) -> Response:
    """Show the form for a promise, with the words of the answer in it; or let an answer be chosen first."""
    if ask_id is None:
        require(visitor, Permission.RECORD_COMMITMENT)
        return draw(request, "commitments/choose.html", asks=_promising(session, visitor))
    ask = show_ask(session, visitor, ask_id)
    require(visitor, Permission.RECORD_COMMITMENT, ask)
    if Permission.RECORD_COMMITMENT not in ask.allowed_actions:
        raise Conflict("A promise follows from an ask that was answered with yes or yes-if. Enter that answer first.")
    answer = [event for event in ask.events if event.kind is AskEventKind.ANSWERED][-1]
    form = blank(
        guest_of(request),
        promise=answer.words or "",
        mandate=ask.mandate or Mandate.OPERATIONAL,
        promised_on=answer.happened_on.isoformat(),
        source=answer.source if answer.source in SAID else Source.MAIL,
    )
    return _new_page(request, ask, form)


@router.post("")
@needs(Permission.RECORD_COMMITMENT)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Write down what an institution promised."""
    ask = show_ask(session, visitor, _key_in(sent, "ask_id"))
    form = read(CommitmentIn, sent, guest_of(request), ask_id=ask.id)
    commitment = attempt(session, form, lambda promise: record_commitment(session, visitor, promise))
    if commitment:
        return go(request, "commitments.show", "commitment_recorded", commitment_id=commitment.id)
    return _new_page(request, ask, form)


@router.get("/{commitment_id}")
@needs(Permission.SEE_COMMITMENTS)
def show(request: Request, session: Reading, visitor: Visitor, commitment_id: UUID) -> Response:
    """Show a promise with all that happened to it, and the way back to where it came from."""
    commitment = show_commitment(session, visitor, commitment_id)
    themes = themes_behind(session, visitor, commitment.initiative_id)
    steps = steps_back(request, visitor, commitment.initiative_id, themes)
    if allows(visitor, Permission.SEE_ASKS, commitment):
        steps.append(Step("ask", path_of(paths_of(request.app), "asks.show", {"ask_id": commitment.ask_id})))
    judged = any(event.kind is Kind.JUDGED for event in commitment.events)
    steps += [Step("commitment", current=True), Step("verdict", "#verdict" if judged else None)]
    return draw(
        request,
        "commitments/show.html",
        commitment=commitment,
        judged=judged,
        higher=_taken_higher(session, visitor, commitment),
        propose_higher=_propose_higher(request, visitor, commitment),
        steps=steps,
        themes=themes,
        need_ids=needs_behind(themes),
        knows_initiative=allows(visitor, Permission.SEE_INITIATIVES),
        knows_institution=allows(visitor, Permission.SEE_INSTITUTIONS, commitment),
        evidence=list_evidence(session, visitor, commitment.id).items,
        may_show=_may_show(visitor, commitment),
        may_agree=allows(visitor, Permission.AGREE_NEW_DATE, commitment),
    )


@router.get("/{commitment_id}/events/{kind}")
@needs(
    Permission.SPEAK_FOR_INSTITUTION,
    Permission.WITHDRAW_COMMITMENT,
    Permission.RECORD_VERDICT,
    Permission.REOPEN_COMMITMENT,
    Permission.PUBLISH_COMMITMENT,
)
def new_event(
    request: Request,
    session: Reading,
    visitor: Visitor,
    commitment_id: UUID,
    kind: DeedKind,
    agreed: bool = False,
) -> Response:
    """Show the form for something that happened to a promise; `agreed`: to the day that was proposed."""
    commitment = show_commitment(session, visitor, commitment_id)
    _refuse_what_does_not_fit(visitor, commitment, Kind(kind.value))
    form = blank(
        guest_of(request),
        happened_on=clock.today().isoformat(),
        source=Source.MEETING,
        visibility=commitment.visibility.value,
    )
    if agreed and commitment.proposed_due_on is not None:
        proposal = [event for event in commitment.events if event.kind is Kind.MOVED][-1]
        form.values |= {
            "due_on": commitment.proposed_due_on.isoformat(),
            "residents_agreed": "true",
            "words": proposal.words or "",
        }
    return event_page(request, session, visitor, commitment, kind, form)


@router.post("/{commitment_id}/events/{kind}")
@needs(
    Permission.SPEAK_FOR_INSTITUTION,
    Permission.WITHDRAW_COMMITMENT,
    Permission.RECORD_VERDICT,
    Permission.REOPEN_COMMITMENT,
    Permission.PUBLISH_COMMITMENT,
)
def create_event(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, commitment_id: UUID, kind: DeedKind
) -> Response:
    """Enter what happened to a promise."""
    form = read(CommitmentEventIn, sent, guest_of(request), kind=kind)
    version = version_in(sent)
    if attempt(session, form, lambda happened: enter_event(session, visitor, commitment_id, version, happened)):
        flash = "published" if kind is DeedKind.PUBLISHED else "event_entered"
        return go(request, "commitments.show", flash, commitment_id=commitment_id)
    commitment = show_commitment(session, visitor, commitment_id)
    return event_page(request, session, visitor, commitment, kind, form, form.status)


@router.get("/{commitment_id}/verdicts/new")
@needs(Permission.RECORD_VERDICT)
def new_verdict(request: Request, session: Reading, visitor: Visitor, commitment_id: UUID) -> Response:
    """Show the form for what residents judged."""
    commitment = show_commitment(session, visitor, commitment_id)
    _refuse_what_does_not_fit(visitor, commitment, Kind.JUDGED)
    form = blank(
        guest_of(request),
        kept="0",
        partly="0",
        not_kept="0",
        happened_on=clock.today().isoformat(),
        source=Source.MEETING,
    )
    return _verdict_page(request, session, visitor, commitment, form)


@router.post("/{commitment_id}/verdicts")
@needs(Permission.RECORD_VERDICT)
def create_verdict(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, commitment_id: UUID
) -> Response:
    """Enter what residents judged."""
    form = _read_verdict(request, sent)
    version = version_in(sent)
    if attempt(session, form, lambda verdict: record_verdict(session, visitor, commitment_id, version, verdict)):
        return go(request, "commitments.show", "verdict_recorded", commitment_id=commitment_id, fragment="verdict")
    commitment = show_commitment(session, visitor, commitment_id)
    return _verdict_page(request, session, visitor, commitment, form, form.status)


def _may_show(visitor: Actor, commitment: CommitmentOut) -> bool:
    """Tell whether a photo can be added: while it is to be kept, and while residents judge."""
    open_now = commitment.state in OPEN or (
        commitment.state is CommitmentState.CLAIMED and commitment.verdict.window_open
    )
    return open_now and allows(visitor, Permission.SHOW_EVIDENCE, commitment)


def _taken_higher(session: Session, visitor: Actor, commitment: CommitmentOut) -> list[TakenHigher]:
    """Return when and why it was taken to the policy level, for those who may know of meetings."""
    if not allows(visitor, Permission.SEE_MEETINGS):
        return []
    return list_taken_higher(session, visitor, commitment.id).items


def _propose_higher(request: Request, visitor: Actor, commitment: CommitmentOut) -> str:
    """Tell whether it may be taken to the policy level, and whether it is late for so long that one should."""
    if not commitment.late or not allows(visitor, Permission.HOLD_MEETING, commitment):
        return ""
    days = (clock.today() - commitment.due_on).days
    return "now" if days > request.app.state.database.settings.escalation_days else "possible"


def _told(wanted: CommitmentQuery) -> dict[str, Any]:
    """Return the filters that are set, without those that say where and whose."""
    return wanted.model_dump(exclude_defaults=True, exclude={"cursor", "limit", "area_id", "institution_id"})


def _index_path(request: Request, filters: dict[str, Any]) -> str:
    return path_of(paths_of(request.app), "commitments.index", filters)


def _promising(session: Session, visitor: Actor) -> list[AskItem]:
    """Return the asks that were answered with yes or yes-if."""
    answered = list_asks(session, visitor, AskQuery(state=AskState.ANSWERED, open=False, limit=ALL)).items
    return [ask for ask in answered if ask.last_answer in ("yes", "yes_if")]


def _key_in(sent: FormData, name: str) -> UUID:
    try:
        return UUID(str(sent.get(name, "")))
    except ValueError:
        raise Conflict("Start from an ask that was answered.") from None


def _refuse_what_does_not_fit(visitor: Actor, commitment: CommitmentOut, kind: Kind) -> None:
    """Refuse a form whose deed would be refused, with the same words."""
    permission, _ = DEEDS[kind]
    require(visitor, permission, commitment)
    if kind.value not in commitment.allowed_actions:
        raise Conflict(REFUSED.get(kind))


def _new_page(request: Request, ask: AskOut, form: Form[Any]) -> Response:
    return draw(
        request,
        "commitments/new.html",
        form.status if form.errors else 200,
        ask=ask,
        form=form,
        mandates=list(Mandate),
        sources=SAID,
    )


def event_page(
    request: Request,
    session: Session,
    visitor: Actor,
    commitment: CommitmentOut,
    kind: DeedKind,
    form: Form[Any],
    status: int = 200,
) -> Response:
    """Draw the form for something that happened to a promise."""
    side = DEEDS[Kind(kind.value)][1]
    publishing = kind is DeedKind.PUBLISHED and allows(visitor, Permission.PUBLISH_COMMITMENT, commitment)
    return draw(
        request,
        "commitments/event.html",
        status,
        commitment=commitment,
        kind=kind.value,
        form=form,
        # Whoever signs in for the institution is the source.
        sources=_sources(visitor, side),
        may_agree=allows(visitor, Permission.AGREE_NEW_DATE, commitment),
        preview=preview_commitment(session, visitor, commitment.id) if publishing else None,
        visibilities=list(Visibility),
        window_days=request.app.state.database.settings.verdict_window_days,
        tomorrow=date.fromordinal(clock.today().toordinal() + 1).isoformat(),
    )


def _sources(visitor: Actor, side: Side) -> list[Source]:
    if side is Side.TEAM or not visitor.of_the_team:
        return []
    return JUDGED if side is Side.RESIDENTS else SAID


def _read_verdict(request: Request, sent: FormData) -> Form[VerdictIn]:
    """Read a verdict: two selects are the witnesses, and rows of words with a consent are the quotes."""
    guest = guest_of(request)
    rows = read_quotes(sent, guest)
    witnesses = [sent[name] for name in WITNESSES if sent.get(name)]
    form = read(
        VerdictIn,
        sent,
        guest,
        witness_ids=witnesses,
        quotes=[row.shape for row in rows.values() if row.shape],
    )
    form.values |= {
        name: str(text) for name, text in sent.items() if name.startswith(("quote_", "public_", "witness_"))
    }
    if len(witnesses) < len(WITNESSES) and form.errors.pop("witness_ids", []):
        form.errors[WITNESSES[0]] = [form.in_language(TWO_WITNESSES)]
    return with_quotes(form, rows)


def read_quotes(sent: FormData, guest: Guest) -> dict[str, Form[QuoteIn]]:
    """Read the rows of quotes of a form: words, and whether the resident agreed that they may be public."""
    rows: dict[str, Form[QuoteIn]] = {}
    for number in range(1, QUOTES + 1):
        if str(sent.get(f"quote_{number}", "")).strip():
            told = [("words", sent[f"quote_{number}"]), ("may_be_public", sent.get(f"public_{number}", ""))]
            rows[f"quote_{number}"] = read(QuoteIn, FormData(told), guest)
    return rows


def with_quotes(form: Form[Any], rows: dict[str, Form[QuoteIn]]) -> Form[Any]:
    """Put what is wrong with a quote beside its row; a form with such a quote is not sent on."""
    for name, row in rows.items():
        if row.shape is None:
            form.shape = None
            form.errors[name] = [fault for faults in row.errors.values() for fault in faults]
    return form


def _verdict_page(
    request: Request, session: Session, visitor: Actor, commitment: CommitmentOut, form: Form[Any], status: int = 200
) -> Response:
    if "witness_ids" in form.errors:
        form.errors[WITNESSES[0]] = form.errors.pop("witness_ids")
    residents = list_residents(session, visitor, ResidentQuery(area_id=commitment.area_id, limit=ALL)).items
    return draw(
        request,
        "commitments/verdict.html",
        status,
        commitment=commitment,
        form=form,
        residents=[(resident.id, resident.call_name) for resident in residents],
        sources=JUDGED,
        rows=range(1, QUOTES + 1),
        minimum=request.app.state.database.settings.verdict_minimum_voters,
    )
