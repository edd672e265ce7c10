"""Reading double activation, as someone: from what happened, for an area and a quarter.

It reads what happened to asks, commitments, meetings and initiatives, and never who entered it. Of residents it reads
days alone: no name, no text, no key of anybody leaves the database.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, bindparam, exists, func, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.activation.formula import (
    ABOUT_RESIDENTS,
    ACTIONS_AT_LEAST,
    COMMITMENTS_AT_LEAST,
    OF_PERSONS,
    SIDES,
    Activation,
    Ingredient,
    Share,
    direction,
    reckon,
    told,
)
from bsa.activation.shapes import DoubleActivationOut, IngredientOut, QuarterQuery
from bsa.areas.models import Area, Level
from bsa.areas.queries import lies_within
from bsa.asks.models import AnswerKind, Ask, AskEvent, AskEventKind, Side
from bsa.asks.standing import LEADS_TO, WAITING, Reply, in_force, reply_to
from bsa.commitments.models import Commitment, CommitmentEvent, Verdict, Visibility
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import rules_of
from bsa.commitments.standing import Standing, VerdictRules, course
from bsa.errors import NotFound, invalid
from bsa.initiatives.models import Initiative, Participant
from bsa.institutions.models import Mandate
from bsa.learning.models import LearningStep, WhoDidIt
from bsa.meetings.models import Attendance, Meeting
from bsa.permissions import Actor, Permission, require
from bsa.quarters import first_day_of, quarter_of
from bsa.referrals.models import FeedbackLevel, Referral, ReferralDirection
from bsa.referrals.states import ReferralState
from bsa.residents.models import Resident
from bsa.rows import Moment
from bsa.trust.working_days import after_working_days

TOO_SMALL = frozenset({Level.COMPLEX, Level.PLACE})
"""Of a single building no share is told: it would be told of neighbours who know each other."""
BY_RESIDENTS = frozenset(
    {WhoDidIt.RESIDENT_WITH_WORKER_THERE, WhoDidIt.RESIDENT_ALONE, WhoDidIt.RESIDENT_TEACHES_ANOTHER}
)
A_YEAR = timedelta(days=365)
ONE_DAY = timedelta(days=1)
A_QUARTER = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter, as far as it is over."""

    first: date
    until: date

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.first <= day <= self.until


@dataclass(slots=True)
class Told:
    """An event of a commitment, as far as the fold reads it."""

    commitment_id: UUID
    kind: Kind
    happened_on: date
    created_at: datetime
    due_on: date | None
    residents_agreed: bool | None
    kept: int | None
    partly: int | None
    not_kept: int | None
    visibility: Visibility | None

    @property
    def entered_on(self) -> date:
        """The day on which it was entered."""
        return clock.day_of(self.created_at)


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened around two quarters, as it was read."""

    asks: Sequence[Any]
    commitments: Sequence[Told]
    steps: Sequence[Any]
    attendance: Sequence[Any]
    participants: Sequence[Any]
    referrals: Sequence[Any] = ()
    decision_days: int = 5


def show_double_activation(session: Session, actor: Actor, area_id: UUID, wanted: QuarterQuery) -> DoubleActivationOut:
    """Show how far residents and institutions both moved in an area of the actor's reach, in a quarter."""
    require(actor, Permission.SEE_DOUBLE_ACTIVATION)
    area = session.scalar(select(Area).where(col(Area.id) == area_id, col(Area.id).in_(actor.area_ids)))
    if area is None or area.level in TOO_SMALL:
        raise NotFound
    now = quarter_of(clock.today())
    quarter = wanted.quarter or _before(now)
    if quarter > now:
        raise invalid("quarter", "in_future", "This quarter is still to come.")
    period, before = _period(quarter), _period(_before(quarter))
    rules = rules_of(session)
    happened = _read(session, area.id, before.first, period.until, rules)
    commitments, actions, shares = measure(happened, period, rules)
    found = reckon(commitments, actions, shares)
    return DoubleActivationOut(
        area_id=area.id,
        area_name=area.name,
        level=area.level,
        quarter=quarter,
        until=period.until,
        running=quarter == now,
        enough=found.enough,
        commitments=commitments,
        commitments_least=COMMITMENTS_AT_LEAST,
        actions_enough=actions >= ACTIONS_AT_LEAST,
        actions_least=ACTIONS_AT_LEAST,
        **{side.value: told(found.sides[side]) if side in found.sides else None for side in SIDES},
        score=None if found.score is None else told(found.score),
        lagging=found.lagging,
        direction=direction(found.score, reckon(*measure(happened, before, rules)).score),
        ingredients=list(_ingredients(found, shares, counts=actor.of_the_team)),
        quarter_before=_before(quarter),
        quarter_after=quarter_of(period.until + ONE_DAY) if quarter < now else None,
    )


def measure(happened: Happened, period: Period, rules: VerdictRules) -> tuple[int, int, dict[Ingredient, Share]]:
    """Count how many commitments were in play and how much was done in a quarter, and the share of each ingredient."""
    in_play, of_commitments = _of_commitments(happened.commitments, period, rules)
    actions: Counter[WhoDidIt] = Counter()
    for row in happened.steps:
        actions[row.who_did_it] += row.times * period.holds(row.done_on)
    shares = {
        Ingredient.DONE_BY_RESIDENTS: Share(sum(actions[who] for who in BY_RESIDENTS), actions.total()),
        Ingredient.NEWLY_REACHED: _newly_reached(happened.participants, period),
        Ingredient.CAME_TO_FORUMS: _came(happened.attendance, period),
        Ingredient.REFERRALS_IN_TIME: _referrals_in_time(happened, period),
        **of_commitments,
        **_of_asks(happened.asks, period),
    }
    return in_play, actions.total(), shares


def _ingredients(found: Activation, shares: Mapping[Ingredient, Share], *, counts: bool) -> Iterator[IngredientOut]:
    """Draw up the ingredients. Of what residents did only the team reads counts, and of how many residents nobody."""
    for side, ingredients in SIDES.items():
        for ingredient in ingredients:
            value = found.values.get(ingredient) if found.enough else None
            hidden = ingredient in OF_PERSONS or (ingredient in ABOUT_RESIDENTS and not counts)
            share = shares.get(ingredient) if value is not None and not hidden else None
            yield IngredientOut(
                ingredient=ingredient,
                side=side,
                value=None if value is None else told(value),
                counted=share.counted if share else None,
                of=share.of if share else None,
            )


def _of_asks(events: Iterable[Any], period: Period) -> dict[Ingredient, Share]:
    """Fold the events of asks, in their order, into the shares that tell of them."""
    voiced, replies, answers, higher = [], [], [], []
    for _, of_one in groupby(events, key=lambda event: event.ask_id):
        so_far = [event for event in in_force(of_one) if event.happened_on <= period.until]
        for event, following in zip(so_far, [*so_far[1:], None], strict=False):
            if event.kind is AskEventKind.ANSWERED and period.holds(event.happened_on):
                answers.append(event.answer is not AnswerKind.EVASIVE)
            if event.kind is AskEventKind.ASKED and period.holds(event.happened_on):
                voiced.append(event.on_behalf_of is Side.RESIDENTS)
            if LEADS_TO[event.kind] not in WAITING or not period.holds(event.reply_by):
                continue
            # What is due on the last day may still be answered on it; it is not counted as never answered.
            reply = reply_to(event, following, period.until)
            if reply in (Reply.WAITING, Reply.SETTLED_OTHERWISE):
                continue
            replies.append(reply is Reply.IN_TIME)
            if event.kind is AskEventKind.ESCALATED:
                higher.append(reply is not Reply.NEVER and following.mandate is not Mandate.OPERATIONAL)
    return {
        Ingredient.VOICED_BY_RESIDENTS: _share(voiced),
        Ingredient.ANSWERED_IN_TIME: _share(replies),
        Ingredient.ANSWERED_PLAINLY: _share(answers),
        Ingredient.ANSWERED_HIGHER_UP: _share(higher),
    }


def _of_commitments(events: Iterable[Told], period: Period, rules: VerdictRules) -> tuple[int, dict[Ingredient, Share]]:
    """Fold the events of commitments: how many were in play, and which of their windows ended how."""
    in_play, ended = 0, []
    for _, of_one in groupby(events, key=lambda event: event.commitment_id):
        so_far = [event for event in of_one if event.happened_on <= period.until]
        stood: Standing | None = None
        touched = any(period.holds(event.happened_on) for event in so_far)
        for day, stands in course(so_far, period.until, rules):
            touched = touched or period.holds(day) or period.holds(stands.due_on)
            if stands.outcome is not None and (stood is None or stood.outcome is None) and period.holds(day):
                ended.append(stands)
            stood = stands
        in_play += touched
    judged = [stands for stands in ended if stands.outcome is not Verdict.UNJUDGED]
    return in_play, {
        Ingredient.VERDICTS_GIVEN: Share(len(judged), len(ended)),
        Ingredient.KEPT_ON_FIRST_DATE: _share([_kept_on_first_date(stands) for stands in judged]),
    }


def _kept_on_first_date(stands: Standing) -> bool:
    in_time = stands.claimed_on is None or stands.claimed_on <= stands.first_due_on
    return stands.outcome is Verdict.KEPT and stands.due_on == stands.first_due_on and in_time


def _newly_reached(participants: Iterable[Any], period: Period) -> Share:
    """Count, of the residents who took part in the quarter, those who were not known a year before its end."""
    known = {
        row.resident_id: clock.day_of(row.known_at)
        for row in participants
        if row.from_on <= period.until and (row.until_on is None or row.until_on >= period.first)
    }
    return _share([day > period.until - A_YEAR for day in known.values()])


def _came(attendance: Iterable[Any], period: Period) -> Share:
    return _share([row.came for row in attendance if period.holds(clock.day_of(row.starts_at))])


def _referrals_in_time(happened: Happened, period: Period) -> Share:
    """Count, of the referrals to institutions whose day for an answer fell in the quarter, those answered by then."""
    answered = []
    for row in happened.referrals:
        agreed = after_working_days(clock.day_of(row.requested_at), happened.decision_days)
        due = row.expected_answer_by or agreed
        decided = None if row.decided_at is None else clock.day_of(row.decided_at)
        # What is due on the last day may still be answered on it; what was taken back before needs no answer.
        waits = decided is None and due >= period.until
        taken_back = decided is None and row.closed_at is not None and clock.day_of(row.closed_at) <= due
        if period.holds(due) and not waits and not taken_back:
            answered.append(decided is not None and decided <= due)
    return _share(answered)


def _share(found: Sequence[bool]) -> Share:
    return Share(sum(found), len(found))


def _before(quarter: str) -> str:
    return quarter_of(first_day_of(quarter) - ONE_DAY)


def _period(quarter: str) -> Period:
    first = first_day_of(quarter)
    following = (first + timedelta(days=95)).replace(day=1)
    return Period(first, min(following - ONE_DAY, clock.today()))


def _read(session: Session, area_id: UUID, since: date, until: date, rules: VerdictRules) -> Happened:
    """Read what happened in an area from the first day until the last, with as much around it as the folds want."""
    places = {
        "area_id": area_id,
        "since": since,
        "until": until,
        # A window may end after the quarter in which everything else happened.
        "windows_since": since - rules.window - ONE_DAY,
        "entered_since": _midnight(since - rules.window - ONE_DAY),
        "from": _midnight(since),
        "referred_since": _midnight(since - A_QUARTER),
        "to": _midnight(until + ONE_DAY),
    }
    asked, promised, done, came, took_part, referred = (
        session.execute(query, places).all() for query in (ASKED, PROMISED, DONE, CAME, TOOK_PART, REFERRED)
    )
    days = session.info["settings"].referral_decision_days
    return Happened(asked, [Told(*row) for row in promised], done, came, took_part, referred, days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.HERE)


AREA_ID = bindparam("area_id", type_=Uuid)
SINCE, UNTIL = bindparam("since", type_=Date), bindparam("until", type_=Date)
WINDOWS_SINCE = bindparam("windows_since", type_=Date)

ASKED: Select[*tuple[Any, ...]] = (
    select(
        col(AskEvent.ask_id),
        col(AskEvent.kind),
        col(AskEvent.happened_on),
        col(AskEvent.reply_by),
        col(AskEvent.on_behalf_of),
        col(AskEvent.answer),
        col(AskEvent.mandate),
    )
    .join(Ask, col(Ask.id) == AskEvent.ask_id)
    .where(
        lies_within(col(Ask.area_id), AREA_ID),
        or_(col(Ask.last_event_on) >= SINCE, col(Ask.reply_by) >= SINCE),
        col(AskEvent.happened_on) <= UNTIL,
    )
    .order_by(col(AskEvent.ask_id), col(AskEvent.number))
)

STIRRED = exists().where(
    col(CommitmentEvent.commitment_id) == Commitment.id,
    or_(
        col(CommitmentEvent.happened_on).between(WINDOWS_SINCE, UNTIL),
        col(CommitmentEvent.due_on).between(WINDOWS_SINCE, UNTIL),
        col(CommitmentEvent.created_at) >= bindparam("entered_since", type_=Moment),
    ),
)
PROMISED: Select[*tuple[Any, ...]] = (
    select(
        col(CommitmentEvent.commitment_id),
        col(CommitmentEvent.kind),
        col(CommitmentEvent.happened_on),
        col(CommitmentEvent.created_at),
        col(CommitmentEvent.due_on),
        col(CommitmentEvent.residents_agreed),
        col(CommitmentEvent.kept),
        col(CommitmentEvent.partly),
        col(CommitmentEvent.not_kept),
        col(CommitmentEvent.visibility),
    )
    .join(Commitment, col(Commitment.id) == CommitmentEvent.commitment_id)
    .where(
        lies_within(col(Commitment.area_id), AREA_ID),
        STIRRED.correlate(Commitment),
        col(CommitmentEvent.happened_on) <= UNTIL,
        # Who may read a promise says nothing about either side.
        col(CommitmentEvent.kind) != Kind.PUBLISHED,
    )
    .order_by(col(CommitmentEvent.commitment_id), col(CommitmentEvent.number))
)

UNRESTRICTED = col(Resident.restricted_on).is_(None)
DONE: Select[*tuple[Any, ...]] = (
    select(col(LearningStep.done_on), col(LearningStep.who_did_it), func.count().label("times"))
    .outerjoin(Resident, col(Resident.id) == LearningStep.resident_id)
    .where(
        lies_within(col(LearningStep.area_id), AREA_ID),
        col(LearningStep.initiative_id).is_not(None),
        col(LearningStep.struck_at).is_(None),
        col(LearningStep.done_on).between(SINCE, UNTIL),
        UNRESTRICTED,
    )
    .group_by(col(LearningStep.done_on), col(LearningStep.who_did_it))
)

CAME: Select[*tuple[Any, ...]] = (
    select(col(Attendance.came), col(Meeting.starts_at))
    .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
    .where(
        lies_within(col(Meeting.area_id), AREA_ID),
        col(Attendance.institution_id).is_not(None),
        col(Attendance.invited),
        col(Attendance.came).is_not(None),
        col(Meeting.cancelled_on).is_(None),
        col(Meeting.starts_at) >= bindparam("from", type_=Moment),
        col(Meeting.starts_at) < bindparam("to", type_=Moment),
    )
)

TOOK_PART: Select[*tuple[Any, ...]] = (
    select(
        col(Participant.resident_id),
        col(Resident.created_at).label("known_at"),
        col(Participant.from_on),
        col(Participant.until_on),
    )
    .join(Initiative, col(Initiative.id) == Participant.initiative_id)
    .join(Resident, col(Resident.id) == Participant.resident_id)
    .where(
        lies_within(col(Initiative.area_id), AREA_ID),
        UNRESTRICTED,
        col(Participant.from_on) <= UNTIL,
        or_(col(Participant.until_on).is_(None), col(Participant.until_on) >= SINCE),
    )
)

REFERRED: Select[*tuple[Any, ...]] = select(
    col(Referral.requested_at), col(Referral.decided_at), col(Referral.closed_at), col(Referral.expected_answer_by)
).where(
    lies_within(col(Referral.area_id), AREA_ID),
    col(Referral.direction) == ReferralDirection.OUTBOUND,
    # Of what the team is told nothing, nothing is counted.
    col(Referral.feedback) != FeedbackLevel.NOTHING,
    col(Referral.state) != ReferralState.ENTERED_IN_ERROR,
    or_(
        col(Referral.requested_at) >= bindparam("referred_since", type_=Moment),
        col(Referral.expected_answer_by).between(SINCE, UNTIL),
    ),
    col(Referral.requested_at) < bindparam("to", type_=Moment),
)
"""Whom the team referred to institutions: days alone."""
