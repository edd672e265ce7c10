"""Deeds that shrink a record or end it: stepping down, merging a duplicate, erasing."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from bsa.digests import keyed_digest
from bsa.errors import N_, Fault, Invalid, MovedTo, NotFound
from bsa.events import note
from bsa.groups.models import GroupMember
from bsa.initiatives.models import Participant
from bsa.lifecycle.queries import cell_of, of_this, refuse_not_lower, table_of
from bsa.lifecycle.rows import delete_rows, leaning_on, move_rows
from bsa.needs.models import LayerConfirmation, NeedLayer
from bsa.permissions import Actor, Permission, require
from bsa.referrals.linking import merge_links
from bsa.referrals.wiping import end_with_resident, step_down_with_resident
from bsa.residents.actions import changeable, raise_level
from bsa.residents.dooming import doom
from bsa.residents.models import (
    FIELD_LEVELS,
    LEVELS,
    Consent,
    Household,
    RegistrationLevel,
    Resident,
    ResidentWorker,
    Tombstone,
    TombstoneKind,
    WorkerPart,
    may_keep,
)
from bsa.residents.queries import find_resident, get_record
from bsa.residents.shapes import LevelIn, MergeIn
from bsa.rows import not_stale
from bsa.sendings import forget_answers
from bsa.suggestions.models import IntroductionAnswer
from bsa.trust.models import Handover, Relationship

Held = TypeVar("Held", Relationship, Handover, IntroductionAnswer)
Together = TypeVar("Together", Participant, GroupMember)


def go_to_level(session: Session, actor: Actor, resident_id: UUID, version: int, wanted: LevelIn) -> Resident:
    """Go to another registration level, up or down."""
    resident = find_resident(session, actor, resident_id)
    deed = step_down if LEVELS.index(wanted.level) < LEVELS.index(resident.level) else raise_level
    return deed(session, actor, resident_id, version, wanted)


def step_down(session: Session, actor: Actor, resident_id: UUID, version: int | None, wanted: LevelIn) -> Resident:
    """Go down to a level at which less is kept, and delete what may not be kept there."""
    resident = changeable(session, actor, resident_id, Permission.CHANGE_RESIDENT, version)
    refuse_not_lower(resident, wanted.level)
    if not may_keep("referral_resident.*", wanted.level):
        step_down_with_resident(session, resident.id)
    for field in [field for field in FIELD_LEVELS if not may_keep(field, wanted.level)]:
        _delete_field(session, resident, field)
    forget_answers(session, [resident.id])
    resident.level = wanted.level
    resident.touch()
    _bury(session, actor, resident, TombstoneKind.STEPPED_DOWN)
    note(session, actor, "resident.stepped_down", resident, level=wanted.level)
    session.flush()
    return resident


def merge_residents(
    session: Session, actor: Actor, resident_id: UUID, version: int | None, wanted: MergeIn
) -> Resident:
    """Bring everything of a duplicate to the resident; the duplicate stays as an empty signpost without a key.

    It is one person, so what was told to the one was told to the other: the higher level holds. Where both have the
    same field, the resident's stands and the duplicate's goes.
    """
    resident = changeable(session, actor, resident_id, Permission.MERGE_RESIDENTS, version)
    duplicate = _duplicate(session, actor, resident, wanted)
    _join_workers(session, resident, duplicate)
    _join_consents(session, resident, duplicate)
    _join_participants(session, resident, duplicate, Participant, "initiative_id")
    _join_participants(session, resident, duplicate, GroupMember, "group_id")
    _join_answers(session, resident, duplicate)
    _join_relationships(session, resident, duplicate)
    merge_links(session, resident.id, duplicate.id)
    _fill_in(session, resident, duplicate)
    session.flush()
    move_rows(session, duplicate.id, resident.id)
    forget_answers(session, [duplicate.id])
    _turn_into_signpost(session, resident, duplicate)
    _bury(session, actor, duplicate, TombstoneKind.MERGED)
    note(session, actor, "resident.merged", resident, duplicate_id=duplicate.id)
    doom(session, [duplicate.id])
    session.flush()
    # What was moved by statements is not what the session remembers.
    session.expire_all()
    return get_record(session, actor, resident.id, Permission.OPEN_RECORD)


def erase_resident(session: Session, actor: Actor, resident_id: UUID, version: int | None) -> None:
    """Delete everything of a resident, and destroy the key, so that no backup can be read either.

    What stays is that it happened, and who had looked: under a random key that leads nowhere any more.
    """
    resident = find_resident(session, actor, resident_id)
    require(
        actor,
        Permission.ERASE_RESIDENT,
        resident,
        instead=N_("Only those who look after this resident, and the privacy officer, may erase the record."),
    )
    not_stale(resident, version)
    signposts = session.scalars(select(col(Resident.id)).where(col(Resident.merged_into_id) == resident.id)).all()
    erased = [resident.id, *signposts]
    end_with_resident(session, actor, erased)
    _bury(session, actor, resident, TombstoneKind.ERASED)
    note(session, actor, "resident.erased", resident)
    doom(session, erased)
    session.flush()
    delete_rows(session, erased)
    forget_answers(session, erased)
    session.execute(delete(Resident).where(col(Resident.id).in_(erased)).execution_options(synchronize_session=False))
    _delete_if_empty(session, resident.household_id)
    session.expunge(resident)


def _delete_field(session: Session, resident: Resident, field: str) -> None:
    if "." not in field:
        setattr(resident, field, None)
    elif field.endswith(".*"):
        for table in leaning_on(table_of(field)):
            session.execute(delete(table).where(table.c.resident_id == resident.id))
    elif field == "need.deeper_layers":
        deeper = select(col(NeedLayer.id)).where(of_this(resident, field))
        session.execute(delete(LayerConfirmation).where(col(LayerConfirmation.layer_id).in_(deeper)))
        session.execute(delete(NeedLayer).where(of_this(resident, field)))
    else:
        cell = cell_of(field)
        session.execute(update(cell.table).where(of_this(resident, field)).values({cell.name: None}))


def _duplicate(session: Session, actor: Actor, resident: Resident, wanted: MergeIn) -> Resident:
    fault = None
    if wanted.duplicate_id == resident.id:
        fault = Fault(("duplicate_id",), "same", "Choose another resident: this is the same one.")
    else:
        try:
            return changeable(session, actor, wanted.duplicate_id, Permission.MERGE_RESIDENTS)
        except NotFound:
            fault = Fault(("duplicate_id",), "unknown", "There is no such resident among those you can see.")
        except MovedTo:
            fault = Fault(("duplicate_id",), "merged", "This was merged already; everything is with another one now.")
    raise Invalid(fault)


def _join_workers(session: Session, resident: Resident, duplicate: Resident) -> None:
    """Who looks after both now looks after the one: from the first day on, and assigned if assigned to either."""
    now = {worker.account_id: worker for worker in resident.workers if worker.until_on is None}
    for worker in duplicate.workers:
        kept = now.get(worker.account_id)
        if worker.until_on is None and kept is not None:
            kept.from_on = min(kept.from_on, worker.from_on)
            if WorkerPart.ASSIGNED in (kept.part, worker.part):
                kept.part = WorkerPart.ASSIGNED
            session.execute(delete(ResidentWorker).where(col(ResidentWorker.id) == worker.id))


def _join_consents(session: Session, resident: Resident, duplicate: Resident) -> None:
    """One consent in force for each scope, the first; and none that was withdrawn in the other record after it."""
    both = session.scalars(
        select(Consent)
        .where(col(Consent.resident_id).in_([resident.id, duplicate.id]))
        .order_by(col(Consent.given_on), col(Consent.id))
    ).all()
    in_force: dict[str, Consent] = {}
    for consent in both:
        if consent.withdrawn_on is not None:
            continue
        ends = [
            other.withdrawn_on
            for other in both
            if other.scope is consent.scope
            and other.resident_id != consent.resident_id
            and other.withdrawn_on is not None
            and other.withdrawn_on > consent.given_on
        ]
        if ends:
            consent.withdrawn_on = max(ends)
        elif consent.scope in in_force:
            session.delete(consent)
        else:
            in_force[consent.scope] = consent


def _join_participants(
    session: Session, resident: Resident, duplicate: Resident, kind: type[Together], place: str
) -> None:
    """Somebody who is twice in the same initiative or group is in it once, from the first day on."""
    both = session.scalars(
        select(kind)
        .where(
            col(kind.resident_id).in_([resident.id, duplicate.id]),
            col(kind.until_on).is_(None),
        )
        .order_by(col(kind.from_on), col(kind.id))
    )
    kept: dict[UUID, Together] = {}
    for one in both:
        first = kept.setdefault(getattr(one, place), one)
        if first is not one:
            first.consented_on = min(first.consented_on, one.consented_on)
            session.delete(one)


def _join_answers(session: Session, resident: Resident, duplicate: Resident) -> None:
    """Who is asked twice for the same introduction is one side of it; a no stands, whichever of the two said it."""
    asked = {row.introduction_id: row for row in _of(session, IntroductionAnswer, resident)}
    for row in _of(session, IntroductionAnswer, duplicate):
        own = asked.get(row.introduction_id)
        if own is not None:
            if row.agreed is False or own.agreed is None:
                own.agreed, own.answered_on, own.asked_by_id = row.agreed, row.answered_on, row.asked_by_id
            session.delete(row)


def _join_relationships(session: Session, resident: Resident, duplicate: Resident) -> None:
    """One relationship with each worker, since the first day; one handover at a time. The resident's own stands."""
    known = {row.account_id: row for row in _of(session, Relationship, resident)}
    for row in _of(session, Relationship, duplicate):
        if row.account_id in known:
            known[row.account_id].since_on = min(known[row.account_id].since_on, row.since_on)
            session.delete(row)
    going_on = {row.from_account_id for row in _of(session, Handover, resident) if row.ended_on is None}
    for handover in _of(session, Handover, duplicate):
        if handover.ended_on is None and handover.from_account_id in going_on:
            session.delete(handover)


def _of(session: Session, kind: type[Held], resident: Resident) -> Sequence[Held]:
    return session.scalars(select(kind).where(col(kind.resident_id) == resident.id)).all()


def _fill_in(session: Session, resident: Resident, duplicate: Resident) -> None:
    if LEVELS.index(duplicate.level) > LEVELS.index(resident.level):
        resident.level = duplicate.level
        resident.informed_on, resident.informed_how = duplicate.informed_on, duplicate.informed_how
    if resident.contact_channel is None:
        resident.contact_channel, resident.contact_value = duplicate.contact_channel, duplicate.contact_value
    for name in ("full_name", "age_band", "contact_window", "household_id", "preferred_language", "reading_comfort"):
        if getattr(resident, name) is None:
            setattr(resident, name, getattr(duplicate, name))
    resident.last_contact_on = max(resident.last_contact_on, duplicate.last_contact_on)
    resident.touch()


def _turn_into_signpost(session: Session, resident: Resident, duplicate: Resident) -> None:
    household_id = duplicate.household_id
    duplicate.level = RegistrationLevel.ALIAS
    for name in (
        *("call_name", "full_name", "contact_channel", "contact_value", "contact_window", "age_band"),
        *("household_id", "preferred_language", "reading_comfort"),
    ):
        setattr(duplicate, name, None)
    duplicate.merged_into_id = resident.id
    duplicate.touch()
    session.execute(
        update(Resident).where(col(Resident.merged_into_id) == duplicate.id).values(merged_into_id=resident.id)
    )
    session.flush()
    _delete_if_empty(session, household_id)


def _delete_if_empty(session: Session, household_id: UUID | None) -> None:
    """Delete a household in which nobody is left."""
    if household_id is None:
        return
    if session.scalar(select(col(Resident.id)).where(col(Resident.household_id) == household_id).limit(1)) is None:
        session.execute(delete(Household).where(col(Household.id) == household_id))


def _bury(session: Session, actor: Actor, resident: Resident, kind: TombstoneKind) -> None:
    digest = keyed_digest(session, "tombstone", str(resident.id))
    session.add(Tombstone(kind=kind, resident_digest=digest, done_by_id=actor.id))
