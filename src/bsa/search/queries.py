"""Finding, always as someone: the index says where something might be, the database what of it this actor may read."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, null, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.asks.models import Ask
from bsa.asks.queries import visible_to as asks_visible_to
from bsa.commitments.models import Commitment
from bsa.commitments.queries import visible_to as commitments_visible_to
from bsa.errors import invalid
from bsa.initiatives.models import Initiative
from bsa.initiatives.queries import visible_to as initiatives_visible_to
from bsa.institutions.models import Institution
from bsa.institutions.queries import visible_to as institutions_visible_to
from bsa.needs.models import Need, NeedLayer
from bsa.needs.queries import open_to, visible_to
from bsa.paging import cursor_after
from bsa.people.models import Account
from bsa.permissions import Actor, Permission, allows, require
from bsa.residents.models import Resident
from bsa.residents.queries import ITEMS as RESIDENTS
from bsa.residents.queries import Listed
from bsa.residents.queries import visible_to as residents_visible_to
from bsa.sealing import note_read, open_cell
from bsa.search.entries import marks_of, told_layers
from bsa.search.index import Found, Index, Look, Part, Tier
from bsa.search.shapes import Hit, HitGroup, Piece, SearchIn, SearchKind, SearchOut
from bsa.search.words import marked, words_of
from bsa.themes.models import Theme
from bsa.themes.queries import visible_to as themes_visible_to

Around = aliased(Area)
"""The area around a place that was found."""

MOST_WORDS = 8
"""So many different words are looked for; more make a search no narrower that is of any use."""

CLOSE = 3
"""The last tier: what comes close, looked for when there is nothing else that this actor may read."""

TITLE, EXCERPT = 120, 160
"""So many letters are shown of a title, and of the place in a text where something was found."""


@dataclass(frozen=True)
class Card:
    """What the database says of something that was found, with texts that this actor may read, still closed."""

    key: UUID
    title: Callable[[], str | None]
    texts: Callable[[], list[str]]
    resident_id: UUID | None = None
    about: Callable[[], str | None] = lambda: None
    area_id: UUID | None = None
    area_name: str | None = None
    part: Part | None = None
    """Of a resident: which entry counts for this actor."""
    allowed: list[str] = field(default_factory=list)


def find(session: Session, actor: Actor, wanted: SearchIn) -> SearchOut:
    """Find what the actor may read and in which all words stand: as typed, as a beginning, as kin, or nearly so."""
    require(actor, Permission.SEARCH)
    index: Index | None = session.info["index"]
    typed = list(dict.fromkeys(words_of(wanted.words)))[:MOST_WORDS]
    if index is None or not typed:
        return SearchOut(groups=[], complete=index is not None and index.ready)
    kinds = [wanted.kind] if wanted.kind else list(SearchKind)
    look = index.look(typed, [one for kind in kinds for one in marks_of(actor, kind)])
    start, after = _read(index, wanted)
    if start < CLOSE:
        groups = _groups(session, actor, look, kinds, wanted.limit, range(start, CLOSE), after)
        if groups or after:
            return SearchOut(groups=groups, complete=index.ready)
    groups = _groups(session, actor, look, kinds, wanted.limit, range(CLOSE, look.TIERS), after)
    meant = _meant(look.tier(CLOSE), groups) if groups else None
    return SearchOut(groups=groups, complete=index.ready, close=bool(groups), meant=meant)


def _groups(
    session: Session,
    actor: Actor,
    look: Look,
    kinds: Sequence[SearchKind],
    limit: int,
    tiers: Sequence[int],
    after: Found | None,
) -> list[HitGroup]:
    """Return what was found of each kind. Whose it is, is noted for all kinds at once, before anything is opened."""
    pages = [(kind, *_page(session, actor, look, kind, limit, tiers, after)) for kind in kinds]
    note_read(session, {card.resident_id for _, cards, _ in pages for _, card in cards if card.resident_id})
    groups = []
    for kind, cards, cursor in pages:
        hits = [hit for tier, card in cards if (hit := _hit(look.tier(tier), card))]
        if hits or cursor:
            groups.append(HitGroup(kind=kind, hits=hits, next_cursor=cursor))
    return groups


def _page(
    session: Session,
    actor: Actor,
    look: Look,
    kind: SearchKind,
    limit: int,
    tiers: Sequence[int],
    after: Found | None,
) -> tuple[list[tuple[int, Card]], str | None]:
    """Return one page of what this actor may read, each with the tier in which it was found, and the next cursor."""
    page: list[tuple[int, Card]] = []
    for tier, some in _candidates(look, marks_of(actor, kind), tiers, after, limit + 1):
        cards = {card.key: card for card in CARDS[kind](session, actor, [one.subject for one in some])}
        for one in some:
            card = cards.get(one.subject)
            if card is None or (card.part and one.part not in (card.part, Part.BOTH)):
                continue
            if len(page) == limit:
                last_tier, last = page[-1]
                return page, cursor_after(last_tier, last.key)
            page.append((tier, card))
    return page, None


def _candidates(
    look: Look, marks: Sequence[str], tiers: Sequence[int], after: Found | None, how_many: int
) -> Iterator[tuple[int, list[Found]]]:
    """Look in one tier after the other, for more and more at a time: what the index has may be hidden or gone."""
    if not marks:
        return
    for number in tiers:
        at, size = after if number == tiers[0] else None, how_many
        while some := look.find(number, marks, at, size):
            yield number, some
            if len(some) < size:
                break
            at, size = some[-1], min(size * 2, 500)


def _hit(tier: Tier, card: Card) -> Hit | None:
    """Draw up what was found; what no longer holds the words was changed a moment ago, and is left out."""
    title = card.title() or ""
    texts = card.texts()
    present = set(words_of(" ".join([title, *texts])))
    meant = [one.hits(present) for one in tier]
    if not all(meant):
        return None
    hits = set().union(*meant)
    shown = marked(title, hits.__contains__, TITLE)
    told = next((text for text in texts if hits & set(words_of(text))), None)
    return Hit(
        id=card.key,
        title=_pieces(shown),
        excerpt=_pieces(marked(told, hits.__contains__, EXCERPT)) if told else [],
        area_id=card.area_id,
        area_name=card.area_name,
        about=card.about(),
        allowed_actions=card.allowed,
    )


def _pieces(pieces: Sequence[tuple[str, bool]]) -> list[Piece]:
    return [Piece(text=text, marked=is_marked) for text, is_marked in pieces]


def _meant(close: Tier, groups: Sequence[HitGroup]) -> str | None:
    """Return the words that were found in the place of those that were typed: only words that are shown."""
    shown = [
        word
        for group in groups
        for hit in group.hits
        for piece in (*hit.title, *hit.excerpt)
        if piece.marked
        for word in words_of(piece.text)
    ]
    meant = [next((word for word in shown if one.hits({word})), one.word) for one in close]
    return " ".join(meant) if shown and meant != [one.word for one in close] else None


def _read(index: Index, wanted: SearchIn) -> tuple[int, Found | None]:
    """Return the tier in which a page begins, and after what."""
    if not wanted.cursor or wanted.kind is None:
        return 0, None
    try:
        tier, key = json.loads(base64.urlsafe_b64decode(wanted.cursor + "=" * (-len(wanted.cursor) % 4)))
        if 0 <= int(tier) <= CLOSE:
            return int(tier), index.place_of(UUID(key))
    except (ValueError, TypeError, AttributeError):
        pass
    raise invalid("cursor", "cursor", "This cursor is not one that was handed out. Start at the first page.")


def _residents(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[Card]:
    query = RESIDENTS.add_columns(col(Resident.full_name)).where(
        col(Resident.id).in_(ids), residents_visible_to(actor), col(Resident.merged_into_id).is_(None)
    )

    def card(row: Any) -> Card:
        def opened(column: str, cell: Any) -> str:
            return open_cell(session, Resident, column, row.id, row.id, cell) or ""

        # The full name is opened for those who look after the resident, and for nobody else.
        full = row.full_name if row.mine else None
        listed = Listed(row.area_id, frozenset({actor.id} if row.mine else ()))
        return Card(
            key=row.id,
            resident_id=row.id,
            title=lambda: opened("call_name", row.call_name),
            texts=lambda: [opened("full_name", full)] if full else [],
            about=lambda: open_cell(session, Account, "display_name", row.worker_id, None, row.worker_name),
            area_id=row.area_id,
            area_name=row.area_name,
            part=Part.OWN if row.mine and row.full_name else Part.AREA,
            allowed=_allowed(actor, (Permission.OPEN_RECORD, Permission.RESTRICT_RESIDENT), listed),
        )

    return [card(row) for row in session.execute(query, {"my_id": actor.id})]


def _needs(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[Card]:
    rows = session.execute(
        select(
            col(Need.id).label("need_id"),
            col(Need.resident_id),
            col(Need.area_id),
            col(Area.name).label("area_name"),
            col(Resident.call_name),
            col(NeedLayer.id),
            col(NeedLayer.words),
        )
        .join(Resident, col(Resident.id) == Need.resident_id)
        .join(Area, col(Area.id) == Need.area_id)
        .join(NeedLayer, col(NeedLayer.need_id) == Need.id)
        .where(col(Need.id).in_(ids), visible_to(actor), open_to(actor), told_layers())
        .order_by(col(NeedLayer.need_id), col(NeedLayer.depth))
    ).all()
    layers: dict[UUID, list[Any]] = {}
    for row in rows:
        layers.setdefault(row.need_id, []).append(row)

    def card(need_id: UUID, told: Sequence[Any]) -> Card:
        first, *deeper = told

        def words(row: Any) -> str:
            return open_cell(session, NeedLayer, "words", row.id, row.resident_id, row.words) or ""

        return Card(
            key=need_id,
            resident_id=first.resident_id,
            title=lambda: words(first),
            texts=lambda: [words(row) for row in deeper],
            about=lambda: open_cell(
                session, Resident, "call_name", first.resident_id, first.resident_id, first.call_name
            ),
            area_id=first.area_id,
            area_name=first.area_name,
            allowed=[Permission.OPEN_RECORD.value],
        )

    return [card(need_id, told) for need_id, told in layers.items()]


def _allowed(actor: Actor, deeds: Sequence[Permission], subject: object) -> list[str]:
    return [deed.value for deed in deeds if allows(actor, deed, subject)]


Draw = Callable[[Session, Actor, Sequence[UUID]], list[Card]]


def _plain(query: Select[*tuple[Any, ...]], key: Any, visible: Callable[[Actor], ColumnElement[bool]]) -> Draw:
    """Return how cards are made of what is not about a resident: rows with `title`, `more`, `about` and their area."""

    def draw(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[Card]:
        return [_plain_card(row) for row in session.execute(query.where(key.in_(ids), visible(actor)))]

    return draw


def _plain_card(row: Any) -> Card:
    return Card(
        key=row.id,
        title=lambda: row.title,
        texts=lambda: [text for text in (row.more, row.most) if text],
        about=lambda: row.about,
        area_id=row.area_id,
        area_name=row.area_name,
    )


def _anybody(actor: Actor) -> ColumnElement[bool]:
    """Areas say nothing about a person: everybody who is signed in may see them."""
    return true()


AREA: tuple[Any, ...] = (col(Area.id).label("area_id"), col(Area.name).label("area_name"))


def _shown(title: Any, more: Any = None, most: Any = None, about: Any = None, area: Any = AREA) -> tuple[Any, ...]:
    """Name the columns that `_plain` draws; a kind has a title, and of the rest what it has."""
    texts = {"title": title, "more": more, "most": most, "about": about}
    return (*((null() if column is None else col(column)).label(name) for name, column in texts.items()), *area)


CARDS: dict[SearchKind, Draw] = {
    SearchKind.RESIDENT: _residents,
    SearchKind.NEED: _needs,
    SearchKind.THEME: _plain(
        select(col(Theme.id), *_shown(Theme.title, Theme.description)).join(Area, col(Area.id) == Theme.area_id),
        col(Theme.id),
        themes_visible_to,
    ),
    SearchKind.INITIATIVE: _plain(
        select(col(Initiative.id), *_shown(Initiative.title, Initiative.description, Initiative.lesson)).join(
            Area, col(Area.id) == Initiative.area_id
        ),
        col(Initiative.id),
        initiatives_visible_to,
    ),
    SearchKind.ASK: _plain(
        select(col(Ask.id), *_shown(Ask.text, about=Institution.name))
        .join(Area, col(Area.id) == Ask.area_id)
        .join(Institution, col(Institution.id) == Ask.institution_id),
        col(Ask.id),
        asks_visible_to,
    ),
    SearchKind.COMMITMENT: _plain(
        select(col(Commitment.id), *_shown(Commitment.residents_words, Commitment.promise, about=Institution.name))
        .join(Area, col(Area.id) == Commitment.area_id)
        .join(Institution, col(Institution.id) == Commitment.institution_id),
        col(Commitment.id),
        commitments_visible_to,
    ),
    SearchKind.INSTITUTION: _plain(
        select(
            col(Institution.id),
            *_shown(Institution.name, area=(null().label("area_id"), null().label("area_name"))),
        ),
        col(Institution.id),
        institutions_visible_to,
    ),
    SearchKind.PLACE: _plain(
        select(
            col(Area.id),
            *_shown(Area.name, Area.code, area=(col(Area.id).label("area_id"), col(Around.name).label("area_name"))),
        ).outerjoin(Around, col(Around.id) == Area.parent_id),
        col(Area.id),
        _anybody,
    ),
}
"""How each kind is read as this actor: one statement for a page, which starts at the feature's own `visible_to`."""
