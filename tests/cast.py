"""The cast: the same few people in every test, each with a role and a reach, and what is around them.

Here is the neighbourhood where the story plays; there is another one, so that "other area" is always somebody's.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.clients.actions import rotate_signing_key
from bsa.institutions.models import Institution, InstitutionKind
from bsa.people.actions import create_account
from bsa.people.queries import actor_by_name
from bsa.people.shapes import AccountIn
from bsa.permissions import Actor, Purpose, Role
from bsa.residents.actions import raise_level, register_resident
from bsa.residents.models import Informed, RegistrationLevel, Resident
from bsa.residents.shapes import LevelIn, ResidentIn
from bsa.scales.actions import add_shipped_scales

NOW = datetime(2026, 3, 24, 9, 30, tzinfo=UTC)
"""The moment at which tests that stand the clock stand it."""

PASSWORD = "correct horse battery staple"

ROLES: dict[str, tuple[list[Role], str]] = {
    "activator": ([Role.ACTIVATOR], "here"),
    "colleague": ([Role.ACTIVATOR], "here"),
    "stranger": ([Role.ACTIVATOR], "there"),
    "teamleader": ([Role.TEAM_LEADER], "here"),
    "corporation": ([Role.INSTITUTION_CONTACT], ""),
    "rival": ([Role.INSTITUTION_CONTACT], ""),
    "policy": ([Role.POLICY_OFFICER], "all"),
    "privacy": ([Role.PRIVACY_OFFICER], "all"),
    "admin": ([Role.ADMINISTRATOR], ""),
}
"""Who plays: account name, roles, and reach. `rival` is a contact of another institution than `corporation`."""


@dataclass(frozen=True)
class Cast:
    """The keys of everybody and everything that every test may count on."""

    municipality_id: UUID
    here_id: UUID
    there_id: UUID
    corporation_id: UUID
    rival_id: UUID
    actors: dict[str, Actor]

    def __getattr__(self, name: str) -> Actor:
        """Return an actor by name: `cast.activator`."""
        try:
            return self.actors[name]
        except KeyError:
            raise AttributeError(name) from None


def gather(session: Session) -> Cast:
    """Make the cast through the real actions."""
    municipality = record_area(
        session, None, AreaIn(level=Level.MUNICIPALITY, name="Emmen", code="GM0114", division_year=2026)
    )
    district = record_area(
        session,
        None,
        AreaIn(level=Level.DISTRICT, name="Wijk Demo", code="WK0114ZZ", division_year=2026, parent_id=municipality.id),
    )
    here, there = (
        record_area(
            session,
            None,
            AreaIn(level=Level.NEIGHBOURHOOD, name=name, code=code, division_year=2026, parent_id=district.id),
        )
        for name, code in (("Oude Molenbuurt", "BU0114ZZ01"), ("Nieuwe Veenbuurt", "BU0114ZZ02"))
    )
    corporation = Institution(
        name="De Veenhoek", kind=InstitutionKind.HOUSING_CORPORATION, email="post@veenhoek.example"
    )
    rival = Institution(name="GGZ Veenrand", kind=InstitutionKind.MENTAL_HEALTH_CARE)
    session.add_all([corporation, rival])
    session.flush()
    areas = {"here": [here.id], "there": [there.id], "all": [municipality.id], "": []}
    institutions = {"corporation": corporation.id, "rival": rival.id}
    for name, (roles, reach) in ROLES.items():
        told = AccountIn(
            name=name,
            display_name=f"{name.title()} van de Cast",
            roles=roles,
            area_ids=areas[reach],
            institution_id=institutions.get(name),
        )
        create_account(session, None, told)
    add_shipped_scales(session)
    # Made once for all tests: an RSA key takes a tenth of a second.
    rotate_signing_key(session)
    session.flush()
    return Cast(
        municipality_id=municipality.id,
        here_id=here.id,
        there_id=there.id,
        corporation_id=corporation.id,
        rival_id=rival.id,
        actors={
            name: actor_by_name(
                session, name, Purpose.PRIVACY_CHECK if name == "privacy" else Purpose.OWN_NEIGHBOURHOOD
            )
            for name in ROLES
        },
    )


def a_resident(session: Session, actor: Actor, area_id: UUID, name: str = "Geert", on: date | None = None) -> Resident:
    """Register a resident by alias."""
    told = ResidentIn(call_name=name, area_id=area_id, informed_on=on or clock.today(), informed_how=Informed.SPOKEN)
    return register_resident(session, actor, told)


def a_dossier(session: Session, actor: Actor, area_id: UUID, name: str = "Geert") -> Resident:
    """Register a resident and raise the level to dossier, with the sheet handed over."""
    resident = a_resident(session, actor, area_id, name)
    told = LevelIn(level=RegistrationLevel.DOSSIER, informed_on=clock.today(), informed_how=Informed.SHEET)
    return raise_level(session, actor, resident.id, resident.version, told)
