"""Track records: how quickly an institution answers, what it keeps on the first date, whether it comes."""

from uuid import UUID

from fastapi import APIRouter

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, needs
from bsa.permissions import Permission
from bsa.track_records import queries
from bsa.track_records.shapes import TrackRecordOut

of_institution = APIRouter(prefix="/institutions", tags=["institutions"], route_class=AnsweringRoute)


@of_institution.get("/{institution_id}/track-record")
@needs(Permission.SEE_INSTITUTIONS)
def show_track_record(session: Reading, caller: Caller, institution_id: UUID) -> TrackRecordOut:
    """Show the track record of an institution over a year; nobody who works there is in it."""
    return queries.show_track_record(session, caller, institution_id)
