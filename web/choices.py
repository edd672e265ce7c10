"""What the selects of more than one page offer: areas, institutions, the people there."""

from uuid import UUID

from api.areas import list_areas
from api.dependencies import Session
from api.institutions import list_institution_contacts, list_institutions
from bsa.areas.models import Level
from bsa.areas.shapes import AreaQuery
from bsa.asks.models import Source
from bsa.institutions.shapes import InstitutionContactOut, InstitutionContactQuery, InstitutionQuery
from bsa.permissions import Actor, Permission, allows

Choice = tuple[UUID, str]

ALL = 200
"""As many as one select offers."""

SAID = [Source.MEETING, Source.TELEPHONE, Source.MAIL, Source.LETTER]
"""From where the team knows what an institution said."""
JUDGED = [Source.MEETING, Source.PAPER_SLIP, Source.TELEPHONE, Source.MAIL, Source.LETTER]
"""From where the team knows what residents say."""


def own_neighbourhoods(session: Session, visitor: Actor) -> list[Choice]:
    """Return the neighbourhoods in the visitor's reach, by name."""
    wanted = AreaQuery(mine=True, level=Level.NEIGHBOURHOOD, limit=ALL)
    return [(area.id, area.name) for area in list_areas(session, visitor, wanted).items]


def own_places(session: Session, visitor: Actor) -> list[Choice]:
    """Return the own neighbourhoods, each followed by the complexes and places in it."""
    inner: dict[UUID | None, list[Choice]] = {}
    for level in (Level.COMPLEX, Level.PLACE):
        for area in list_areas(session, visitor, AreaQuery(level=level, mine=True, limit=ALL)).items:
            inner.setdefault(area.parent_id, []).append((area.id, area.name))
    choices = []
    for key, name in own_neighbourhoods(session, visitor):
        choices.append((key, name))
        choices.extend((within, f"{name} – {called}") for within, called in inner.get(key, []))
    return choices


def institutions(session: Session, visitor: Actor) -> list[Choice]:
    """Return the institutions that the visitor may know of, by name."""
    return [(one.id, one.name) for one in list_institutions(session, visitor, InstitutionQuery(limit=ALL)).items]


def people_at(session: Session, visitor: Actor, institution_id: UUID) -> list[InstitutionContactOut]:
    """Return who works at an institution, for those who may know."""
    if not allows(visitor, Permission.SEE_INSTITUTION_CONTACTS):
        return []
    wanted = InstitutionContactQuery(limit=ALL)
    return list_institution_contacts(session, visitor, institution_id, wanted).items
