"""Storing a population as an installation would hold it, so that the real counting reads it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update
from sqlmodel import Session, SQLModel, col

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.contacts.models import Contact, ContactPlace, ContactPurpose
from bsa.errors import N_, Conflict
from bsa.events import Event
from bsa.goals.models import ScoredBy
from bsa.headcount.residents import LADDER
from bsa.initiatives.models import Initiative, Origin, Participant, Phase
from bsa.institutions.models import Institution, InstitutionKind
from bsa.needs.models import Need, NeedEnding
from bsa.people.actions import create_account
from bsa.people.shapes import AccountIn
from bsa.permissions import Role
from bsa.population.reading import Person, Population
from bsa.quarters import first_day_of, last_day_of
from bsa.referrals.models import Referral, ReferralDirection, ReferralResident, ReferralSubject, Urgency
from bsa.referrals.states import ReferralOutcome, ReferralState
from bsa.residents.models import Informed, RegistrationLevel, Resident, ResidentPhase
from bsa.scales.actions import add_shipped_scales
from bsa.scales.models import ScaleDefinition, ScaleScore
from bsa.statistics.models import Inhabitants

ENOUGH = 1_000
"""So many people live in a neighbourhood when no file says otherwise."""
BEFORE_THE_END = timedelta(days=10)
"""Of a quarter: on this day everybody in it is met."""
IN_THE_MIDDLE = timedelta(days=30)
CHUNK = 5_000
"""So many rows are stored at a time."""
CACHE = 64_000
"""Kilobytes of pages kept in memory meanwhile, on SQLite."""
MIDDLE = 3
"""The level of the ladder from which it goes up or down."""
STEPS = {"up": 1, "same": 0, "down": -1}
ENDED: dict[str, tuple[ReferralState, ReferralOutcome | None]] = {
    "helped": (ReferralState.COMPLETED, ReferralOutcome.HELPED),
    "carried_on": (ReferralState.COMPLETED, ReferralOutcome.CARRIED_ON_ALONE),
    "not_helped": (ReferralState.FAILED, ReferralOutcome.NOT_REACHED),
    "none_yet": (ReferralState.ACCEPTED, None),
}


class NotEmpty(Conflict):
    """There are residents already."""

    message = N_("This installation holds residents already, and they stay alone. Name an empty folder.")


@dataclass
class Scene:
    """What everybody in the population shares."""

    areas: dict[str, UUID]
    worker_id: UUID
    initiative_id: UUID
    scale_id: UUID
    institutions: dict[str, UUID]
    rows: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    now: datetime = field(default_factory=clock.now)

    def add(self, kind: type[SQLModel], **values: Any) -> None:
        """Keep a row for storing."""
        self.rows.setdefault(kind, []).append({"id": clock.new_id(), "created_at": self.now, **values})


def store_population(
    session: Session, population: Population, inhabitants: dict[str, int], say: Callable[[int, int], None]
) -> None:
    """Store everybody; `inhabitants` by code, for the areas of which it is known. Only in an empty installation."""
    if session.scalar(select(col(Resident.id)).limit(1)) is not None:
        raise NotEmpty
    if session.get_bind().dialect.name == "sqlite":
        # Keys are random: with few pages in memory, most of them are encrypted and written many times.
        session.execute(text(f"PRAGMA cache_size = -{CACHE}"))
    scene = _scene(session, population, inhabitants)
    for number, seen in enumerate(population.people.values()):
        _person(scene, population.periods, seen)
        if number % CHUNK == CHUNK - 1:
            _store(session, scene)
            say(number + 1, len(population.people))
    _store(session, scene)
    say(len(population.people), len(population.people))


def _scene(session: Session, population: Population, inhabitants: dict[str, int]) -> Scene:
    year = int(population.periods[0][:4])
    areas = _areas(session, population.neighbourhoods, year)
    worker = create_account(
        session,
        None,
        AccountIn(name="counted", display_name="Counted", roles=[Role.ACTIVATOR], area_ids=list(areas.values())[:1]),
    )
    add_shipped_scales(session)
    ladder = session.scalars(select(ScaleDefinition).where(col(ScaleDefinition.key) == LADDER)).one()
    session.execute(
        update(ScaleDefinition)
        .where(col(ScaleDefinition.id) == ladder.id)
        .values(enabled=True, licence_note="Only for trying out figures.")
    )
    institutions = {kind: Institution(name=f"Partner {kind}", kind=InstitutionKind(kind)) for kind in InstitutionKind}
    initiative = Initiative(
        area_id=next(iter(areas.values())),
        title="Everybody",
        origin=Origin.RESIDENTS,
        phase=Phase.ACTING,
        phase_since=first_day_of(population.periods[0]),
        started_on=first_day_of(population.periods[0]),
    )
    session.add_all([*institutions.values(), initiative])
    _inhabitants(session, areas, {int(period[:4]) - 1 for period in population.periods}, inhabitants)
    session.flush()
    return Scene(areas, worker.id, initiative.id, ladder.id, {kind.value: one.id for kind, one in institutions.items()})


def _areas(session: Session, neighbourhoods: Iterable[str], year: int) -> dict[str, UUID]:
    """Record the neighbourhoods, and the districts and municipalities that their codes name; return the keys."""
    found: dict[str, UUID] = {}

    def recorded(level: Level, code: str, parent: str | None) -> None:
        if code not in found:
            told = AreaIn(
                level=level, name=code, code=code, division_year=year, parent_id=found[parent] if parent else None
            )
            found[code] = record_area(session, None, told, made_up=True).id

    for code in sorted(neighbourhoods):
        municipality, district = f"GM{code[2:6]}", f"WK{code[2:8]}"
        recorded(Level.MUNICIPALITY, municipality, None)
        recorded(Level.DISTRICT, district, municipality)
        recorded(Level.NEIGHBOURHOOD, code, district)
    return found


def _inhabitants(session: Session, areas: Iterable[str], years: set[int], known: dict[str, int]) -> None:
    living = {code: known.get(code, ENOUGH) for code in areas if code.startswith("BU")}
    for code in areas:
        if code.startswith("WK"):
            inside = sum(number for one, number in living.items() if one[2:8] == code[2:])
            living[code] = known.get(code, inside)
    rows = [
        {"code": code, "year": year, "number": number} for year in years for code, number in living.items() if code[2:]
    ]
    session.execute(insert(Inhabitants), rows)


def _person(scene: Scene, periods: list[str], seen: dict[str, Person]) -> None:
    """Keep the rows of one person: each quarter as it was said, and what changed in between."""
    resident_id, present = uuid4(), sorted(seen)
    first, last = seen[present[0]], seen[present[-1]]
    began = first_day_of(present[0])
    phases = list(_phases(periods, present, seen))
    scene.rows.setdefault(Resident, []).append(
        {
            "id": resident_id,
            "created_at": scene.now,
            "changed_at": scene.now,
            "version": 1,
            "level": RegistrationLevel.KNOWN,
            "area_id": scene.areas[last.neighbourhood],
            "informed_on": began,
            "informed_how": Informed.SPOKEN,
            "age_band": _known(last.get("age_band")),
            "phase": phases[-1][1],
            "phase_since": phases[-1][0],
            "last_contact_on": last_day_of(present[-1]) - BEFORE_THE_END,
        }
    )
    for (_, before), (on, phase) in pairwise(phases):
        _phase_changed(scene, resident_id, on, before, phase)
    if first.get("reached") == "again":
        _contact(scene, resident_id, first, began - BEFORE_THE_END)
    for period in present:
        _contact(scene, resident_id, seen[period], last_day_of(period) - BEFORE_THE_END)
        if outcome := seen[period].get("outcome"):
            _referral(scene, resident_id, seen[period], first_day_of(period) + IN_THE_MIDDLE, outcome)
    _scores(scene, resident_id, seen)
    _needs(scene, resident_id, periods, seen)
    _parts(scene, resident_id, periods, seen)


def _known(age_band: str | None) -> str | None:
    return None if age_band == "unknown" else age_band


def _phases(periods: list[str], present: list[str], seen: dict[str, Person]) -> Iterator[tuple[date, ResidentPhase]]:
    """Tell from which day on somebody was in which phase; who is not there for a quarter has finished until then."""
    before: ResidentPhase | None = None
    for period in periods[periods.index(present[0]) :]:
        here = seen.get(period)
        phase = ResidentPhase(here.get("phase") or "explore") if here else ResidentPhase.FINISHED
        if phase is not before:
            yield first_day_of(period), phase
        before = phase


def _phase_changed(scene: Scene, resident_id: UUID, on: date, before: ResidentPhase, phase: ResidentPhase) -> None:
    scene.rows.setdefault(Event, []).append(
        {
            "id": clock.new_id(),
            "created_at": datetime.combine(on, time(12), clock.HERE),
            "kind": "resident.phase_changed",
            "subject_kind": "resident",
            "subject_id": resident_id,
            "facts": {"before": before.value, "phase": phase.value},
        }
    )


def _scores(scene: Scene, resident_id: UUID, seen: dict[str, Person]) -> None:
    """Keep two scores for each change on the ladder that is another one than before; what is not scored anew stays."""
    before: str | None = None
    for period, here in sorted(seen.items()):
        change = here.get("ladder_change")
        if change not in STEPS or change == before:
            continue
        middle, before = first_day_of(period) + IN_THE_MIDDLE, change
        for on, level in ((middle, MIDDLE), (middle + BEFORE_THE_END, MIDDLE + STEPS[change])):
            scene.add(
                ScaleScore,
                resident_id=resident_id,
                scale_id=scene.scale_id,
                level=level,
                by=ScoredBy.RESIDENT,
                scored_on=on,
                worker_id=scene.worker_id,
            )


def _contact(scene: Scene, resident_id: UUID, here: Person, on: date) -> None:
    scene.add(
        Contact,
        resident_id=resident_id,
        area_id=scene.areas[here.neighbourhood],
        worker_id=scene.worker_id,
        happened_on=on,
        place=ContactPlace.DOORSTEP,
        purpose=ContactPurpose.BEING_THERE,
    )


def _referral(scene: Scene, resident_id: UUID, here: Person, on: date, outcome: str) -> None:
    state, ended = ENDED[outcome]
    moment, referral_id = datetime.combine(on, time(12), clock.HERE), clock.new_id()
    later = moment + BEFORE_THE_END
    scene.rows.setdefault(Referral, []).append(
        {
            "id": referral_id,
            "created_at": moment,
            "changed_at": later,
            "version": 1,
            "direction": ReferralDirection.INBOUND,
            "institution_id": scene.institutions[here.get("partner") or "other"],
            "area_id": scene.areas[here.neighbourhood],
            "subject": ReferralSubject.PERSON,
            "urgency": Urgency.NORMAL,
            "state": state,
            "outcome": ended,
            "requested_at": moment,
            "decided_at": later,
            "closed_at": later if ended else None,
        }
    )
    scene.add(ReferralResident, referral_id=referral_id, resident_id=resident_id)


def _needs(scene: Scene, resident_id: UUID, periods: list[str], seen: dict[str, Person]) -> None:
    """Keep each need from the quarter in which it is first said until the one in which it no longer is."""
    for area in sorted({area for here in seen.values() for area in here.life_areas}):
        for first, until in _stretches(periods, lambda period, area=area: area in _areas_of(seen, period)):  # type: ignore[misc]
            closed = first_day_of(until) if until else None
            scene.add(
                Need,
                changed_at=scene.now,
                version=1,
                resident_id=resident_id,
                area_id=scene.areas[seen[first].neighbourhood],
                life_area=area,
                opened_on=first_day_of(first),
                closed_on=closed,
                ending=NeedEnding.SOLVED if closed else None,
            )


def _areas_of(seen: dict[str, Person], period: str) -> tuple[str, ...]:
    return seen[period].life_areas if period in seen else ()


def _parts(scene: Scene, resident_id: UUID, periods: list[str], seen: dict[str, Person]) -> None:
    """Keep each part that somebody takes; it ends on the last day of a quarter."""
    for part in sorted({part for here in seen.values() if (part := here.get("part"))}):

        def takes(period: str, part: str = part) -> bool:
            return period in seen and seen[period].get("part") == part

        for first, until in _stretches(periods, takes):
            scene.add(
                Participant,
                initiative_id=scene.initiative_id,
                resident_id=resident_id,
                part=part,
                consented_on=first_day_of(first),
                from_on=first_day_of(first),
                until_on=first_day_of(until) - timedelta(days=1) if until else None,
            )


def _stretches(periods: list[str], holds: Callable[[str], bool]) -> Iterator[tuple[str, str | None]]:
    """Return from which quarter until before which something holds; None when it holds to the end."""
    began: str | None = None
    for period in periods:
        if holds(period):
            began = began or period
        elif began:
            yield began, period
            began = None
    if began:
        yield began, None


def _store(session: Session, scene: Scene) -> None:
    kinds = (Resident, Event, Contact, Need, ScaleScore, Referral, ReferralResident, Participant)
    for kind in kinds:
        if rows := scene.rows.pop(kind, []):
            session.connection().execute(insert(kind), rows)
