"""Deeds about residents."""

from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, Fault, Invalid, MovedTo, NotFound, Question, invalid
from bsa.events import note
from bsa.people.queries import find_colleague
from bsa.permissions import Actor, Permission, require
from bsa.residents.models import (
    FIELD_LEVELS,
    LEVELS,
    AgeBand,
    Consent,
    ConsentScope,
    ContactChannel,
    Household,
    Informed,
    RegistrationLevel,
    Resident,
    ResidentPhase,
    ResidentWorker,
    WorkerPart,
    may_keep,
)
from bsa.residents.queries import find_resident, get_record
from bsa.residents.shapes import ConsentIn, LevelIn, ResidentChange, ResidentIn, ResidentPhaseIn, WorkerIn
from bsa.rows import not_later, not_stale
from bsa.sealing import open_rows, sealer

ABOVE_LEVEL: dict[RegistrationLevel, str] = {
    RegistrationLevel.KNOWN: N_(
        "This may be kept once the resident is known by name. Agree it with the resident and raise the level first."
    ),
    RegistrationLevel.DOSSIER: N_(
        "This may be kept in a dossier only. Agree it with the resident and raise the level first."
    ),
}
"""What is said of a field that may be kept from this registration level on."""


def register_resident(session: Session, actor: Actor, told: ResidentIn) -> Resident:
    """Register a resident by alias; whoever registers is the first to look after the resident."""
    area = find_area(session, actor, told.area_id, at="area_id")
    resident = Resident(
        level=RegistrationLevel.ALIAS,
        call_name=told.call_name,
        area_id=area.id,
        informed_on=not_later("informed_on", told.informed_on),
        informed_how=told.informed_how,
        preferred_language=told.preferred_language,
        reading_comfort=told.reading_comfort,
        last_contact_on=clock.today(),
    )
    require(actor, Permission.REGISTER_RESIDENT, resident, instead=N_("Register residents in an area of your own."))
    sealer(session).make_key(resident.id)
    resident.household_id = _household(session, actor, told.household_of_id, area.id)
    session.add(resident)
    session.flush()
    session.add(
        ResidentWorker(resident_id=resident.id, account_id=actor.id, part=WorkerPart.ASSIGNED, from_on=clock.today())
    )
    note(session, actor, "resident.registered", resident, level=resident.level)
    session.flush()
    return get_record(session, actor, resident.id, Permission.OPEN_RECORD)


def change_resident(
    session: Session, actor: Actor, resident_id: UUID, version: int, change: ResidentChange
) -> Resident:
    """Change what is kept about a resident, within what the registration level allows."""
    resident = changeable(session, actor, resident_id, Permission.CHANGE_RESIDENT, version)
    given = change.model_fields_set
    _refuse_above_level(resident.level, change, given)
    if "area_id" in given and change.area_id:
        resident.area_id = find_area(session, actor, change.area_id, at="area_id").id
    if "household_of_id" in given:
        resident.household_id = _household(session, actor, change.household_of_id, resident.area_id)
    for name in given - {"area_id", "household_of_id", "even_so"}:
        setattr(resident, name, getattr(change, name))
    if resident.contact_value and not resident.contact_channel:
        raise invalid("contact_channel", "required", "Say how to reach the resident: choose a channel.")
    if given & {"contact_channel", "reading_comfort"} and resident.contact_channel is ContactChannel.LETTER:
        question_writing(resident, change.even_so)
    resident.touch()
    note(session, actor, "resident.changed", resident)
    session.flush()
    return resident


def raise_level(session: Session, actor: Actor, resident_id: UUID, version: int, wanted: LevelIn) -> Resident:
    """Go up to a level at which more may be kept, after the resident was told."""
    resident = changeable(session, actor, resident_id, Permission.CHANGE_RESIDENT, version)
    if LEVELS.index(wanted.level) <= LEVELS.index(resident.level):
        raise invalid("level", "not_higher", "The resident is at this level already, or above it.")
    faults = []
    if wanted.informed_on is None or wanted.informed_how is None:
        faults.append(Fault(("informed_on",), "required", "Say when and how the resident was told what will be kept."))
    elif wanted.informed_on > clock.today():
        faults.append(Fault(("informed_on",), "in_future", "This day is still to come."))
    if wanted.level is RegistrationLevel.DOSSIER and wanted.informed_how not in (None, Informed.SHEET):
        faults.append(
            Fault(
                ("informed_how",), "sheet_needed", "For a dossier, hand over the information sheet and talk it through."
            )
        )
    if faults or wanted.informed_on is None or wanted.informed_how is None:
        raise Invalid(*faults)
    resident.level = wanted.level
    resident.informed_on, resident.informed_how = wanted.informed_on, wanted.informed_how
    resident.touch()
    note(session, actor, "resident.level_raised", resident, level=wanted.level)
    session.flush()
    return resident


def change_phase(
    session: Session, actor: Actor, resident_id: UUID, version: int | None, wanted: ResidentPhaseIn
) -> Resident:
    """Go on to another phase of the way together, or back to an earlier one."""
    resident = changeable(session, actor, resident_id, Permission.CHANGE_PHASE, version)
    if resident.phase is wanted.phase:
        raise Conflict("This is the phase already.")
    before = resident.phase
    resident.phase, resident.phase_since, resident.exploring_meant_on = wanted.phase, clock.today(), None
    resident.touch()
    note(session, actor, "resident.phase_changed", resident, phase=wanted.phase, before=before)
    session.flush()
    return resident


def mean_exploring(session: Session, actor: Actor, resident_id: UUID, version: int | None) -> Resident:
    """Say that exploring for so long is on purpose; it is asked again after as many days."""
    resident = changeable(session, actor, resident_id, Permission.CHANGE_PHASE, version)
    if resident.phase is not ResidentPhase.EXPLORE:
        raise Conflict("You are past exploring with this resident.")
    resident.exploring_meant_on = clock.today()
    resident.touch()
    note(session, actor, "resident.exploring_meant", resident)
    session.flush()
    return resident


def assign_worker(session: Session, actor: Actor, resident_id: UUID, wanted: WorkerIn) -> Resident:
    """Let a colleague look after the resident too, or stand in."""
    resident = changeable(session, actor, resident_id, Permission.ASSIGN_WORKER)
    colleague = find_colleague(session, actor, wanted.account_id, at="account_id")
    for worker in resident.workers:
        if worker.account_id == colleague.id and worker.until_on is None:
            if worker.part is wanted.part:
                raise Conflict("This colleague already looks after the resident.")
            worker.until_on = clock.today()
            session.flush()
    session.add(
        ResidentWorker(resident_id=resident.id, account_id=colleague.id, part=wanted.part, from_on=clock.today())
    )
    resident.touch()
    note(session, actor, "resident.worker_assigned", resident, account_id=colleague.id, part=wanted.part)
    session.flush()
    session.expire(resident, ["workers"])
    return get_record(session, actor, resident_id, Permission.OPEN_RECORD)


def release_worker(session: Session, actor: Actor, resident_id: UUID, worker_id: UUID) -> None:
    """End that a worker looks after the resident; the last assigned one cannot go without another."""
    resident = changeable(session, actor, resident_id, Permission.ASSIGN_WORKER)
    current = [worker for worker in resident.workers if worker.until_on is None]
    leaving = next((worker for worker in current if worker.id == worker_id), None)
    if leaving is None:
        raise NotFound
    if not any(worker.part is WorkerPart.ASSIGNED for worker in current if worker.id != worker_id):
        raise Conflict("Nobody would look after this resident any more. Assign somebody else first.")
    leaving.until_on = clock.today()
    resident.touch()
    note(session, actor, "resident.worker_released", resident, account_id=leaving.account_id)
    session.flush()


def record_consent(session: Session, actor: Actor, resident_id: UUID, given: ConsentIn) -> Consent:
    """Write down that a resident agreed to something."""
    resident = changeable(session, actor, resident_id, Permission.RECORD_CONSENT)
    if consents_to(session, resident.id, given.scope) is not None:
        raise Conflict("This consent is already there.")
    consent = Consent(
        resident_id=resident.id,
        scope=given.scope,
        how=given.how,
        given_on=not_later("given_on", given.given_on),
        recorded_by_id=actor.id,
    )
    session.add(consent)
    note(session, actor, "consent.recorded", resident, scope=given.scope)
    session.flush()
    return consent


def withdraw_consent(session: Session, actor: Actor, resident_id: UUID, consent_id: UUID) -> Consent:
    """Write down that a resident no longer agrees; it counts at once, and needs no reason."""
    resident = get_record(session, actor, resident_id, Permission.RECORD_CONSENT)
    consent = session.get(Consent, consent_id)
    if consent is None or consent.resident_id != resident.id:
        raise NotFound
    if consent.withdrawn_on is not None:
        raise Conflict("This consent was withdrawn already.")
    consent.withdrawn_on = clock.today()
    session.add(consent)
    note(session, actor, "consent.withdrawn", resident, scope=consent.scope)
    session.flush()
    return consent


def consents_to(session: Session, resident_id: UUID, scope: object) -> Consent | None:
    """Return the consent of a resident that is in force for this scope."""
    return session.scalar(
        select(Consent).where(
            col(Consent.resident_id) == resident_id, col(Consent.scope) == scope, col(Consent.withdrawn_on).is_(None)
        )
    )


def restrict_resident(session: Session, actor: Actor, resident_id: UUID, version: int) -> Resident:
    """Freeze what is kept about a resident: out of lists, nothing changed, until it is lifted."""
    return _restrict(session, actor, resident_id, version, restrict=True)


def lift_restriction(session: Session, actor: Actor, resident_id: UUID, version: int) -> Resident:
    """Lift the restriction."""
    return _restrict(session, actor, resident_id, version, restrict=False)


def changeable(
    session: Session, actor: Actor, resident_id: UUID, permission: Permission, version: int | None = None
) -> Resident:
    """Return an opened resident to whom something may be done; one whose data is restricted is left alone."""
    resident = get_record(session, actor, resident_id, permission, version)
    if resident.restricted_on is not None:
        raise Conflict("This resident asked to leave the data as it is. Lift the restriction first, with the resident.")
    return resident


def resident_named(
    session: Session, actor: Actor, resident_id: UUID, permission: Permission, *, at: str = "resident_id"
) -> Resident:
    """Return the resident that was named in the field `at`, as `changeable` does, or refuse that field."""
    try:
        return changeable(session, actor, resident_id, permission)
    except (NotFound, MovedTo):
        raise invalid(at, "unknown", "There is no such resident among those you can see.") from None


def resident_to_introduce(session: Session, actor: Actor, resident_id: UUID, permission: Permission) -> Resident:
    """Return the resident that was named, who agreed to be introduced to others; or refuse the field."""
    resident = resident_named(session, actor, resident_id, permission)
    if consents_to(session, resident.id, ConsentScope.TO_BE_INTRODUCED) is None:
        raise invalid(
            "resident_id",
            "consent_missing",
            "This resident has not agreed to be introduced to others. Ask first, and record the consent.",
        )
    return resident


def question_writing(resident: Resident, even_so: bool) -> None:
    """Ask first, before something in writing goes to somebody who would rather not read."""
    if resident.rather_not_reads and not even_so:
        raise Question("This resident would rather not read. Can you call, or go there, instead of writing?", "even_so")


def above_level(where: str, field: str) -> Fault:
    """Return the fault of a field that may not be kept at this registration level, with the way on."""
    return Fault((where,), "above_level", ABOVE_LEVEL[FIELD_LEVELS[field]])


def _restrict(session: Session, actor: Actor, resident_id: UUID, version: int, *, restrict: bool) -> Resident:
    resident = find_resident(session, actor, resident_id)
    require(actor, Permission.RESTRICT_RESIDENT, resident)
    not_stale(resident, version)
    if (resident.restricted_on is not None) is restrict:
        raise Conflict(N_("The data is restricted already.") if restrict else N_("The data is not restricted."))
    open_rows(session, [resident])
    resident.restricted_on = clock.today() if restrict else None
    resident.touch()
    note(session, actor, "resident.restricted" if restrict else "resident.restriction_lifted", resident)
    session.flush()
    return resident


def _household(session: Session, actor: Actor, other_id: UUID | None, area_id: UUID) -> UUID | None:
    if other_id is None:
        return None
    try:
        other = find_resident(session, actor, other_id)
    except (NotFound, MovedTo):
        raise invalid("household_of_id", "unknown", "There is no such resident among those you can see.") from None
    if other.household_id is None:
        household = Household(area_id=area_id)
        session.add(household)
        session.flush()
        other.household_id = household.id
    return other.household_id


def _refuse_above_level(level: RegistrationLevel, change: ResidentChange, given: set[str]) -> None:
    faults = [
        above_level(name, name)
        for name in ("full_name", "contact_channel", "contact_value", "contact_window", "age_band")
        if name in given and getattr(change, name) is not None and not may_keep(name, level)
    ]
    if change.age_band is AgeBand.UNDER_18:
        faults.append(
            Fault(("age_band",), "child", "Children are counted, not registered beyond an alias. Go back to the alias.")
        )
    if faults:
        raise Invalid(*faults)
