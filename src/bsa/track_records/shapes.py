"""What goes out about the track record of an institution: counts, and of nobody who works there."""

from datetime import date
from uuid import UUID

from bsa.shapes import Shape


class AnswerRecord(Shape):
    """How an institution answered what was put to it; every time that it was put counts."""

    in_time: int
    too_late: int
    never: int
    """The day for an answer passed, and there is none."""
    waiting: int
    """The day for an answer is still to come."""
    median_days: float | None
    """Half of the answers came within so many days; only from a few answers on."""


class KeepingRecord(Shape):
    """What came of the commitments whose first day has passed."""

    on_first_day: int
    later: int
    """Kept, but after the first day."""
    partly: int
    not_kept: int
    unjudged: int
    """Too few residents judged."""
    judging: int
    """Residents are judging now."""
    open: int
    """The first day has passed, and it is neither reported nor judged."""
    withdrawn: int
    moved: int
    """How many times another day was proposed, for all commitments that were due or still are to come."""


class AttendanceRecord(Shape):
    """Whether somebody came to the meetings to which the institution was invited."""

    came: int
    stayed_away: int


class ReferralRecord(Shape):
    """How an institution answered when the team referred somebody to it, within the agreed days or not."""

    in_time: int
    too_late: int
    never: int
    """The day for an answer passed, and there is none."""
    waiting: int
    """The day for an answer is still to come."""


class TrackRecordOut(Shape):
    """The track record of an institution over a year; nobody who works there is in it."""

    institution_id: UUID
    since: date
    until: date
    answers: AnswerRecord
    keeping: KeepingRecord
    attendance: AttendanceRecord
    referrals: ReferralRecord | None
    """Empty while there are so few that one could be known by it."""
