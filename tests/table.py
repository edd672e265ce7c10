"""The consultation, walked once: forums at both levels, meetings under way, closed and to come, and an agreement."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.agreements.actions import make_agreement
from bsa.agreements.shapes import WorkingAgreementIn
from bsa.commitments.actions import record_commitment
from bsa.commitments.shapes import CommitmentIn
from bsa.forums.actions import make_calendar, make_forum
from bsa.forums.models import Forum
from bsa.forums.queries import list_members_of
from bsa.forums.shapes import ForumIn
from bsa.institutions.models import Mandate
from bsa.meetings.actions import (
    add_agenda_item,
    agree_action,
    close_meeting,
    open_meeting,
    plan_meeting,
    publish_minutes,
)
from bsa.meetings.models import Meeting
from bsa.meetings.shapes import AgendaItemIn, MeetingActionIn, MeetingIn, PublicationIn

from tests.cast import Cast


def a_forum(session: Session, cast: Cast, level: Mandate = Mandate.OPERATIONAL, twin_id: UUID | None = None) -> Forum:
    """Make a forum in which the corporation sits."""
    name = "Wijkoverleg" if level is Mandate.OPERATIONAL else "Bestuurlijk overleg"
    told = ForumIn(area_id=cast.here_id, name=name, level=level, twin_id=twin_id, institution_ids=[cast.corporation_id])
    return make_forum(session, cast.activator, told)


def a_meeting(session: Session, cast: Cast, forum_id: UUID, days: int = 7) -> Meeting:
    """Plan a meeting so many days from now."""
    told = MeetingIn(forum_id=forum_id, starts_at=clock.now() + timedelta(days=days), place="Buurthuis De Wiek")
    return plan_meeting(session, cast.activator, told)


def begun(session: Session, cast: Cast, forum_id: UUID) -> Meeting:
    """Begin a meeting of today."""
    meeting = a_meeting(session, cast, forum_id, days=0)
    return open_meeting(session, cast.activator, meeting.id, meeting.version)


def an_overdue_commitment(session: Session, cast: Cast, ask_id: UUID) -> UUID:
    """Write down what was promised long ago, by a day that is over for long."""
    today = clock.today()
    promise = CommitmentIn(
        ask_id=ask_id,
        promise="De lampen branden weer.",
        residents_words="’s Avonds licht in het achterpad.",
        sign="Alle zes lampen branden",
        due_on=today - timedelta(days=40),
        mandate=Mandate.OPERATIONAL,
        promised_on=today - timedelta(days=60),
    )
    return record_commitment(session, cast.activator, promise).id


def sit_together(
    session: Session, cast: Cast, asked_id: UUID, answered_id: UUID, commitment_id: UUID
) -> dict[str, object]:
    """Sit together: one meeting to come, one under way with an agenda, one closed and one of which all may read."""
    me = cast.activator
    forum = a_forum(session, cast)
    policy = a_forum(session, cast, Mandate.POLICY, forum.id)
    _, address = make_calendar(session, me, forum.id)
    planned, going_on = a_meeting(session, cast, forum.id), begun(session, cast, forum.id)
    agenda = {
        "asked_item": AgendaItemIn(ask_id=asked_id),
        "promised_item": AgendaItemIn(commitment_id=commitment_id),
        "own_item": AgendaItemIn(title="Rondvraag"),
    }
    items = {name: add_agenda_item(session, me, going_on.id, told).id for name, told in agenda.items()}
    action = agree_action(
        session, me, going_on.id, MeetingActionIn(what="Sleutel van de zaal regelen", by_on=clock.today())
    )
    closed, told_to_all = (begun(session, cast, forum.id) for _ in range(2))
    for meeting in (closed, told_to_all):
        add_agenda_item(session, me, meeting.id, AgendaItemIn(title="Rondvraag"))
        close_meeting(session, me, meeting.id, meeting.version)
    publish_minutes(session, me, told_to_all.id, told_to_all.version, PublicationIn(previewed=True))
    today = clock.today()
    agreement = WorkingAgreementIn(
        area_id=cast.here_id,
        institution_id=cast.corporation_id,
        title="Samen in de Molenstraat",
        shares="De corporatie deelt de planning, het team deelt thema’s.",
        ground="Zonder persoonsgegevens",
        valid_from=today,
        valid_until=today + timedelta(days=300),
    )
    return {
        "other_institution": cast.rival_id,
        "forum": forum.id,
        "policy_forum": policy.id,
        "seat": list_members_of(session, [forum.id])[forum.id][0].id,
        "forum_calendar": address.rsplit("/", 1)[1].removesuffix(".ics"),
        "meeting": planned.id,
        "meeting_of_today": a_meeting(session, cast, forum.id, days=0).id,
        "going_on": going_on.id,
        **items,
        "meeting_action": action.id,
        "closed_meeting": closed.id,
        "public_meeting": told_to_all.id,
        "policy_meeting": a_meeting(session, cast, policy.id).id,
        "overdue": an_overdue_commitment(session, cast, answered_id),
        "agreement": make_agreement(session, me, agreement).id,
    }
