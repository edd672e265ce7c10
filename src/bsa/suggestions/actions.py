"""Deeds about theme suggestions and introductions: the software finds, a person decides, and residents are asked."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import Conflict, NotFound, invalid
from bsa.events import note
from bsa.initiatives.actions import link_theme
from bsa.initiatives.models import Initiative, InitiativeTheme
from bsa.initiatives.queries import get_initiative
from bsa.needs.models import Need
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import changeable, consents_to, record_consent
from bsa.residents.models import ConsentScope, Resident
from bsa.residents.shapes import ConsentIn
from bsa.rows import not_later, not_stale
from bsa.suggestions.models import Introduction, IntroductionAnswer, SuggestedNeed, Suggestion, SuggestionState
from bsa.suggestions.permissible import may_be_brought_together
from bsa.suggestions.queries import all_agreed, get_introduction, get_suggestion
from bsa.suggestions.shapes import IntroductionAnswerIn, TakingUpIn
from bsa.themes.actions import link_need, name_theme
from bsa.themes.models import Theme, ThemeNeed
from bsa.themes.queries import get_theme
from bsa.themes.shapes import ThemeIn


def take_up(session: Session, actor: Actor, suggestion_id: UUID, version: int | None, told: TakingUpIn) -> Suggestion:
    """Take a suggestion up as a theme, and join an initiative with it if there is one; own needs are linked at once."""
    suggestion = _open(session, actor, suggestion_id, version)
    _belong(session, suggestion, told.need_ids)
    theme = _theme(session, actor, suggestion, told)
    if told.initiative_id is not None and not _is_about(session, told.initiative_id, theme.id):
        link_theme(session, actor, told.initiative_id, theme.id)
    _link(session, actor, theme.id, told.need_ids)
    _decide(suggestion, actor, SuggestionState.TAKEN_UP)
    suggestion.theme_id = theme.id
    note(session, actor, "suggestion.taken_up", suggestion, theme_id=theme.id, initiative_id=told.initiative_id)
    session.flush()
    return suggestion


def dismiss_suggestion(session: Session, actor: Actor, suggestion_id: UUID, version: int | None) -> Suggestion:
    """Dismiss a suggestion for good: the same needs are not suggested again."""
    suggestion = _open(session, actor, suggestion_id, version)
    _decide(suggestion, actor, SuggestionState.DISMISSED)
    note(session, actor, "suggestion.dismissed", suggestion)
    session.flush()
    return suggestion


def link_suggested(session: Session, actor: Actor, suggestion_id: UUID, need_ids: Iterable[UUID]) -> Suggestion:
    """Link needs of own residents to what a colleague took a suggestion up as."""
    suggestion = get_suggestion(session, actor, suggestion_id, Permission.SEE_SUGGESTIONS)
    require(actor, Permission.LINK_NEED)
    if suggestion.theme_id is None:
        raise Conflict("Nobody took this up yet. Take it up first.")
    wanted = list(need_ids)
    _belong(session, suggestion, wanted)
    _link(session, actor, suggestion.theme_id, wanted)
    return suggestion


def propose_introduction(session: Session, actor: Actor, theme_id: UUID) -> Introduction:
    """Propose to bring together those who share a theme: from now on each one's own worker asks.

    Whoever said no before is not asked again, and nothing tells that it was so.
    """
    theme = get_theme(session, actor, theme_id, Permission.PROPOSE_INTRODUCTION)
    if theme.closed_on is not None:
        raise Conflict("This theme is closed. Name it anew if it plays again.")
    if session.scalar(_going_on(theme.id)) is not None:
        raise Conflict("For this theme residents are being asked already. End that first.")
    sides = {row.resident_id: row.household for row in session.execute(_who_share(theme.id))}
    if len(set(sides.values())) < 2:
        raise Conflict("There are no two households yet whose question belongs to this theme.")
    introduction = Introduction(
        theme_id=theme.id, area_id=theme.area_id, proposed_by_id=actor.id, proposed_on=clock.today()
    )
    session.add(introduction)
    session.flush()
    refused = _said_no(session, theme.id)
    session.add_all(
        IntroductionAnswer(introduction_id=introduction.id, resident_id=resident_id)
        for resident_id in sorted(sides.keys() - refused)
    )
    note(session, actor, "introduction.proposed", introduction, theme_id=theme.id)
    session.flush()
    return introduction


def answer_introduction(
    session: Session, actor: Actor, introduction_id: UUID, resident_id: UUID, told: IntroductionAnswerIn
) -> Introduction:
    """Write down what an own resident said when asked; a yes is a consent. A no is told to nobody."""
    introduction = get_introduction(session, actor, introduction_id)
    side = session.scalar(
        select(IntroductionAnswer).where(
            col(IntroductionAnswer.introduction_id) == introduction.id,
            col(IntroductionAnswer.resident_id) == resident_id,
        )
    )
    if side is None:
        raise NotFound
    resident = changeable(session, actor, resident_id, Permission.ASK_FOR_INTRODUCTION)
    if introduction.ended_on is not None:
        raise Conflict("This is over; nobody is brought together by it any more.")
    if all_agreed(session, introduction):
        raise Conflict("All said yes and know of each other by now. To take it back, withdraw the consent.")
    side.agreed, side.answered_on = told.agreed, not_later("answered_on", told.answered_on)
    side.asked_by_id = actor.id
    if told.agreed and consents_to(session, resident.id, ConsentScope.TO_BE_INTRODUCED) is None:
        given = ConsentIn(scope=ConsentScope.TO_BE_INTRODUCED, how=told.how, given_on=told.answered_on)
        record_consent(session, actor, resident.id, given)
    # What was said is no fact of the event, and the introduction does not change by it: a no leaves no trace outside.
    note(session, actor, "introduction.answered", introduction)
    session.flush()
    if all_agreed(session, introduction):
        introduction.touch()
        note(session, None, "introduction.agreed", introduction)
        session.flush()
    return introduction


def end_introduction(session: Session, actor: Actor, introduction_id: UUID, version: int | None) -> Introduction:
    """End an introduction: nobody is asked any more, and who the others are is shown no longer."""
    introduction = get_introduction(session, actor, introduction_id)
    require(actor, Permission.PROPOSE_INTRODUCTION, introduction)
    not_stale(introduction, version)
    if introduction.ended_on is not None:
        raise Conflict("This is over already.")
    introduction.ended_on = clock.today()
    introduction.touch()
    note(session, actor, "introduction.ended", introduction)
    session.flush()
    return introduction


def _open(session: Session, actor: Actor, suggestion_id: UUID, version: int | None) -> Suggestion:
    suggestion = get_suggestion(session, actor, suggestion_id, Permission.DECIDE_SUGGESTION, version)
    if suggestion.state is not SuggestionState.OPEN:
        raise Conflict("Somebody decided on this already.")
    return suggestion


def _decide(suggestion: Suggestion, actor: Actor, state: SuggestionState) -> None:
    suggestion.state, suggestion.words = state, None
    suggestion.decided_on, suggestion.decided_by_id = clock.today(), actor.id
    suggestion.touch()


def _theme(session: Session, actor: Actor, suggestion: Suggestion, told: TakingUpIn) -> Theme:
    """Return the theme that was chosen, the one of the initiative that is joined, or a new one."""
    if told.theme_id is not None:
        theme = session.scalar(select(Theme).where(col(Theme.id) == told.theme_id, col(Theme.closed_on).is_(None)))
        if theme is None or theme.area_id not in actor.area_ids:
            raise invalid("theme_id", "unknown", "There is no such theme in your areas. Choose one from the list.")
        return theme
    if told.initiative_id is not None:
        initiative = _initiative(session, actor, told.initiative_id)
        if told.title is None:
            return _theme_of(session, initiative)
    named = ThemeIn(
        area_id=suggestion.area_id,
        title=told.title or "",
        description=told.description,
        life_area=suggestion.life_area,
    )
    return name_theme(session, actor, named)


def _initiative(session: Session, actor: Actor, initiative_id: UUID) -> Initiative:
    try:
        return get_initiative(session, actor, initiative_id, Permission.CHANGE_INITIATIVE)
    except NotFound:
        raise invalid("initiative_id", "unknown", "There is no such initiative in your areas.") from None


def _theme_of(session: Session, initiative: Initiative) -> Theme:
    theme = session.scalar(
        select(Theme)
        .join(InitiativeTheme, col(InitiativeTheme.theme_id) == Theme.id)
        .where(col(InitiativeTheme.initiative_id) == initiative.id, col(Theme.closed_on).is_(None))
        .order_by(col(InitiativeTheme.id))
        .limit(1)
    )
    if theme is None:
        raise invalid("title", "required", "This initiative has no theme yet. Give the theme a name too.")
    return theme


def _is_about(session: Session, initiative_id: UUID, theme_id: UUID) -> bool:
    query = select(col(InitiativeTheme.id)).where(
        col(InitiativeTheme.initiative_id) == initiative_id, col(InitiativeTheme.theme_id) == theme_id
    )
    return session.scalar(query) is not None


def _belong(session: Session, suggestion: Suggestion, need_ids: Iterable[UUID]) -> None:
    """Refuse what is not of the suggestion; whose need it is, linking it asks."""
    there = select(col(SuggestedNeed.need_id)).where(col(SuggestedNeed.suggestion_id) == suggestion.id)
    if set(need_ids) - set(session.scalars(there)):
        raise invalid("need_ids", "unknown", "Choose questions that belong to this suggestion.")


def _link(session: Session, actor: Actor, theme_id: UUID, need_ids: Iterable[UUID]) -> None:
    """Link needs that do not belong to the theme yet."""
    wanted = list(dict.fromkeys(need_ids))
    linked = set(
        session.scalars(
            select(col(ThemeNeed.need_id)).where(
                col(ThemeNeed.theme_id) == theme_id, col(ThemeNeed.need_id).in_(wanted)
            )
        )
    )
    for need_id in wanted:
        if need_id not in linked:
            link_need(session, actor, theme_id, need_id)


def _going_on(theme_id: UUID) -> Select[Any]:
    return select(col(Introduction.id)).where(
        col(Introduction.theme_id) == theme_id, col(Introduction.ended_on).is_(None)
    )


def _who_share(theme_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select who has a question that belongs to a theme and may be brought together, with the household of each."""
    return (
        select(
            col(Resident.id).label("resident_id"), func.coalesce(Resident.household_id, Resident.id).label("household")
        )
        .join(Need, col(Need.resident_id) == Resident.id)
        .join(ThemeNeed, col(ThemeNeed.need_id) == Need.id)
        .where(col(ThemeNeed.theme_id) == theme_id, may_be_brought_together())
        .distinct()
    )


def _said_no(session: Session, theme_id: UUID) -> set[UUID]:
    return set(
        session.scalars(
            select(col(IntroductionAnswer.resident_id))
            .join(Introduction, col(Introduction.id) == IntroductionAnswer.introduction_id)
            .where(col(Introduction.theme_id) == theme_id, col(IntroductionAnswer.agreed).is_(False))
        )
    )
