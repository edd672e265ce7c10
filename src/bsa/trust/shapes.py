"""What comes in and goes out about the bond of trust."""

from datetime import date, datetime
from uuid import UUID

from bsa.appointments.shapes import Minutes
from bsa.shapes import Line, Listing, MomentIn, Out, Resource, Shape, Text
from bsa.trust.models import HandoverReason, HandoverState, Stage


class RelationshipIn(Shape):
    """Where it stands between a resident and the caller; without a day: since today."""

    stage: Stage
    stage_since: date | None = None


class RelationshipOut(Resource):
    """Where it stands between a resident and a worker, for those who look after the resident."""

    resident_id: UUID
    account_id: UUID
    account_name: str
    stage: Stage
    since: date
    stage_since: date


class SignalIn(Shape):
    """Something that a resident pointed out; the caller takes it up."""

    words: Text
    came_on: date


class SignalAnswerIn(Shape):
    """What the resident was answered; without a day: today."""

    answer: Text
    answered_on: date | None = None


class SignalQuery(Listing):
    """Which signals to list: of residents whom the caller looks after."""

    resident_id: UUID | None = None
    area_id: UUID | None = None
    mine: bool = False
    """Only those that the caller took up."""
    open: bool | None = None
    """Only what still wants an answer, or only what was answered."""
    overdue: bool = False
    """Only what has waited longer than the working days within which an answer is wanted."""


class SignalOut(Resource):
    """A signal, for those who look after the resident."""

    resident_id: UUID
    resident_name: str
    area_id: UUID
    account_id: UUID
    account_name: str
    words: str
    came_on: date
    answer_by: date
    """The last working day within which an answer is wanted."""
    overdue: bool
    answer: str | None
    answered_on: date | None


class HandoverIn(Shape):
    """Another face for a resident: to which colleague, and why."""

    to_account_id: UUID
    reason: HandoverReason


class AgreementIn(Shape):
    """That the resident agreed, and when both workers go there together."""

    agreed_on: date
    starts_at: MomentIn
    minutes: Minutes = 60
    place: Line | None = None


class CompletionIn(Shape):
    """That the handover is done; the one who hands over may stay as a stand-in."""

    stays_as_stand_in: bool = False


class HandoverQuery(Listing):
    """Which handovers to list, of those that the caller gives or takes."""

    open: bool | None = None


class HandoverOut(Resource):
    """A handover. Of the resident it tells what to call somebody and where, and opens no record."""

    resident_id: UUID
    resident_name: str
    area_id: UUID
    area_name: str
    from_account_id: UUID
    from_account_name: str
    to_account_id: UUID
    to_account_name: str
    reason: HandoverReason
    state: HandoverState
    proposed_on: date
    agreed_on: date | None
    joint_visit_id: UUID | None
    visit_at: datetime | None
    """When both go there together; empty when that visit was cancelled."""
    visit_minutes: int | None
    ended_on: date | None


class GoesAlong(Shape):
    """What goes along with a handover: promises not yet settled, signals not yet answered, appointments to come."""

    promises: int
    signals: int
    appointments: int


class LonelyResident(Out):
    """A resident who would be left without a face if the caller left now."""

    resident_name: str
    area_id: UUID
    area_name: str
    proposed: bool
    """Whether a handover is proposed that the resident has not agreed to yet."""


class LonelyCount(Shape):
    """How many residents of an area have one worker only: a number, and nothing about whom."""

    area_id: UUID
    area_name: str
    one_face: int
    agreed: int
    """For how many of them the next face is agreed."""


class QuietRelationship(Out):
    """A resident who kept coming back, and with whom nobody had contact for long."""

    resident_name: str
    stage: Stage
    last_contact_on: date
