"""Deeds in the ledger. A deed appends an event; the columns of a commitment are then folded anew from all events."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa import clock
from bsa.asks.models import Side, Source
from bsa.asks.queries import find_ask
from bsa.asks.standing import as_it_stands
from bsa.commitments.deeds import DEEDS, REFUSED
from bsa.commitments.models import (
    Commitment,
    CommitmentEvent,
    CommitmentState,
    VerdictQuote,
    Visibility,
)
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import events_of, find_commitment, rules_of
from bsa.commitments.shapes import CommitmentEventIn, CommitmentIn, VerdictIn
from bsa.commitments.standing import Votes, may_follow, standing
from bsa.errors import Conflict, Fault, Invalid, NotAllowed, invalid
from bsa.events import note
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Resident
from bsa.residents.queries import visible_to as residents_visible_to
from bsa.rows import not_later


def record_commitment(session: Session, actor: Actor, promise: CommitmentIn) -> Commitment:
    """Write down what an institution promised in answer to an ask."""
    ask = find_ask(session, actor, promise.ask_id)
    require(actor, Permission.RECORD_COMMITMENT, ask)
    if not as_it_stands(ask, clock.today()).may_be_promised:
        raise Conflict("A promise follows from an ask that was answered with yes or yes-if. Enter that answer first.")
    not_later("promised_on", promise.promised_on)
    if promise.due_on < promise.promised_on:
        raise invalid("due_on", "before_promise", "The due day lies before the day of the promise.")
    _refuse_false_source(actor, promise.source)
    commitment = Commitment(
        ask_id=ask.id,
        initiative_id=ask.initiative_id,
        area_id=ask.area_id,
        institution_id=ask.institution_id,
        promise=promise.promise,
        residents_words=promise.residents_words,
        sign=promise.sign,
        condition=promise.condition,
        mandate=promise.mandate,
        state=CommitmentState.PROPOSED,
        visibility=Visibility.TEAM,
        first_due_on=promise.due_on,
        due_on=promise.due_on,
    )
    session.add(commitment)
    session.flush()
    event = CommitmentEvent(
        commitment_id=commitment.id,
        number=1,
        kind=Kind.RECORDED,
        happened_on=promise.promised_on,
        entered_by_id=actor.id,
        on_behalf_of=Side.TEAM,
        source=promise.source,
        due_on=promise.due_on,
    )
    return _append(session, actor, commitment, [], event)


def enter_event(
    session: Session, actor: Actor, commitment_id: UUID, version: int, happened: CommitmentEventIn
) -> Commitment:
    """Enter what happened to a commitment: confirmed, started, moved, claimed, reopened, withdrawn, published …"""
    commitment = find_commitment(session, actor, commitment_id, version)
    kind = Kind(happened.kind.value)
    permission, side = DEEDS[kind]
    require(actor, permission, commitment)
    if happened.residents_agreed and not allows(actor, Permission.AGREE_NEW_DATE, commitment):
        raise NotAllowed("Whether the residents agree to another day is entered by the team.")
    source = Source.OWN_SIGN_IN if side is Side.TEAM else _own_source(actor, happened.source)
    _wait_for_slips(commitment, closes=kind is Kind.WINDOW_CLOSED)
    earlier = _earlier(session, commitment, kind, happened.happened_on)
    if happened.due_on is not None and happened.due_on <= happened.happened_on:
        raise invalid("due_on", "not_ahead", "The new day must lie ahead.")
    if happened.visibility in (Visibility.NEIGHBOURHOOD, Visibility.PUBLIC) and not happened.previewed:
        raise invalid("previewed", "preview_first", "Read the preview and say that it may be published as it stands.")
    event = CommitmentEvent(
        commitment_id=commitment.id,
        number=len(earlier) + 1,
        kind=kind,
        happened_on=happened.happened_on,
        entered_by_id=actor.id,
        on_behalf_of=side,
        source=source,
        words=happened.words,
        due_on=happened.due_on,
        residents_agreed=happened.residents_agreed,
        visibility=happened.visibility,
    )
    return _append(session, actor, commitment, earlier, event)


def record_verdict(session: Session, actor: Actor, commitment_id: UUID, version: int, verdict: VerdictIn) -> Commitment:
    """Enter what residents judged: counts and quotes, before two of them as witnesses."""
    commitment = find_commitment(session, actor, commitment_id, version)
    require(actor, Permission.RECORD_VERDICT, commitment)
    _refuse_false_source(actor, verdict.source)
    _refuse_strangers(session, actor, verdict.witness_ids)
    _wait_for_slips(commitment, closes=verdict.close_window)
    earlier = _earlier(session, commitment, Kind.JUDGED, verdict.happened_on)
    event = CommitmentEvent(
        commitment_id=commitment.id,
        number=len(earlier) + 1,
        kind=Kind.JUDGED,
        happened_on=verdict.happened_on,
        entered_by_id=actor.id,
        on_behalf_of=Side.RESIDENTS,
        source=verdict.source,
        kept=verdict.kept,
        partly=verdict.partly,
        not_kept=verdict.not_kept,
        witnesses=" ".join(sorted(str(key) for key in verdict.witness_ids)),
    )
    _append(session, actor, commitment, earlier, event)
    session.add_all(
        VerdictQuote(
            commitment_id=commitment.id, event_id=event.id, words=quote.words, may_be_public=quote.may_be_public
        )
        for quote in verdict.quotes
    )
    if verdict.close_window:
        _earlier(session, commitment, Kind.WINDOW_CLOSED, verdict.happened_on)
        closing = CommitmentEvent(
            commitment_id=commitment.id,
            number=event.number + 1,
            kind=Kind.WINDOW_CLOSED,
            happened_on=verdict.happened_on,
            entered_by_id=actor.id,
            on_behalf_of=Side.RESIDENTS,
            source=verdict.source,
        )
        _append(session, actor, commitment, [*earlier, event], closing)
    session.flush()
    return commitment


def count_slips(
    session: Session, actor: Actor | None, commitment: Commitment, entered_by_id: UUID, votes: Votes, *, closes: bool
) -> CommitmentEvent:
    """Enter what slips said as one verdict; `closes` the window with it. `actor` is None when the window has passed.

    Two witnesses are for what the team enters. What slips say nobody enters: each of them counted itself.
    """
    if commitment.slips_until is None:
        raise Conflict("These slips are about something else than what is judged now.")
    day = min(clock.today(), commitment.slips_until)
    earlier, rules = events_of(session, commitment.id), rules_of(session)
    # Given in the window, and entered the night after: nothing else is entered before they are counted.
    if not may_follow(standing(earlier, day, rules), Kind.JUDGED, day, rules):
        raise Conflict(REFUSED[Kind.JUDGED])
    event = CommitmentEvent(
        commitment_id=commitment.id,
        number=len(earlier) + 1,
        kind=Kind.JUDGED,
        happened_on=day,
        entered_by_id=entered_by_id,
        on_behalf_of=Side.RESIDENTS,
        source=Source.PAPER_SLIP,
        kept=votes.kept,
        partly=votes.partly,
        not_kept=votes.not_kept,
    )
    commitment.slips_until = None
    _append(session, actor, commitment, earlier, event)
    if closes:
        _earlier(session, commitment, Kind.WINDOW_CLOSED, day)
        closing = CommitmentEvent(
            commitment_id=commitment.id,
            number=event.number + 1,
            kind=Kind.WINDOW_CLOSED,
            happened_on=day,
            entered_by_id=entered_by_id,
            on_behalf_of=Side.RESIDENTS,
            source=Source.PAPER_SLIP,
        )
        _append(session, actor, commitment, [*earlier, event], closing)
    return event


def rebuild(session: Session, commitment: Commitment) -> None:
    """Fold the columns of a commitment anew from its events alone."""
    _repeat(session, commitment, events_of(session, commitment.id))


def _earlier(session: Session, commitment: Commitment, kind: Kind, happened_on: date) -> list[CommitmentEvent]:
    """Return the events so far, or refuse when this one may not follow them on that day."""
    not_later("happened_on", happened_on)
    earlier = events_of(session, commitment.id)
    if happened_on < earlier[-1].happened_on:
        raise invalid(
            "happened_on",
            "before_last",
            "Something was entered for {day} already; this cannot have happened before that.",
            day=earlier[-1].happened_on.isoformat(),
        )
    rules = rules_of(session)
    days = {happened_on, clock.today()} if kind is Kind.JUDGED else {happened_on}
    # A vote counts when it was given in the window and is entered in it: a verdict that stands is not added to.
    if not all(may_follow(standing(earlier, day, rules), kind, day, rules) for day in days):
        raise Conflict(REFUSED[kind])
    return earlier


def _wait_for_slips(commitment: Commitment, *, closes: bool) -> None:
    """Refuse what would leave the slips that are out uncounted."""
    if commitment.slips_until is None:
        return
    if clock.today() > commitment.slips_until:
        raise Conflict("The slips are being counted. Try again in a few minutes.")
    if closes:
        raise Conflict("Slips are out. Close their round: then they count, and the time for a verdict ends with it.")


def _append(
    session: Session,
    actor: Actor | None,
    commitment: Commitment,
    earlier: list[CommitmentEvent],
    event: CommitmentEvent,
) -> Commitment:
    session.add(event)
    _repeat(session, commitment, [*earlier, event])
    note(
        session,
        actor,
        f"commitment.{event.kind.value}",
        commitment,
        number=event.number,
        on_behalf_of=event.on_behalf_of,
        due_on=event.due_on,
    )
    session.flush()
    return commitment


def _repeat(session: Session, commitment: Commitment, events: list[CommitmentEvent]) -> None:
    """Copy into the columns what the events add up to, as of the last event."""
    rules = rules_of(session)
    stands = standing(events, events[-1].happened_on, rules)
    commitment.state = stands.state
    commitment.visibility = stands.visibility
    commitment.first_due_on = stands.first_due_on
    commitment.due_on = stands.due_on
    commitment.claimed_on = stands.claimed_on
    commitment.window_until = stands.window_until
    commitment.outcome = stands.outcome
    commitment.outcome_at_close = stands.outcome or stands.votes.outcome(rules)
    commitment.moved_count = stands.moved_count
    commitment.reopened_count = stands.reopened_count
    if commitment.slips_until != stands.window_until:
        # Something happened after which there is something else to judge: what slips said about the old is overtaken.
        commitment.slips_until = None
    commitment.touch()


def _own_source(actor: Actor, told: Source) -> Source:
    """Whoever signs in for the institution is the source; the team says from where it knows."""
    if actor.has(Role.INSTITUTION_CONTACT) and not actor.of_the_team:
        return Source.OWN_SIGN_IN
    _refuse_false_source(actor, told)
    return told


def _refuse_false_source(actor: Actor, told: Source) -> None:
    if told is Source.OWN_SIGN_IN and actor.of_the_team:
        raise invalid(
            "source", "not_yours", "Say from where you know this: a meeting, telephone, mail, letter or slip."
        )


def _refuse_strangers(session: Session, actor: Actor, witness_ids: list[UUID]) -> None:
    known = select(col(Resident.id)).where(col(Resident.id).in_(witness_ids), residents_visible_to(actor))
    if len(set(session.scalars(known))) < len(set(witness_ids)):
        raise Invalid(Fault(("witness_ids",), "unknown", "Choose two residents whom you can see in the list."))
