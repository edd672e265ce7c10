"""Reading theme suggestions and introductions, always as someone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa.areas.models import Area, Level
from bsa.areas.queries import lies_within
from bsa.errors import NotFound
from bsa.initiatives.queries import list_initiatives
from bsa.initiatives.shapes import InitiativeItem, InitiativeQuery
from bsa.needs.models import Need
from bsa.needs.queries import needs_listed, open_to, select_needs
from bsa.needs.queries import visible_to as needs_visible_to
from bsa.needs.shapes import NeedItem
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Consent, ConsentScope, Resident, ResidentWorker
from bsa.residents.queries import looked_after_by
from bsa.rows import locked, not_stale
from bsa.sealing import note_read, open_cell
from bsa.shapes import Page
from bsa.suggestions.models import Introduction, IntroductionAnswer, SuggestedNeed, Suggestion, SuggestionState
from bsa.suggestions.permissible import may_be_brought_together
from bsa.suggestions.shapes import (
    InitiativeNearby,
    IntroductionOut,
    IntroductionQuery,
    IntroductionState,
    OtherSide,
    OwnSide,
    SuggestionItem,
    SuggestionOut,
    SuggestionQuery,
    ThemeNearby,
)
from bsa.themes.models import Theme, ThemeNeed
from bsa.themes.queries import list_themes
from bsa.themes.queries import visible_to as themes_visible_to
from bsa.themes.shapes import ThemeQuery

NEWEST_FIRST = Order((col(Suggestion.found_on), True), (col(Suggestion.id), True))
NEWEST_PROPOSED_FIRST = Order((col(Introduction.proposed_on), True), (col(Introduction.id), True))

NEARBY = 200
"""So many themes and initiatives are looked at when a suggestion is shown."""
FEWEST_SIDES = 2


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the suggestion: the team, in its own areas."""
    return col(Suggestion.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def list_suggestions(session: Session, actor: Actor, wanted: SuggestionQuery) -> Page[SuggestionItem]:
    """List suggestions, the last found first; an open one only while enough households are in it."""
    require(actor, Permission.SEE_SUGGESTIONS)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST, **_rule(session))
    items = _items(session, actor, rows)
    return Page(items=items, next_cursor=cursor_after(items[-1].found_on, items[-1].id) if more else None)


def show_suggestion(session: Session, actor: Actor, suggestion_id: UUID) -> SuggestionOut:
    """Show a suggestion with its needs, and with what is there already that they may join."""
    query = _listed(actor, SuggestionQuery()).where(col(Suggestion.id) == suggestion_id)
    row = session.execute(query, _rule(session)).first()
    if row is None:
        raise NotFound
    item = _items(session, actor, [row])[0]
    needs = _needs_of(session, actor, row.Suggestion)
    initiatives = list_initiatives(session, actor, InitiativeQuery(area_id=item.area_id, open=True, limit=NEARBY)).items
    return SuggestionOut(
        **{name: getattr(item, name) for name in SuggestionItem.model_fields},
        items=needs,
        linked_ids=_linked(session, item.theme_id, [need.id for need in needs if need.mine]),
        themes=_themes_nearby(session, actor, item, initiatives),
        initiatives=[
            InitiativeNearby(id=one.id, title=one.title, theme_ids=[theme.id for theme in one.themes])
            for one in initiatives
        ],
    )


def get_suggestion(
    session: Session, actor: Actor, suggestion_id: UUID, permission: Permission, version: int | None = None
) -> Suggestion:
    """Return a suggestion for a deed; locked when the session writes."""
    query = select(Suggestion).where(col(Suggestion.id) == suggestion_id, visible_to(actor))
    suggestion = session.scalar(locked(session, query, Suggestion))
    if suggestion is None:
        raise NotFound
    require(actor, permission, suggestion)
    not_stale(suggestion, version)
    return suggestion


def list_introductions(session: Session, actor: Actor, wanted: IntroductionQuery) -> Page[IntroductionOut]:
    """List introductions, the last proposed first: where it stands, and the own residents who are asked."""
    require(actor, Permission.SEE_INTRODUCTIONS)
    rows, more = fetch(session, actor, wanted, _introductions, NEWEST_PROPOSED_FIRST)
    items = _introductions_out(session, actor, rows)
    return Page(items=items, next_cursor=cursor_after(items[-1].proposed_on, items[-1].id) if more else None)


def show_introduction(session: Session, actor: Actor, introduction_id: UUID) -> IntroductionOut:
    """Show an introduction: to those whose residents all said yes, also who the others are."""
    query = _introductions(actor, IntroductionQuery()).where(col(Introduction.id) == introduction_id)
    rows = session.execute(query).all()
    if not rows:
        raise NotFound
    return _introductions_out(session, actor, rows)[0]


def get_introduction(session: Session, actor: Actor, introduction_id: UUID) -> Introduction:
    """Return an introduction that the actor may know of; locked when the session writes."""
    query = select(Introduction).where(col(Introduction.id) == introduction_id, _knows_of(actor))
    introduction = session.scalar(locked(session, query, Introduction))
    if introduction is None:
        raise NotFound
    return introduction


def all_agreed(session: Session, introduction: Introduction) -> bool:
    """Tell whether all sides said yes, and stand by it."""
    return bool(session.scalar(select(_all_agreed()).where(col(Introduction.id) == introduction.id)))


def _rule(session: Session) -> dict[str, Any]:
    settings = session.info["settings"]
    return {"fewest_needs": settings.suggestion_needs, "fewest_households": settings.suggestion_households}


def _listed(actor: Actor, wanted: SuggestionQuery) -> Select[*tuple[Any, ...]]:
    linked = exists().where(
        col(ThemeNeed.theme_id) == Suggestion.theme_id, col(ThemeNeed.need_id) == SuggestedNeed.need_id
    )
    own = open_to(actor)
    counted = (
        select(
            col(SuggestedNeed.suggestion_id).label("suggestion_id"),
            func.count().label("needs"),
            func.count(func.coalesce(Resident.household_id, Resident.id).distinct()).label("households"),
            func.min(Need.opened_on).label("first_on"),
            func.max(Need.opened_on).label("last_on"),
            func.sum(case((own, 1), else_=0)).label("mine"),
            func.sum(case((and_(own, col(Need.closed_on).is_(None), ~linked), 1), else_=0)).label("to_link"),
        )
        .join(Suggestion, col(Suggestion.id) == SuggestedNeed.suggestion_id)
        .join(Need, col(Need.id) == SuggestedNeed.need_id)
        .join(Resident, col(Resident.id) == SuggestedNeed.resident_id)
        .where(visible_to(actor), _counts(actor))
        .group_by(col(SuggestedNeed.suggestion_id))
        .subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            Suggestion,
            col(Area.name).label("area_name"),
            col(Theme.title).label("theme_title"),
            col(Theme.closed_on).label("theme_closed_on"),
            *(counted.c[name] for name in ("needs", "households", "first_on", "last_on", "mine", "to_link")),
        )
        .join(Area, col(Area.id) == Suggestion.area_id)
        .outerjoin(Theme, col(Theme.id) == Suggestion.theme_id)
        .join(counted, counted.c.suggestion_id == Suggestion.id)
        .where(
            visible_to(actor),
            or_(
                col(Suggestion.state) != SuggestionState.OPEN,
                and_(
                    counted.c.needs >= bindparam("fewest_needs", type_=Integer),
                    counted.c.households >= bindparam("fewest_households", type_=Integer),
                ),
            ),
        )
    )
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Suggestion.area_id), wanted.area_id))
    if wanted.life_area is not None:
        query = query.where(col(Suggestion.life_area) == wanted.life_area)
    if wanted.state is not None:
        query = query.where(col(Suggestion.state) == wanted.state)
    return query


def _counts(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a need of a suggestion is shown: while nobody decided, only what may be suggested."""
    return and_(
        needs_visible_to(actor),
        or_(col(Suggestion.state) != SuggestionState.OPEN, may_be_brought_together()),
    )


def _items(session: Session, actor: Actor, rows: Sequence[Any]) -> list[SuggestionItem]:
    places = _places(session, actor, [row.Suggestion.id for row in rows])
    return [_item(session, actor, row, places.get(row.Suggestion.id)) for row in rows]


def _item(session: Session, actor: Actor, row: Any, place_name: str | None) -> SuggestionItem:
    suggestion: Suggestion = row.Suggestion
    return SuggestionItem(
        id=suggestion.id,
        version=suggestion.version,
        created_at=suggestion.created_at,
        changed_at=suggestion.changed_at,
        allowed_actions=_allowed(actor, row),
        area_id=suggestion.area_id,
        area_name=row.area_name,
        life_area=suggestion.life_area,
        state=suggestion.state,
        found_on=suggestion.found_on,
        decided_on=suggestion.decided_on,
        theme_id=suggestion.theme_id,
        theme_title=row.theme_title,
        needs=row.needs,
        households=row.households,
        words=_words(session, suggestion),
        place_name=place_name,
        first_month=f"{row.first_on:%Y-%m}",
        last_month=f"{row.last_on:%Y-%m}",
        weeks=(row.last_on - row.first_on).days // 7 + 1,
        mine=row.mine,
        to_link=row.to_link if suggestion.theme_id else 0,
    )


def _words(session: Session, suggestion: Suggestion) -> list[str]:
    words: Any = suggestion.words
    if words is not None and not isinstance(words, str):
        note_read(session, [])
        words = open_cell(session, Suggestion, "words", suggestion.id, None, words)
    return (words or "").split()


def _allowed(actor: Actor, row: Any) -> list[str]:
    suggestion: Suggestion = row.Suggestion
    if suggestion.state is SuggestionState.OPEN:
        return [deed.value for deed in (Permission.DECIDE_SUGGESTION,) if allows(actor, deed, suggestion)]
    # Which need may be linked depends on whose it is.
    joins = suggestion.theme_id is not None and row.theme_closed_on is None and row.to_link
    return [Permission.LINK_NEED.value] if joins and allows(actor, Permission.LINK_NEED) else []


def _places(session: Session, actor: Actor, suggestion_ids: list[UUID]) -> dict[UUID, str]:
    """Return the complex or place from which enough households are in a suggestion; fewer would point at a door."""
    households = func.count(func.coalesce(Resident.household_id, Resident.id).distinct())
    rows = session.execute(
        select(col(SuggestedNeed.suggestion_id), col(Area.name), households.label("households"))
        .join(Suggestion, col(Suggestion.id) == SuggestedNeed.suggestion_id)
        .join(Need, col(Need.id) == SuggestedNeed.need_id)
        .join(Resident, col(Resident.id) == SuggestedNeed.resident_id)
        .join(Area, col(Area.id) == Need.area_id)
        .where(
            col(SuggestedNeed.suggestion_id).in_(suggestion_ids),
            col(Area.level).in_((Level.COMPLEX, Level.PLACE)),
            _counts(actor),
        )
        .group_by(col(SuggestedNeed.suggestion_id), col(Area.name))
        .having(households >= _rule(session)["fewest_households"])
        .order_by(households, col(Area.name).desc())
    )
    return {row.suggestion_id: row.name for row in rows}


def _needs_of(session: Session, actor: Actor, suggestion: Suggestion) -> list[NeedItem]:
    belongs = exists().where(col(SuggestedNeed.need_id) == Need.id, col(SuggestedNeed.suggestion_id) == suggestion.id)
    query = select_needs(actor).where(belongs)
    if suggestion.state is SuggestionState.OPEN:
        query = query.where(may_be_brought_together())
    rows = session.execute(query.order_by(col(Need.opened_on).desc(), col(Need.id).desc())).all()
    return needs_listed(session, list(rows))


def _linked(session: Session, theme_id: UUID | None, need_ids: list[UUID]) -> list[UUID]:
    if theme_id is None:
        return []
    query = select(col(ThemeNeed.need_id)).where(
        col(ThemeNeed.theme_id) == theme_id, col(ThemeNeed.need_id).in_(need_ids)
    )
    return list(session.scalars(query.order_by(col(ThemeNeed.need_id))))


def _themes_nearby(
    session: Session, actor: Actor, item: SuggestionItem, initiatives: list[InitiativeItem]
) -> list[ThemeNearby]:
    """Return the open themes of the area, those first that hold some of these needs, then those of the life area."""
    held = {
        row.theme_id: row.needs
        for row in session.execute(
            select(col(ThemeNeed.theme_id), func.count().label("needs"))
            .join(SuggestedNeed, col(SuggestedNeed.need_id) == ThemeNeed.need_id)
            .join(Theme, col(Theme.id) == ThemeNeed.theme_id)
            .where(col(SuggestedNeed.suggestion_id) == item.id, themes_visible_to(actor))
            .group_by(col(ThemeNeed.theme_id))
        )
    }
    themes = list_themes(session, actor, ThemeQuery(area_id=item.area_id, open=True, limit=NEARBY)).items
    themes.sort(key=lambda theme: (-held.get(theme.id, 0), theme.life_area is not item.life_area))
    return [
        ThemeNearby(
            id=theme.id,
            title=theme.title,
            needs=held.get(theme.id, 0),
            initiatives=[one.title for one in initiatives if theme.id in [about.id for about in one.themes]],
        )
        for theme in themes
    ]


def _knows_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of an introduction: in the own areas, or of an own resident."""
    if not actor.of_the_team:
        return false()
    return or_(col(Introduction.area_id).in_(actor.area_ids), _has_own_side(actor))


def _has_own_side(actor: Actor) -> ColumnElement[bool]:
    if not actor.has(Role.ACTIVATOR):
        return false()
    return exists(
        select(col(IntroductionAnswer.id))
        .join(Resident, col(Resident.id) == IntroductionAnswer.resident_id)
        .where(col(IntroductionAnswer.introduction_id) == Introduction.id, looked_after_by(actor))
        .correlate(Introduction)
    )


def _all_agreed() -> ColumnElement[bool]:
    """Return the condition that each side said yes, with a consent in force, and that there are two at least."""
    side, whose = aliased(IntroductionAnswer), aliased(Resident)
    consented = exists().where(
        col(Consent.resident_id) == side.resident_id,
        col(Consent.scope) == ConsentScope.TO_BE_INTRODUCED,
        col(Consent.withdrawn_on).is_(None),
    )
    doubtful = exists(
        select(col(side.id))
        .join(whose, col(whose.id) == side.resident_id)
        .where(
            col(side.introduction_id) == Introduction.id,
            or_(
                col(side.agreed).is_(None),
                col(side.agreed).is_(False),
                ~consented,
                col(whose.restricted_on).is_not(None),
            ),
        )
        .correlate(Introduction)
    )
    sides = (
        select(func.count())
        .where(col(IntroductionAnswer.introduction_id) == Introduction.id)
        .correlate(Introduction)
        .scalar_subquery()
    )
    return and_(not_(doubtful), sides >= FEWEST_SIDES)


def _introductions(actor: Actor, wanted: IntroductionQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Introduction,
            col(Theme.title).label("theme_title"),
            col(Area.name).label("area_name"),
            col(Account.id).label("proposer_id"),
            col(Account.display_name).label("proposer_name"),
            _all_agreed().label("agreed"),
            _has_own_side(actor).label("has_own_side"),
        )
        .join(Theme, col(Theme.id) == Introduction.theme_id)
        .join(Area, col(Area.id) == Introduction.area_id)
        .join(Account, col(Account.id) == Introduction.proposed_by_id)
        .where(_knows_of(actor))
    )
    if wanted.theme_id is not None:
        query = query.where(col(Introduction.theme_id) == wanted.theme_id)
    if wanted.open is not None:
        goes_on = col(Introduction.ended_on).is_(None)
        query = query.where(goes_on if wanted.open else ~goes_on)
    if wanted.mine:
        query = query.where(_has_own_side(actor))
    return query


def _introductions_out(session: Session, actor: Actor, rows: Sequence[Any]) -> list[IntroductionOut]:
    # Who the others are is asked of the database only where all agreed: it never leaves it otherwise.
    told = {
        row.Introduction.id for row in rows if row.agreed and row.has_own_side and row.Introduction.ended_on is None
    }
    sides = session.execute(_sides(actor, [row.Introduction.id for row in rows], told)).all()
    note_read(session, {side.resident_id for side in sides})
    workers = _workers_of(session, {side.resident_id for side in sides if not side.mine})
    own: dict[UUID, list[OwnSide]] = defaultdict(list)
    others: dict[UUID, list[OtherSide]] = defaultdict(list)
    for side in sides:
        name = open_cell(session, Resident, "call_name", side.resident_id, side.resident_id, side.call_name) or ""
        if side.mine:
            own[side.introduction_id].append(
                OwnSide(
                    resident_id=side.resident_id, resident_name=name, agreed=side.agreed, answered_on=side.answered_on
                )
            )
        else:
            others[side.introduction_id].append(
                OtherSide(resident_name=name, worker_names=workers.get(side.resident_id, []))
            )
    return [_introduction(session, actor, row, own, others) for row in rows]


def _introduction(
    session: Session,
    actor: Actor,
    row: Any,
    own: dict[UUID, list[OwnSide]],
    others: dict[UUID, list[OtherSide]],
) -> IntroductionOut:
    introduction: Introduction = row.Introduction
    state = IntroductionState.AGREED if row.agreed else IntroductionState.ASKING
    if introduction.ended_on is not None:
        state = IntroductionState.ENDED
    deeds = []
    if state is IntroductionState.ASKING and own[introduction.id]:
        deeds.append(Permission.ASK_FOR_INTRODUCTION.value)
    if state is not IntroductionState.ENDED and allows(actor, Permission.PROPOSE_INTRODUCTION, introduction):
        deeds.append(Permission.PROPOSE_INTRODUCTION.value)
    return IntroductionOut(
        id=introduction.id,
        version=introduction.version,
        created_at=introduction.created_at,
        changed_at=introduction.changed_at,
        allowed_actions=deeds,
        theme_id=introduction.theme_id,
        theme_title=row.theme_title,
        area_id=introduction.area_id,
        area_name=row.area_name,
        state=state,
        proposed_on=introduction.proposed_on,
        proposed_by_name=open_cell(session, Account, "display_name", row.proposer_id, None, row.proposer_name) or "",
        ended_on=introduction.ended_on,
        own=own[introduction.id],
        others=others[introduction.id],
    )


def _sides(actor: Actor, introduction_ids: Iterable[UUID], told: set[UUID]) -> Select[*tuple[Any, ...]]:
    mine = open_to(actor)
    query: Select[*tuple[Any, ...]] = select(
        col(IntroductionAnswer.introduction_id),
        col(IntroductionAnswer.resident_id),
        col(IntroductionAnswer.agreed),
        col(IntroductionAnswer.answered_on),
        col(Resident.call_name),
        mine.label("mine"),
    )
    return (
        query.join(Resident, col(Resident.id) == IntroductionAnswer.resident_id)
        .where(
            col(IntroductionAnswer.introduction_id).in_(list(introduction_ids)),
            or_(mine, col(IntroductionAnswer.introduction_id).in_(list(told))),
        )
        .order_by(col(IntroductionAnswer.id))
    )


def _workers_of(session: Session, resident_ids: set[UUID]) -> dict[UUID, list[str]]:
    rows = session.execute(
        select(col(ResidentWorker.resident_id), col(Account.id), col(Account.display_name))
        .join(Account, col(Account.id) == ResidentWorker.account_id)
        .where(col(ResidentWorker.resident_id).in_(resident_ids), col(ResidentWorker.until_on).is_(None))
        .order_by(col(ResidentWorker.part), col(ResidentWorker.from_on), col(ResidentWorker.id))
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        found[row.resident_id].append(open_cell(session, Account, "display_name", row.id, None, row.display_name) or "")
    return found
