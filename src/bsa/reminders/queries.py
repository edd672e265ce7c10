"""What waits for somebody, read off what is there already; always as someone, and nothing that needs a form.

Whatever is named here the actor may read elsewhere too: each source asks the rights of its own feature.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from bsa import clock
from bsa.agreements.models import Agreement
from bsa.agreements.queries import ends_until
from bsa.agreements.queries import visible_to as agreements_visible_to
from bsa.asks.models import Ask, AskState
from bsa.asks.queries import stands_in
from bsa.asks.queries import visible_to as asks_visible_to
from bsa.commitments.models import Commitment, CommitmentState
from bsa.commitments.queries import LATE, STATE
from bsa.commitments.queries import visible_to as commitments_visible_to
from bsa.consultation.queries import count_due
from bsa.contacts.queries import count_broken_promises, list_promises
from bsa.contacts.shapes import PromiseQuery
from bsa.learning.queries import done_alone_again
from bsa.meetings.models import AgendaItem
from bsa.meetings.queries import long_late
from bsa.needs.queries import is_this_the_question
from bsa.outreach.queries import quiet_streets
from bsa.permissions import Actor, Permission, Role, require
from bsa.places.queries import photos_due
from bsa.practice.queries import practice_to_suggest, to_debrief
from bsa.referrals.waiting import to_decide, to_review
from bsa.reminders.models import ReminderHush, ReminderKind, WeeklyMail
from bsa.reminders.shapes import HushOut, ReminderOut, ReminderQuery, Reminders, WeeklyMailOut
from bsa.residents.queries import still_exploring
from bsa.sealing import open_rows
from bsa.settings import Settings
from bsa.suggestions.queries import list_introductions
from bsa.suggestions.shapes import IntroductionQuery
from bsa.trust.deeds import HandoverDeed
from bsa.trust.queries import list_handovers, list_signals, quiet_relationships
from bsa.trust.shapes import HandoverQuery, SignalQuery
from bsa.voices.queries import count_waiting

MOST_LINES = 3
"""So many of a kind are told one by one; more are told as a number."""
MOST = 200
"""So many promises, signals and handovers are looked at, at most."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits."""

    subject: str
    opens: str
    opens_id: UUID
    since: date | None = None
    until: date | None = None
    times: int | None = None


def reminders(session: Session, actor: Actor, wanted: ReminderQuery) -> Reminders:
    """List what waits for the actor, each thing once; of what the actor does not want to hear now, only that."""
    require(actor, Permission.SEE_REMINDERS)
    hushed = _hushed(session, actor)
    items: list[ReminderOut] = []
    for kind, find in THINGS.items():
        if kind not in hushed and actor.has(*WHO.get(kind, (Role.ACTIVATOR,))):
            items += _lines(kind, list(find(session, actor)), actor, whole=wanted.whole)
    for kind, count in COUNTS.items():
        if kind not in hushed and actor.has(*WHO.get(kind, TEAM)):
            items += _number(kind, count(session, actor))
    return Reminders(
        items=sorted(items, key=lambda item: list(ReminderKind).index(item.kind)),
        hushed=[HushOut(kind=kind, until=hushed[kind]) for kind in ReminderKind if kind in hushed],
    )


def show_weekly_mail(session: Session, actor: Actor) -> WeeklyMailOut:
    """Tell whether the actor gets the weekly mail, and where."""
    require(actor, Permission.SEE_REMINDERS)
    mail = weekly_mail_of(session, actor.id)
    if mail is not None:
        open_rows(session, [mail])
    return WeeklyMailOut(
        wanted=mail is not None,
        address=mail.address if mail else None,
        last_sent_on=mail.last_sent_on if mail else None,
        possible=_settings(session).smtp_url is not None,
    )


def weekly_mail_of(session: Session, account_id: UUID) -> WeeklyMail | None:
    """Return the weekly mail of an account, cells closed."""
    return session.scalar(select(WeeklyMail).where(col(WeeklyMail.account_id) == account_id))


def hush_of(session: Session, account_id: UUID, kind: ReminderKind) -> ReminderHush | None:
    """Return what an account said of a kind of reminder, in force or not."""
    return session.scalar(
        select(ReminderHush).where(col(ReminderHush.account_id) == account_id, col(ReminderHush.kind) == kind)
    )


def _hushed(session: Session, actor: Actor) -> dict[ReminderKind, date]:
    found = session.scalars(
        select(ReminderHush).where(col(ReminderHush.account_id) == actor.id, col(ReminderHush.until_on) > clock.today())
    )
    return {hush.kind: hush.until_on for hush in found}


def _lines(kind: ReminderKind, things: list[Waiting], actor: Actor, *, whole: bool) -> list[ReminderOut]:
    if not things:
        return []
    # Whoever does not look after residents is told how many, and of whom nothing.
    if not actor.has(Role.ACTIVATOR) or (len(things) > MOST_LINES and not whole):
        days = [thing.since for thing in things if thing.since]
        ends = [thing.until for thing in things if thing.until]
        return [
            ReminderOut(
                kind=kind,
                count=len(things),
                subject=None,
                opens=None,
                opens_id=None,
                since=min(days, default=None),
                until=min(ends, default=None),
            )
        ]
    return [
        ReminderOut(
            kind=kind,
            count=1,
            subject=thing.subject,
            opens=thing.opens,
            opens_id=thing.opens_id,
            since=thing.since,
            until=thing.until,
            times=thing.times,
        )
        for thing in things
    ]


def _number(kind: ReminderKind, count: int) -> list[ReminderOut]:
    if not count:
        return []
    told = ReminderOut(
        kind=kind, count=count, subject=None, opens=LISTS.get(kind), opens_id=None, since=None, until=None
    )
    return [told]


def _promises_due(session: Session, actor: Actor) -> Iterator[Waiting]:
    for promise in list_promises(session, actor, PromiseQuery(mine=True, open=True, limit=MOST)).items:
        if promise.due_on <= clock.today() and promise.allowed_actions:
            yield Waiting(promise.resident_name, "promises", promise.id, since=promise.due_on)


def _signals(session: Session, actor: Actor) -> Iterator[Waiting]:
    for signal in list_signals(session, actor, SignalQuery(mine=True, overdue=True, limit=MOST)).items:
        if signal.allowed_actions:
            yield Waiting(signal.resident_name, "signals", signal.id, since=signal.came_on)


def _handovers(session: Session, actor: Actor) -> Iterator[Waiting]:
    """What the actor can do a next step in: hear what the resident says, plan the visit anew, or finish it."""
    for handover in list_handovers(session, actor, HandoverQuery(open=True, limit=MOST)).items:
        mine = {HandoverDeed.AGREE.value, HandoverDeed.FINISH.value} & set(handover.allowed_actions)
        if mine:
            since = clock.day_of(handover.visit_at) if handover.visit_at else handover.proposed_on
            yield Waiting(handover.resident_name, "handovers", handover.id, since=since)


def _referrals(session: Session, actor: Actor) -> Iterator[Waiting]:
    for referral in to_decide(session, actor):
        yield Waiting(referral.institution_name, "referrals", referral.id, since=referral.day, until=referral.until)


def _reviews(session: Session, actor: Actor) -> Iterator[Waiting]:
    for referral in to_review(session, actor):
        yield Waiting(referral.institution_name, "referrals", referral.id, since=referral.day)


def _to_debrief(session: Session, actor: Actor) -> Iterator[Waiting]:
    for moment in to_debrief(session, actor):
        yield Waiting(moment.resident_name, "practice-moments", moment.practice_moment_id, since=moment.planned_on)


def _to_practise(session: Session, actor: Actor) -> Iterator[Waiting]:
    for meeting in practice_to_suggest(session, actor):
        yield Waiting(meeting.resident_name, "residents", meeting.resident_id, until=meeting.meeting_on)


def _not_seen(session: Session, actor: Actor) -> Iterator[Waiting]:
    for resident in quiet_relationships(session, actor):
        yield Waiting(resident.resident_name, "residents", resident.id, since=resident.last_contact_on)


def _still_exploring(session: Session, actor: Actor) -> Iterator[Waiting]:
    for resident in still_exploring(session, actor):
        yield Waiting(resident.call_name, "residents", resident.id, since=resident.phase_since)


def _the_question(session: Session, actor: Actor) -> Iterator[Waiting]:
    for need in is_this_the_question(session, actor):
        if need.resident_name is not None:
            yield Waiting(need.resident_name, "needs", need.id, since=need.opened_on)


def _to_introduce(session: Session, actor: Actor) -> Iterator[Waiting]:
    """Own residents who are to be asked whether they may be brought together with others."""
    asked = IntroductionQuery(open=True, mine=True, limit=MOST)
    for introduction in list_introductions(session, actor, asked).items:
        if Permission.ASK_FOR_INTRODUCTION.value in introduction.allowed_actions:
            for side in introduction.own:
                if side.agreed is None:
                    yield Waiting(side.resident_name, "introductions", introduction.id, since=introduction.proposed_on)


def _done_alone(session: Session, actor: Actor) -> Iterator[Waiting]:
    for done in done_alone_again(session, actor):
        key = done.resident_id or done.initiative_id
        if key and done.last_on >= _lately(session):
            opens = "residents" if done.resident_id else "initiatives"
            yield Waiting(done.what, opens, key, since=done.last_on, times=done.times)


def _quiet_streets(session: Session, actor: Actor) -> Iterator[Waiting]:
    for street in quiet_streets(session, actor, _lately(session)):
        yield Waiting(street.where, "rounds", street.id, since=street.held_on)


def _photos_due(session: Session, actor: Actor) -> Iterator[Waiting]:
    for area_id, name, since in photos_due(session, actor):
        yield Waiting(name, "areas", area_id, since=since)


def _team_promises(session: Session, actor: Actor) -> int:
    return sum(one.count for one in count_broken_promises(session, actor))


def _windows_closing(session: Session, actor: Actor) -> int:
    """Count the commitments of which residents can judge for only some days more."""
    today = clock.today()
    last = today + timedelta(days=_settings(session).window_closing_days)
    return _commitments(
        session,
        actor,
        col(Commitment.window_until).between(today, last),
        col(Commitment.outcome).is_(None),
        or_(col(Commitment.claimed_on).is_not(None), col(Commitment.due_on) < today),
        STATE != CommitmentState.WITHDRAWN,
    )


def _commitments_late(session: Session, actor: Actor) -> int:
    return _commitments(session, actor, LATE)


def _commitments(session: Session, actor: Actor, *of_these: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Commitment).where(commitments_visible_to(actor), *of_these)
    return session.scalar(query, {"today": clock.today()}) or 0


def _late_for_long(session: Session, actor: Actor) -> int:
    """Count the commitments that are late for so long that the policy level should know, and does not yet."""
    known = select(col(AgendaItem.commitment_id)).where(
        col(AgendaItem.reason).is_not(None), col(AgendaItem.commitment_id).is_not(None)
    )
    late = col(Commitment.due_on) <= long_late(session)
    return _commitments(session, actor, LATE, late, col(Commitment.id).not_in(known))


def _agreements_end(session: Session, actor: Actor) -> int:
    """Count the agreements of the team that end soon."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Agreement)
            .where(
                agreements_visible_to(actor),
                col(Agreement.ended_on).is_(None),
                col(Agreement.valid_until).between(clock.today(), ends_until(session)),
            )
        )
        or 0
    )


def _asks_overdue(session: Session, actor: Actor) -> int:
    overdue = stands_in(AskState.UNANSWERED, clock.today())
    return session.scalar(select(func.count()).select_from(Ask).where(asks_visible_to(actor), overdue)) or 0


def _tracks_due(session: Session, actor: Actor) -> int:
    return count_due(session, actor, _settings(session).track_days)


def _lately(session: Session) -> date:
    return clock.today() - timedelta(days=_settings(session).reminder_days)


def _settings(session: Session) -> Settings:
    settings: Settings = session.info["settings"]
    return settings


TEAM = (Role.ACTIVATOR, Role.TEAM_LEADER)

THINGS: Mapping[ReminderKind, Callable[[Session, Actor], Iterator[Waiting]]] = {
    ReminderKind.PROMISE_DUE: _promises_due,
    ReminderKind.SIGNAL_WAITS: _signals,
    ReminderKind.HANDOVER_WAITS: _handovers,
    ReminderKind.REFERRAL_WAITS: _referrals,
    ReminderKind.REFERRAL_REVIEW: _reviews,
    ReminderKind.TO_DEBRIEF: _to_debrief,
    ReminderKind.TO_PRACTISE: _to_practise,
    ReminderKind.NOT_SEEN: _not_seen,
    ReminderKind.STILL_EXPLORING: _still_exploring,
    ReminderKind.THE_QUESTION: _the_question,
    ReminderKind.TO_INTRODUCE: _to_introduce,
    ReminderKind.DONE_ALONE: _done_alone,
    ReminderKind.STREET_QUIET: _quiet_streets,
    ReminderKind.PHOTO_DUE: _photos_due,
}
"""What waits one by one, and where it is found."""

COUNTS: Mapping[ReminderKind, Callable[[Session, Actor], int]] = {
    ReminderKind.TEAM_PROMISES: _team_promises,
    ReminderKind.WINDOW_CLOSING: _windows_closing,
    ReminderKind.COMMITMENT_LATE: _commitments_late,
    ReminderKind.TAKE_HIGHER: _late_for_long,
    ReminderKind.ASK_OVERDUE: _asks_overdue,
    ReminderKind.AGREEMENT_ENDS: _agreements_end,
    ReminderKind.TRACK_DUE: _tracks_due,
    ReminderKind.VOICE_WAITS: count_waiting,
}
"""What is only counted, in the actor's own areas."""

WHO: Mapping[ReminderKind, tuple[Role, ...]] = {
    ReminderKind.DONE_ALONE: TEAM,
    ReminderKind.PHOTO_DUE: TEAM,
    ReminderKind.TEAM_PROMISES: (Role.TEAM_LEADER,),
}
"""Who is told, where that is not the activator of a thing and the whole team of a number."""

LISTS: Mapping[ReminderKind, str] = {
    ReminderKind.TEAM_PROMISES: "promises/overdue",
    ReminderKind.WINDOW_CLOSING: "commitments",
    ReminderKind.COMMITMENT_LATE: "commitments",
    ReminderKind.TAKE_HIGHER: "commitments",
    ReminderKind.ASK_OVERDUE: "asks",
    ReminderKind.AGREEMENT_ENDS: "agreements",
    ReminderKind.TRACK_DUE: "tracks",
    ReminderKind.VOICE_WAITS: "voices",
}
"""The lists of the API in which what is counted is found."""
