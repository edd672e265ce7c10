"""Tracks of statutory consultation: what happened between tenants and landlord, and the days that follow from it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.consultation import actions, queries
from bsa.consultation.shapes import (
    TrackChange,
    TrackEndIn,
    TrackEventIn,
    TrackEventOut,
    TrackIn,
    TrackItem,
    TrackOut,
    TrackQuery,
)
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/tracks", tags=["tracks"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_TRACKS)
def list_tracks(session: Reading, caller: Caller, wanted: Annotated[TrackQuery, Query()]) -> Page[TrackItem]:
    """List tracks, the latest first, each with what comes next: the team those of its areas, a landlord its own."""
    return queries.list_tracks(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.KEEP_TRACK)
def begin_track(session: Writing, caller: WritingCaller, told: TrackIn, key: SentKey = None) -> TrackOut:
    """Begin a track of a tenants' committee or organisation. Of a plan, the term of advice runs from `begunOn` on."""
    track = once(
        session,
        caller,
        key,
        content_of("track", told),
        lambda: actions.begin_track(session, caller, told),
        lambda track_id: queries.find_track(session, caller, track_id),
    )
    return queries.show_track(session, caller, track.id)


@router.get("/{track_id}")
@needs(Permission.SEE_TRACKS)
def show_track(session: Reading, caller: Caller, track_id: UUID) -> TrackOut:
    """Show a track with its steps: each with its day, its rule and where that stands."""
    return queries.show_track(session, caller, track_id)


@router.patch("/{track_id}")
@needs(Permission.KEEP_TRACK)
def change_track(
    session: Writing, caller: WritingCaller, track_id: UUID, version: SeenVersion, change: TrackChange
) -> TrackOut:
    """Change what a track is called."""
    return queries.show_track(session, caller, actions.change_track(session, caller, track_id, version, change).id)


@router.put("/{track_id}/ending")
@needs(Permission.KEEP_TRACK)
def end_track(
    session: Writing, caller: WritingCaller, track_id: UUID, version: SeenVersion, told: TrackEndIn
) -> TrackOut:
    """End a track: no day runs any more, and all stays readable."""
    return queries.show_track(session, caller, actions.end_track(session, caller, track_id, version, told).id)


@router.get("/{track_id}/events")
@needs(Permission.SEE_TRACKS)
def list_track_events(session: Reading, caller: Caller, track_id: UUID) -> Page[TrackEventOut]:
    """List what happened in a track, in order, struck mistakes too."""
    return Page(items=queries.list_track_events(session, caller, track_id))


@router.post("/{track_id}/events", status_code=201)
@needs(Permission.KEEP_TRACK)
def note_step(
    session: Writing, caller: WritingCaller, track_id: UUID, told: TrackEventIn, key: SentKey = None
) -> TrackOut:
    """Write down what happened, or with a reason that another day holds. The answer is the track as it stands now."""
    once(
        session,
        caller,
        key,
        content_of("track", track_id, told),
        lambda: actions.note_step(session, caller, track_id, told),
        lambda event_id: queries.find_track_event(session, caller, event_id),
    )
    return queries.show_track(session, caller, track_id)


@router.delete("/{track_id}/events/{event_id}")
@needs(Permission.KEEP_TRACK)
def strike_step(session: Writing, caller: WritingCaller, track_id: UUID, event_id: UUID) -> TrackOut:
    """Strike what was written down by mistake: it stays readable, and the days are reckoned without it."""
    return queries.show_track(session, caller, actions.strike_step(session, caller, track_id, event_id).id)
