"""The consultation in the demo: the forum of the neighbourhood, its twin at the policy level, and what was said there.

The story's row is 22 April: asked again at the table, with Carla there. What was entered then becomes the minutes, and
everybody can read them. The background is a forum in another neighbourhood, and two agreements.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.agreements.actions import make_agreement
from bsa.agreements.shapes import WorkingAgreementIn
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.stage import CORPORATION, HERE, MUNICIPALITY, Stage
from bsa.demo.story import C_3, Scene, Telling
from bsa.forums.actions import make_calendar, make_forum
from bsa.forums.models import Rhythm
from bsa.forums.queries import list_members
from bsa.forums.shapes import ForumIn
from bsa.institutions.models import Mandate
from bsa.meetings.actions import (
    add_agenda_item,
    agree_action,
    build_agenda,
    close_meeting,
    decide,
    finish_action,
    invite,
    open_meeting,
    plan_meeting,
    publish_minutes,
    record_attendance,
    take_higher,
)
from bsa.meetings.models import Meeting, MeetingAction
from bsa.meetings.queries import propose_next
from bsa.meetings.shapes import (
    AgendaItemIn,
    AttendanceIn,
    AttendanceLineIn,
    MeetingActionIn,
    MeetingIn,
    OutcomeIn,
    PublicationIn,
    TakeHigherIn,
)
from bsa.permissions import Actor

FORUM, TWIN = "Wijkoverleg Molenbuurt", "Bestuurlijk overleg Molenbuurt"
APRIL, COMING, HIGHER = "Wijkoverleg van april", "Wijkoverleg dat komt", "Bestuurlijk overleg dat komt"
HALL = "Buurthuis De Wiek"
HALF_PAST_SEVEN = time(19, 30)


def tell_forums(days: Days) -> None:
    """Put the story's rows, what is to come, and the background on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    days.add(working_day(days.today - timedelta(days=40)), _elsewhere)
    days.add(working_day(days.today - timedelta(days=340)), _agree)


def who_sits_together(tell: Telling) -> None:
    """1 April: the forum of the neighbourhood, and its twin higher up; the first meeting is planned."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    partners = [stage[name] for name in (CORPORATION, MUNICIPALITY, "Welzijn Zuidoost", "Wijkbelangen Molenveld")]
    forum = make_forum(session, marloes, ForumIn(area_id=stage[HERE], name=FORUM, institution_ids=partners))
    policy = ForumIn(
        area_id=stage[HERE],
        name=TWIN,
        level=Mandate.POLICY,
        rhythm=Rhythm.QUARTERLY,
        twin_id=forum.id,
        institution_ids=partners[:2],
    )
    stage[FORUM], stage[TWIN] = forum.id, make_forum(session, marloes, policy).id
    make_calendar(session, marloes, forum.id)
    stage[APRIL] = _planned(session, marloes, forum.id, tell.on(4, 22)).id
    _send_out(session, marloes, stage[APRIL])


def ask_it_there(tell: Telling) -> None:
    """20 April: one click, and what was evaded stands on the agenda."""
    build_agenda(tell.session, tell.marloes, tell.stage[APRIL])


def at_the_table(tell: Telling) -> None:
    """22 April: what Carla and Tim said is in the ledger already; the meeting holds it together, and closes."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    meeting = _begun(session, marloes, stage[APRIL])
    add_agenda_item(session, marloes, meeting.id, AgendaItemIn(ask_id=stage["Ask#3"]))
    other = add_agenda_item(session, marloes, meeting.id, AgendaItemIn(title="Wie vertelt het in de straat?"))
    told = OutcomeIn(outcome="De bewonersgroep hangt de twee toezeggingen in de hal, in eigen woorden.")
    decide(session, marloes, meeting.id, other.id, None, told)
    _came(session, marloes, meeting, [stage[CORPORATION], stage[MUNICIPALITY], stage["Wijkbelangen Molenveld"]], 9)
    action = MeetingActionIn(
        what="De uitslag van de asbestcheck op een A4 in elke brievenbus",
        institution_id=stage[CORPORATION],
        by_on=tell.on(5, 20),
    )
    stage["Asbest op A4"] = agree_action(session, marloes, meeting.id, action).id
    _closed(session, marloes, meeting)
    publish_minutes(session, marloes, meeting.id, meeting.version, PublicationIn(previewed=True))


def the_sheet_came(tell: Telling) -> None:
    """21 May: the sheet was in every letter box, a day late."""
    action = tell.session.get_one(MeetingAction, tell.stage["Asbest op A4"])
    finish_action(tell.session, tell.marloes, action.meeting_id, action.id, action.version)


def the_lamps_again(tell: Telling) -> None:
    """30 September: the lamps were spoken of, and somebody would look; nobody did."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    meeting = _planned(session, marloes, stage[FORUM], tell.on(9, 30))
    item = add_agenda_item(session, marloes, meeting.id, AgendaItemIn(commitment_id=stage[C_3]))
    _begun(session, marloes, meeting.id)
    decide(session, marloes, meeting.id, item.id, None, OutcomeIn(outcome="De gemeente zoekt uit waarom het stilligt."))
    _came(session, marloes, meeting, [stage[MUNICIPALITY], stage["Welzijn Zuidoost"]], 6)
    told = MeetingActionIn(
        what="Laten weten waarom de lampen nog niet branden", institution_id=stage[MUNICIPALITY], by_on=tell.on(10, 14)
    )
    agree_action(session, marloes, meeting.id, told)
    _closed(session, marloes, meeting)


def what_comes(tell: Telling) -> None:
    """3 November: the next meetings are planned; the lamps, late for two months, go to the policy level."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    for name, forum, weekday in ((COMING, FORUM, 2), (HIGHER, TWIN, 3)):
        # Whatever the day of the demo is, these meetings are next week.
        monday = tell.today - timedelta(days=tell.today.weekday())
        stage[name] = _planned(session, marloes, stage[forum], monday + timedelta(days=7 + weekday)).id
    why = f"Toegezegd voor {tell.in_words(9, 1)}, en op het wijkoverleg van september wist niemand waarom het stilligt."
    take_higher(session, marloes, stage[C_3], TakeHigherIn(reason=why, meeting_id=stage[HIGHER]))
    build_agenda(session, marloes, stage[COMING])
    _send_out(session, marloes, stage[COMING])


def _elsewhere(session: Session, stage: Stage) -> None:
    """In the Nieuwe Veenbuurt they sit together too, with the police and the school."""
    sanne = stage.actor("sanne")
    partners = [stage[name] for name in (CORPORATION, "Politie basisteam Zuidoost (demo)", "Basisschool De Wiekslag")]
    told = ForumIn(
        area_id=stage["Nieuwe Veenbuurt"],
        name="Buurttafel Veenbuurt",
        rhythm=Rhythm.MONTHLY,
        institution_ids=partners,
    )
    forum = make_forum(session, sanne, told)
    meeting = _planned(session, sanne, forum.id, clock.today())
    build_agenda(session, sanne, meeting.id)
    _begun(session, sanne, meeting.id)
    _came(session, sanne, meeting, partners[1:], 5)
    _closed(session, sanne, meeting)
    following = propose_next(session, sanne, forum.id)
    _planned(session, sanne, forum.id, clock.day_of(following.proposed_at))


def _agree(session: Session, stage: Stage) -> None:
    """Almost a year ago: what the corporation and the team share, and what never."""
    today = clock.today()
    for institution, title, shares, ground, days in (
        (
            CORPORATION,
            "Samenwerken in de Molenstraat",
            "De Veenhoek deelt planning en werkrapporten per complex. Het team deelt thema’s en aantallen, geen namen.",
            "Zonder persoonsgegevens; met naam alleen als een bewoner er zelf bij zit.",
            365,
        ),
        (
            MUNICIPALITY,
            "Licht, groen en paden",
            "De gemeente deelt meldingen per straat. Het team deelt wat bewoners over plekken zeggen.",
            "Zonder persoonsgegevens",
            700,
        ),
    ):
        told = WorkingAgreementIn(
            area_id=stage[HERE],
            institution_id=stage[institution],
            title=title,
            shares=shares,
            ground=ground,
            valid_from=today,
            valid_until=today + timedelta(days=days),
        )
        make_agreement(session, stage.actor("activator"), told)


def _planned(session: Session, actor: Actor, forum_id: UUID, on: date) -> Meeting:
    told = MeetingIn(forum_id=forum_id, starts_at=datetime.combine(on, HALF_PAST_SEVEN, clock.HERE), place=HALL)
    return plan_meeting(session, actor, told)


def _send_out(session: Session, actor: Actor, meeting_id: UUID) -> None:
    meeting = session.get_one(Meeting, meeting_id)
    invite(session, actor, meeting.id, meeting.version)


def _begun(session: Session, actor: Actor, meeting_id: UUID) -> Meeting:
    meeting = session.get_one(Meeting, meeting_id)
    return open_meeting(session, actor, meeting.id, meeting.version)


def _closed(session: Session, actor: Actor, meeting: Meeting) -> None:
    close_meeting(session, actor, meeting.id, meeting.version)


def _came(session: Session, actor: Actor, meeting: Meeting, institution_ids: list[UUID], residents: int) -> None:
    """Write down who of those who sit in the forum came, and how many residents."""
    members = list_members(session, actor, meeting.forum_id)
    lines = [
        AttendanceLineIn(
            institution_id=member.institution_id,
            group_id=member.group_id,
            came=member.institution_id in institution_ids,
        )
        for member in members
        if member.until_on is None
    ]
    told = AttendanceIn(lines=[*lines, AttendanceLineIn(came=True, persons=residents)])
    record_attendance(session, actor, meeting.id, None, told)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((4, 1), who_sits_together),
    ((4, 20), ask_it_there),
    ((4, 22), at_the_table),
    ((5, 21), the_sheet_came),
    ((9, 30), the_lamps_again),
    ((11, 3), what_comes),
)
"""Month and day, and what happened."""
