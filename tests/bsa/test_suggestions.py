"""Theme suggestions and introductions: what the software finds, what it keeps to itself, and what people decide."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.initiatives.actions import start_initiative
from bsa.initiatives.models import Origin
from bsa.initiatives.queries import show_initiative
from bsa.initiatives.shapes import InitiativeIn
from bsa.lifecycle.actions import erase_resident, merge_residents
from bsa.needs.actions import close_need, decide_translation, deepen_need, record_need, share_layer
from bsa.needs.models import Confirmed, HowLearned, LifeArea, Need, NeedEnding, NeedLayer, TranslationChoice
from bsa.needs.shapes import ClosingIn, DecisionIn, LayerIn, NeedIn, SharingIn
from bsa.people.queries import actor_by_name
from bsa.permissions import Actor, Purpose
from bsa.reminders.models import ReminderKind
from bsa.reminders.queries import reminders
from bsa.reminders.shapes import ReminderQuery
from bsa.residents.actions import consents_to, register_resident, restrict_resident, withdraw_consent
from bsa.residents.models import ConsentScope, Informed, Resident
from bsa.residents.shapes import MergeIn, ResidentIn
from bsa.sealing import SealedCell
from bsa.suggestions.actions import (
    answer_introduction,
    dismiss_suggestion,
    end_introduction,
    link_suggested,
    propose_introduction,
    take_up,
)
from bsa.suggestions.finding import find_after_new_needs, find_everywhere, find_suggestions
from bsa.suggestions.models import Introduction, SuggestedNeed, Suggestion
from bsa.suggestions.queries import (
    list_introductions,
    list_suggestions,
    show_introduction,
    show_suggestion,
)
from bsa.suggestions.shapes import (
    IntroductionAnswerIn,
    IntroductionQuery,
    SuggestionQuery,
    TakingUpIn,
)
from bsa.themes.actions import name_theme
from bsa.themes.models import Theme
from bsa.themes.queries import show_theme
from bsa.themes.shapes import ThemeIn

from tests.cast import Cast, a_dossier, a_resident
from tests.shared import LAMPS, found

TODAY = date(2026, 3, 24)
ALL = SuggestionQuery()
YES = IntroductionAnswerIn(agreed=True, answered_on=TODAY)
NO = IntroductionAnswerIn(agreed=False, answered_on=TODAY)


def a_need(
    session: Session,
    actor: Actor,
    resident: Resident,
    words: str,
    *,
    on: date = TODAY,
    life_area: LifeArea = LifeArea.NEIGHBOURHOOD,
) -> Need:
    return record_need(session, actor, resident.id, NeedIn(life_area=life_area, words=words, learned_on=on))


def lamps(session: Session, cast: Cast, *, days: int = 0, colleagues: int = 0) -> list[Need]:
    """Three residents of three households miss the lamps; the last so many are the colleague's."""
    needs = []
    for number, words in enumerate(LAMPS[:3]):
        actor = cast.colleague if number >= 3 - colleagues else cast.activator
        resident = a_resident(session, actor, cast.here_id, f"Buur {number}")
        needs.append(a_need(session, actor, resident, words, on=TODAY - timedelta(days=days * number)))
    return needs


def needs_of(session: Session, suggestion: Suggestion) -> set[UUID]:
    return set(
        session.scalars(select(col(SuggestedNeed.need_id)).where(col(SuggestedNeed.suggestion_id) == suggestion.id))
    )


def events(session: Session, subject_id: object) -> list[str]:
    return list(session.scalars(select(col(Event.kind)).where(col(Event.subject_id) == subject_id)))


# --- what is found ----------------------------------------------------------------------------------------------------


def test_needs_of_three_households_that_sound_alike_are_suggested_with_why(session: Session, cast: Cast) -> None:
    needs = lamps(session, cast, days=10)
    a_need(session, cast.activator, a_resident(session, cast.activator, cast.here_id), "De hond van de buren blaft.")

    suggestion = found(session, cast.here_id)

    assert needs_of(session, suggestion) == {need.id for need in needs}
    item = list_suggestions(session, cast.activator, ALL).items[0]
    assert (item.needs, item.households, item.weeks, item.place_name) == (3, 3, 3, None)
    assert (item.first_month, item.last_month) == ("2026-03", "2026-03")
    assert set(item.words) == {"achterpad", "lampen"} or set(item.words) == {"achterpad", "lamp"}
    assert item.allowed_actions == ["decide_suggestion"]
    assert events(session, suggestion.id) == ["suggestion.found"]


def test_looking_again_finds_nothing_new(session: Session, cast: Cast) -> None:
    lamps(session, cast)
    found(session, cast.here_id)

    assert find_suggestions(session, cast.here_id) == []


def test_a_household_counts_once(session: Session, cast: Cast) -> None:
    me = cast.activator
    first = a_resident(session, me, cast.here_id, "Fenna")
    told = ResidentIn(
        call_name="Jelle",
        area_id=cast.here_id,
        informed_on=TODAY,
        informed_how=Informed.SPOKEN,
        household_of_id=first.id,
    )
    residents = [first, register_resident(session, me, told), a_resident(session, me, cast.here_id, "Ria")]
    for resident, words in zip(residents, LAMPS, strict=False):
        a_need(session, me, resident, words)

    assert find_suggestions(session, cast.here_id) == []

    a_need(session, me, a_resident(session, me, cast.here_id, "Opa Lub"), LAMPS[3])
    assert len(needs_of(session, found(session, cast.here_id))) == 4


def test_needs_that_were_told_long_after_each_other_are_not_brought_together(session: Session, cast: Cast) -> None:
    lamps(session, cast, days=46)

    assert find_suggestions(session, cast.here_id) == []


@pytest.mark.parametrize("area", [LifeArea.MONEY, LifeArea.SAFETY_AT_HOME, LifeArea.SUBSTANCES, LifeArea.MENTAL_HEALTH])
def test_what_shame_or_danger_comes_first_in_is_never_suggested(session: Session, cast: Cast, area: LifeArea) -> None:
    for number, words in enumerate(LAMPS[:3]):
        resident = a_resident(session, cast.activator, cast.here_id, f"Buur {number}")
        a_need(session, cast.activator, resident, words, life_area=area)

    assert find_suggestions(session, cast.here_id) == []


def test_a_sensitive_layer_or_making_it_safe_first_keeps_a_need_out(session: Session, cast: Cast) -> None:
    me = cast.activator
    needs = lamps(session, cast)
    dossier = a_dossier(session, me, cast.here_id, "Geert")
    behind = a_need(session, me, dossier, LAMPS[3])
    layer = LayerIn(
        words="Ik word daar opgewacht",
        how_learned=HowLearned.SAID,
        confirmed=Confirmed.YES,
        life_area=LifeArea.SAFETY_AT_HOME,
        learned_on=TODAY,
    )
    deepen_need(session, me, behind.id, None, layer)
    safe = DecisionIn(choice=TranslationChoice.MAKE_SAFE_FIRST, reason="Eerst samen lopen", decided_on=TODAY)
    decide_translation(session, me, needs[0].id, None, safe)

    assert find_suggestions(session, cast.here_id) == []


def test_who_is_restricted_and_what_is_closed_stays_out_at_once(session: Session, cast: Cast) -> None:
    me = cast.activator
    needs = [*lamps(session, cast), a_need(session, me, a_resident(session, me, cast.here_id), LAMPS[3])]
    suggestion = found(session, cast.here_id)
    assert show_suggestion(session, me, suggestion.id).needs == 4

    resident = session.get_one(Resident, needs[0].resident_id)
    restrict_resident(session, me, resident.id, resident.version)
    assert show_suggestion(session, me, suggestion.id).needs == 3
    ended = ClosingIn(ending=NeedEnding.SOLVED, closed_on=TODAY, is_the_question=True)
    close_need(session, me, needs[1].id, None, ended)

    with pytest.raises(NotFound):
        show_suggestion(session, me, suggestion.id)
    find_suggestions(session, cast.here_id)
    assert session.scalars(select(Suggestion)).all() == []


def test_what_may_not_be_passed_on_is_not_compared(session: Session, cast: Cast) -> None:
    needs = lamps(session, cast)
    stated = session.scalars(select(NeedLayer).where(col(NeedLayer.need_id) == needs[0].id)).one()
    share_layer(session, cast.activator, needs[0].id, stated.id, None, SharingIn(may_be_shared=False))

    assert find_suggestions(session, cast.here_id) == []


def test_at_one_complex_the_place_alone_is_reason_enough(session: Session, cast: Cast) -> None:
    told = AreaIn(level=Level.COMPLEX, name="Molenstraat", parent_id=cast.here_id)
    street = record_area(session, None, told)
    me = actor_by_name(session, "activator", Purpose.OWN_NEIGHBOURHOOD)
    for name, words in (
        ("Geert", "Ik wil een kachel. Verder hoef ik niks."),
        ("Ria", "De schimmel zit achter de kast en ik poets me suf."),
        ("Fenna", "Het tocht zo bij de ramen dat de kleine met een muts op slaapt."),
    ):
        a_need(session, me, a_resident(session, me, street.id, name), words, life_area=LifeArea.HOUSING)

    suggestion = found(session, cast.here_id)

    item = show_suggestion(session, me, suggestion.id)
    assert (item.place_name, item.area_name, item.words, item.households) == ("Molenstraat", "Oude Molenbuurt", [], 3)


def test_no_rare_word_and_no_name_is_among_the_shared_words(session: Session, cast: Cast) -> None:
    me = cast.activator
    for name, words in (
        ("Een", "Volgens Joost blijven de lampen in het achterpad kapot, ik heb epilepsie."),
        ("Twee", "De lampen in het achterpad doen het niet, zegt Joost, en mijn scootmobiel staat daar."),
        ("Drie", "Waarom repareert Joost de lampen in dat donkere achterpad niet?"),
    ):
        a_need(session, me, a_resident(session, me, cast.here_id, name), words)

    assert set(show_suggestion(session, me, found(session, cast.here_id).id).words) == {"lampen", "achterpad"}


def test_the_words_of_a_suggestion_lie_sealed(session: Session, cast: Cast) -> None:
    lamps(session, cast)
    suggestion = found(session, cast.here_id)
    session.expire(suggestion)

    assert isinstance(suggestion.words, SealedCell)


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_words_are_for_those_who_look_after_the_resident_and_cards_for_the_rest(session: Session, cast: Cast) -> None:
    lamps(session, cast, colleagues=1)
    suggestion = found(session, cast.here_id)

    mine = show_suggestion(session, cast.activator, suggestion.id)
    assert sorted(item.stated or "" for item in mine.items) == ["", *sorted(LAMPS[:2])]
    assert (mine.mine, mine.needs) == (2, 3)
    card = next(item for item in mine.items if not item.mine)
    assert (card.resident_id, card.stated, card.opened_on, card.opened_month) == (None, None, None, "2026-03")
    theirs = show_suggestion(session, cast.teamleader, suggestion.id)
    assert {item.stated for item in theirs.items} == {None}


def test_a_suggestion_is_for_the_team_of_the_neighbourhood(session: Session, cast: Cast) -> None:
    lamps(session, cast)
    suggestion = found(session, cast.here_id)

    assert list_suggestions(session, cast.stranger, ALL).items == []
    with pytest.raises(NotFound):
        show_suggestion(session, cast.stranger, suggestion.id)
    for who in (cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            list_suggestions(session, who, ALL)
    assert len(list_suggestions(session, cast.colleague, SuggestionQuery(area_id=cast.municipality_id)).items) == 1
    assert list_suggestions(session, cast.colleague, SuggestionQuery(life_area=LifeArea.HOUSING)).items == []


# --- what is decided --------------------------------------------------------------------------------------------------


def test_a_suggestion_is_taken_up_as_a_new_theme_with_ones_own_needs(session: Session, cast: Cast) -> None:
    needs = lamps(session, cast, colleagues=1)
    suggestion = found(session, cast.here_id)
    told = TakingUpIn(title="Donker achterpad", need_ids=[needs[0].id, needs[1].id])

    take_up(session, cast.activator, suggestion.id, suggestion.version, told)

    out = show_suggestion(session, cast.activator, suggestion.id)
    assert (out.state, out.theme_title, out.words, out.allowed_actions, out.to_link) == (
        "taken_up",
        "Donker achterpad",
        [],
        [],
        0,
    )
    assert out.theme_id is not None
    assert set(show_theme(session, cast.activator, out.theme_id).need_ids) == {needs[0].id, needs[1].id}
    assert find_suggestions(session, cast.here_id) == []
    assert events(session, suggestion.id)[-1] == "suggestion.taken_up"

    theirs = show_suggestion(session, cast.colleague, suggestion.id)
    assert (theirs.to_link, theirs.allowed_actions) == (1, ["link_need"])
    link_suggested(session, cast.colleague, suggestion.id, [needs[2].id])
    assert show_suggestion(session, cast.colleague, suggestion.id).to_link == 0
    assert show_theme(session, cast.activator, out.theme_id).needs == 3


def test_an_initiative_that_is_there_is_joined(session: Session, cast: Cast) -> None:
    me = cast.activator
    needs = lamps(session, cast)
    suggestion = found(session, cast.here_id)
    running = InitiativeIn(area_id=cast.here_id, title="Licht in de buurt", origin=Origin.TOGETHER, started_on=TODAY)
    initiative = start_initiative(session, me, running)
    joined = TakingUpIn(initiative_id=initiative.id, need_ids=[needs[0].id])

    with pytest.raises(Invalid) as refused:
        take_up(session, me, suggestion.id, None, joined)
    assert refused.value.faults[0].where == ("title",)

    named = TakingUpIn(initiative_id=initiative.id, title="Donker achterpad", need_ids=[needs[0].id])
    take_up(session, me, suggestion.id, None, named)
    themes = show_initiative(session, me, initiative.id).themes
    assert [theme.title for theme in themes] == ["Donker achterpad"]


def test_a_theme_that_is_there_comes_first(session: Session, cast: Cast) -> None:
    me = cast.activator
    needs = lamps(session, cast)
    told = {"area_id": cast.here_id, "life_area": "neighbourhood"}
    theme = name_theme(session, me, ThemeIn.model_validate(told | {"title": "Licht", "need_ids": [needs[0].id]}))
    name_theme(session, me, ThemeIn.model_validate(told | {"title": "Groen"}))
    suggestion = found(session, cast.here_id)

    nearby = show_suggestion(session, me, suggestion.id).themes
    assert [(one.title, one.needs) for one in nearby] == [("Licht", 1), ("Groen", 0)]

    take_up(session, me, suggestion.id, None, TakingUpIn(theme_id=theme.id, need_ids=[need.id for need in needs]))
    assert show_theme(session, me, theme.id).needs == 3


def test_what_hangs_on_one_theme_already_is_not_suggested(session: Session, cast: Cast) -> None:
    needs = lamps(session, cast)
    told = {"area_id": cast.here_id, "title": "Licht", "life_area": "neighbourhood"}
    name_theme(session, cast.activator, ThemeIn.model_validate(told | {"need_ids": [need.id for need in needs]}))

    assert find_suggestions(session, cast.here_id) == []


def test_a_dismissed_set_never_comes_back_but_a_much_larger_one_does(session: Session, cast: Cast) -> None:
    me = cast.activator
    lamps(session, cast)
    suggestion = found(session, cast.here_id)
    dismiss_suggestion(session, cast.teamleader, suggestion.id, suggestion.version)
    assert (suggestion.state, suggestion.words) == ("dismissed", None)

    a_need(session, me, a_resident(session, me, cast.here_id, "Vier"), LAMPS[3])
    assert find_suggestions(session, cast.here_id) == []

    for number, words in enumerate(LAMPS[:3]):
        a_need(session, me, a_resident(session, me, cast.here_id, f"Nieuw {number}"), words)
    assert len(needs_of(session, found(session, cast.here_id))) == 7


def test_a_new_need_joins_an_open_suggestion_and_shows_that_it_changed(session: Session, cast: Cast) -> None:
    lamps(session, cast)
    suggestion = found(session, cast.here_id)
    version = suggestion.version
    a_need(session, cast.activator, a_resident(session, cast.activator, cast.here_id, "Vier"), LAMPS[3])

    assert find_suggestions(session, cast.here_id) == []

    assert len(needs_of(session, suggestion)) == 4
    with pytest.raises(Stale):
        dismiss_suggestion(session, cast.activator, suggestion.id, version)


def test_one_decides_once_and_in_ones_own_area_with_ones_own_needs(session: Session, cast: Cast) -> None:
    needs = lamps(session, cast, colleagues=1)
    suggestion = found(session, cast.here_id)

    with pytest.raises(NotFound):
        dismiss_suggestion(session, cast.stranger, suggestion.id, None)
    with pytest.raises(NotAllowed):
        take_up(session, cast.activator, suggestion.id, None, TakingUpIn(title="Licht", need_ids=[needs[2].id]))
    other = a_need(session, cast.activator, a_resident(session, cast.activator, cast.here_id), "De hond blaft.")
    with pytest.raises(Invalid):
        take_up(session, cast.activator, suggestion.id, None, TakingUpIn(title="Licht", need_ids=[other.id]))
    with pytest.raises(Conflict):
        link_suggested(session, cast.activator, suggestion.id, [needs[0].id])
    for told in ({}, {"title": "Licht", "theme_id": str(suggestion.id)}):
        with pytest.raises(ValidationError):
            TakingUpIn.model_validate(told)
    dismiss_suggestion(session, cast.activator, suggestion.id, None)
    with pytest.raises(Conflict):
        dismiss_suggestion(session, cast.activator, suggestion.id, None)


def test_what_was_suggested_goes_with_the_resident(session: Session, cast: Cast) -> None:
    needs = lamps(session, cast)
    suggestion = found(session, cast.here_id)
    resident = session.get_one(Resident, needs[0].resident_id)

    erase_resident(session, cast.activator, resident.id, resident.version)

    assert needs_of(session, suggestion) == {need.id for need in needs[1:]}
    assert list_suggestions(session, cast.activator, ALL).items == []


# --- introductions ----------------------------------------------------------------------------------------------------


@pytest.fixture
def theme(session: Session, cast: Cast) -> Theme:
    """A theme with two residents of the activator and one of the colleague."""
    needs = lamps(session, cast, colleagues=1)
    suggestion = found(session, cast.here_id)
    told = TakingUpIn(title="Donker achterpad", need_ids=[needs[0].id, needs[1].id])
    take_up(session, cast.activator, suggestion.id, None, told)
    link_suggested(session, cast.colleague, suggestion.id, [needs[2].id])
    assert suggestion.theme_id is not None
    return session.get_one(Theme, suggestion.theme_id)


def own_of(session: Session, actor: Actor, introduction: Introduction) -> list[UUID]:
    return [side.resident_id for side in show_introduction(session, actor, introduction.id).own]


def test_nobody_is_told_of_anybody_before_all_said_yes(session: Session, cast: Cast, theme: Theme) -> None:
    introduction = propose_introduction(session, cast.activator, theme.id)
    first, second = own_of(session, cast.activator, introduction)
    (third,) = own_of(session, cast.colleague, introduction)
    for resident_id in (first, second):
        answer_introduction(session, cast.activator, introduction.id, resident_id, YES)
    for who in (cast.activator, cast.colleague, cast.teamleader):
        waiting = show_introduction(session, who, introduction.id)
        assert (waiting.state, waiting.others) == ("asking", [])

    answer_introduction(session, cast.colleague, introduction.id, third, YES)

    mine = show_introduction(session, cast.activator, introduction.id)
    assert mine.state == "agreed"
    assert [(one.resident_name, one.worker_names) for one in mine.others] == [("Buur 2", ["Colleague van de Cast"])]
    assert {one.resident_name for one in show_introduction(session, cast.colleague, introduction.id).others} == {
        "Buur 0",
        "Buur 1",
    }
    assert show_introduction(session, cast.teamleader, introduction.id).others == []
    assert consents_to(session, third, ConsentScope.TO_BE_INTRODUCED) is not None
    assert events(session, introduction.id) == [
        "introduction.proposed",
        *["introduction.answered"] * 3,
        "introduction.agreed",
    ]
    with pytest.raises(Conflict):
        answer_introduction(session, cast.colleague, introduction.id, third, NO)


def test_the_own_worker_is_reminded_of_whom_to_ask(session: Session, cast: Cast, theme: Theme) -> None:
    def reminded(who: Actor) -> list[str | None]:
        told = reminders(session, who, ReminderQuery(whole=True)).items
        return [one.subject for one in told if one.kind is ReminderKind.TO_INTRODUCE]

    introduction = propose_introduction(session, cast.activator, theme.id)
    assert (sorted(map(str, reminded(cast.activator))), reminded(cast.colleague)) == (["Buur 0", "Buur 1"], ["Buur 2"])
    assert reminded(cast.teamleader) == reminded(cast.stranger) == []
    (line,) = [one for one in reminders(session, cast.colleague, ReminderQuery()).items if one.opens == "introductions"]
    assert (line.opens_id, line.since) == (introduction.id, TODAY)

    first, second = own_of(session, cast.activator, introduction)
    answer_introduction(session, cast.activator, introduction.id, first, NO)
    answer_introduction(session, cast.activator, introduction.id, second, YES)
    assert (reminded(cast.activator), reminded(cast.colleague)) == ([], ["Buur 2"])
    end_introduction(session, cast.activator, introduction.id, None)
    assert reminded(cast.colleague) == []


def test_a_no_is_told_to_nobody_and_never_asked_again(session: Session, cast: Cast, theme: Theme) -> None:
    introduction = propose_introduction(session, cast.activator, theme.id)
    first, second = own_of(session, cast.activator, introduction)
    (third,) = own_of(session, cast.colleague, introduction)
    for resident_id in (first, second):
        answer_introduction(session, cast.activator, introduction.id, resident_id, YES)
    before = show_introduction(session, cast.activator, introduction.id)

    answer_introduction(session, cast.colleague, introduction.id, third, NO)

    assert show_introduction(session, cast.activator, introduction.id) == before
    assert [side.agreed for side in show_introduction(session, cast.colleague, introduction.id).own] == [False]
    facts = session.scalars(select(col(Event.facts)).where(col(Event.kind) == "introduction.answered")).all()
    assert facts == [{}, {}, {}]

    end_introduction(session, cast.activator, introduction.id, introduction.version)
    again = propose_introduction(session, cast.activator, theme.id)
    assert own_of(session, cast.colleague, again) == []
    assert set(own_of(session, cast.activator, again)) == {first, second}


def test_a_consent_that_is_withdrawn_hides_everybody_again(session: Session, cast: Cast, theme: Theme) -> None:
    introduction = propose_introduction(session, cast.activator, theme.id)
    (third,) = own_of(session, cast.colleague, introduction)
    for resident_id in own_of(session, cast.activator, introduction):
        answer_introduction(session, cast.activator, introduction.id, resident_id, YES)
    answer_introduction(session, cast.colleague, introduction.id, third, YES)
    consent = consents_to(session, third, ConsentScope.TO_BE_INTRODUCED)
    assert consent is not None

    withdraw_consent(session, cast.colleague, third, consent.id)

    hidden = show_introduction(session, cast.activator, introduction.id)
    assert (hidden.state, hidden.others) == ("asking", [])


def test_each_own_worker_asks_and_nobody_else(session: Session, cast: Cast, theme: Theme) -> None:
    introduction = propose_introduction(session, cast.activator, theme.id)
    first, _ = own_of(session, cast.activator, introduction)

    with pytest.raises(NotAllowed):
        answer_introduction(session, cast.colleague, introduction.id, first, YES)
    with pytest.raises(NotFound):
        answer_introduction(session, cast.stranger, introduction.id, first, YES)
    later = IntroductionAnswerIn(agreed=True, answered_on=TODAY + timedelta(days=1))
    with pytest.raises(Invalid):
        answer_introduction(session, cast.activator, introduction.id, first, later)
    stranger = a_resident(session, cast.activator, cast.here_id, "Buiten")
    with pytest.raises(NotFound):
        answer_introduction(session, cast.activator, introduction.id, stranger.id, YES)
    with pytest.raises(Conflict):
        propose_introduction(session, cast.activator, theme.id)
    with pytest.raises(NotAllowed):
        propose_introduction(session, cast.teamleader, theme.id)
    with pytest.raises(NotAllowed):
        end_introduction(session, cast.teamleader, introduction.id, None)
    end_introduction(session, cast.colleague, introduction.id, introduction.version)
    with pytest.raises(Conflict):
        end_introduction(session, cast.activator, introduction.id, None)
    with pytest.raises(Conflict):
        answer_introduction(session, cast.activator, introduction.id, first, YES)


def test_one_household_has_nobody_to_be_introduced_to(session: Session, cast: Cast) -> None:
    me = cast.activator
    need = a_need(session, me, a_resident(session, me, cast.here_id), LAMPS[0])
    told = {"area_id": cast.here_id, "title": "Licht", "life_area": "neighbourhood", "need_ids": [need.id]}
    theme = name_theme(session, me, ThemeIn.model_validate(told))

    with pytest.raises(Conflict):
        propose_introduction(session, me, theme.id)


def test_introductions_are_listed_for_the_team(session: Session, cast: Cast, theme: Theme) -> None:
    introduction = propose_introduction(session, cast.activator, theme.id)

    for wanted in (IntroductionQuery(theme_id=theme.id), IntroductionQuery(open=True), IntroductionQuery(mine=True)):
        assert [one.id for one in list_introductions(session, cast.colleague, wanted).items] == [introduction.id]
    assert list_introductions(session, cast.teamleader, IntroductionQuery(mine=True)).items == []
    assert list_introductions(session, cast.stranger, IntroductionQuery()).items == []
    assert list_introductions(session, cast.activator, IntroductionQuery(open=False)).items == []
    with pytest.raises(NotAllowed):
        list_introductions(session, cast.policy, IntroductionQuery())


# --- the work that nobody asks for ------------------------------------------------------------------------------------


def test_the_jobs_look_everywhere_at_night_and_at_once_where_a_need_is_new(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    with database.writing() as session:
        lamps(session, cast)

    assert find_after_new_needs(database) == 1
    assert find_after_new_needs(database) == 0
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        assert find_after_new_needs(database) == 0
    assert find_everywhere(database) == 0


def test_who_was_registered_twice_is_one_side_and_a_no_stands(session: Session, cast: Cast, theme: Theme) -> None:
    me = cast.activator
    introduction = propose_introduction(session, me, theme.id)
    first, second = own_of(session, me, introduction)
    answer_introduction(session, me, introduction.id, first, YES)
    answer_introduction(session, me, introduction.id, second, NO)

    merge_residents(session, me, first, None, MergeIn(duplicate_id=second))

    own = show_introduction(session, me, introduction.id).own
    assert [(side.resident_id, side.agreed) for side in own] == [(first, False)]
