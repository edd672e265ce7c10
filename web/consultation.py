"""Terms by law between tenants and their landlord: a track with its steps, the next day large, and what happened."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.consultation import (
    begin_track,
    change_track,
    end_track,
    list_tracks,
    note_step,
    show_track,
    strike_step,
)
from api.dependencies import Reading, Session, Writing, needs
from api.groups import list_groups
from bsa import clock
from bsa.consultation.models import StepKind, TrackKind
from bsa.consultation.rules import WITH_CLOCKS
from bsa.consultation.shapes import (
    TrackChange,
    TrackEndIn,
    TrackEventIn,
    TrackIn,
    TrackItem,
    TrackOut,
    TrackQuery,
)
from bsa.errors import Conflict, Invalid
from bsa.groups.shapes import GroupItem, GroupQuery
from bsa.permissions import Actor, Permission, allows, require
from web.choices import ALL, institutions
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go, path_of, paths_of

router = Pages("tracks", prefix="/tracks")


@router.get("")
@needs(Permission.SEE_TRACKS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the tracks, the latest first, each with what comes next; those that ended when one asks for them."""
    form = asked(TrackQuery, request)
    if form.shape is None:
        raise Invalid
    wanted = form.shape if form.shape.open is not None else form.shape.model_copy(update={"open": True})
    page = list_tracks(session, visitor, wanted)
    following = {name: value for name, value in form.values.items() if name != "cursor"} | {"cursor": page.next_cursor}
    return draw(
        request,
        "consultation/index.html",
        tracks=page.items,
        open=wanted.open,
        of={name: form.values.get(name, "") for name in ("area_id", "group_id", "institution_id")},
        next_href=path_of(paths_of(request.app), "tracks.index", following) if page.next_cursor else "",
    )


@router.get("/new")
@needs(Permission.KEEP_TRACK)
def new(request: Request, session: Reading, visitor: Visitor, group_id: UUID | None = None) -> Response:
    """Show the form to begin a track, of the group that one came from."""
    groups = _groups(session, visitor)
    chosen = next((group for group in groups if group.id == group_id), groups[0] if len(groups) == 1 else None)
    form = blank(
        guest_of(request),
        group_id=str(chosen.id) if chosen else "",
        kind=TrackKind.ADVICE.value,
        begun_on=clock.today().isoformat(),
    )
    return _new(request, session, visitor, form)


@router.post("")
@needs(Permission.KEEP_TRACK)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Begin a track."""
    form = read(TrackIn, sent, guest_of(request))
    track = attempt(session, form, lambda told: begin_track(session, visitor, told))
    if track:
        return go(request, "tracks.show", "track_begun", track_id=track.id)
    return _new(request, session, visitor, form)


@router.get("/{track_id}")
@needs(Permission.SEE_TRACKS)
def show(request: Request, session: Reading, visitor: Visitor, track_id: UUID) -> Response:
    """Show a track: the next day large, every step with its rule, and what happened."""
    return _page(request, session, visitor, track_id, blank(guest_of(request)))


@router.get("/{track_id}/edit")
@needs(Permission.KEEP_TRACK)
def edit(request: Request, session: Reading, visitor: Visitor, track_id: UUID) -> Response:
    """Show the form to change what a track is called, or to end it."""
    track = _kept(session, visitor, track_id)
    return _edit(request, track)


@router.post("/{track_id}")
@needs(Permission.KEEP_TRACK)
def update(request: Request, session: Writing, visitor: WritingVisitor, track_id: UUID, sent: Sent) -> Response:
    """Change what a track is called."""
    form = read(TrackChange, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda change: change_track(session, visitor, track_id, version, change)):
        return go(request, "tracks.show", "saved", track_id=track_id)
    return _edit(request, show_track(session, visitor, track_id), form=form)


@router.post("/{track_id}/ending")
@needs(Permission.KEEP_TRACK)
def end(request: Request, session: Writing, visitor: WritingVisitor, track_id: UUID, sent: Sent) -> Response:
    """End a track."""
    form = read(TrackEndIn, sent, guest_of(request), prefix="end")
    version = version_in(sent)
    if attempt(session, form, lambda told: end_track(session, visitor, track_id, version, told)):
        return go(request, "tracks.show", "track_ended", track_id=track_id)
    return _edit(request, show_track(session, visitor, track_id), end=form)


@router.get("/{track_id}/events/new")
@needs(Permission.KEEP_TRACK)
def new_event(
    request: Request, session: Reading, visitor: Visitor, track_id: UUID, kind: StepKind = StepKind.OVERRULED
) -> Response:
    """Show the form for one thing that happened, with only what that needs."""
    track = _kept(session, visitor, track_id)
    if kind not in track.may_happen:
        raise Conflict("This does not fit what happened before. Look at the steps, and strike what was a mistake.")
    form = blank(
        guest_of(request),
        kind=kind.value,
        happened_on=clock.today().isoformat(),
        homes=str(track.homes or ""),
        rule=track.overrulable[0].rule.value if len(track.overrulable) == 1 else "",
    )
    return _event(request, track, form)


@router.post("/{track_id}/events")
@needs(Permission.KEEP_TRACK)
def create_event(request: Request, session: Writing, visitor: WritingVisitor, track_id: UUID, sent: Sent) -> Response:
    """Write down what happened, or that another day holds."""
    form = read(TrackEventIn, sent, guest_of(request))
    if attempt(session, form, lambda told: note_step(session, visitor, track_id, told)):
        return go(request, "tracks.show", "track_step_noted", track_id=track_id)
    return _event(request, show_track(session, visitor, track_id), form)


@router.post("/{track_id}/events/{event_id}/strike")
@needs(Permission.KEEP_TRACK)
def destroy_event(
    request: Request, session: Writing, visitor: WritingVisitor, track_id: UUID, event_id: UUID, sent: Sent
) -> Response:
    """Strike what was written down by mistake."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: strike_step(session, visitor, track_id, event_id)):
        return go(request, "tracks.show", "track_step_struck", "happened", track_id=track_id)
    return _page(request, session, visitor, track_id, form)


def tracks_of(
    session: Session,
    visitor: Actor,
    *,
    group_id: UUID | None = None,
    institution_id: UUID | None = None,
    area_id: UUID | None = None,
) -> list[TrackItem]:
    """Return the tracks that go on, for the page of what they belong to; none for those who may not see any."""
    if not allows(visitor, Permission.SEE_TRACKS):
        return []
    wanted = TrackQuery(group_id=group_id, institution_id=institution_id, area_id=area_id, open=True, limit=ALL)
    return list_tracks(session, visitor, wanted).items


def _groups(session: Session, visitor: Actor) -> list[GroupItem]:
    """Return the groups that have these terms by law."""
    found = list_groups(session, visitor, GroupQuery(open=True, limit=ALL)).items
    return [group for group in found if group.kind in WITH_CLOCKS]


def _kept(session: Session, visitor: Actor, track_id: UUID) -> TrackOut:
    """Return the track, or refuse a form whose deed would be refused, with the same words."""
    track = show_track(session, visitor, track_id)
    require(visitor, Permission.KEEP_TRACK, track)
    if Permission.KEEP_TRACK.value not in track.allowed_actions:
        raise Conflict("This track has ended.")
    return track


def _new(request: Request, session: Session, visitor: Actor, form: Form[Any]) -> Response:
    return draw(
        request,
        "consultation/new.html",
        form.status if form.errors else 200,
        form=form,
        groups=[(group.id, f"{group.name} – {group.area_name}") for group in _groups(session, visitor)],
        institutions=institutions(session, visitor),
        kinds=list(TrackKind),
    )


def _edit(request: Request, track: TrackOut, **refused: Form[Any]) -> Response:
    guest = guest_of(request)
    forms: dict[str, Form[Any]] = {
        "form": blank(guest, subject=track.subject),
        "end": blank(guest, "end", ended_on=clock.today().isoformat()),
    }
    status = next((form.status for form in refused.values()), 200)
    return draw(request, "consultation/edit.html", status, track=track, **(forms | refused))


def _event(request: Request, track: TrackOut, form: Form[Any]) -> Response:
    kind = form.values.get("kind", "")
    return draw(
        request,
        "consultation/event.html",
        form.status if form.errors else 200,
        track=track,
        form=form,
        kind=kind if kind in list(StepKind) else StepKind.OVERRULED.value,
    )


def _page(request: Request, session: Session, visitor: Actor, track_id: UUID, form: Form[Any]) -> Response:
    status = form.status if form.errors else 200
    return draw(request, "consultation/show.html", status, track=show_track(session, visitor, track_id), form=form)
