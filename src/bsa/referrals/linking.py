"""Which resident a referral turned out to be about."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa.areas.models import Area, Level
from bsa.errors import Conflict, Invalid, invalid
from bsa.events import note
from bsa.permissions import Actor, Permission
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import RegistrationIn, ResidentLinkIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.finding import links_of
from bsa.referrals.models import Referral, ReferralDirection, ReferralResident, ReferralSubject
from bsa.residents.actions import above_level, change_resident, raise_level, register_resident, resident_named
from bsa.residents.models import RegistrationLevel, Resident, may_keep
from bsa.residents.shapes import LevelIn, ResidentChange, ResidentIn
from bsa.sealing import open_rows

D = ReferralDeed


def link_resident(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: ResidentLinkIn
) -> Referral:
    """Say which resident a referral is about, or register the resident now: nothing is typed twice."""
    referral = for_deed(session, actor, referral_id, version, D.LINK)
    link(session, actor, referral, told.resident_id, told.register_as)
    return referral


def link(
    session: Session, actor: Actor, referral: Referral, resident_id: UUID | None, register_as: RegistrationIn | None
) -> None:
    """Link a referral to a resident who is known, or to one who is registered now."""
    if referral.direction is ReferralDirection.OUTBOUND:
        raise Conflict("A referral of ours is about the resident of its need.")
    if referral.subject is ReferralSubject.GROUP:
        raise Conflict("A referral of a group is about no single resident.")
    if register_as is not None:
        resident = _register(session, actor, referral, register_as)
    else:
        resident = resident_named(session, actor, resident_id, Permission.CHANGE_RESIDENT)  # type: ignore[arg-type]
        if not may_keep("referral_resident.*", resident.level):
            raise Invalid(above_level("resident_id", "referral_resident.*"))
    links = links_of(session, referral)
    if any(link.resident_id == resident.id for link in links):
        return
    if referral.subject is ReferralSubject.PERSON:
        for link in links:
            session.delete(link)
    session.add(ReferralResident(referral_id=referral.id, resident_id=resident.id))
    referral.touch()
    # The event does not say who: it outlives the resident's data.
    note(session, actor, "referral.linked", referral)
    session.flush()


def _register(session: Session, actor: Actor, referral: Referral, told: RegistrationIn) -> Resident:
    """Register the resident of a referral as known, with what the referral says."""
    open_rows(session, [referral])
    if referral.call_name is None:
        raise Conflict("What this referral said is gone. Register the resident as you came to know them.")
    area_id = told.area_id
    if area_id is None:
        area = session.get_one(Area, referral.area_id)
        if area.level in (Level.MUNICIPALITY, Level.DISTRICT, Level.OWN_AREA):
            raise invalid(
                "area_id", "required", "The postcode lies in more than one neighbourhood. Choose which it is."
            )
        area_id = area.id
    wanted = ResidentIn(
        call_name=referral.call_name, area_id=area_id, informed_on=told.informed_on, informed_how=told.informed_how
    )
    resident = register_resident(session, actor, wanted)
    known = LevelIn(level=RegistrationLevel.KNOWN, informed_on=told.informed_on, informed_how=told.informed_how)
    raise_level(session, actor, resident.id, resident.version, known)
    found: dict[str, object] = {}
    if referral.family_name:
        found["full_name"] = f"{referral.call_name} {referral.family_name}"[:200]
    if referral.contact_channel:
        found["contact_channel"] = referral.contact_channel
        found["contact_value"] = referral.contact_value or referral.address
    if found:
        change_resident(session, actor, resident.id, resident.version, ResidentChange.model_validate(found))
    return resident


def merge_links(session: Session, resident_id: UUID, duplicate_id: UUID) -> None:
    """Let a referral that was linked to both residents be about the one who stays."""
    known = set(
        session.scalars(
            select(col(ReferralResident.referral_id)).where(col(ReferralResident.resident_id) == resident_id)
        )
    )
    for link in session.scalars(select(ReferralResident).where(col(ReferralResident.resident_id) == duplicate_id)):
        if link.referral_id in known:
            session.delete(link)
