"""Reading asks, always as someone."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, false, func, not_, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.asks.letters import LetterFacts, write_letter
from bsa.asks.models import Ask, AskEvent, AskEventKind, AskState, Letter, Side, Source
from bsa.asks.shapes import AskEventOut, AskItem, AskOut, AskQuery, LetterItem, LetterOut
from bsa.asks.standing import PERMISSIONS, PROMISING, WAITING, AskStanding, as_it_stands, in_force
from bsa.errors import NotFound
from bsa.initiatives.models import Initiative
from bsa.institutions.models import Institution, InstitutionContact
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.questions import TODAY
from bsa.rows import locked, not_stale
from bsa.sealing import open_cell, open_rows
from bsa.settings import Settings
from bsa.shapes import Page

NO_DAY = date.max
"""Stands for the day of a draft, on which no answer is due, so that drafts come last."""

FIRST_DUE_FIRST = Order((func.coalesce(col(Ask.reply_by), NO_DAY), False), (col(Ask.id), False))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the ask: the team in its areas, an institution its own."""
    ways: list[ColumnElement[bool]] = []
    if actor.of_the_team:
        ways.append(col(Ask.area_id).in_(actor.area_ids))
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(and_(col(Ask.institution_id) == actor.institution_id, col(Ask.state) != AskState.DRAFT))
    return or_(false(), *ways)


def stands_in(state: AskState, on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that an ask is in this state on a day."""
    if state is AskState.UNANSWERED:
        return and_(col(Ask.state).in_(WAITING), col(Ask.reply_by) < on)
    if state in WAITING:
        return and_(col(Ask.state) == state, col(Ask.reply_by) >= on)
    return col(Ask.state) == state


def still_open() -> ColumnElement[bool]:
    """Return the condition that an ask still needs something: an answer, or one that settles it."""
    unsettled = and_(col(Ask.state) == AskState.ANSWERED, col(Ask.last_answer).not_in(PROMISING))
    return or_(col(Ask.state).in_(WAITING), unsettled)


def list_asks(session: Session, actor: Actor, wanted: AskQuery) -> Page[AskItem]:
    """List asks by the day on which an answer is due, the first first; drafts come last."""
    require(actor, Permission.SEE_ASKS)
    today = clock.today()
    rows, more = fetch(session, actor, wanted, _listed, FIRST_DUE_FIRST)
    items = []
    for ask, initiative_title, institution_name, area_name in rows:
        now = as_it_stands(ask, today)
        items.append(
            AskItem.model_construct(
                id=ask.id,
                initiative_id=ask.initiative_id,
                initiative_title=initiative_title,
                institution_id=ask.institution_id,
                institution_name=institution_name,
                area_id=ask.area_id,
                area_name=area_name,
                text=ask.text,
                voiced_by=ask.voiced_by,
                state=now.state,
                last_answer=now.last_answer,
                mandate=now.mandate,
                times_asked=now.times_asked,
                reply_by=now.reply_by,
                overdue_days=now.overdue_days,
            )
        )
    last = rows[-1].Ask if more else None
    return Page(items=items, next_cursor=cursor_after(last.reply_by or NO_DAY, last.id) if last else None)


def _listed(actor: Actor, wanted: AskQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Ask,
            col(Initiative.title).label("initiative_title"),
            col(Institution.name).label("institution_name"),
            col(Area.name).label("area_name"),
        )
        .join(Initiative, col(Initiative.id) == Ask.initiative_id)
        .join(Institution, col(Institution.id) == Ask.institution_id)
        .join(Area, col(Area.id) == Ask.area_id)
        .where(visible_to(actor))
    )
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Ask.area_id), wanted.area_id))
    if wanted.institution_id is not None:
        query = query.where(col(Ask.institution_id) == wanted.institution_id)
    if wanted.initiative_id is not None:
        query = query.where(col(Ask.initiative_id) == wanted.initiative_id)
    if wanted.state:
        query = query.where(stands_in(wanted.state, TODAY))
    if wanted.open is not None:
        query = query.where(still_open() if wanted.open else not_(still_open()))
    return query


def find_ask(session: Session, actor: Actor, ask_id: UUID) -> Ask:
    """Return an ask that the actor may know of; locked when the session writes."""
    query = select(Ask).where(col(Ask.id) == ask_id, visible_to(actor))
    ask = session.scalar(locked(session, query, Ask))
    if ask is None:
        raise NotFound
    return ask


def get_ask(session: Session, actor: Actor, ask_id: UUID, permission: Permission, version: int | None = None) -> Ask:
    """Return an ask for a deed that the actor may do to it."""
    ask = find_ask(session, actor, ask_id)
    require(actor, permission, ask)
    not_stale(ask, version)
    return ask


def entered_by_own_side(actor: Actor, ask: Ask, source: Source) -> bool:
    """Tell whether an answer known from this source was entered by the actor's side: the institution itself, or us."""
    of_institution = actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id == ask.institution_id
    return of_institution if source is Source.OWN_SIGN_IN else actor.of_the_team


def show_ask(session: Session, actor: Actor, ask_id: UUID) -> AskOut:
    """Show an ask with all that happened to it."""
    return ask_out(session, actor, find_ask(session, actor, ask_id))


def ask_out(session: Session, actor: Actor, ask: Ask) -> AskOut:
    """Draw up an ask."""
    names = session.execute(
        select(col(Initiative.title), col(Institution.name), col(Area.name))
        .select_from(Ask)
        .join(Initiative, col(Initiative.id) == Ask.initiative_id)
        .join(Institution, col(Institution.id) == Ask.institution_id)
        .join(Area, col(Area.id) == Ask.area_id)
        .where(col(Ask.id) == ask.id)
    ).one()
    initiative_title, institution_name, area_name = names
    now = as_it_stands(ask, clock.today())
    letters = _letters(session, ask) if allows(actor, Permission.SEE_LETTERS, ask) else []
    events = _events(session, actor, ask)
    return AskOut(
        id=ask.id,
        version=ask.version,
        created_at=ask.created_at,
        changed_at=ask.changed_at,
        allowed_actions=_allowed(actor, ask, now, letters, events),
        initiative_id=ask.initiative_id,
        initiative_title=initiative_title,
        institution_id=ask.institution_id,
        institution_name=institution_name,
        area_id=ask.area_id,
        area_name=area_name,
        text=ask.text,
        voiced_by=ask.voiced_by,
        state=now.state,
        last_answer=now.last_answer,
        mandate=now.mandate,
        times_asked=now.times_asked,
        reply_by=now.reply_by,
        overdue_days=now.overdue_days,
        events=events,
        letters=letters,
    )


def events_of(session: Session, ask: Ask) -> list[AskEvent]:
    """Return the events of an ask in their order."""
    return list(session.scalars(select(AskEvent).where(col(AskEvent.ask_id) == ask.id).order_by(col(AskEvent.number))))


def list_letters(session: Session, actor: Actor, ask_id: UUID) -> list[LetterItem]:
    """List the letters that went with an ask, in order."""
    return _letters(session, get_ask(session, actor, ask_id, Permission.SEE_LETTERS))


def show_letter(session: Session, actor: Actor, ask_id: UUID, letter_id: UUID) -> LetterOut:
    """Show a letter, to read and to print."""
    ask = get_ask(session, actor, ask_id, Permission.SEE_LETTERS)
    letter = session.get(Letter, letter_id)
    if letter is None or letter.ask_id != ask.id:
        raise NotFound
    return letter_out(session, letter)


def letter_out(session: Session, letter: Letter) -> LetterOut:
    """Write out a letter; for whoever may see it, and for the job that mails it."""
    settings: Settings = session.info["settings"]
    ask, event, initiative_title, institution, area_name = session.execute(
        select(Ask, AskEvent, col(Initiative.title), Institution, col(Area.name))
        .join(AskEvent, col(AskEvent.ask_id) == Ask.id)
        .join(Initiative, col(Initiative.id) == Ask.initiative_id)
        .join(Institution, col(Institution.id) == Ask.institution_id)
        .join(Area, col(Area.id) == Ask.area_id)
        .where(col(AskEvent.id) == letter.ask_event_id)
    ).one()
    open_rows(session, [letter])
    text = write_letter(
        LetterFacts(
            kind=event.kind,
            voiced_by=ask.voiced_by,
            source=event.source,
            area=area_name,
            initiative=initiative_title,
            institution=institution.name,
            organisation=settings.organisation,
            text=ask.text,
            reason=event.words,
            day=event.happened_on,
            reply_by=event.reply_by,
            link=f"{str(settings.base_url).rstrip('/')}/asks/{ask.id}",
            name=letter.salutation_name,
        )
    )
    return LetterOut(
        id=letter.id,
        ask_id=ask.id,
        event_number=event.number,
        kind=event.kind,
        written_on=clock.day_of(letter.created_at),
        mailed_at=letter.mailed_at,
        can_be_mailed=letter.to_address is not None,
        organisation=settings.organisation,
        institution_name=institution.name,
        postal_address=institution.postal_address,
        to=letter.to_address,
        salutation=text.salutation,
        subject=text.subject,
        body=text.body,
        attempts=letter.attempts,
    )


def _events(session: Session, actor: Actor, ask: Ask) -> list[AskEventOut]:
    rows = session.execute(
        select(AskEvent, col(InstitutionContact.name))
        .outerjoin(InstitutionContact, col(InstitutionContact.id) == AskEvent.contact_id)
        .where(col(AskEvent.ask_id) == ask.id)
        .order_by(col(AskEvent.number))
    ).all()
    inside = allows(actor, Permission.SEE_LETTERS, ask)
    told = [event for event, _ in rows if inside or event.source is Source.OWN_SIGN_IN]
    told = [event for event in told if inside or event.on_behalf_of is Side.INSTITUTION]
    names = names_of(session, {event.entered_by_id for event in told})
    standing_ones = {event.id for event in in_force([event for event, _ in rows])}
    return [
        AskEventOut(
            id=event.id,
            number=event.number,
            kind=event.kind,
            happened_on=event.happened_on,
            entered_at=event.created_at,
            entered_by_name=names.get(event.entered_by_id) if event in told else None,
            entered_by_team=event.on_behalf_of is not Side.TEAM and event.source is not Source.OWN_SIGN_IN,
            on_behalf_of=event.on_behalf_of,
            source=event.source,
            answer=event.answer,
            words=event.words,
            reply_by=event.reply_by,
            mandate=event.mandate,
            contact_id=event.contact_id,
            contact_name=open_cell(session, InstitutionContact, "name", event.contact_id, None, contact_name),
            struck=event.kind is AskEventKind.ANSWERED and event.id not in standing_ones,
        )
        for event, contact_name in rows
    ]


def _letters(session: Session, ask: Ask) -> list[LetterItem]:
    rows = session.execute(
        select(Letter, col(AskEvent.number), col(AskEvent.kind))
        .join(AskEvent, col(AskEvent.id) == Letter.ask_event_id)
        .where(col(Letter.ask_id) == ask.id)
        .order_by(col(AskEvent.number))
    )
    return [
        LetterItem(
            id=letter.id,
            event_number=number,
            kind=kind,
            written_on=clock.day_of(letter.created_at),
            mailed_at=letter.mailed_at,
            can_be_mailed=letter.to_address is not None,
        )
        for letter, number, kind in rows
    ]


def _allowed(
    actor: Actor, ask: Ask, now: AskStanding, letters: Sequence[LetterItem], events: Sequence[AskEventOut]
) -> list[str]:
    possible = [PERMISSIONS[kind] for kind in AskEventKind if now.may_follow(kind)]
    if Permission.STRIKE_ANSWER in possible and not entered_by_own_side(actor, ask, in_force(events)[-1].source):
        possible.remove(Permission.STRIKE_ANSWER)
    if now.state is AskState.DRAFT:
        # A draft may still be changed, and discarded.
        possible.insert(0, Permission.DRAFT_ASK)
    if now.may_be_promised:
        possible.append(Permission.RECORD_COMMITMENT)
    if letters:
        possible.append(Permission.SEE_LETTERS)
    return [deed.value for deed in possible if allows(actor, deed, ask)]
