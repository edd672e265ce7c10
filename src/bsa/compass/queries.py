"""Reading the compass, always as someone: from events alone, joined on nothing but keys.

It looks at what happened to which subject, never at who did it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, and_, case, func, select, union_all
from sqlmodel import Session, SQLModel, col

from bsa import clock
from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.asks.models import Ask
from bsa.commitments.models import Commitment
from bsa.compass.elements import SHOWS, Element, ElementState
from bsa.compass.shapes import AreaCompass, ElementOut, ResidentCompass
from bsa.errors import NotFound
from bsa.events import Event
from bsa.initiatives.models import Initiative, Participant
from bsa.needs.models import Need
from bsa.permissions import Actor, Permission, require
from bsa.residents.models import Resident
from bsa.residents.queries import get_record
from bsa.settings import Settings
from bsa.themes.models import Theme, ThemeNeed

Found = Sequence[Any]


def show_area_compass(session: Session, actor: Actor, area_id: UUID) -> AreaCompass:
    """Show which elements of the method are alive in an area of the actor's reach."""
    require(actor, Permission.SEE_COMPASS)
    area = session.scalar(select(Area).where(col(Area.id) == area_id, col(Area.id).in_(actor.area_ids)))
    if area is None:
        raise NotFound
    since = _since(session)
    here = _counted(since).where(lies_within(col(Event.area_id), area.id))  # type: ignore[arg-type]
    # Rows that belong to a resident alone lie where the resident does; their events know no area.
    about = [
        _counted(since, table)
        .join(Resident, col(Resident.id) == table.c.resident_id)
        .where(lies_within(col(Resident.area_id), area.id), col(Resident.restricted_on).is_(None))
        for table in _tables_of_residents()
        if "area_id" not in table.columns
    ]
    return AreaCompass(
        area_id=area.id,
        area_name=area.name,
        asleep_days=_settings(session).asleep_days,
        elements=_elements(session.execute(union_all(here, *about)).all()),
    )


def show_resident_compass(session: Session, actor: Actor, resident_id: UUID) -> ResidentCompass:
    """Show which elements of the method are alive on the way that is gone with a resident."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    since = _since(session)
    own = _counted(since).where(col(Event.subject_kind) == Resident.__tablename__, col(Event.subject_id) == resident.id)
    rows = [_counted(since, table).where(table.c.resident_id == resident.id) for table in _tables_of_residents()]
    shared = [
        _counted(since, kind.__table__).where(kind.__table__.c.id.in_(keys))  # type: ignore[attr-defined]
        for kind, keys in _shared_with(resident.id)
    ]
    return ResidentCompass(
        resident_id=resident.id,
        asleep_days=_settings(session).asleep_days,
        elements=_elements(session.execute(union_all(own, *rows, *shared)).all()),
    )


def _counted(since: datetime, table: Table | None = None) -> Select[*tuple[Any, ...]]:
    """Select of each kind how many events there were lately, and when the last was; with a table, about its rows."""
    lately = func.sum(case((col(Event.created_at) >= since, 1), else_=0))
    query: Select[*tuple[Any, ...]] = select(
        col(Event.kind).label("kind"), lately.label("lately"), func.max(col(Event.created_at)).label("last_at")
    ).where(col(Event.kind).in_(SHOWS))
    if table is not None:
        query = query.join(table, and_(col(Event.subject_kind) == table.name, col(Event.subject_id) == table.c.id))
    return query.group_by(col(Event.kind))


def _tables_of_residents() -> Iterable[Table]:
    """Return the tables whose rows belong to a resident and have events of their own."""
    subjects = {kind.partition(".")[0] for kind in SHOWS}
    return [
        table
        for table in SQLModel.metadata.sorted_tables
        if table.name in subjects and "resident_id" in table.columns and table.columns["resident_id"].foreign_keys
    ]


def _shared_with(resident_id: UUID) -> list[tuple[type[SQLModel], Select[*tuple[Any, ...]]]]:
    """Return what a resident has a part in with others: themes, initiatives, and what those ask and are promised."""
    themes = select(col(ThemeNeed.theme_id)).where(
        col(ThemeNeed.need_id).in_(select(col(Need.id)).where(col(Need.resident_id) == resident_id))
    )
    initiatives = select(col(Participant.initiative_id)).where(col(Participant.resident_id) == resident_id)
    asks = select(col(Ask.id)).where(col(Ask.initiative_id).in_(initiatives))
    commitments = select(col(Commitment.id)).where(col(Commitment.ask_id).in_(asks))
    return [(Theme, themes), (Initiative, initiatives), (Ask, asks), (Commitment, commitments)]


def _elements(found: Found) -> list[ElementOut]:
    return [_element(element, number, found) for number, element in enumerate(Element, start=1)]


def _element(element: Element, number: int, found: Found) -> ElementOut:
    shown = [row for row in found if element in SHOWS[row.kind]]
    lately = sum(row.lately for row in shown)
    last = max((row.last_at for row in shown), default=None)
    state = ElementState.ALIVE if lately else ElementState.SLEEPING if last else ElementState.NOT_YET
    return ElementOut(
        element=element,
        number=number,
        state=state,
        events=lately,
        last_on=clock.day_of(last) if last else None,
    )


def _since(session: Session) -> datetime:
    return clock.now() - timedelta(days=_settings(session).asleep_days)


def _settings(session: Session) -> Settings:
    settings: Settings = session.info["settings"]
    return settings
