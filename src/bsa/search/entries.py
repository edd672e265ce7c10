"""What the index is told: the words of each thing, and the marks of those to whom it could be shown.

Only what is named here is in the index. Notes, own shares, sketches, impressions, ties, goals, practice, promises and
deeper hunches are not: there is nothing to be found in them, by nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.asks.models import Ask, AskState
from bsa.commitments.models import Commitment, Visibility
from bsa.initiatives.models import Initiative
from bsa.institutions.models import Institution
from bsa.needs.models import HowLearned, Need, NeedLayer
from bsa.permissions import Actor, Permission, Role, allows
from bsa.residents.models import Resident, ResidentWorker
from bsa.sealing import CannotOpen, SealedCell, Sealer
from bsa.search.index import Entry, Part
from bsa.search.shapes import Kind
from bsa.search.words import fold, words_of
from bsa.themes.models import Theme

MANY_AREAS = 40
"""Whoever has more areas in reach is taken to see them all: fewer lists to join, and the database decides anyway."""

LETTERS = {
    Kind.RESIDENT: "r",
    Kind.NEED: "n",
    Kind.THEME: "t",
    Kind.INITIATIVE: "i",
    Kind.ASK: "q",
    Kind.COMMITMENT: "c",
    Kind.INSTITUTION: "o",
    Kind.PLACE: "p",
}

READ_BY: dict[Kind, Permission] = {
    Kind.RESIDENT: Permission.SEE_RESIDENTS,
    Kind.NEED: Permission.SEE_NEEDS,
    Kind.THEME: Permission.SEE_THEMES,
    Kind.INITIATIVE: Permission.SEE_INITIATIVES,
    Kind.ASK: Permission.SEE_ASKS,
    Kind.COMMITMENT: Permission.SEE_COMMITMENTS,
    Kind.INSTITUTION: Permission.SEE_INSTITUTIONS,
    Kind.PLACE: Permission.SEE_AREAS,
}
"""Who may look for what: whoever may read it."""


def mark(kind: Kind, sort: str, key: UUID | None = None) -> str:
    """Return the mark that stands beside the words of a text; no word begins with a line at the bottom."""
    return f"_{LETTERS[kind]}{sort}{key.hex[-12:] if key else ''}"


def marks_of(actor: Actor, kind: Kind) -> list[str]:
    """Return the marks of what the actor could be shown of a kind; none when there can be nothing."""
    if not allows(actor, READ_BY[kind]):
        return []
    here = [mark(kind, "a", area_id) for area_id in sorted(actor.area_ids)]
    if len(here) > MANY_AREAS:
        here = [mark(kind, "a")]
    own = [mark(kind, "w", actor.id)] if actor.has(Role.ACTIVATOR) else []
    if kind is Kind.RESIDENT:
        frozen = [mark(kind, "f")] if actor.has(Role.PRIVACY_OFFICER) else []
        return own + here + frozen
    if kind is Kind.NEED:
        return own
    if kind in (Kind.INSTITUTION, Kind.PLACE):
        return [mark(kind, "s")]
    found = here if actor.of_the_team else []
    if kind in (Kind.ASK, Kind.COMMITMENT) and actor.institution_id:
        found = [*found, mark(kind, "i", actor.institution_id)]
    if kind is Kind.COMMITMENT and actor.has(Role.POLICY_OFFICER):
        found = [*found, mark(kind, "s")]
    return found


def told_layers() -> ColumnElement[bool]:
    """Return the condition for the layers that are looked through: what was said and stands, no deeper hunch."""
    return and_(
        col(NeedLayer.struck_at).is_(None),
        or_(col(NeedLayer.depth) == 0, col(NeedLayer.how_learned) != HowLearned.HUNCH),
    )


def entries_of_residents(session: Session, box: Sealer, ids: Sequence[UUID]) -> list[Entry]:
    """Return the entries of these residents: their names, and the words of their needs."""
    box.fetch(ids)
    workers: dict[UUID, list[UUID]] = defaultdict(list)
    for resident_id, account_id in session.execute(
        select(col(ResidentWorker.resident_id), col(ResidentWorker.account_id)).where(
            col(ResidentWorker.resident_id).in_(ids), col(ResidentWorker.until_on).is_(None)
        )
    ):
        workers[resident_id].append(account_id)
    entries: list[Entry] = []
    for row in session.execute(
        select(
            col(Resident.id),
            col(Resident.area_id),
            col(Resident.call_name),
            col(Resident.full_name),
            col(Resident.restricted_on),
        ).where(col(Resident.id).in_(ids), col(Resident.merged_into_id).is_(None))
    ):
        with suppress(CannotOpen):
            entries += _names(box, row, workers[row.id])
    words: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    for row in session.execute(
        select(col(NeedLayer.id), col(NeedLayer.need_id), col(Need.resident_id), col(NeedLayer.words))
        .join(Need, col(Need.id) == NeedLayer.need_id)
        .where(col(Need.resident_id).in_(ids), told_layers())
        .order_by(col(NeedLayer.depth))
    ):
        with suppress(CannotOpen):
            opened = box.open(row.words, "need_layer", "words", row.id, row.resident_id)
            words[row.need_id, row.resident_id] += words_of(opened)
    for (need_id, resident_id), told in words.items():
        own = [mark(Kind.NEED, "w", account_id) for account_id in workers[resident_id]]
        entries.append(Entry(Kind.NEED, need_id, resident_id, told, own))
    return entries


def _names(box: Sealer, row: Any, workers: Sequence[UUID]) -> list[Entry]:
    def opened(column: str, cell: SealedCell | None) -> str:
        return "" if cell is None else box.open(cell, "resident", column, row.id, row.id)

    called, full = opened("call_name", row.call_name), opened("full_name", row.full_name)
    # Those who look after a resident find the full name too; colleagues in the area find what their list shows.
    own = [mark(Kind.RESIDENT, "w", account_id) for account_id in workers]
    kept = row.restricted_on is not None
    area = [mark(Kind.RESIDENT, "f")] if kept else [mark(Kind.RESIDENT, "a", row.area_id), mark(Kind.RESIDENT, "a")]
    sort = fold(called)
    if not full:
        return [Entry(Kind.RESIDENT, row.id, row.id, words_of(called), own + area, Part.BOTH, sort)]
    return [
        Entry(Kind.RESIDENT, row.id, row.id, words_of(called), area, Part.AREA, sort),
        Entry(Kind.RESIDENT, row.id, row.id, words_of(f"{called} {full}"), own, Part.OWN, sort),
    ]


def _theme(row: Any) -> Entry:
    return _of_area(Kind.THEME, row, row.title, row.description)


def _initiative(row: Any) -> Entry:
    return _of_area(Kind.INITIATIVE, row, row.title, row.description, row.lesson)


def _ask(row: Any) -> Entry:
    put = [mark(Kind.ASK, "i", row.institution_id)] if row.state is not AskState.DRAFT else []
    return _of_area(Kind.ASK, row, row.text, marks=put)


def _commitment(row: Any) -> Entry:
    marks = [mark(Kind.COMMITMENT, "i", row.institution_id)]
    if row.visibility in (Visibility.NEIGHBOURHOOD, Visibility.PUBLIC):
        marks.append(mark(Kind.COMMITMENT, "s"))
    return _of_area(Kind.COMMITMENT, row, row.promise, row.residents_words, marks=marks)


def _institution(row: Any) -> Entry:
    return Entry(
        Kind.INSTITUTION, row.id, row.id, words_of(row.name), [mark(Kind.INSTITUTION, "s")], sort=fold(row.name)
    )


def _place(row: Any) -> Entry:
    told = words_of(f"{row.name} {row.code or ''}")
    return Entry(Kind.PLACE, row.id, row.id, told, [mark(Kind.PLACE, "s")], sort=fold(row.name))


def _of_area(kind: Kind, row: Any, *texts: str | None, marks: Iterable[str] = ()) -> Entry:
    told = [word for text in texts if text for word in words_of(text)]
    return Entry(kind, row.id, row.id, told, [mark(kind, "a", row.area_id), mark(kind, "a"), *marks])


@dataclass(frozen=True)
class Source:
    """What is read of a table that is not about residents, and how an entry is made of a row."""

    key: Any
    columns: tuple[Any, ...]
    entry: Callable[[Any], Entry]


SOURCES: dict[str, Source] = {
    "theme": Source(Theme.id, (Theme.id, Theme.area_id, Theme.title, Theme.description), _theme),
    "initiative": Source(
        Initiative.id,
        (Initiative.id, Initiative.area_id, Initiative.title, Initiative.description, Initiative.lesson),
        _initiative,
    ),
    "ask": Source(Ask.id, (Ask.id, Ask.area_id, Ask.institution_id, Ask.text, Ask.state), _ask),
    "commitment": Source(
        Commitment.id,
        (
            Commitment.id,
            Commitment.area_id,
            Commitment.institution_id,
            Commitment.promise,
            Commitment.residents_words,
            Commitment.visibility,
        ),
        _commitment,
    ),
    "institution": Source(Institution.id, (Institution.id, Institution.name), _institution),
    "area": Source(Area.id, (Area.id, Area.name, Area.code), _place),
}
"""The tables of which the index holds something, besides the residents' own; by the name that events call them."""


def entries_of(session: Session, table: str, ids: Sequence[UUID]) -> list[Entry]:
    """Return the entries of things of one table that are not about a resident."""
    source = SOURCES[table]
    return [source.entry(row) for row in session.execute(select(*source.columns).where(source.key.in_(ids)))]
