"""What the index is told: the words of each thing, and the marks of those to whom it could be shown.

Only what is named here is in the index. Notes, own shares, sketches, impressions, ties, goals, practice, promises and
deeper hunches are not: there is nothing to be found in them, by nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.asks.models import Ask, AskState
from bsa.commitments.models import Commitment, Visibility
from bsa.initiatives.models import Initiative
from bsa.institutions.models import Institution
from bsa.keystore import KeyStore
from bsa.needs.models import HowLearned, NeedLayer
from bsa.paging import as_stored
from bsa.permissions import Actor, Permission, Role, allows
from bsa.residents.models import Resident, ResidentWorker
from bsa.sealing import CannotOpen, open_with
from bsa.search.index import Entry, Part
from bsa.search.shapes import SearchKind
from bsa.search.words import fold, words_of
from bsa.themes.models import Theme

MANY_AREAS = 40
"""Whoever has more areas in reach is taken to see them all: fewer lists to join, and the database decides anyway."""

LETTERS = {
    SearchKind.RESIDENT: "r",
    SearchKind.NEED: "n",
    SearchKind.THEME: "t",
    SearchKind.INITIATIVE: "i",
    SearchKind.ASK: "q",
    SearchKind.COMMITMENT: "c",
    SearchKind.INSTITUTION: "o",
    SearchKind.PLACE: "p",
}

READ_BY: dict[SearchKind, Permission] = {
    SearchKind.RESIDENT: Permission.SEE_RESIDENTS,
    SearchKind.NEED: Permission.SEE_NEEDS,
    SearchKind.THEME: Permission.SEE_THEMES,
    SearchKind.INITIATIVE: Permission.SEE_INITIATIVES,
    SearchKind.ASK: Permission.SEE_ASKS,
    SearchKind.COMMITMENT: Permission.SEE_COMMITMENTS,
    SearchKind.INSTITUTION: Permission.SEE_INSTITUTIONS,
    SearchKind.PLACE: Permission.SEE_AREAS,
}
"""Who may look for what: whoever may read it."""


def mark(kind: SearchKind, sort: str, key: str = "") -> str:
    """Return the mark that stands beside the words of a text; no word begins with a line at the bottom."""
    return f"_{LETTERS[kind]}{sort}{key[-12:]}"


def marks_of(actor: Actor, kind: SearchKind) -> list[str]:
    """Return the marks of what the actor could be shown of a kind; none when there can be nothing."""
    if not allows(actor, READ_BY[kind]):
        return []
    here = [mark(kind, "a", area_id.hex) for area_id in sorted(actor.area_ids)]
    if len(here) > MANY_AREAS:
        here = [mark(kind, "a")]
    own = [mark(kind, "w", actor.id.hex)] if actor.has(Role.ACTIVATOR) else []
    if kind is SearchKind.RESIDENT:
        frozen = [mark(kind, "f")] if actor.has(Role.PRIVACY_OFFICER) else []
        return own + here + frozen
    if kind is SearchKind.NEED:
        return own
    if kind in (SearchKind.INSTITUTION, SearchKind.PLACE):
        return [mark(kind, "s")]
    found = here if actor.of_the_team else []
    if kind in (SearchKind.ASK, SearchKind.COMMITMENT) and actor.institution_id:
        found = [*found, mark(kind, "i", actor.institution_id.hex)]
    if kind is SearchKind.COMMITMENT and actor.has(Role.POLICY_OFFICER):
        found = [*found, mark(kind, "s")]
    return found


def told_layers() -> ColumnElement[bool]:
    """Return the condition for the layers that are looked through: what was said and stands, no deeper hunch."""
    return and_(
        col(NeedLayer.struck_at).is_(None),
        or_(col(NeedLayer.depth) == 0, col(NeedLayer.how_learned) != HowLearned.HUNCH),
    )


def entries_of_residents(session: Session, store: KeyStore, ids: Sequence[UUID]) -> list[Entry]:
    """Return the entries of these residents: their names, and the words of their needs.

    A whole installation comes by here when a process starts. So rows are taken as the driver gives them: making an
    object of every key took a third of the time.
    """
    rows = session.connection()
    whose = {_stored(session, one): Whose(key, str(one), one.bytes) for one, key in store.keys(ids).items()}
    workers: dict[Any, list[str]] = defaultdict(list)
    for resident, account in rows.execute(WORKERS.where(col(ResidentWorker.resident_id).in_(ids))).all():
        workers[resident].append(_hex(account))
    entries: list[Entry] = []
    for resident, area, call_name, full_name, restricted in rows.execute(NAMES.where(col(Resident.id).in_(ids))).all():
        if resident in whose:
            here = [mark(SearchKind.RESIDENT, "a", _hex(area)), mark(SearchKind.RESIDENT, "a")]
            seen = [mark(SearchKind.RESIDENT, "f")] if restricted else here
            with suppress(CannotOpen):
                entries += _names(whose[resident], call_name, full_name, seen, workers[resident])
    told: dict[tuple[Any, Any], list[str]] = defaultdict(list)
    for layer, need, resident, cell in rows.execute(LAYERS.where(col(NeedLayer.resident_id).in_(ids))).all():
        owner = whose.get(resident)
        if owner is not None:
            with suppress(CannotOpen):
                words = open_with(owner.key, cell, "need_layer", "words", _dashed(layer), owner.text)
                told[resident, need] += words_of(words)
    own = {resident: [mark(SearchKind.NEED, "w", one) for one in looking] for resident, looking in workers.items()}
    entries += [
        Entry(_bytes(need), whose[resident].stored, words, own.get(resident, []))
        for (resident, need), words in told.items()
    ]
    return entries


class Whose(NamedTuple):
    """A resident whose cells are opened: the data key, and the resident's own key as text and as bytes."""

    key: AESGCM
    text: str
    stored: bytes


WORKERS: Select[Any] = select(
    as_stored("resident_id", col(ResidentWorker.resident_id)), as_stored("account_id", col(ResidentWorker.account_id))
).where(col(ResidentWorker.until_on).is_(None))
NAMES: Select[Any] = select(
    as_stored("id", col(Resident.id)),
    as_stored("area_id", col(Resident.area_id)),
    as_stored("call_name", col(Resident.call_name)),
    as_stored("full_name", col(Resident.full_name)),
    col(Resident.restricted_on).is_not(None),
).where(col(Resident.merged_into_id).is_(None))
LAYERS: Select[Any] = select(
    as_stored("id", col(NeedLayer.id)),
    as_stored("need_id", col(NeedLayer.need_id)),
    as_stored("resident_id", col(NeedLayer.resident_id)),
    as_stored("words", col(NeedLayer.words)),
).where(told_layers())


def _names(
    whose: Whose, call_name: bytes, full_name: bytes | None, seen: list[str], workers: Sequence[str]
) -> list[Entry]:
    key, text, subject = whose
    called = open_with(key, call_name, "resident", "call_name", text, text)
    # Those who look after a resident find the full name too; colleagues in the area find what their list shows.
    own = [mark(SearchKind.RESIDENT, "w", account) for account in workers]
    sort, words = fold(called), words_of(called)
    if full_name is None:
        return [Entry(subject, subject, words, own + seen, Part.BOTH, sort)]
    full = words_of(open_with(key, full_name, "resident", "full_name", text, text))
    return [
        Entry(subject, subject, words, seen, Part.AREA, sort),
        Entry(subject, subject, words + full, own, Part.OWN, sort),
    ]


def _stored(session: Session, key: UUID) -> Any:
    """Return a key as the driver gives it: SQLite keeps text without lines, PostgreSQL keys."""
    return key.hex if session.get_bind().dialect.name == "sqlite" else key


def _hex(stored: Any) -> str:
    return stored if isinstance(stored, str) else stored.hex


def _bytes(stored: Any) -> bytes:
    return bytes.fromhex(stored) if isinstance(stored, str) else stored.bytes


def _dashed(stored: Any) -> str:
    if isinstance(stored, str):
        return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"
    return str(stored)


def _theme(row: Any) -> Entry:
    return _of_area(SearchKind.THEME, row, row.title, row.description)


def _initiative(row: Any) -> Entry:
    return _of_area(SearchKind.INITIATIVE, row, row.title, row.description, row.lesson)


def _ask(row: Any) -> Entry:
    put = [mark(SearchKind.ASK, "i", row.institution_id.hex)] if row.state is not AskState.DRAFT else []
    return _of_area(SearchKind.ASK, row, row.text, marks=put)


def _commitment(row: Any) -> Entry:
    marks = [mark(SearchKind.COMMITMENT, "i", row.institution_id.hex)]
    if row.visibility in (Visibility.NEIGHBOURHOOD, Visibility.PUBLIC):
        marks.append(mark(SearchKind.COMMITMENT, "s"))
    return _of_area(SearchKind.COMMITMENT, row, row.promise, row.residents_words, marks=marks)


def _institution(row: Any) -> Entry:
    return Entry(
        row.id.bytes,
        row.id.bytes,
        words_of(row.name),
        [mark(SearchKind.INSTITUTION, "s")],
        sort=fold(row.name),
    )


def _place(row: Any) -> Entry:
    told = words_of(f"{row.name} {row.code or ''}")
    return Entry(row.id.bytes, row.id.bytes, told, [mark(SearchKind.PLACE, "s")], sort=fold(row.name))


def _of_area(kind: SearchKind, row: Any, *texts: str | None, marks: Iterable[str] = ()) -> Entry:
    told = [word for text in texts if text for word in words_of(text)]
    return Entry(row.id.bytes, row.id.bytes, told, [mark(kind, "a", row.area_id.hex), mark(kind, "a"), *marks])


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
