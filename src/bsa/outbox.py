"""Messages for partners, written in the same transaction as the deed that they tell of.

A message says that something happened and where to look (`dataref`); it holds nothing about a person. `bsa.events`
writes one beside each event whose kind stands in the table below; the worker delivers them (`bsa.subscriptions`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Field, Session

from bsa.rows import Moment, Row


class MessageType(StrEnum):
    """What a message tells (CloudEvents NL GOV: reverse domain, source in the plural, one version)."""

    REFERRAL_REQUESTED = "nl.verwijzingen.verwijzing-ingediend.v1"
    REFERRAL_SEEN = "nl.verwijzingen.verwijzing-gezien.v1"
    REFERRAL_ACCEPTED = "nl.verwijzingen.verwijzing-geaccepteerd.v1"
    REFERRAL_DECLINED = "nl.verwijzingen.verwijzing-niet-aangenomen.v1"
    REFERRAL_CONTACTING = "nl.verwijzingen.verwijzing-contact-gezocht.v1"
    REFERRAL_ACTIVE = "nl.verwijzingen.verwijzing-lopend.v1"
    REFERRAL_ON_HOLD = "nl.verwijzingen.verwijzing-gepauzeerd.v1"
    REFERRAL_REROUTED = "nl.verwijzingen.verwijzing-doorgeleid.v1"
    REFERRAL_COMPLETED = "nl.verwijzingen.verwijzing-afgerond.v1"
    REFERRAL_FAILED = "nl.verwijzingen.verwijzing-niet-gelukt.v1"
    REFERRAL_WITHDRAWN = "nl.verwijzingen.verwijzing-ingetrokken.v1"
    REFERRAL_ENTERED_IN_ERROR = "nl.verwijzingen.verwijzing-foutief.v1"
    ASK_ASKED = "nl.toezeggingen.vraag-gesteld.v1"
    ASK_ASKED_AGAIN = "nl.toezeggingen.vraag-opnieuw-gesteld.v1"
    ASK_ESCALATED = "nl.toezeggingen.vraag-opgeschaald.v1"
    ASK_ANSWERED = "nl.toezeggingen.vraag-beantwoord.v1"
    ASK_ANSWER_STRUCK = "nl.toezeggingen.vraag-antwoord-doorgehaald.v1"
    ASK_CLOSED = "nl.toezeggingen.vraag-gesloten.v1"
    COMMITMENT_RECORDED = "nl.toezeggingen.toezegging-vastgelegd.v1"
    COMMITMENT_CONFIRMED = "nl.toezeggingen.toezegging-bevestigd.v1"
    COMMITMENT_STARTED = "nl.toezeggingen.toezegging-begonnen.v1"
    COMMITMENT_CONTESTED = "nl.toezeggingen.toezegging-betwist.v1"
    COMMITMENT_MOVED = "nl.toezeggingen.toezegging-verplaatst.v1"
    COMMITMENT_CLAIMED = "nl.toezeggingen.toezegging-gemeld-nagekomen.v1"
    COMMITMENT_JUDGED = "nl.toezeggingen.toezegging-beoordeeld.v1"
    COMMITMENT_WINDOW_CLOSED = "nl.toezeggingen.toezegging-oordeel-gesloten.v1"
    COMMITMENT_REOPENED = "nl.toezeggingen.toezegging-heropend.v1"
    COMMITMENT_WITHDRAWN = "nl.toezeggingen.toezegging-ingetrokken.v1"
    TEST = "nl.abonnementen.proefbericht.v1"
    """Goes to the one subscription that is tested, whatever types it wants."""


TYPES: dict[str, MessageType] = {
    "referral.requested": MessageType.REFERRAL_REQUESTED,
    "referral.seen": MessageType.REFERRAL_SEEN,
    "referral.accepted": MessageType.REFERRAL_ACCEPTED,
    "referral.declined": MessageType.REFERRAL_DECLINED,
    "referral.contacting": MessageType.REFERRAL_CONTACTING,
    "referral.active": MessageType.REFERRAL_ACTIVE,
    "referral.on_hold": MessageType.REFERRAL_ON_HOLD,
    "referral.rerouted": MessageType.REFERRAL_REROUTED,
    "referral.completed": MessageType.REFERRAL_COMPLETED,
    "referral.failed": MessageType.REFERRAL_FAILED,
    "referral.withdrawn": MessageType.REFERRAL_WITHDRAWN,
    "referral.entered_in_error": MessageType.REFERRAL_ENTERED_IN_ERROR,
    "ask.asked": MessageType.ASK_ASKED,
    "ask.asked_again": MessageType.ASK_ASKED_AGAIN,
    "ask.escalated": MessageType.ASK_ESCALATED,
    "ask.answered": MessageType.ASK_ANSWERED,
    "ask.answer_struck": MessageType.ASK_ANSWER_STRUCK,
    "ask.closed": MessageType.ASK_CLOSED,
    "commitment.recorded": MessageType.COMMITMENT_RECORDED,
    "commitment.confirmed": MessageType.COMMITMENT_CONFIRMED,
    "commitment.started": MessageType.COMMITMENT_STARTED,
    "commitment.contested": MessageType.COMMITMENT_CONTESTED,
    "commitment.moved": MessageType.COMMITMENT_MOVED,
    "commitment.claimed": MessageType.COMMITMENT_CLAIMED,
    "commitment.judged": MessageType.COMMITMENT_JUDGED,
    "commitment.window_closed": MessageType.COMMITMENT_WINDOW_CLOSED,
    "commitment.reopened": MessageType.COMMITMENT_REOPENED,
    "commitment.withdrawn": MessageType.COMMITMENT_WITHDRAWN,
    "subscription.tested": MessageType.TEST,
}
"""Kind of event → type of message. What stands not in here is told to no partner."""


class Message(Row, table=True):
    """One message; its key is that of the event that it tells of, and the `id` of the CloudEvent."""

    __tablename__ = "message"

    type: str = Field(max_length=120)
    institution_id: UUID = Field(foreign_key="institution.id", index=True)
    """Only this partner's subscriptions get it."""
    subject_kind: str = Field(max_length=40)
    subject_id: UUID
    spread_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    """When it was put in line for each subscription that wants it."""


def tell(session: Session, event_id: UUID, kind: str, subject: Any) -> None:
    """Write the message about an event, when its partner hears of such; the row itself may know that it may not.

    Of a referral the resident decided what the partner hears: `partner_hears` of the row says so for a kind of event.
    """
    type_, institution_id = TYPES.get(kind), getattr(subject, "institution_id", None)
    hears = getattr(subject, "partner_hears", None)
    if type_ is None or institution_id is None or (hears is not None and not hears(kind)):
        return
    session.add(
        Message(
            id=event_id,
            type=type_.value,
            institution_id=institution_id,
            subject_kind=subject.__tablename__,
            subject_id=subject.id,
        )
    )
