"""Theme suggestions: needs that may share a question; and introductions, for which everybody is asked first."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page
from bsa.suggestions import actions, queries
from bsa.suggestions.shapes import (
    IntroductionAnswerIn,
    IntroductionOut,
    IntroductionQuery,
    LinksIn,
    SuggestionItem,
    SuggestionOut,
    SuggestionQuery,
    TakingUpIn,
)

router = APIRouter(prefix="/suggestions", tags=["suggestions"], route_class=AnsweringRoute)
introductions = APIRouter(prefix="/introductions", tags=["suggestions"], route_class=AnsweringRoute)
of_theme = APIRouter(prefix="/themes/{theme_id}/introductions", tags=["suggestions"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_SUGGESTIONS)
def list_suggestions(
    session: Reading, caller: Caller, wanted: Annotated[SuggestionQuery, Query()]
) -> Page[SuggestionItem]:
    """List suggestions in your areas, the last found first: how many needs of how many households, and why."""
    return queries.list_suggestions(session, caller, wanted)


@router.get("/{suggestion_id}")
@needs(Permission.SEE_SUGGESTIONS)
def show_suggestion(session: Reading, caller: Caller, suggestion_id: UUID) -> SuggestionOut:
    """Show a suggestion: the needs of residents whom you look after with their words, others as anonymous cards."""
    return queries.show_suggestion(session, caller, suggestion_id)


@router.post("/{suggestion_id}/taking-up", status_code=201)
@found_at("/suggestions")
@needs(Permission.DECIDE_SUGGESTION)
def take_up(
    session: Writing, caller: WritingCaller, suggestion_id: UUID, version: SeenVersion, told: TakingUpIn
) -> SuggestionOut:
    """Take a suggestion up: as a theme that is there, by joining an initiative that is there, or as a new theme."""
    suggestion = actions.take_up(session, caller, suggestion_id, version, told)
    return queries.show_suggestion(session, caller, suggestion.id)


@router.put("/{suggestion_id}/dismissal")
@needs(Permission.DECIDE_SUGGESTION)
def dismiss_suggestion(
    session: Writing, caller: WritingCaller, suggestion_id: UUID, version: SeenVersion
) -> SuggestionOut:
    """Dismiss a suggestion for good: these needs are not suggested together again."""
    suggestion = actions.dismiss_suggestion(session, caller, suggestion_id, version)
    return queries.show_suggestion(session, caller, suggestion.id)


@router.post("/{suggestion_id}/links", status_code=201)
@found_at("/suggestions")
@needs(Permission.LINK_NEED)
def link_suggested(session: Writing, caller: WritingCaller, suggestion_id: UUID, told: LinksIn) -> SuggestionOut:
    """Link needs of residents whom you look after to what a colleague took the suggestion up as."""
    suggestion = actions.link_suggested(session, caller, suggestion_id, told.need_ids)
    return queries.show_suggestion(session, caller, suggestion.id)


@introductions.get("")
@needs(Permission.SEE_INTRODUCTIONS)
def list_introductions(
    session: Reading, caller: Caller, wanted: Annotated[IntroductionQuery, Query()]
) -> Page[IntroductionOut]:
    """List proposals to bring residents together, the last first. Who the others are is told when all said yes."""
    return queries.list_introductions(session, caller, wanted)


@introductions.get("/{introduction_id}")
@needs(Permission.SEE_INTRODUCTIONS)
def show_introduction(session: Reading, caller: Caller, introduction_id: UUID) -> IntroductionOut:
    """Show a proposal to bring residents together, with those whom you look after and what they said."""
    return queries.show_introduction(session, caller, introduction_id)


@introductions.put("/{introduction_id}/answers/{resident_id}")
@needs(Permission.ASK_FOR_INTRODUCTION)
def answer_introduction(
    session: Writing, caller: WritingCaller, introduction_id: UUID, resident_id: UUID, told: IntroductionAnswerIn
) -> IntroductionOut:
    """Write down what a resident whom you look after said. A yes is a consent; a no is told to nobody."""
    introduction = actions.answer_introduction(session, caller, introduction_id, resident_id, told)
    return queries.show_introduction(session, caller, introduction.id)


@introductions.put("/{introduction_id}/ending")
@needs(Permission.PROPOSE_INTRODUCTION)
def end_introduction(
    session: Writing, caller: WritingCaller, introduction_id: UUID, version: SeenVersion
) -> IntroductionOut:
    """End a proposal: nobody is asked any more."""
    introduction = actions.end_introduction(session, caller, introduction_id, version)
    return queries.show_introduction(session, caller, introduction.id)


@of_theme.post("", status_code=201)
@found_at("/introductions")
@needs(Permission.PROPOSE_INTRODUCTION)
def propose_introduction(
    session: Writing, caller: WritingCaller, theme_id: UUID, key: SentKey = None
) -> IntroductionOut:
    """Propose to bring together those who share a theme; each one's own worker asks."""
    introduction = once(
        session,
        caller,
        key,
        content_of("introduction", theme_id),
        lambda: actions.propose_introduction(session, caller, theme_id),
        lambda introduction_id: queries.get_introduction(session, caller, introduction_id),
    )
    return queries.show_introduction(session, caller, introduction.id)
