"""What comes in and goes out about evidence; a file itself comes and goes as it is."""

from datetime import date, datetime
from uuid import UUID

from bsa.shapes import Line, Out, Shape


class EvidenceIn(Shape):
    """What is told with a file: in a few words what one sees, without anybody's name."""

    caption: Line | None = None


class EvidenceOut(Out):
    """A photo or a PDF that belongs to a commitment, without the file; that is fetched by itself."""

    commitment_id: UUID
    event_number: int | None
    """With which event of the commitment it was shown; without one it was shown by itself."""
    institution_id: UUID
    institution_name: str
    media_type: str
    caption: str | None
    digest: str
    """SHA-256 of the file, which stays when the file is taken back."""
    shown_on: date
    shown_at: datetime
    entered_by_team: bool
    """Entered by the team on behalf of the institution."""
    taken_back_on: date | None
    taken_back_by_team: bool
    allowed_actions: list[str]
