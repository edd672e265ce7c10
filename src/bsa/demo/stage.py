"""Where the demo plays and who plays in it: areas, institutions with their people, accounts, and what was made so far.

Everybody and everything is made up, but for the name and the code of the municipality.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlmodel import Session

from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.institutions.actions import record_contact, record_institution
from bsa.institutions.models import InstitutionKind, Mandate
from bsa.institutions.shapes import InstitutionContactIn, InstitutionIn
from bsa.people.actions import create_account
from bsa.people.queries import actor_by_name
from bsa.people.shapes import AccountIn
from bsa.permissions import Actor, Purpose, Role
from bsa.residents.actions import change_resident, raise_level, record_consent, register_resident
from bsa.residents.models import ConsentHow, ConsentScope, Informed, RegistrationLevel, Resident
from bsa.residents.shapes import ConsentIn, LevelIn, ResidentChange, ResidentIn
from bsa.rows import ChangingRow

PASSWORD = "buurt-demo-2026"  # noqa: S105 - printed at every start; made-up people hold nothing to protect
"""The password of every account of the demo."""

NEIGHBOURHOODS = ("Oude Molenbuurt", "Nieuwe Veenbuurt", "Kanaalzicht", "Berkenakkers", "De Turfgraaf", "Zuiderschans")
HERE = NEIGHBOURHOODS[0]
COMPLEX = "Molenstraat"
DISTRICT = "Demowijk Zuidoost"

CORPORATION = "Woningcorporatie De Veenhoek"
MUNICIPALITY = "Gemeente Emmen (demo)"

INSTITUTIONS: dict[str, tuple[InstitutionKind, str]] = {
    CORPORATION: (InstitutionKind.HOUSING_CORPORATION, "post@veenhoek.example"),
    MUNICIPALITY: (InstitutionKind.MUNICIPALITY, "wijkzaken@gemeente.example"),
    "Welzijn Zuidoost": (InstitutionKind.WELFARE, "post@welzijnzuidoost.example"),
    "Wijkbelangen Molenveld": (InstitutionKind.RESIDENTS_ORGANISATION, "bestuur@molenveld.example"),
    "GGZ Veenrand": (InstitutionKind.MENTAL_HEALTH_CARE, "wijkteam@ggzveenrand.example"),
    "Schuldhulp Emmen-demo": (InstitutionKind.DEBT_HELP, "aanmelden@schuldhulp.example"),
    "Politie basisteam Zuidoost (demo)": (InstitutionKind.POLICE, "wijkagenten@politie.example"),
    "Basisschool De Wiekslag": (InstitutionKind.SCHOOL, "directie@wiekslag.example"),
    "Huisartsenpraktijk Het Veenpad": (InstitutionKind.HEALTH_CARE, "praktijk@veenpad.example"),
    "Bibliotheek Zuidoost (demo)": (InstitutionKind.OTHER, "post@bibliotheek.example"),
    "Sportvereniging Turfboys": (InstitutionKind.OTHER, "secretaris@turfboys.example"),
    "Vervoersbedrijf Veenlijn": (InstitutionKind.OTHER, "klant@veenlijn.example"),
}

PEOPLE: tuple[tuple[str, str, str, Mandate], ...] = (
    (CORPORATION, "Joost Hendriks", "woonconsulent", Mandate.OPERATIONAL),
    (CORPORATION, "Carla Nijenhuis", "manager vastgoed", Mandate.POLICY),
    (MUNICIPALITY, "Tim de Graaf", "beleidsmedewerker wijken", Mandate.POLICY),
    (MUNICIPALITY, "Anouk Steen", "beheer openbare ruimte", Mandate.OPERATIONAL),
    ("Welzijn Zuidoost", "Anja Prins", "beheer buurthuizen", Mandate.OPERATIONAL),
    ("Wijkbelangen Molenveld", "Roelof Bos", "voorzitter", Mandate.BOARD),
    ("GGZ Veenrand", "Marit Dijkema", "sociaal psychiatrisch verpleegkundige", Mandate.OPERATIONAL),
    ("Schuldhulp Emmen-demo", "Nadia Haddou", "schuldhulpverlener", Mandate.OPERATIONAL),
    ("Politie basisteam Zuidoost (demo)", "Ester Pol", "wijkagent", Mandate.OPERATIONAL),
    ("Basisschool De Wiekslag", "Bram Timmer", "directeur", Mandate.POLICY),
    ("Huisartsenpraktijk Het Veenpad", "Femke Roossien", "praktijkondersteuner", Mandate.OPERATIONAL),
    ("Bibliotheek Zuidoost (demo)", "Gerda Klok", "coördinator taalhuis", Mandate.OPERATIONAL),
    ("Sportvereniging Turfboys", "Wim Kort", "voorzitter", Mandate.BOARD),
    ("Vervoersbedrijf Veenlijn", "Stef Bakels", "dienstregeling", Mandate.OPERATIONAL),
)
"""Institution, name, job, and the level at which this person may promise."""


@dataclass(frozen=True)
class Part:
    """A part in the demo: an account with its role, its reach or its institution."""

    name: str
    role: Role
    reach: tuple[str, ...] = ()
    institution: str | None = None


ACCOUNTS: dict[str, Part] = {
    "activator": Part("Marloes Winter", Role.ACTIVATOR, (HERE,)),
    "teamleader": Part("Hatim Bouzid", Role.TEAM_LEADER, (DISTRICT,)),
    "corporation": Part("Joost Hendriks", Role.INSTITUTION_CONTACT, institution=CORPORATION),
    "policy": Part("Tim de Graaf", Role.POLICY_OFFICER, ("Emmen",)),
    "privacy": Part("Yvonne Smeets", Role.PRIVACY_OFFICER, ("Emmen",)),
    "admin": Part("Ilse Postma", Role.ADMINISTRATOR),
    "colleague": Part("Daan Kuipers", Role.ACTIVATOR, (HERE, "Nieuwe Veenbuurt")),
    "sanne": Part("Sanne Vos", Role.ACTIVATOR, ("Nieuwe Veenbuurt", "Kanaalzicht")),
    "ibrahim": Part("Ibrahim Demir", Role.ACTIVATOR, ("Berkenakkers", "De Turfgraaf")),
    "lotte": Part("Lotte Brands", Role.ACTIVATOR, ("Zuiderschans", "Kanaalzicht")),
    "carla": Part("Carla Nijenhuis", Role.INSTITUTION_CONTACT, institution=CORPORATION),
    "practice": Part("Femke Roossien", Role.INSTITUTION_CONTACT, institution="Huisartsenpraktijk Het Veenpad"),
    "municipality": Part("Anouk Steen", Role.INSTITUTION_CONTACT, institution=MUNICIPALITY),
}
"""Who signs in; the first six names stay as they are, others lean on them."""

SIGNED_IN: dict[str, str] = {CORPORATION: "corporation", MUNICIPALITY: "municipality"}
"""Institutions that sign in themselves, and by which account."""


@dataclass
class Stage:
    """Everybody who plays, and the keys of what was made, by the name that the demo calls it."""

    actors: dict[str, Actor] = field(default_factory=dict)
    keys: dict[str, UUID] = field(default_factory=dict)
    slips: dict[UUID, tuple[UUID, list[str]]] = field(default_factory=dict)
    """The slips that households have in the hand, by promise: their round, and the codes that are not used yet."""

    def __getitem__(self, name: str) -> UUID:
        """Return the key of something that was made."""
        return self.keys[name]

    def __setitem__(self, name: str, key: UUID) -> None:
        """Remember the key of something that was made."""
        if name in self.keys:
            raise ValueError(f"The demo made {name!r} twice.")
        self.keys[name] = key

    def actor(self, name: str) -> Actor:
        """Return somebody of the cast."""
        return self.actors[name]


def set_stage(session: Session) -> Stage:
    """Make areas, institutions and accounts."""
    stage = Stage()
    _make_areas(session, stage)
    _make_account(session, stage, "admin")
    admin = stage.actor("admin")
    for name, (kind, email) in INSTITUTIONS.items():
        address = f"{name}\nPostbus 100\n7800 ZZ Emmen"
        told = InstitutionIn(name=name, kind=kind, email=email, postal_address=address)
        stage[name] = record_institution(session, admin, told).id
    for institution, name, job, mandate in PEOPLE:
        email = f"{name.split()[0].lower()}@{INSTITUTIONS[institution][1].split('@')[1]}"
        person = InstitutionContactIn(name=name, job=job, mandate=mandate, email=email)
        stage[name] = record_contact(session, admin, stage[institution], person).id
    for name in ACCOUNTS:
        if name != "admin":
            _make_account(session, stage, name)
    return stage


def version_of(session: Session, kind: type[ChangingRow], key: UUID) -> int:
    """Return the present version of something: the cast always looks before it changes anything."""
    return session.get_one(kind, key).version


def meet(session: Session, actor: Actor, stage: Stage, name: str, told: ResidentIn) -> Resident:
    """Register a resident, and remember the key by name."""
    resident = register_resident(session, actor, told)
    stage[name] = resident.id
    return resident


def get_to_know(session: Session, actor: Actor, resident_id: UUID, on: date, change: ResidentChange) -> None:
    """Raise somebody to known, after telling what is kept, and note what is known now."""
    told = LevelIn(level=RegistrationLevel.KNOWN, informed_on=on, informed_how=Informed.SPOKEN)
    resident = raise_level(session, actor, resident_id, version_of(session, Resident, resident_id), told)
    change_resident(session, actor, resident_id, resident.version, change)


def open_dossier(session: Session, actor: Actor, resident_id: UUID, on: date) -> None:
    """Raise somebody to a dossier, with the information sheet."""
    told = LevelIn(level=RegistrationLevel.DOSSIER, informed_on=on, informed_how=Informed.SHEET)
    raise_level(session, actor, resident_id, version_of(session, Resident, resident_id), told)


def agree(session: Session, actor: Actor, resident_id: UUID, on: date, *scopes: ConsentScope) -> None:
    """Note that somebody agreed to something, in so many words."""
    for scope in scopes:
        record_consent(session, actor, resident_id, ConsentIn(scope=scope, how=ConsentHow.SPOKEN, given_on=on))


def _make_areas(session: Session, stage: Stage) -> None:
    def make(
        name: str, level: Level, within: str | None, code: str | None = None, covers: tuple[str, ...] = ()
    ) -> None:
        told = AreaIn(
            level=level,
            name=name,
            code=code,
            division_year=2026 if code else None,
            parent_id=stage[within] if within else None,
            covers_ids=[stage[covered] for covered in covers],
        )
        stage[name] = record_area(session, None, told, made_up=level is not Level.MUNICIPALITY).id

    make("Emmen", Level.MUNICIPALITY, None, "GM0114")
    make(DISTRICT, Level.DISTRICT, "Emmen", "WK0114ZZ")
    for number, name in enumerate(NEIGHBOURHOODS, start=1):
        make(name, Level.NEIGHBOURHOOD, DISTRICT, f"BU0114ZZ{number:02}")
    make("Gebied Zuidoost (demo)", Level.OWN_AREA, "Emmen", covers=NEIGHBOURHOODS)
    make(COMPLEX, Level.COMPLEX, HERE)
    make("Buurthuis De Wiek", Level.PLACE, HERE)
    make("Veenhof", Level.COMPLEX, "Nieuwe Veenbuurt")
    make("Kadeflat", Level.COMPLEX, "Kanaalzicht")
    make("Speelplein De Kluit", Level.PLACE, "De Turfgraaf")


def _make_account(session: Session, stage: Stage, name: str) -> None:
    part = ACCOUNTS[name]
    told = AccountIn(
        name=name,
        display_name=part.name,
        roles=[part.role],
        area_ids=[stage[area] for area in part.reach],
        institution_id=stage[part.institution] if part.institution else None,
    )
    create_account(session, stage.actors.get("admin"), told, PASSWORD)
    purpose = {
        Role.PRIVACY_OFFICER: Purpose.PRIVACY_CHECK,
        Role.ADMINISTRATOR: Purpose.ADMINISTRATION,
    }.get(part.role, Purpose.OWN_NEIGHBOURHOOD)
    stage.actors[name] = actor_by_name(session, name, purpose)
