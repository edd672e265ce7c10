"""Deeds about asks. Each appends an event; none writes a state."""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.asks.models import AnswerKind, Ask, AskEvent, AskEventKind, AskState, Letter, Side, Source
from bsa.asks.queries import entered_by_own_side, events_of, get_ask
from bsa.asks.shapes import AnswerIn, AskChange, AskIn, ClosureIn, EscalationIn, PutIn, StrikeAnswerIn
from bsa.asks.standing import ON_BEHALF_OF, PERMISSIONS, in_force, repeat, standing
from bsa.errors import N_, Conflict, Fault, Invalid, NotAllowed, invalid
from bsa.events import note
from bsa.initiatives.queries import initiative_named
from bsa.institutions.models import Institution, InstitutionContact, Mandate
from bsa.institutions.queries import contact_named, institution_named
from bsa.permissions import Actor, Permission, Role, require

SPOKEN_OR_WRITTEN = (Source.MEETING, Source.TELEPHONE, Source.MAIL, Source.LETTER)
"""How an ask reaches an institution, and how the team hears an answer."""

NOT_NOW: dict[AskEventKind, str] = {
    AskEventKind.ASKED: N_("This was asked already. Ask again when the answer settles nothing, or its day has passed."),
    AskEventKind.ANSWERED: N_("No answer is due. A draft must be put first; what was answered can be asked again."),
    AskEventKind.ASKED_AGAIN: N_(
        "Ask again after a no or an evasive answer, or once the day for an answer has passed."
    ),
    AskEventKind.ESCALATED: N_("Escalate after a no or an evasive answer, or once the day for an answer has passed."),
    AskEventKind.ANSWER_STRUCK: N_("There is no answer to strike through: none was entered since it was last asked."),
    AskEventKind.CLOSED: N_("A draft is discarded, not closed; and what is closed stays closed."),
}
"""What is said when something cannot happen to an ask as it stands."""


def draft_ask(session: Session, actor: Actor, told: AskIn) -> Ask:
    """Draft what is to be asked of an institution; only the team sees a draft."""
    require(actor, Permission.DRAFT_ASK)
    initiative = initiative_named(session, actor, told.initiative_id, at="initiative_id")
    require(actor, Permission.DRAFT_ASK, initiative)
    institution = institution_named(session, actor, told.institution_id, at="institution_id")
    ask = Ask(
        initiative_id=initiative.id,
        area_id=initiative.area_id,
        institution_id=institution.id,
        text=told.text,
        voiced_by=told.voiced_by,
        state=AskState.DRAFT,
        last_event_on=clock.today(),
    )
    session.add(ask)
    session.flush()
    add_event(
        session,
        actor,
        ask,
        AskEventKind.DRAFTED,
        happened_on=clock.today(),
        on_behalf_of=Side.TEAM,
        source=Source.OWN_SIGN_IN,
    )
    return ask


def change_draft(session: Session, actor: Actor, ask_id: UUID, version: int, change: AskChange) -> Ask:
    """Change a draft; what was asked stays as it was asked."""
    ask = _draft(session, actor, ask_id, version, "What was asked stays as it was. Draft another ask instead.")
    if change.institution_id is not None:
        ask.institution_id = institution_named(session, actor, change.institution_id, at="institution_id").id
    ask.text = change.text or ask.text
    ask.voiced_by = change.voiced_by or ask.voiced_by
    ask.touch()
    note(session, actor, "ask.changed", ask)
    session.flush()
    return ask


def discard_draft(session: Session, actor: Actor, ask_id: UUID, version: int) -> None:
    """Throw a draft away, as if it was never made."""
    ask = _draft(session, actor, ask_id, version, "What was asked is not thrown away. Close it, with the reason.")
    note(session, actor, "ask.discarded", ask)
    for event in events_of(session, ask):
        session.delete(event)
    session.flush()
    session.delete(ask)
    session.flush()


def put_ask(session: Session, actor: Actor, ask_id: UUID, version: int, told: PutIn) -> Ask:
    """Write down that a draft was put to the institution, and write the letter that goes with it."""
    return _put(session, actor, ask_id, version, AskEventKind.ASKED, told)


def ask_again(session: Session, actor: Actor, ask_id: UUID, version: int, told: PutIn) -> Ask:
    """Write down that it was asked again, after an answer that settles nothing or after silence."""
    return _put(session, actor, ask_id, version, AskEventKind.ASKED_AGAIN, told)


def escalate(session: Session, actor: Actor, ask_id: UUID, version: int, told: EscalationIn) -> Ask:
    """Write down that the ask went to the policy level or to the board, and why."""
    return _put(session, actor, ask_id, version, AskEventKind.ESCALATED, told, words=told.reason)


def record_answer(session: Session, actor: Actor, ask_id: UUID, version: int, told: AnswerIn) -> Ask:
    """Write down what the institution answered: entered by the team, or by the institution that signs in itself."""
    ask = get_ask(session, actor, ask_id, PERMISSIONS[AskEventKind.ANSWERED], version)
    contact = _contact(session, actor, ask, told.contact_id)
    add_event(
        session,
        actor,
        ask,
        AskEventKind.ANSWERED,
        happened_on=told.happened_on,
        on_behalf_of=Side.INSTITUTION,
        source=_source_of_answer(actor, ask, told.source),
        answer=told.answer,
        words=told.words,
        mandate=told.mandate or (contact.mandate if contact else ask.mandate),
        contact=contact,
    )
    return ask


def strike_answer(session: Session, actor: Actor, ask_id: UUID, version: int, told: StrikeAnswerIn) -> Ask:
    """Strike through the last answer, which was entered wrongly; it is again as it was before it.

    Its day is the answer's own, so that no figure of any time counts the answer. A promise that was written down from
    it stands by itself, and is withdrawn by itself.
    """
    ask = get_ask(session, actor, ask_id, PERMISSIONS[AskEventKind.ANSWER_STRUCK], version)
    answer = in_force(events_of(session, ask))[-1]
    if answer.kind is not AskEventKind.ANSWERED:
        raise Conflict(NOT_NOW[AskEventKind.ANSWER_STRUCK])
    if not entered_by_own_side(actor, ask, answer.source):
        raise NotAllowed("Whoever entered an answer strikes it through: tell them what is wrong.")
    own = answer.source is Source.OWN_SIGN_IN
    add_event(
        session,
        actor,
        ask,
        AskEventKind.ANSWER_STRUCK,
        happened_on=answer.happened_on,
        on_behalf_of=Side.INSTITUTION if own else Side.TEAM,
        source=Source.OWN_SIGN_IN,
        words=told.reason,
        mandate=answer.mandate,
    )
    return ask


def close_ask(session: Session, actor: Actor, ask_id: UUID, version: int, told: ClosureIn) -> Ask:
    """Close an ask, with the reason: nothing more is asked."""
    ask = get_ask(session, actor, ask_id, PERMISSIONS[AskEventKind.CLOSED], version)
    add_event(
        session,
        actor,
        ask,
        AskEventKind.CLOSED,
        happened_on=told.happened_on,
        on_behalf_of=Side.TEAM,
        source=Source.OWN_SIGN_IN,
        words=told.reason,
    )
    return ask


def add_event(
    session: Session,
    actor: Actor,
    ask: Ask,
    kind: AskEventKind,
    *,
    happened_on: date,
    on_behalf_of: Side,
    source: Source,
    answer: AnswerKind | None = None,
    words: str | None = None,
    reply_by: date | None = None,
    mandate: Mandate | None = None,
    contact: InstitutionContact | None = None,
) -> AskEvent:
    """Append an event to a locked ask, and let the columns repeat what all its events now add up to.

    Whether it may happen is told by the transition table, for the day on which it happened.
    """
    if on_behalf_of not in ON_BEHALF_OF[kind]:
        raise ValueError(f"{kind} is not entered on behalf of {on_behalf_of}.")
    _refuse_wrong_days(ask, happened_on, reply_by)
    events = events_of(session, ask)
    if events and not standing(events, happened_on).may_follow(kind):
        raise Conflict(NOT_NOW[kind])
    event = AskEvent(
        ask_id=ask.id,
        number=len(events) + 1,
        kind=kind,
        happened_on=happened_on,
        entered_by_id=actor.id,
        on_behalf_of=on_behalf_of,
        source=source,
        answer=answer,
        words=words,
        reply_by=reply_by,
        mandate=mandate,
        contact_id=contact.id if contact else None,
    )
    session.add(event)
    repeat(ask, standing([*events, event], clock.today()))
    ask.touch()
    note(
        session,
        actor,
        f"ask.{kind.value}",
        ask,
        happened_on=happened_on,
        on_behalf_of=on_behalf_of,
        source=source,
        answer=answer,
        reply_by=reply_by,
        mandate=mandate,
    )
    session.flush()
    return event


def _draft(session: Session, actor: Actor, ask_id: UUID, version: int, otherwise: str) -> Ask:
    ask = get_ask(session, actor, ask_id, Permission.DRAFT_ASK, version)
    if ask.state is not AskState.DRAFT:
        raise Conflict(otherwise)
    return ask


def _put(
    session: Session,
    actor: Actor,
    ask_id: UUID,
    version: int,
    kind: AskEventKind,
    told: PutIn | EscalationIn,
    words: str | None = None,
) -> Ask:
    ask = get_ask(session, actor, ask_id, PERMISSIONS[kind], version)
    if told.source not in SPOKEN_OR_WRITTEN:
        raise invalid("source", "source", "An ask is put at a meeting, by telephone, by mail or by letter.")
    contact = _contact(session, actor, ask, told.contact_id)
    mandate = told.mandate or (contact.mandate if contact else ask.mandate)
    if mandate is None:
        raise invalid("mandate", "required", "Say which level is asked, or choose the person who is asked.")
    event = add_event(
        session,
        actor,
        ask,
        kind,
        happened_on=told.happened_on,
        on_behalf_of=ask.voiced_by,
        source=told.source,
        words=words,
        reply_by=told.reply_by,
        mandate=mandate,
        contact=contact,
    )
    _write(session, ask, event, contact)
    return ask


def _write(session: Session, ask: Ask, event: AskEvent, contact: InstitutionContact | None) -> None:
    """Write the letter that goes with the event: to the person who is asked, or to the general address."""
    institution = session.get_one(Institution, ask.institution_id)
    session.add(
        Letter(
            ask_id=ask.id,
            ask_event_id=event.id,
            institution_id=institution.id,
            to_address=(contact.email if contact else None) or institution.email,
            salutation_name=contact.name if contact else None,
        )
    )
    session.flush()


def _contact(session: Session, actor: Actor, ask: Ask, contact_id: UUID | None) -> InstitutionContact | None:
    if contact_id is None:
        return None
    return contact_named(session, actor, ask.institution_id, contact_id, at="contact_id")


def _source_of_answer(actor: Actor, ask: Ask, source: Source | None) -> Source:
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id == ask.institution_id:
        if source not in (None, Source.OWN_SIGN_IN):
            raise invalid("source", "source", "You answer for your own institution; leave out from where it is known.")
        return Source.OWN_SIGN_IN
    if source not in SPOKEN_OR_WRITTEN:
        raise invalid("source", "source", "Say from where you know the answer: a meeting, telephone, mail or a letter.")
    return source


def _refuse_wrong_days(ask: Ask, happened_on: date, reply_by: date | None) -> None:
    faults = []
    if happened_on > clock.today():
        faults.append(Fault(("happened_on",), "in_future", "This day is still to come."))
    elif ask.state is not AskState.DRAFT and happened_on < ask.last_event_on:
        # The day of a draft does not count: what was asked at the door is often written up afterwards.
        faults.append(
            Fault(
                ("happened_on",),
                "too_early",
                "Something happened to this ask on {day}, and this came after it.",
                {"day": ask.last_event_on.isoformat()},
            )
        )
    if reply_by is not None and reply_by < happened_on:
        faults.append(Fault(("reply_by",), "too_early", "The day for an answer comes after the day of asking."))
    if faults:
        raise Invalid(*faults)
