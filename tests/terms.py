"""Terms that the law sets, in the walked installation: a track with its first event."""

from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.consultation.actions import begin_track
from bsa.consultation.models import TrackEvent, TrackKind
from bsa.consultation.shapes import TrackIn

from tests.cast import Cast


def run_terms(session: Session, cast: Cast, group_id: UUID) -> dict[str, object]:
    """Begin a track of a tenants' committee before the corporation."""
    told = TrackIn(
        group_id=group_id,
        institution_id=cast.corporation_id,
        kind=TrackKind.RENOVATION,
        subject="Nieuwe kozijnen",
        begun_on=clock.today(),
    )
    track = begin_track(session, cast.activator, told)
    informed = session.scalars(select(TrackEvent.id).where(col(TrackEvent.track_id) == track.id)).one()
    return {"track": track.id, "track_event": informed}
