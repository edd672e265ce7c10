"""Deeds about tracks of statutory consultation: what happened is written down; the days follow from it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.consultation.clocks import overrulable, possible, steps_of
from bsa.consultation.models import StepKind, Track, TrackEvent, TrackKind
from bsa.consultation.queries import events_of, get_track
from bsa.consultation.rules import WITH_CLOCKS
from bsa.consultation.shapes import TrackChange, TrackEndIn, TrackEventIn, TrackIn
from bsa.errors import N_, Conflict, NotFound, invalid
from bsa.events import note
from bsa.groups.queries import group_named
from bsa.institutions.queries import institution_named
from bsa.permissions import Actor, Permission, require
from bsa.rows import not_later


def begin_track(session: Session, actor: Actor, told: TrackIn) -> Track:
    """Begin a track of a group that has these terms by law; of a plan, the information is its first event."""
    require(actor, Permission.KEEP_TRACK)
    group = group_named(session, actor, told.group_id, at="group_id")
    require(actor, Permission.KEEP_TRACK, group, instead=N_("Keep tracks of groups in an area of your own."))
    if group.kind not in WITH_CLOCKS:
        raise invalid(
            "group_id",
            "no_clocks",
            "By law only a tenants' committee or a tenants' organisation has these terms. "
            "Another group can ask, and agree on a day.",
        )
    if group.ended_on is not None:
        raise invalid("group_id", "ended", "This group has ended.")
    landlord_id = told.institution_id or group.institution_id
    if landlord_id is None:
        raise invalid("institution_id", "required", "Say who the landlord is.")
    track = Track(
        group_id=group.id,
        area_id=group.area_id,
        institution_id=institution_named(session, actor, landlord_id, at="institution_id").id,
        kind=told.kind,
        subject=told.subject,
        begun_on=not_later("begun_on", told.begun_on),
    )
    session.add(track)
    note(session, actor, "track.begun", track, sort=track.kind, begun_on=track.begun_on)
    session.flush()
    if track.kind is not TrackKind.YEARLY:
        _note(session, actor, track, [], TrackEventIn(kind=StepKind.INFORMED), track.begun_on)
    session.flush()
    return track


def change_track(session: Session, actor: Actor, track_id: UUID, version: int | None, change: TrackChange) -> Track:
    """Change what a track is called."""
    track = _going_on(get_track(session, actor, track_id, Permission.KEEP_TRACK, version))
    track.subject = change.subject
    track.touch()
    note(session, actor, "track.changed", track)
    session.flush()
    return track


def note_step(session: Session, actor: Actor, track_id: UUID, told: TrackEventIn) -> TrackEvent:
    """Write down that something happened in a track, or that another day holds than the rule gives."""
    track = _going_on(get_track(session, actor, track_id, Permission.KEEP_TRACK))
    events = events_of(session, [track.id]).get(track.id, [])
    happened_on = not_later("happened_on", told.happened_on or clock.today())
    if told.kind not in possible(track.kind, track.begun_on, events, clock.today()):
        raise Conflict("This does not fit what happened before. Look at the steps, and strike what was a mistake.")
    earliest = _earliest(track, events, told.kind)
    if earliest is not None and happened_on < earliest:
        raise invalid("happened_on", "too_early", "This day lies before {day}.", day=earliest.isoformat())
    if told.kind is StepKind.OVERRULED:
        steps = overrulable(steps_of(track.kind, track.begun_on, events, clock.today()))
        if told.rule not in {step.rule for step in steps}:
            raise invalid("rule", "not_running", "No day is running by this rule now. Choose one of the list.")
    event = _note(session, actor, track, events, told, happened_on)
    track.touch()
    session.flush()
    return event


def strike_step(session: Session, actor: Actor, track_id: UUID, event_id: UUID) -> Track:
    """Strike what was written down by mistake; it stays readable, and the days are reckoned without it."""
    track = _going_on(get_track(session, actor, track_id, Permission.KEEP_TRACK))
    event = session.get(TrackEvent, event_id)
    if event is None or event.track_id != track.id:
        raise NotFound
    if event.struck_at is not None:
        raise Conflict("This was struck already.")
    event.struck_at, event.struck_by_id = clock.now(), actor.id
    session.add(event)
    track.touch()
    note(session, actor, "track.step_struck", track, step=event.kind)
    session.flush()
    return track


def end_track(session: Session, actor: Actor, track_id: UUID, version: int | None, told: TrackEndIn) -> Track:
    """End a track: no day runs any more, and all stays readable."""
    track = _going_on(get_track(session, actor, track_id, Permission.KEEP_TRACK, version))
    ended_on = not_later("ended_on", told.ended_on or clock.today())
    if ended_on < track.begun_on:
        raise invalid("ended_on", "too_early", "This day lies before {day}.", day=track.begun_on.isoformat())
    track.ended_on = ended_on
    track.touch()
    note(session, actor, "track.ended", track, ended_on=ended_on)
    session.flush()
    return track


AFTER = {
    StepKind.ADVISED: StepKind.INFORMED,
    StepKind.NO_OBJECTION: StepKind.INFORMED,
    StepKind.REASONS_RECEIVED: StepKind.ADVISED,
    StepKind.NOTIFIED: StepKind.POLLED,
}
"""What cannot have happened before something else."""


def _earliest(track: Track, events: Sequence[TrackEvent], kind: StepKind) -> date | None:
    if kind is StepKind.CONSULTED:
        return track.begun_on
    before = [event.happened_on for event in events if event.kind is AFTER.get(kind) and event.struck_at is None]
    return max(before, default=None)


def _going_on(track: Track) -> Track:
    if track.ended_on is not None:
        raise Conflict("This track has ended.")
    return track


def _note(
    session: Session,
    actor: Actor,
    track: Track,
    events: Sequence[TrackEvent],
    told: TrackEventIn,
    happened_on: date,
) -> TrackEvent:
    event = TrackEvent(
        track_id=track.id,
        number=max((earlier.number for earlier in events), default=0) + 1,
        kind=told.kind,
        happened_on=happened_on,
        entered_by_id=actor.id,
        deviates=told.deviates,
        homes=told.homes,
        in_favour=told.in_favour,
        rule=told.rule.value if told.rule else None,
        due_on=told.due_on,
        words=told.words,
    )
    session.add(event)
    note(session, actor, "track.step_noted", track, step=event.kind, happened_on=happened_on)
    return event
