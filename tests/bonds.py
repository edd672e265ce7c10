"""The bond of trust, walked once: where it stands, a signal, an appointment, and handovers under way."""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.appointments.actions import make_appointment, make_calendar_address
from bsa.appointments.shapes import AppointmentIn
from bsa.residents.actions import raise_level
from bsa.residents.models import Informed, RegistrationLevel
from bsa.residents.shapes import LevelIn
from bsa.trust.actions import agree_handover, move_relationship, propose_handover, record_signal
from bsa.trust.models import HandoverReason, Stage
from bsa.trust.shapes import AgreementIn, HandoverIn, RelationshipIn, SignalIn

from tests.cast import Cast, a_resident


def bond(session: Session, cast: Cast, geert: UUID) -> dict[str, object]:
    """Bond with Geert, propose a colleague to him, and hand over somebody else until after the visit together."""
    me, now = cast.activator, clock.now()
    move_relationship(session, me, geert, RelationshipIn(stage=Stage.TALKING))
    signal = record_signal(session, me, geert, SignalIn(words="De lamp is stuk", came_on=clock.today()))
    visit = AppointmentIn(starts_at=now + timedelta(days=1), resident_id=geert, place="Aan de keukentafel")
    _, address = make_calendar_address(session, me)
    to_colleague = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.LEAVES)
    visited = propose_handover(session, me, a_known(session, cast, "Tineke"), to_colleague)
    # An hour ago, but never yesterday: also just after midnight the visit is of today.
    midnight = datetime.combine(clock.today(), time(), clock.HERE)
    agreement = AgreementIn(agreed_on=clock.today(), starts_at=max(now - timedelta(hours=1), midnight))
    return {
        "signal": signal.id,
        "appointment": make_appointment(session, me, visit).id,
        "handover": propose_handover(session, me, geert, to_colleague).id,
        "visited": agree_handover(session, me, visited.id, None, agreement).id,
        "calendar": address.rsplit("/", 1)[1].removesuffix(".ics"),
    }


def a_known(session: Session, cast: Cast, name: str) -> UUID:
    """Register a resident and raise the level to known."""
    resident = a_resident(session, cast.activator, cast.here_id, name)
    told = LevelIn(level=RegistrationLevel.KNOWN, informed_on=clock.today(), informed_how=Informed.SPOKEN)
    return raise_level(session, cast.activator, resident.id, resident.version, told).id
