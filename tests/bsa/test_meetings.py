"""Meetings: what is spoken lands in the ledger at once, and the minutes are those entries."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.asks.actions import draft_ask, put_ask, record_answer
from bsa.asks.models import AnswerKind, AskState, Source
from bsa.asks.queries import show_ask
from bsa.asks.shapes import AnswerIn, AskIn, PutIn
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment, CommitmentEventKind, CommitmentState, Visibility
from bsa.commitments.queries import show_commitment
from bsa.commitments.shapes import CommitmentEventIn, DeedKind
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.forums.actions import add_member, make_calendar
from bsa.forums.models import Rhythm
from bsa.forums.shapes import ForumMemberIn
from bsa.institutions.models import Mandate
from bsa.meetings.actions import (
    add_agenda_item,
    agree_action,
    build_agenda,
    cancel_meeting,
    close_meeting,
    decide,
    enter_minute,
    finish_action,
    invite,
    move_agenda_item,
    open_meeting,
    plan_meeting,
    publish_minutes,
    record_attendance,
    remove_agenda_item,
    take_back_minutes,
    take_higher,
)
from bsa.meetings.calendar import read_forum_calendar
from bsa.meetings.minutes import list_public_meetings, preview_minutes, show_public_minutes
from bsa.meetings.models import AgendaItem, Attendance, Meeting
from bsa.meetings.queries import list_meetings, list_minutes, list_taken_higher, propose_next, show_meeting
from bsa.meetings.shapes import (
    AgendaItemIn,
    AttendanceIn,
    AttendanceLineIn,
    MeetingActionIn,
    MeetingIn,
    MeetingQuery,
    MinuteIn,
    OutcomeIn,
    PlaceIn,
    PublicationIn,
    TakeHigherIn,
)
from bsa.meetings.standing import MeetingState
from bsa.shapes import Listing

from tests.cast import NOW, Cast
from tests.line import Line, walk_the_line
from tests.table import a_forum, a_meeting, begun


@pytest.fixture
def line(session: Session, cast: Cast) -> Line:
    """Walk the line once."""
    return walk_the_line(session, cast)


@pytest.fixture
def meeting(session: Session, cast: Cast, line: Line) -> Meeting:
    """Begin a meeting of a forum in which the corporation sits."""
    return begun(session, cast, a_forum(session, cast).id)


def on_agenda(session: Session, cast: Cast, meeting: Meeting, **about: object) -> UUID:
    return add_agenda_item(session, cast.activator, meeting.id, AgendaItemIn.model_validate(about)).id


def kinds(session: Session) -> list[str]:
    return [event.kind for event in session.scalars(select(Event).order_by(col(Event.id)))]


def test_whoever_sits_in_the_forum_is_invited_and_the_residents_are(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    shown = show_meeting(session, cast.corporation, meeting.id)

    assert [(one.institution_name, one.invited, one.came) for one in shown.attendance] == [
        ("De Veenhoek", True, None),
        (None, True, None),
    ]
    assert (shown.state, shown.allowed_actions) == (MeetingState.GOING_ON, [])
    for name in ("stranger", "rival"):
        with pytest.raises(NotFound):
            show_meeting(session, cast.actors[name], meeting.id)
    with pytest.raises(NotAllowed):
        list_meetings(session, cast.policy, MeetingQuery())
    with pytest.raises(NotAllowed):
        plan_meeting(session, cast.corporation, MeetingIn(forum_id=meeting.forum_id, starts_at=NOW))
    with pytest.raises(Invalid):
        plan_meeting(session, cast.stranger, MeetingIn(forum_id=meeting.forum_id, starts_at=NOW))
    assert {"meeting.planned", "meeting.opened"} <= set(kinds(session))


def test_the_next_day_follows_from_the_rhythm_and_skips_holidays(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)
    assert propose_next(session, cast.activator, forum.id).proposed_at.date() == date(2026, 4, 7)

    # A Monday evening; six weeks later it is Whit Monday.
    told = MeetingIn(forum_id=forum.id, starts_at=datetime(2026, 4, 13, 17, 30, tzinfo=UTC), place="De Wiek")
    plan_meeting(session, cast.activator, told)
    proposed = propose_next(session, cast.activator, forum.id)

    assert proposed.proposed_at == datetime.fromisoformat("2026-06-01T19:30:00+02:00")
    assert proposed.place == "De Wiek"
    forum.rhythm = Rhythm.WHEN_NEEDED
    # Two weeks later it is the King's Day.
    assert propose_next(session, cast.activator, forum.id).proposed_at.date() == date(2026, 5, 4)
    with pytest.raises(NotAllowed):
        propose_next(session, cast.corporation, forum.id)


def test_the_agenda_is_built_in_one_go_and_what_is_late_comes_first(session: Session, cast: Cast, line: Line) -> None:
    soon = walk_the_line(session, cast, due_on=clock.today() + timedelta(days=9))
    meeting = a_meeting(session, cast, a_forum(session, cast).id)
    own = on_agenda(session, cast, meeting, title="Rondvraag")

    with clock.standing_at(NOW + timedelta(days=20)):
        build_agenda(session, cast.activator, meeting.id)
        build_agenda(session, cast.activator, meeting.id)
        agenda = show_meeting(session, cast.activator, meeting.id).agenda

    assert agenda[0].id == own
    assert [(item.commitment_id, item.late) for item in agenda[1:]] == [
        (soon.commitment_id, True),
        (line.commitment_id, False),
    ]
    assert kinds(session).count("meeting.agenda_built") == 2


def test_the_policy_level_speaks_of_what_is_late_for_long(session: Session, cast: Cast, line: Line) -> None:
    session.get_one(Commitment, line.commitment_id).mandate = Mandate.OPERATIONAL
    meeting = a_meeting(session, cast, a_forum(session, cast, Mandate.POLICY).id)

    for days, expected in ((60, []), (61, [line.commitment_id])):
        with clock.standing_at(NOW + timedelta(days=days)):
            build_agenda(session, cast.activator, meeting.id)
        assert [item.commitment_id for item in show_meeting(session, cast.activator, meeting.id).agenda] == expected


def test_items_move_and_go_until_something_was_said_about_them(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    first, second, third = (on_agenda(session, cast, meeting, title=title) for title in "ABC")
    me = cast.activator

    move_agenda_item(session, me, meeting.id, third, meeting.version, PlaceIn(number=1))
    assert [item.id for item in show_meeting(session, me, meeting.id).agenda] == [third, first, second]
    remove_agenda_item(session, me, meeting.id, first, meeting.version)
    assert [(item.number, item.id) for item in show_meeting(session, me, meeting.id).agenda] == [
        (1, third),
        (2, second),
    ]
    decide(session, me, meeting.id, second, None, OutcomeIn(outcome="Wij gaan samen kijken"))
    with pytest.raises(Conflict):
        remove_agenda_item(session, me, meeting.id, second, meeting.version)
    with pytest.raises(Stale):
        move_agenda_item(session, me, meeting.id, third, meeting.version - 1, PlaceIn(number=1))
    with pytest.raises(NotAllowed):
        add_agenda_item(session, cast.corporation, meeting.id, AgendaItemIn(title="Ik ook"))


def test_an_answer_and_a_promise_land_in_the_ledger_at_once(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    item, me = on_agenda(session, cast, meeting, ask_id=line.ask_id), cast.activator
    assert show_meeting(session, me, meeting.id).agenda[0].can == ["promised"]
    promise = {"promise": "Wij plaatsen een modelwoning", "residents_words": "Wij voelen het eerst", "sign": "Open"}
    told = {"agenda_item_id": item, "promised": promise | {"due_on": clock.today() + timedelta(days=60)}}

    entry = enter_minute(session, me, meeting.id, MinuteIn.model_validate(told))

    made = session.scalars(select(Commitment).order_by(col(Commitment.id).desc())).first()
    assert made is not None
    assert (made.promise, made.mandate) == ("Wij plaatsen een modelwoning", Mandate.OPERATIONAL)
    shown = show_commitment(session, me, made.id)
    assert (shown.events[0].source, shown.events[0].happened_on) == (Source.MEETING, clock.today())
    assert entry.commitment_event_id == shown.events[0].id
    assert [one.words for one in list_minutes(session, me, meeting.id)] == ["Wij plaatsen een modelwoning"]


def test_what_was_evaded_is_asked_again_at_the_table_with_its_answer(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    told = AskIn(initiative_id=line.initiative_id, institution_id=cast.corporation_id, text="Laat de lamp branden")
    ask = draft_ask(session, cast.activator, told)
    put = PutIn(happened_on=clock.today(), reply_by=clock.today(), source=Source.MAIL, mandate=Mandate.POLICY)
    put_ask(session, cast.activator, ask.id, ask.version, put)
    evasion = AnswerIn(answer=AnswerKind.EVASIVE, words="Hm", happened_on=clock.today(), source=Source.MAIL)
    record_answer(session, cast.activator, ask.id, ask.version, evasion)
    item = on_agenda(session, cast, meeting, ask_id=ask.id)
    assert show_meeting(session, cast.activator, meeting.id).agenda[0].can == ["answered", "asked"]

    said = {"agenda_item_id": item, "answered": {"answer": "yes"}, "version": ask.version}
    enter_minute(session, cast.activator, meeting.id, MinuteIn.model_validate(said))

    now = show_ask(session, cast.activator, ask.id)
    assert (now.state, now.last_answer, now.times_asked) == (AskState.ANSWERED, AnswerKind.YES, 2)
    assert [one.ask_event for one in list_minutes(session, cast.corporation, meeting.id)] == ["asked_again", "answered"]
    with pytest.raises(Stale):
        enter_minute(session, cast.activator, meeting.id, MinuteIn.model_validate(said | {"version": 1}))


def test_another_day_is_entered_with_its_reason_and_a_deed_needs_its_item(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    item, me = on_agenda(session, cast, meeting, commitment_id=line.commitment_id), cast.activator
    own = on_agenda(session, cast, meeting, title="Rondvraag")
    assert show_meeting(session, me, meeting.id).agenda[0].can == ["confirmed", "moved", "claimed"]
    day = clock.today() + timedelta(days=90)
    moved = {"kind": "moved", "words": "Asbest", "due_on": day, "residents_agreed": True}

    told = MinuteIn.model_validate({"agenda_item_id": item, "happened": moved})
    enter_minute(session, me, meeting.id, told)

    shown = show_commitment(session, me, line.commitment_id)
    assert (shown.due_on, shown.moved_count) == (day, 1)
    for wrong in (
        {"agenda_item_id": own, "happened": {"kind": "confirmed"}},
        {"agenda_item_id": item, "answered": {"answer": "yes"}},
    ):
        with pytest.raises(Conflict):
            enter_minute(session, me, meeting.id, MinuteIn.model_validate(wrong))
    with pytest.raises(NotAllowed):
        enter_minute(session, cast.corporation, meeting.id, told)


def test_what_was_entered_elsewhere_as_said_there_is_collected_when_it_closes(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    item = on_agenda(session, cast, meeting, ask_id=line.ask_id)
    confirmed = CommitmentEventIn(kind=DeedKind.CONFIRMED, happened_on=clock.today())
    commitment = session.get_one(Commitment, line.commitment_id)
    enter_event(session, cast.activator, commitment.id, commitment.version, confirmed)

    close_meeting(session, cast.activator, meeting.id, meeting.version)

    entries = list_minutes(session, cast.activator, meeting.id)
    assert [one.ask_event or one.commitment_event for one in entries] == ["asked", "answered", "recorded", "confirmed"]
    assert {one.agenda_item_id for one in entries} == {item}
    assert commitment.state is CommitmentState.CONFIRMED
    with pytest.raises(Conflict):
        close_meeting(session, cast.activator, meeting.id, meeting.version)
    with pytest.raises(Conflict):
        on_agenda(session, cast, meeting, title="Te laat")


def test_residents_come_as_a_number_and_institutions_by_name(session: Session, cast: Cast, meeting: Meeting) -> None:
    lines = [
        AttendanceLineIn(institution_id=cast.corporation_id, came=False, persons=3),
        AttendanceLineIn(institution_id=cast.rival_id, invited=False, came=True),
        AttendanceLineIn(came=True, persons=11),
    ]

    record_attendance(session, cast.activator, meeting.id, None, AttendanceIn(lines=lines))

    shown = show_meeting(session, cast.activator, meeting.id).attendance
    assert [(one.institution_name, one.invited, one.came, one.persons) for one in shown] == [
        ("De Veenhoek", True, False, 0),
        ("GGZ Veenrand", False, True, 0),
        (None, True, True, 11),
    ]
    assert "meeting.attendance_recorded" in kinds(session)


def test_an_action_waits_at_the_next_meeting_until_it_is_done(session: Session, cast: Cast, meeting: Meeting) -> None:
    me, told = cast.activator, MeetingActionIn(what="Lamp melden", institution_id=cast.corporation_id, by_on=NOW.date())
    action = agree_action(session, me, meeting.id, told)
    close_meeting(session, me, meeting.id, meeting.version)
    following = a_meeting(session, cast, meeting.forum_id)

    earlier = show_meeting(session, me, following.id).earlier_actions
    assert [(one.what, one.institution_name, one.late) for one in earlier] == [("Lamp melden", "De Veenhoek", False)]
    finish_action(session, me, meeting.id, action.id, action.version)
    assert show_meeting(session, me, following.id).earlier_actions == []
    with pytest.raises(Conflict):
        finish_action(session, me, meeting.id, action.id, action.version)
    with pytest.raises(Invalid):
        agree_action(
            session, me, begun(session, cast, meeting.forum_id).id, told.model_copy(update={"by_on": date(2026, 3, 1)})
        )


def test_a_reader_sees_of_others_only_that_there_is_something(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    add_member(session, cast.activator, meeting.forum_id, ForumMemberIn(institution_id=cast.rival_id))
    on_agenda(session, cast, meeting, ask_id=line.ask_id)
    on_agenda(session, cast, meeting, commitment_id=line.commitment_id)

    agenda = show_meeting(session, cast.rival, meeting.id).agenda

    assert [(item.title, item.institution_name, item.due_on) for item in agenda] == [(None, "De Veenhoek", None)] * 2
    assert show_meeting(session, cast.corporation, meeting.id).agenda[0].title == "Herstel de kozijnen"


def test_minutes_are_published_after_a_preview_and_hold_no_more_than_that(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    me = cast.activator
    item = on_agenda(session, cast, meeting, commitment_id=line.commitment_id)
    enter_minute(
        session, me, meeting.id, MinuteIn.model_validate({"agenda_item_id": item, "happened": {"kind": "confirmed"}})
    )
    with pytest.raises(Conflict):
        publish_minutes(session, me, meeting.id, meeting.version, PublicationIn(previewed=True))
    close_meeting(session, me, meeting.id, meeting.version)
    with pytest.raises(Invalid):
        publish_minutes(session, me, meeting.id, meeting.version, PublicationIn())
    with pytest.raises(NotFound):
        show_public_minutes(session, meeting.id)
    with pytest.raises(NotAllowed):
        preview_minutes(session, cast.corporation, meeting.id)

    publish_minutes(session, me, meeting.id, meeting.version, PublicationIn(previewed=True))

    public = show_public_minutes(session, meeting.id)
    assert public.agenda == preview_minutes(session, me, meeting.id).agenda
    assert (public.agenda[0].title, public.agenda[0].institution_name) == (None, "De Veenhoek")
    assert [one.commitment_event for one in public.agenda[0].entries] == [
        CommitmentEventKind.CONFIRMED,
        CommitmentEventKind.RECORDED,
    ]
    assert {one.words for one in public.agenda[0].entries} == {None}
    assert [one.id for one in list_public_meetings(session, cast.here_id, Listing()).items] == [meeting.id]
    take_back_minutes(session, me, meeting.id, meeting.version)
    assert list_public_meetings(session, cast.here_id, Listing()).items == []


def test_a_commitment_that_is_public_is_read_in_public_minutes(
    session: Session, cast: Cast, meeting: Meeting, line: Line
) -> None:
    item = on_agenda(session, cast, meeting, commitment_id=line.commitment_id)
    assert preview_minutes(session, cast.activator, meeting.id).agenda == []
    decide(session, cast.activator, meeting.id, item, None, OutcomeIn(outcome="Wij gaan samen kijken"))
    commitment = session.get_one(Commitment, line.commitment_id)
    told = CommitmentEventIn(
        kind=DeedKind.PUBLISHED, happened_on=clock.today(), visibility=Visibility.PUBLIC, previewed=True
    )
    enter_event(session, cast.activator, commitment.id, commitment.version, told)

    assert preview_minutes(session, cast.activator, meeting.id).agenda[0].title == commitment.residents_words


def test_a_late_commitment_goes_to_the_policy_level_with_the_reason(session: Session, cast: Cast, line: Line) -> None:
    told, me = TakeHigherIn(reason="Al twee keer beloofd"), cast.activator
    with pytest.raises(Conflict):
        take_higher(session, me, line.commitment_id, told)
    with clock.standing_at(NOW + timedelta(days=70)):
        with pytest.raises(Conflict):
            take_higher(session, me, line.commitment_id, told)
        meeting = a_meeting(session, cast, a_forum(session, cast, Mandate.POLICY).id)

        take_higher(session, me, line.commitment_id, told)

        with pytest.raises(Conflict):
            take_higher(session, me, line.commitment_id, told)
        with pytest.raises(NotAllowed):
            take_higher(session, cast.corporation, line.commitment_id, told)
        found = list_taken_higher(session, me, line.commitment_id)
        assert [(one.reason, one.taken_higher_on, one.meeting_id) for one in found] == [
            ("Al twee keer beloofd", clock.today(), meeting.id)
        ]
    assert "commitment.taken_higher" in kinds(session)


def test_a_meeting_is_invited_to_before_and_begins_on_its_day(session: Session, cast: Cast) -> None:
    me, forum = cast.activator, a_forum(session, cast)
    meeting = a_meeting(session, cast, forum.id)

    assert "open" not in show_meeting(session, me, meeting.id).allowed_actions
    with pytest.raises(Conflict):
        open_meeting(session, me, meeting.id, meeting.version)
    invite(session, me, meeting.id, meeting.version)
    assert meeting.invited_on == clock.today()
    cancel_meeting(session, me, meeting.id, meeting.version)
    with pytest.raises(Conflict):
        invite(session, me, meeting.id, meeting.version)
    assert list_meetings(session, me, MeetingQuery(coming=True)).items == []


def test_the_calendar_of_a_forum_names_nobody(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)
    _, address = make_calendar(session, cast.activator, forum.id)
    a_meeting(session, cast, forum.id)
    gone = a_meeting(session, cast, forum.id, days=14)
    cancel_meeting(session, cast.activator, gone.id, gone.version)

    text = read_forum_calendar(session, address.rsplit("/", 1)[1].removesuffix(".ics")).decode()

    assert text.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:Wijkoverleg" in text
    assert "LOCATION:Buurthuis De Wiek\\, Oude Molenbuurt" in text
    assert "STATUS:CANCELLED" in text
    assert "van de Cast" not in text
    with pytest.raises(NotFound):
        read_forum_calendar(session, "anders")


def test_rows_of_a_meeting_hold_no_person(session: Session, cast: Cast) -> None:
    for table in (Meeting, Attendance, AgendaItem):
        assert not {"resident_id", "contact_id", "account_id"} & set(table.model_fields)
