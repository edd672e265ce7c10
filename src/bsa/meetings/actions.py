"""Deeds about meetings. What is spoken about an ask or a commitment goes through its own deeds, and stands there."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.asks.actions import ask_again, put_ask, record_answer
from bsa.asks.models import Ask, AskEvent, AskEventKind, Source
from bsa.asks.queries import events_of as events_of_ask
from bsa.asks.queries import find_ask
from bsa.asks.shapes import AnswerIn, PutIn
from bsa.asks.standing import as_it_stands
from bsa.commitments.actions import enter_event, record_commitment
from bsa.commitments.models import Commitment, CommitmentEvent
from bsa.commitments.queries import events_of as events_of_commitment
from bsa.commitments.queries import find_commitment, rules_of
from bsa.commitments.shapes import CommitmentEventIn, CommitmentIn, DeedKind
from bsa.commitments.standing import standing
from bsa.errors import N_, Conflict, NotFound, invalid
from bsa.events import note
from bsa.forums.models import Forum
from bsa.forums.queries import find_forum, group_named, list_members_of
from bsa.institutions.models import Mandate
from bsa.institutions.queries import institution_named
from bsa.meetings.models import (
    AgendaItem,
    AgendaKind,
    Attendance,
    Meeting,
    MeetingAction,
    MinuteEntry,
)
from bsa.meetings.queries import find_action, find_meeting, items_of, next_at_policy_level, proposed_for_agenda
from bsa.meetings.shapes import (
    AgendaItemIn,
    AttendanceIn,
    AttendanceLineIn,
    MeetingActionIn,
    MeetingChange,
    MeetingIn,
    MinuteIn,
    OutcomeIn,
    PlaceIn,
    PublicationIn,
    SpokenAnswerIn,
    SpokenAskIn,
    SpokenDeedIn,
    SpokenPromiseIn,
    TakeHigherIn,
)
from bsa.meetings.standing import held_on, may
from bsa.permissions import Actor, Permission, require
from bsa.themes.queries import get_theme

ONLY_THE_TEAM = N_("Only the team prepares and minutes a meeting. You can read it.")

NOT_NOW: dict[str, str] = {
    "change": N_("This meeting has begun, is over or was cancelled: its day and place stay as they are."),
    "cancel": N_("This meeting has begun, is over or was cancelled already."),
    "invite": N_("Invite before a meeting begins."),
    "agenda": N_("This meeting is over or was cancelled: its agenda stays as it is."),
    "open": N_("A meeting begins on its day, and once."),
    "enter": N_("Begin the meeting first. When it is closed, enter it where the question or the commitment stands."),
    "attendance": N_("This meeting is over or was cancelled: who came stays as it was written down."),
    "act": N_("Begin the meeting first; when it is closed, its actions stay as they are."),
    "close": N_("Only a meeting that is going on can be closed."),
    "publish": N_("Close the meeting first: then its minutes can be published."),
}
"""What is said when something cannot be done to a meeting as it stands."""


def plan_meeting(session: Session, actor: Actor, told: MeetingIn) -> Meeting:
    """Plan a meeting of a forum: everybody who sits in it is invited, and the residents."""
    require(actor, Permission.HOLD_MEETING)
    try:
        forum = find_forum(session, actor, told.forum_id)
    except NotFound:
        raise invalid(
            "forum_id", "unknown", "There is no such forum in your areas. Choose one from the list."
        ) from None
    require(actor, Permission.HOLD_MEETING, forum, instead=ONLY_THE_TEAM)
    if forum.ended_on is not None:
        raise Conflict("This forum has ended. Make a new one.")
    meeting = Meeting(
        forum_id=forum.id,
        area_id=forum.area_id,
        starts_at=told.starts_at,
        minutes=told.minutes,
        place=told.place,
    )
    session.add(meeting)
    session.flush()
    for member in list_members_of(session, [forum.id]).get(forum.id, []):
        if member.until_on is None:
            session.add(
                Attendance(
                    meeting_id=meeting.id, institution_id=member.institution_id, group_id=member.group_id, persons=0
                )
            )
    session.add(Attendance(meeting_id=meeting.id))
    note(session, actor, "meeting.planned", meeting, forum_id=forum.id, starts_on=held_on(meeting))
    session.flush()
    return meeting


def change_meeting(
    session: Session, actor: Actor, meeting_id: UUID, version: int | None, change: MeetingChange
) -> Meeting:
    """Change when or where a meeting is, before it begins."""
    meeting = _meeting(session, actor, meeting_id, "change", version)
    meeting.starts_at = change.starts_at or meeting.starts_at
    meeting.minutes = change.minutes or meeting.minutes
    if "place" in change.model_fields_set:
        meeting.place = change.place
    note(session, actor, "meeting.changed", meeting)
    return _settled(session, meeting)


def cancel_meeting(session: Session, actor: Actor, meeting_id: UUID, version: int | None) -> Meeting:
    """Cancel a meeting; in calendars it stays, as cancelled."""
    meeting = _meeting(session, actor, meeting_id, "cancel", version)
    meeting.cancelled_on = clock.today()
    note(session, actor, "meeting.cancelled", meeting)
    return _settled(session, meeting)


def invite(session: Session, actor: Actor, meeting_id: UUID, version: int | None) -> Meeting:
    """Send the invitations: by mail to the general addresses of institutions; to the others it is said."""
    meeting = _meeting(session, actor, meeting_id, "invite", version)
    if held_on(meeting) < clock.today():
        raise Conflict("The day of this meeting is over: nobody can be invited to it.")
    meeting.invited_on = clock.today()
    for line in session.scalars(select(Attendance).where(col(Attendance.meeting_id) == meeting.id)):
        # Sent again, everybody is told again.
        line.mailed_at, line.attempts = None, 0
    note(session, actor, "meeting.invited", meeting)
    return _settled(session, meeting)


def build_agenda(session: Session, actor: Actor, meeting_id: UUID) -> Meeting:
    """Put on the agenda what is open: what is late first, then what waits; what stands there stays where it is."""
    meeting = _meeting(session, actor, meeting_id, "agenda")
    there = items_of(session, meeting)
    proposed = proposed_for_agenda(session, actor, meeting)
    for number, item in enumerate(proposed, start=len(there) + 1):
        item.number = number
        session.add(item)
    note(session, actor, "meeting.agenda_built", meeting, items=len(proposed))
    return _settled(session, meeting)


def add_agenda_item(session: Session, actor: Actor, meeting_id: UUID, told: AgendaItemIn) -> AgendaItem:
    """Put something on the agenda, at the end."""
    meeting = _meeting(session, actor, meeting_id, "agenda")
    item = AgendaItem(meeting_id=meeting.id, number=0, kind=AgendaKind.OTHER, title=told.title)
    if told.ask_id is not None:
        item.kind, item.ask_id = AgendaKind.ASK, _ask_named(session, actor, told.ask_id).id
    elif told.commitment_id is not None:
        item.kind = AgendaKind.COMMITMENT
        item.commitment_id = _commitment_named(session, actor, told.commitment_id).id
    elif told.theme_id is not None:
        item.kind, item.theme_id = AgendaKind.THEME, _theme_named(session, actor, told.theme_id)
    return _add(session, actor, meeting, item)


def move_agenda_item(
    session: Session, actor: Actor, meeting_id: UUID, item_id: UUID, version: int | None, told: PlaceIn
) -> Meeting:
    """Let an item stand elsewhere on the agenda."""
    meeting = _meeting(session, actor, meeting_id, "agenda", version)
    items = items_of(session, meeting)
    moved = _item(items, item_id)
    items.remove(moved)
    items.insert(min(told.number, len(items) + 1) - 1, moved)
    _number(session, items)
    note(session, actor, "agenda_item.moved", meeting)
    return _settled(session, meeting)


def remove_agenda_item(session: Session, actor: Actor, meeting_id: UUID, item_id: UUID, version: int | None) -> None:
    """Take an item off the agenda, as long as nothing was said about it."""
    meeting = _meeting(session, actor, meeting_id, "agenda", version)
    items = items_of(session, meeting)
    item = _item(items, item_id)
    spoken = select(col(MinuteEntry.id)).where(col(MinuteEntry.agenda_item_id) == item.id).limit(1)
    if item.outcome is not None or session.scalar(spoken) is not None:
        raise Conflict("Something was written down about this item: it stays on the agenda.")
    items.remove(item)
    session.delete(item)
    session.flush()
    _number(session, items)
    note(session, actor, "agenda_item.removed", meeting)
    _settled(session, meeting)


def decide(
    session: Session, actor: Actor, meeting_id: UUID, item_id: UUID, version: int | None, told: OutcomeIn
) -> AgendaItem:
    """Write down what was decided about an item, in the place of what stood there."""
    meeting = _meeting(session, actor, meeting_id, "enter", version)
    item = _item(items_of(session, meeting), item_id)
    item.outcome = told.outcome
    note(session, actor, "agenda_item.decided", meeting, item_id=item.id)
    _settled(session, meeting)
    return item


def open_meeting(session: Session, actor: Actor, meeting_id: UUID, version: int | None) -> Meeting:
    """Begin a meeting, on its day or when it is written up afterwards."""
    meeting = _meeting(session, actor, meeting_id, "open", version)
    meeting.opened_at = clock.now()
    note(session, actor, "meeting.opened", meeting)
    return _settled(session, meeting)


def close_meeting(session: Session, actor: Actor, meeting_id: UUID, version: int | None) -> Meeting:
    """Close a meeting: its minutes are what was entered, also what was entered elsewhere about what stood on it."""
    meeting = _meeting(session, actor, meeting_id, "close", version)
    _collect(session, meeting)
    meeting.closed_at = clock.now()
    came = session.scalar(
        select(func.count())
        .select_from(Attendance)
        .where(
            col(Attendance.meeting_id) == meeting.id,
            col(Attendance.institution_id).is_not(None),
            col(Attendance.came).is_(True),
        )
    )
    note(session, actor, "meeting.closed", meeting, institutions=came or 0)
    return _settled(session, meeting)


def record_attendance(
    session: Session, actor: Actor, meeting_id: UUID, version: int | None, told: AttendanceIn
) -> Meeting:
    """Write down who was invited and who came: institutions and groups by name, residents by number.

    All of it, in the place of what was known.
    """
    meeting = _meeting(session, actor, meeting_id, "attendance", version)
    known = {
        (line.institution_id, line.group_id): line
        for line in session.scalars(select(Attendance).where(col(Attendance.meeting_id) == meeting.id))
    }
    for said in told.lines:
        line = known.pop((said.institution_id, said.group_id), None) or _line(session, actor, meeting, said)
        # Only of residents, and of groups of them, it is told how many came.
        line.invited, line.came = said.invited, said.came
        line.persons = 0 if said.institution_id else said.persons
        session.add(line)
    for gone in known.values():
        session.delete(gone)
    note(session, actor, "meeting.attendance_recorded", meeting)
    return _settled(session, meeting)


def agree_action(session: Session, actor: Actor, meeting_id: UUID, told: MeetingActionIn) -> MeetingAction:
    """Write down what somebody will do after the meeting, and by when."""
    meeting = _meeting(session, actor, meeting_id, "act")
    if told.by_on < held_on(meeting):
        raise invalid("by_on", "before_meeting", "This day lies before the meeting.")
    institution = (
        institution_named(session, actor, told.institution_id, at="institution_id") if told.institution_id else None
    )
    action = MeetingAction(
        meeting_id=meeting.id,
        area_id=meeting.area_id,
        what=told.what,
        institution_id=institution.id if institution else None,
        by_on=told.by_on,
    )
    session.add(action)
    note(session, actor, "meeting_action.agreed", action, by_on=action.by_on)
    session.flush()
    return action


def finish_action(
    session: Session, actor: Actor, meeting_id: UUID, action_id: UUID, version: int | None
) -> MeetingAction:
    """Write down that what was agreed is done."""
    action = find_action(session, actor, meeting_id, action_id, version)
    require(actor, Permission.HOLD_MEETING, action, instead=ONLY_THE_TEAM)
    if action.done_on is not None:
        raise Conflict("This was done already.")
    action.done_on = clock.today()
    action.touch()
    note(session, actor, "meeting_action.done", action)
    session.flush()
    return action


def enter_minute(session: Session, actor: Actor, meeting_id: UUID, told: MinuteIn) -> MinuteEntry:
    """Enter what was spoken in the ledger at once, by the deed of the ask or the commitment, and link it here."""
    meeting = _meeting(session, actor, meeting_id, "enter")
    item = _item(items_of(session, meeting), told.agenda_item_id)
    level = session.get_one(Forum, meeting.forum_id).level
    events: Sequence[AskEvent | CommitmentEvent]
    if told.asked is not None:
        events = _ask(session, actor, meeting, _ask_of(session, actor, item, told.version), told.asked, level)
    elif told.answered is not None:
        events = _answer(session, actor, meeting, _ask_of(session, actor, item, told.version), told.answered, level)
    elif told.promised is not None:
        events = _promise(session, actor, meeting, _ask_of(session, actor, item, None), told.promised, level)
    else:
        assert told.happened is not None  # noqa: S101 - the shape has one of the four
        events = _happen(session, actor, meeting, item, told.version, told.happened)
    entries = _link(session, meeting, item, events)
    note(session, actor, "meeting.minuted", meeting, item_id=item.id)
    session.flush()
    return entries[-1]


def publish_minutes(
    session: Session, actor: Actor, meeting_id: UUID, version: int | None, told: PublicationIn
) -> Meeting:
    """Let everybody read the minutes, after a person has read them as everybody will."""
    meeting = _meeting(session, actor, meeting_id, "publish", version)
    if meeting.published_on is not None:
        raise Conflict("These minutes are published already.")
    if not told.previewed:
        raise invalid("previewed", "preview_first", "Read the preview and say that it may be published as it stands.")
    meeting.published_on = clock.today()
    note(session, actor, "meeting.published", meeting)
    return _settled(session, meeting)


def take_back_minutes(session: Session, actor: Actor, meeting_id: UUID, version: int | None) -> Meeting:
    """Take minutes back that everybody could read."""
    meeting = _meeting(session, actor, meeting_id, "publish", version)
    if meeting.published_on is None:
        raise Conflict("These minutes are not published.")
    meeting.published_on = None
    note(session, actor, "meeting.taken_back", meeting)
    return _settled(session, meeting)


def take_higher(session: Session, actor: Actor, commitment_id: UUID, told: TakeHigherIn) -> AgendaItem:
    """Take a late commitment to the policy level: on the agenda of its next meeting, with the reason and the day."""
    commitment = find_commitment(session, actor, commitment_id)
    require(actor, Permission.HOLD_MEETING, commitment, instead=ONLY_THE_TEAM)
    stands = standing(events_of_commitment(session, commitment.id), clock.today(), rules_of(session))
    if not stands.late(clock.today()):
        raise Conflict("Only a commitment whose day has passed in silence is taken higher.")
    coming = next_at_policy_level(session, actor, commitment.area_id)
    chosen = [one for one in coming if told.meeting_id in (None, one.id)]
    if not chosen and told.meeting_id is not None:
        raise invalid("meeting_id", "unknown", "Choose a coming meeting of a forum at the policy level.")
    if not chosen:
        raise Conflict("Plan a meeting of a forum at the policy level first: there is none to come.")
    meeting = _meeting(session, actor, chosen[0].id, "agenda")
    item = next((one for one in items_of(session, meeting) if one.commitment_id == commitment.id), None)
    if item is not None and item.reason is not None:
        raise Conflict("It stands on the agenda of that meeting already, with the reason.")
    if item is None:
        item = AgendaItem(meeting_id=meeting.id, number=0, kind=AgendaKind.COMMITMENT, commitment_id=commitment.id)
    item.reason, item.taken_higher_on = told.reason, clock.today()
    if item.number == 0:
        _add(session, actor, meeting, item)
    note(session, actor, "commitment.taken_higher", commitment, meeting_id=meeting.id)
    session.flush()
    return item


def _meeting(session: Session, actor: Actor, meeting_id: UUID, deed: str, version: int | None = None) -> Meeting:
    """Return a meeting for a deed that may be done to it now."""
    meeting = find_meeting(session, actor, meeting_id, version)
    require(actor, Permission.HOLD_MEETING, meeting, instead=ONLY_THE_TEAM)
    if not may(meeting, deed):
        raise Conflict(NOT_NOW[deed])
    return meeting


def _settled(session: Session, meeting: Meeting) -> Meeting:
    meeting.touch()
    session.flush()
    return meeting


def _add(session: Session, actor: Actor, meeting: Meeting, item: AgendaItem) -> AgendaItem:
    there = items_of(session, meeting)
    same = [
        one
        for one in there
        if item.kind is not AgendaKind.OTHER
        and (one.ask_id, one.commitment_id, one.theme_id) == (item.ask_id, item.commitment_id, item.theme_id)
    ]
    if same:
        raise Conflict("This stands on the agenda already.")
    item.number = len(there) + 1
    session.add(item)
    note(session, actor, "agenda_item.added", meeting, item_id=item.id)
    _settled(session, meeting)
    return item


def _number(session: Session, items: list[AgendaItem]) -> None:
    """Number the items in this order; through numbers that nobody has, for two never have the same."""
    for number, item in enumerate(items, start=1):
        item.number = -number
    session.flush()
    for item in items:
        item.number = -item.number
    session.flush()


def _item(items: list[AgendaItem], item_id: UUID) -> AgendaItem:
    found = next((item for item in items if item.id == item_id), None)
    if found is None:
        raise NotFound
    return found


def _line(session: Session, actor: Actor, meeting: Meeting, said: AttendanceLineIn) -> Attendance:
    """Make a line for somebody who was not invited before."""
    if said.institution_id is not None:
        institution_named(session, actor, said.institution_id, at="lines")
    if said.group_id is not None:
        group_named(session, actor, said.group_id, at="lines")
    return Attendance(meeting_id=meeting.id, institution_id=said.institution_id, group_id=said.group_id)


def _ask_named(session: Session, actor: Actor, ask_id: UUID) -> Ask:
    try:
        return find_ask(session, actor, ask_id)
    except NotFound:
        raise invalid(
            "ask_id", "unknown", "There is no such question in your areas. Choose one from the list."
        ) from None


def _commitment_named(session: Session, actor: Actor, commitment_id: UUID) -> Commitment:
    try:
        return find_commitment(session, actor, commitment_id)
    except NotFound:
        raise invalid(
            "commitment_id", "unknown", "There is no such commitment in your areas. Choose one from the list."
        ) from None


def _theme_named(session: Session, actor: Actor, theme_id: UUID) -> UUID:
    try:
        return get_theme(session, actor, theme_id, Permission.SEE_THEMES).id
    except NotFound:
        raise invalid(
            "theme_id", "unknown", "There is no such theme in your areas. Choose one from the list."
        ) from None


def _ask_of(session: Session, actor: Actor, item: AgendaItem, version: int | None) -> tuple[Ask, int]:
    """Return the ask of an item, and the version of it that was seen."""
    if item.ask_id is None:
        raise Conflict("This item is not about a question to an institution. Put that question on the agenda first.")
    ask = find_ask(session, actor, item.ask_id)
    return ask, ask.version if version is None else version


def _ask(
    session: Session, actor: Actor, meeting: Meeting, seen: tuple[Ask, int], told: SpokenAskIn, level: Mandate
) -> list[AskEvent]:
    ask, version = seen
    put = PutIn(
        happened_on=held_on(meeting),
        reply_by=told.reply_by,
        source=Source.MEETING,
        mandate=told.mandate or level,
    )
    first = as_it_stands(ask, clock.today()).may_follow(AskEventKind.ASKED)
    ask = (put_ask if first else ask_again)(session, actor, ask.id, version, put)
    return events_of_ask(session, ask)[-1:]


def _answer(
    session: Session, actor: Actor, meeting: Meeting, seen: tuple[Ask, int], told: SpokenAnswerIn, level: Mandate
) -> list[AskEvent]:
    """Enter an answer; where none was due any more, the question was put again at this table."""
    ask, version = seen
    mandate, day = told.mandate or level, held_on(meeting)
    made = []
    if not as_it_stands(ask, clock.today()).may_follow(AskEventKind.ANSWERED):
        made += _ask(session, actor, meeting, seen, SpokenAskIn(reply_by=day, mandate=mandate), level)
        version = ask.version
    answer = AnswerIn(answer=told.answer, words=told.words, happened_on=day, source=Source.MEETING, mandate=mandate)
    ask = record_answer(session, actor, ask.id, version, answer)
    return [*made, events_of_ask(session, ask)[-1]]


def _promise(
    session: Session, actor: Actor, meeting: Meeting, seen: tuple[Ask, int], told: SpokenPromiseIn, level: Mandate
) -> list[CommitmentEvent]:
    ask, _ = seen
    promise = CommitmentIn(
        ask_id=ask.id,
        promise=told.promise,
        residents_words=told.residents_words,
        sign=told.sign,
        condition=told.condition,
        due_on=told.due_on,
        mandate=told.mandate or level,
        promised_on=held_on(meeting),
        source=Source.MEETING,
    )
    commitment = record_commitment(session, actor, promise)
    return events_of_commitment(session, commitment.id)[-1:]


def _happen(
    session: Session, actor: Actor, meeting: Meeting, item: AgendaItem, version: int | None, told: SpokenDeedIn
) -> list[CommitmentEvent]:
    if item.commitment_id is None:
        raise Conflict("This item is not about a commitment. Put that commitment on the agenda first.")
    commitment = find_commitment(session, actor, item.commitment_id)
    happened = CommitmentEventIn(
        kind=DeedKind(told.kind.value),
        happened_on=held_on(meeting),
        source=Source.MEETING,
        words=told.words,
        due_on=told.due_on,
        residents_agreed=told.residents_agreed,
    )
    seen = commitment.version if version is None else version
    commitment = enter_event(session, actor, commitment.id, seen, happened)
    return events_of_commitment(session, commitment.id)[-1:]


def _link(
    session: Session, meeting: Meeting, item: AgendaItem, events: Sequence[AskEvent | CommitmentEvent]
) -> list[MinuteEntry]:
    last = (
        session.scalar(select(func.max(col(MinuteEntry.number))).where(col(MinuteEntry.meeting_id) == meeting.id)) or 0
    )
    entries = [
        MinuteEntry(
            meeting_id=meeting.id,
            number=number,
            agenda_item_id=item.id,
            ask_event_id=event.id if isinstance(event, AskEvent) else None,
            commitment_event_id=event.id if isinstance(event, CommitmentEvent) else None,
        )
        for number, event in enumerate(events, start=last + 1)
    ]
    session.add_all(entries)
    session.flush()
    return entries


def _collect(session: Session, meeting: Meeting) -> None:
    """Link what was entered on the pages of asks and commitments as said at this meeting, and not yet linked."""
    linked = select(MinuteEntry).where(col(MinuteEntry.meeting_id) == meeting.id)
    known = {entry.ask_event_id or entry.commitment_event_id for entry in session.scalars(linked)}
    for item in items_of(session, meeting):
        said: list[AskEvent | CommitmentEvent] = []
        if item.ask_id is not None:
            said += _said_of_ask(session, meeting, item.ask_id)
            said += _said_of_commitments(session, meeting, col(Commitment.ask_id) == item.ask_id)
        if item.commitment_id is not None:
            said += _said_of_commitments(session, meeting, col(Commitment.id) == item.commitment_id)
        new = [event for event in said if event.id not in known]
        known |= {event.id for event in new}
        _link(session, meeting, item, new)


def _said_of_ask(session: Session, meeting: Meeting, ask_id: UUID) -> Sequence[AskEvent]:
    return session.scalars(
        select(AskEvent)
        .where(
            col(AskEvent.ask_id) == ask_id,
            col(AskEvent.source) == Source.MEETING,
            col(AskEvent.happened_on) == held_on(meeting),
        )
        .order_by(col(AskEvent.number))
    ).all()


def _said_of_commitments(session: Session, meeting: Meeting, which: object) -> Sequence[CommitmentEvent]:
    return session.scalars(
        select(CommitmentEvent)
        .join(Commitment, col(Commitment.id) == CommitmentEvent.commitment_id)
        .where(
            which,  # type: ignore[arg-type]
            col(CommitmentEvent.source) == Source.MEETING,
            col(CommitmentEvent.happened_on) == held_on(meeting),
        )
        .order_by(col(CommitmentEvent.commitment_id), col(CommitmentEvent.number))
    ).all()
