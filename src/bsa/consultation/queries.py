"""Reading tracks of statutory consultation, always as someone: the team in its areas, a landlord its own."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.consultation.clocks import Step, StepState, is_enough, is_overdue, next_step, overrulable, possible, steps_of
from bsa.consultation.models import StepKind, Track, TrackEvent
from bsa.consultation.rules import TERMS, Rule, percent
from bsa.consultation.shapes import PollOut, StepOut, TrackEventOut, TrackItem, TrackOut, TrackQuery
from bsa.errors import NotFound
from bsa.groups.models import Group
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.rows import locked, not_stale
from bsa.shapes import Page

LATEST_FIRST = Order((col(Track.begun_on), True), (col(Track.id), True))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may read the track."""
    ways: list[ColumnElement[bool]] = []
    if actor.of_the_team:
        ways.append(col(Track.area_id).in_(actor.area_ids))
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(col(Track.institution_id) == actor.institution_id)
    return or_(false(), *ways)


def list_tracks(session: Session, actor: Actor, wanted: TrackQuery) -> Page[TrackItem]:
    """List tracks, the latest first, each with what comes next."""
    require(actor, Permission.SEE_TRACKS)
    rows, more = fetch(session, actor, wanted, _listed, LATEST_FIRST)
    events = events_of(session, [track.id for track, *_ in rows])
    today = clock.today()
    items = [_item(events.get(row.Track.id, []), row, today) for row in rows]
    return Page(items=items, next_cursor=cursor_after(items[-1].begun_on, items[-1].id) if more else None)


def _listed(actor: Actor, wanted: TrackQuery) -> Select[*tuple[Any, ...]]:
    query = _with_names().where(visible_to(actor))
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Track.area_id), wanted.area_id))
    if wanted.group_id is not None:
        query = query.where(col(Track.group_id) == wanted.group_id)
    if wanted.institution_id is not None:
        query = query.where(col(Track.institution_id) == wanted.institution_id)
    if wanted.kind is not None:
        query = query.where(col(Track.kind) == wanted.kind)
    if wanted.open is not None:
        goes_on = col(Track.ended_on).is_(None)
        query = query.where(goes_on if wanted.open else ~goes_on)
    return query


def find_track(session: Session, actor: Actor, track_id: UUID) -> Track:
    """Return a track that the actor may read; locked when the session writes."""
    query = select(Track).where(col(Track.id) == track_id, visible_to(actor))
    track = session.scalar(locked(session, query, Track))
    if track is None:
        raise NotFound
    return track


def get_track(
    session: Session, actor: Actor, track_id: UUID, permission: Permission, version: int | None = None
) -> Track:
    """Return a track for a deed that the actor may do to it."""
    track = find_track(session, actor, track_id)
    require(actor, permission, track)
    not_stale(track, version)
    return track


def find_track_event(session: Session, actor: Actor, event_id: UUID) -> TrackEvent:
    """Return one thing that happened in a track that the actor may read."""
    query = select(TrackEvent).join(Track, col(Track.id) == TrackEvent.track_id)
    event = session.scalar(query.where(col(TrackEvent.id) == event_id, visible_to(actor)))
    if event is None:
        raise NotFound
    return event


def show_track(session: Session, actor: Actor, track_id: UUID) -> TrackOut:
    """Show a track with its steps, each with its rule and its day."""
    track = find_track(session, actor, track_id)
    require(actor, Permission.SEE_TRACKS, track)
    row = session.execute(_with_names().where(col(Track.id) == track.id)).one()
    events, today = events_of(session, [track.id]).get(track.id, []), clock.today()
    item = _item(events, row, today)
    steps = steps_of(track.kind, track.begun_on, events, today)
    keeps = track.ended_on is None and allows(actor, Permission.KEEP_TRACK, track)
    return TrackOut(
        **item.model_dump(),
        created_at=track.created_at,
        changed_at=track.changed_at,
        allowed_actions=[Permission.KEEP_TRACK.value] if keeps else [],
        steps=[_step(step) for step in steps],
        poll=_poll(events),
        homes=row.homes,
        may_happen=possible(track.kind, track.begun_on, events, today) if keeps else [],
        overrulable=[_step(step) for step in overrulable(steps)] if keeps else [],
        events=[event_out(event) for event in events],
    )


def list_track_events(session: Session, actor: Actor, track_id: UUID) -> list[TrackEventOut]:
    """List what happened in a track, in order, struck mistakes too."""
    track = find_track(session, actor, track_id)
    require(actor, Permission.SEE_TRACKS, track)
    return [event_out(event) for event in events_of(session, [track.id]).get(track.id, [])]


def events_of(session: Session, track_ids: Iterable[UUID]) -> dict[UUID, list[TrackEvent]]:
    """Return what happened in tracks, by the key of the track, in order."""
    found: dict[UUID, list[TrackEvent]] = {}
    query = select(TrackEvent).where(col(TrackEvent.track_id).in_(list(track_ids)))
    for event in session.scalars(query.order_by(col(TrackEvent.happened_on), col(TrackEvent.number))):
        found.setdefault(event.track_id, []).append(event)
    return found


def count_due(session: Session, actor: Actor, days: int) -> int:
    """Count the tracks in the actor's areas of which a day comes within so many days, or has passed undone."""
    tracks = session.scalars(select(Track).where(visible_to(actor), col(Track.ended_on).is_(None))).all()
    events, today = events_of(session, [track.id for track in tracks]), clock.today()
    return sum(
        any(_presses(step, today + timedelta(days=days)) for step in _steps(track, events.get(track.id, []), today))
        for track in tracks
    )


def event_out(event: TrackEvent) -> TrackEventOut:
    """Draw up one thing that happened."""
    return TrackEventOut(
        id=event.id,
        number=event.number,
        kind=event.kind,
        happened_on=event.happened_on,
        deviates=event.deviates,
        homes=event.homes,
        in_favour=event.in_favour,
        rule=Rule(event.rule) if event.rule else None,
        due_on=event.due_on,
        words=event.words,
        created_at=event.created_at,
        struck_at=event.struck_at,
    )


def _with_names() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Track,
            col(Area.name).label("area_name"),
            col(Group.name).label("group_name"),
            col(Group.homes).label("homes"),
            col(Institution.name).label("institution_name"),
        )
        .join(Area, col(Area.id) == Track.area_id)
        .join(Group, col(Group.id) == Track.group_id)
        .join(Institution, col(Institution.id) == Track.institution_id)
    )


def _steps(track: Track, events: Sequence[TrackEvent], today: date) -> list[Step]:
    return steps_of(track.kind, track.begun_on, events, today)


def _presses(step: Step, until: date) -> bool:
    """Tell whether a step's day comes by then, or passed without what the landlord owed."""
    coming = step.state is StepState.RUNNING and step.due_on is not None and step.due_on <= until
    return coming or is_overdue(step)


def _item(events: Sequence[TrackEvent], row: Any, today: date) -> TrackItem:
    track: Track = row.Track
    following = next_step(_steps(track, events, today)) if track.ended_on is None else None
    return TrackItem(
        id=track.id,
        version=track.version,
        area_id=track.area_id,
        area_name=row.area_name,
        group_id=track.group_id,
        group_name=row.group_name,
        institution_id=track.institution_id,
        institution_name=row.institution_name,
        kind=track.kind,
        subject=track.subject,
        begun_on=track.begun_on,
        ended_on=track.ended_on,
        next_step=_step(following) if following else None,
        overdue=following is not None and is_overdue(following),
    )


def _step(step: Step) -> StepOut:
    return StepOut(
        clock=step.clock,
        rule=step.rule,
        source=TERMS[step.rule].source,
        state=step.state,
        from_on=step.from_on,
        due_on=step.due_on,
        counted_on=step.counted_on,
        extended_on=step.extended_on,
        why=step.why,
        met_on=step.met_on,
    )


def _poll(events: Iterable[TrackEvent]) -> PollOut | None:
    polls = [event for event in events if event.kind is StepKind.POLLED and event.struck_at is None]
    if not polls or polls[-1].homes is None or polls[-1].in_favour is None:
        return None
    poll = polls[-1]
    homes, in_favour = polls[-1].homes, polls[-1].in_favour
    return PollOut(
        polled_on=poll.happened_on,
        homes=homes,
        in_favour=in_favour,
        percent=percent(homes, in_favour),
        enough=is_enough(poll),
    )
