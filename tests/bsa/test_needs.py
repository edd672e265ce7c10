"""Needs: the stated question stays as it was said, and what lies under it comes layer by layer."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Question, Stale
from bsa.events import Event
from bsa.needs.actions import (
    close_need,
    confirm_layer,
    decide_translation,
    deepen_need,
    record_need,
    reopen_need,
    share_layer,
    strike_layer,
)
from bsa.needs.models import SENSITIVE, Confirmed, HowLearned, LifeArea, Need, NeedEnding, NeedLayer, TranslationChoice
from bsa.needs.queries import is_this_the_question, list_needs, shareable_words, show_need
from bsa.needs.shapes import ClosingIn, ConfirmationIn, DecisionIn, LayerIn, NeedIn, NeedOut, NeedQuery, SharingIn
from bsa.permissions import Actor
from bsa.residents.actions import assign_worker, change_resident, record_consent, restrict_resident
from bsa.residents.models import ConsentHow, ConsentScope, Resident, WorkerPart
from bsa.residents.shapes import ConsentIn, ResidentChange, WorkerIn

from tests.cast import Cast, a_dossier, a_resident

TODAY = date(2026, 3, 24)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
ALL = NeedQuery()


def a_need(session: Session, actor: Actor, resident: Resident, life_area: LifeArea = LifeArea.HOUSING) -> Need:
    told = NeedIn(life_area=life_area, words="Ik wil een kachel.", learned_on=YESTERDAY)
    return record_need(session, actor, resident.id, told)


def a_layer(**more: object) -> LayerIn:
    return LayerIn.model_validate(
        {
            "words": "Ik leef in één kamer.",
            "how_learned": HowLearned.SAID,
            "confirmed": Confirmed.YES,
            "life_area": LifeArea.HOUSING,
            "learned_on": TODAY,
            **more,
        }
    )


def a_decision(choice: TranslationChoice, **more: object) -> DecisionIn:
    return DecisionIn.model_validate(
        {"choice": choice, "reason": "Anderen hebben het ook.", "decided_on": TODAY, **more}
    )


def layer_at(session: Session, need: Need, depth: int) -> NeedLayer:
    return session.scalars(
        select(NeedLayer).where(col(NeedLayer.need_id) == need.id, col(NeedLayer.depth) == depth)
    ).one()


def events(session: Session, need: Need) -> list[str]:
    query = select(Event.kind).where(col(Event.subject_id) == need.id).order_by(col(Event.created_at))
    return sorted(session.scalars(query))


def test_a_need_starts_with_the_question_as_it_was_said(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    need = a_need(session, cast.activator, resident)

    out = show_need(session, cast.activator, need.id)
    assert (out.resident_name, out.current_depth, out.opened_on) == ("Geert", 0, YESTERDAY)
    assert [(one.depth, one.words, one.how_learned, one.confirmed) for one in out.layers] == [
        (0, "Ik wil een kachel.", HowLearned.SAID, Confirmed.YES)
    ]
    assert events(session, need) == ["need.recorded"]
    with pytest.raises(Invalid):
        record_need(
            session,
            cast.activator,
            resident.id,
            NeedIn(life_area=LifeArea.HOUSING, words="Morgen", learned_on=TOMORROW),
        )


def test_a_layer_comes_under_the_others_and_changes_none(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    seen = need.version

    deepen_need(session, cast.activator, need.id, seen, a_layer())
    deepen_need(session, cast.activator, need.id, need.version, a_layer(words="Ze luisteren toch niet."))

    out = show_need(session, cast.activator, need.id)
    assert [layer.words for layer in out.layers] == [
        "Ik wil een kachel.",
        "Ik leef in één kamer.",
        "Ze luisteren toch niet.",
    ]
    assert out.current_depth == 2
    assert out.version > seen
    assert events(session, need) == ["need.deepened", "need.deepened", "need.recorded"]
    with pytest.raises(Stale):
        deepen_need(session, cast.activator, need.id, seen, a_layer())


def test_deeper_layers_wait_for_a_dossier(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)

    with pytest.raises(Invalid) as refused:
        deepen_need(session, cast.activator, need.id, need.version, a_layer())

    assert [(one.where, one.code, one.facts) for one in refused.value.faults] == [(("words",), "above_level", {})]
    assert "deepen_need" not in show_need(session, cast.activator, need.id).allowed_actions


def test_a_hunch_is_not_confirmed_at_once_but_can_be_later(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)

    for answer in (Confirmed.YES, Confirmed.NO):
        with pytest.raises(Invalid) as refused:
            deepen_need(
                session,
                cast.activator,
                need.id,
                need.version,
                a_layer(how_learned=HowLearned.HUNCH, confirmed=answer, learned_on=TOMORROW),
            )
        assert [one.where for one in refused.value.faults] == [("confirmed",), ("learned_on",)]
    hunch = a_layer(how_learned=HowLearned.HUNCH, confirmed=Confirmed.NOT_YET)
    deepen_need(session, cast.activator, need.id, need.version, hunch)
    layer = layer_at(session, need, 1)
    for answer in (Confirmed.NO, Confirmed.YES):
        told = ConfirmationIn(confirmed=answer, asked_on=TODAY)
        confirm_layer(session, cast.activator, need.id, layer.id, need.version, told)

    out = show_need(session, cast.activator, need.id)
    assert (out.layers[1].how_learned, out.layers[1].confirmed) == (HowLearned.HUNCH, Confirmed.YES)


def test_the_stated_question_is_neither_struck_nor_confirmed(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    stated = layer_at(session, need, 0)

    with pytest.raises(Conflict):
        strike_layer(session, cast.activator, need.id, stated.id, need.version)
    with pytest.raises(Conflict):
        confirm_layer(
            session,
            cast.activator,
            need.id,
            stated.id,
            need.version,
            ConfirmationIn(confirmed=Confirmed.NO, asked_on=TODAY),
        )
    assert show_need(session, cast.activator, need.id).layers[0].allowed_actions == ["share_layer"]


def test_a_struck_layer_keeps_its_words_and_its_place(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    deepen_need(session, cast.activator, need.id, need.version, a_layer())
    layer = layer_at(session, need, 1)

    strike_layer(session, cast.activator, need.id, layer.id, need.version)
    with pytest.raises(Conflict):
        strike_layer(session, cast.activator, need.id, layer.id, need.version)
    deepen_need(session, cast.activator, need.id, need.version, a_layer(words="Dit was het."))

    out = show_need(session, cast.activator, need.id)
    assert [(one.depth, one.struck_on) for one in out.layers] == [(0, None), (1, TODAY), (2, None)]
    assert out.layers[1].words == "Ik leef in één kamer."
    assert out.layers[1].allowed_actions == []
    assert out.layers[2].allowed_actions == ["confirm_layer", "strike_layer", "share_layer"]


@pytest.mark.parametrize("life_area", sorted(SENSITIVE))
def test_what_shames_or_endangers_is_made_safe_before_it_goes_to_a_group(
    session: Session, cast: Cast, life_area: LifeArea
) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident, life_area)

    for choice in (TranslationChoice.COLLECTIVE, TranslationChoice.BOTH):
        with pytest.raises(Invalid) as refused:
            decide_translation(session, cast.activator, need.id, need.version, a_decision(choice))
        assert [one.code for one in refused.value.faults] == ["make_safe_first"]
    for choice in (TranslationChoice.MAKE_SAFE_FIRST, TranslationChoice.BOTH):
        decide_translation(session, cast.activator, need.id, need.version, a_decision(choice))

    decisions = show_need(session, cast.activator, need.id).decisions
    assert [one.choice for one in decisions] == [TranslationChoice.MAKE_SAFE_FIRST, TranslationChoice.BOTH]
    assert decisions[0].reason == "Anderen hebben het ook."


def test_a_sensitive_layer_makes_the_whole_need_sensitive_unless_it_was_struck(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    deepen_need(session, cast.activator, need.id, need.version, a_layer(life_area=LifeArea.MONEY))
    together = a_decision(TranslationChoice.COLLECTIVE)

    with pytest.raises(Invalid):
        decide_translation(session, cast.activator, need.id, need.version, together)
    # What colleagues see of it stays what was stated.
    assert need.life_area is LifeArea.HOUSING
    strike_layer(session, cast.activator, need.id, layer_at(session, need, 1).id, need.version)
    decide_translation(session, cast.activator, need.id, need.version, together)


def test_nobody_is_counted_without_having_agreed(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    counted = a_decision(TranslationChoice.COLLECTIVE, counted=True)

    with pytest.raises(Invalid) as refused:
        decide_translation(session, cast.activator, need.id, need.version, counted)
    assert [(one.where, one.code) for one in refused.value.faults] == [(("counted",), "no_consent")]
    consent = ConsentIn(scope=ConsentScope.TO_BE_COUNTED, how=ConsentHow.SPOKEN, given_on=TODAY)
    record_consent(session, cast.activator, resident.id, consent)
    decide_translation(session, cast.activator, need.id, need.version, counted)

    assert show_need(session, cast.activator, need.id).decisions[-1].counted


def test_a_closed_need_refuses_everything_but_opening_it_again(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    deepen_need(session, cast.activator, need.id, need.version, a_layer())
    layer = layer_at(session, need, 1)
    for day in (TOMORROW, YESTERDAY - timedelta(days=1)):
        ended = ClosingIn(ending=NeedEnding.SOLVED_TOGETHER, closed_on=day)
        with pytest.raises(Invalid):
            close_need(session, cast.activator, need.id, need.version, ended)
    close_need(
        session, cast.activator, need.id, need.version, ClosingIn(ending=NeedEnding.SOLVED_TOGETHER, closed_on=TODAY)
    )

    out = show_need(session, cast.activator, need.id)
    assert (out.ending, out.closed_on, out.allowed_actions) == (NeedEnding.SOLVED_TOGETHER, TODAY, ["reopen_need"])
    again = ClosingIn(ending=NeedEnding.SOLVED, closed_on=TODAY)
    answer = ConfirmationIn(confirmed=Confirmed.YES, asked_on=TODAY)
    deeds: list[Callable[[], Need]] = [
        lambda: deepen_need(session, cast.activator, need.id, None, a_layer()),
        lambda: confirm_layer(session, cast.activator, need.id, layer.id, None, answer),
        lambda: strike_layer(session, cast.activator, need.id, layer.id, None),
        lambda: decide_translation(session, cast.activator, need.id, None, a_decision(TranslationChoice.INDIVIDUAL)),
        lambda: close_need(session, cast.activator, need.id, None, again),
    ]
    for deed in deeds:
        with pytest.raises(Conflict, match="closed"):
            deed()
    reopen_need(session, cast.activator, need.id, need.version)
    with pytest.raises(Conflict):
        reopen_need(session, cast.activator, need.id, need.version)
    assert show_need(session, cast.activator, need.id).closed_on is None
    assert {"need.closed", "need.reopened"} < set(events(session, need))


def test_a_need_is_refused_to_a_colleague_without_telling_whose_it_is(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    session.info["residents_read"].clear()

    for who in (cast.colleague, cast.teamleader):
        with pytest.raises(NotAllowed, match="Bring it up in the team") as refused:
            show_need(session, who, need.id)
        assert refused.value.facts == {}
        for deed in deeds_to(session, who, need):
            with pytest.raises(NotAllowed):
                deed()
    for who in (cast.stranger, cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotFound):
            show_need(session, who, need.id)
        for deed in deeds_to(session, who, need):
            with pytest.raises(NotFound):
                deed()
    assert session.info["residents_read"] == set()
    with pytest.raises(NotAllowed):
        a_need(session, cast.colleague, resident)
    with pytest.raises(NotFound):
        a_need(session, cast.teamleader, resident)


def deeds_to(session: Session, who: Actor, need: Need) -> list[Callable[[], object]]:
    stated = layer_at(session, need, 0)
    return [
        lambda: deepen_need(session, who, need.id, None, a_layer()),
        lambda: confirm_layer(
            session, who, need.id, stated.id, None, ConfirmationIn(confirmed=Confirmed.YES, asked_on=TODAY)
        ),
        lambda: strike_layer(session, who, need.id, stated.id, None),
        lambda: decide_translation(session, who, need.id, None, a_decision(TranslationChoice.INDIVIDUAL)),
        lambda: close_need(session, who, need.id, None, ClosingIn(ending=NeedEnding.SOLVED, closed_on=TODAY)),
        lambda: reopen_need(session, who, need.id, None),
        lambda: share_layer(session, who, need.id, stated.id, None, SharingIn(may_be_shared=False)),
    ]


def test_a_colleagues_need_is_an_anonymous_card(session: Session, cast: Cast) -> None:
    mine = a_need(session, cast.activator, a_resident(session, cast.activator, cast.here_id))
    a_need(session, cast.stranger, a_resident(session, cast.stranger, cast.there_id, "Ria"))
    session.info["residents_read"].clear()

    own = list_needs(session, cast.activator, ALL).items
    assert [(one.stated, one.resident_name, one.mine) for one in own] == [("Ik wil een kachel.", "Geert", True)]
    assert session.info["residents_read"] == {mine.resident_id}
    session.info["residents_read"].clear()

    for who in (cast.colleague, cast.teamleader):
        (card,) = list_needs(session, who, ALL).items
        assert card.model_dump(exclude_none=True) == {
            "id": mine.id,
            "life_area": LifeArea.HOUSING,
            "area_id": cast.here_id,
            "area_name": "Oude Molenbuurt",
            "opened_month": "2026-03",
            "open": True,
            "mine": False,
        }
        assert list_needs(session, who, NeedQuery(mine=True)).items == []
    assert session.info["residents_read"] == set()
    for who in (cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            list_needs(session, who, ALL)


def test_a_card_tells_the_neighbourhood_not_the_complex(session: Session, cast: Cast) -> None:
    complex_ = record_area(session, None, AreaIn(level=Level.COMPLEX, name="Molenflat", parent_id=cast.here_id))
    resident = a_resident(session, cast.activator, cast.here_id)
    moved = Actor(
        id=cast.activator.id,
        name=cast.activator.name,
        roles=cast.activator.roles,
        area_ids=cast.activator.area_ids | {complex_.id},
        institution_id=None,
        purpose=cast.activator.purpose,
    )
    change_resident(session, moved, resident.id, resident.version, ResidentChange(area_id=complex_.id))
    a_need(session, moved, resident)
    leader = Actor(
        id=cast.teamleader.id,
        name=cast.teamleader.name,
        roles=cast.teamleader.roles,
        area_ids=moved.area_ids,
        institution_id=None,
        purpose=cast.teamleader.purpose,
    )

    assert [one.area_name for one in list_needs(session, moved, ALL).items] == ["Molenflat"]
    assert [one.area_name for one in list_needs(session, leader, ALL).items] == ["Oude Molenbuurt"]


def test_needs_of_a_restricted_resident_vanish_for_all_but_their_own_workers(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    restrict_resident(session, cast.activator, resident.id, resident.version)

    assert [one.id for one in list_needs(session, cast.activator, ALL).items] == [need.id]
    assert show_need(session, cast.activator, need.id).allowed_actions == []
    for who in (cast.colleague, cast.teamleader):
        assert list_needs(session, who, ALL).items == []
        with pytest.raises(NotFound):
            show_need(session, who, need.id)
    with pytest.raises(Conflict, match="Lift the restriction"):
        deepen_need(session, cast.activator, need.id, need.version, a_layer())


def test_a_stand_in_opens_the_need(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    wanted = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, wanted)

    out: NeedOut = show_need(session, cast.colleague, need.id)

    assert out.layers[0].words == "Ik wil een kachel."
    assert out.allowed_actions == ["deepen_need", "decide_translation", "link_need", "close_need"]


def test_needs_are_found_by_what_they_are_about_page_by_page(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    other = a_resident(session, cast.activator, cast.here_id, "Ria")
    first = a_need(session, cast.activator, resident)
    second = a_need(session, cast.activator, resident, LifeArea.HEALTH)
    third = a_need(session, cast.activator, other)
    close_need(session, cast.activator, third.id, None, ClosingIn(ending=NeedEnding.MOVED_AWAY, closed_on=TODAY))

    def found(**wanted: object) -> set[object]:
        query = NeedQuery.model_validate(wanted)
        return {one.id for one in list_needs(session, cast.activator, query).items}

    assert found(resident_id=resident.id) == {first.id, second.id}
    assert found(life_area=LifeArea.HEALTH) == {second.id}
    assert found(open=True) == {first.id, second.id}
    assert found(open=False) == {third.id}
    assert found(area_id=cast.municipality_id) == {first.id, second.id, third.id}
    assert found(area_id=cast.there_id) == set()
    page = list_needs(session, cast.activator, NeedQuery(limit=2))
    rest = list_needs(session, cast.activator, NeedQuery(limit=2, cursor=page.next_cursor))
    assert {one.id for one in [*page.items, *rest.items]} == {first.id, second.id, third.id}
    assert (len(page.items), len(rest.items), rest.next_cursor) == (2, 1, None)
    with pytest.raises(NotAllowed):
        list_needs(session, cast.colleague, NeedQuery(resident_id=resident.id))


# --- what may be passed on --------------------------------------------------------------------------------------------


def shared(session: Session, need: Need) -> list[str]:
    return [layer.words for layer in shareable_words(session, need)]


def test_only_the_stated_question_is_passed_on_unless_a_layer_is_chosen(session: Session, cast: Cast) -> None:
    me = cast.activator
    need = a_need(session, me, a_dossier(session, me, cast.here_id))
    deepen_need(session, me, need.id, None, a_layer())
    assert shared(session, need) == ["Ik wil een kachel."]

    share_layer(session, me, need.id, layer_at(session, need, 1).id, need.version, SharingIn(may_be_shared=True))
    assert shared(session, need) == ["Ik wil een kachel.", "Ik leef in één kamer."]

    share_layer(session, me, need.id, layer_at(session, need, 0).id, need.version, SharingIn(may_be_shared=False))
    assert shared(session, need) == ["Ik leef in één kamer."]
    assert [layer.may_be_shared for layer in show_need(session, me, need.id).layers] == [False, True]
    event = session.scalars(select(Event).where(col(Event.kind) == "need.sharing_chosen")).first()
    assert event is not None
    assert event.facts == {"depth": 1, "may_be_shared": True}


def test_what_was_not_confirmed_and_a_hunch_are_never_passed_on(session: Session, cast: Cast) -> None:
    me, yes = cast.activator, SharingIn(may_be_shared=True)
    need = a_need(session, me, a_dossier(session, me, cast.here_id))
    deepen_need(session, me, need.id, None, a_layer(confirmed=Confirmed.NOT_YET))
    deepen_need(session, me, need.id, None, a_layer(confirmed=Confirmed.NOT_YET, how_learned=HowLearned.HUNCH))
    said, hunch = layer_at(session, need, 1), layer_at(session, need, 2)
    confirmed = ConfirmationIn(confirmed=Confirmed.YES, asked_on=TODAY)

    with pytest.raises(Conflict, match="Ask the resident first"):
        share_layer(session, me, need.id, said.id, None, yes)
    confirm_layer(session, me, need.id, hunch.id, None, confirmed)
    with pytest.raises(Conflict, match="hunch is never"):
        share_layer(session, me, need.id, hunch.id, None, yes)

    layers = show_need(session, me, need.id).layers
    assert ["share_layer" in layer.allowed_actions for layer in layers] == [True, False, False]


def test_what_the_resident_takes_back_or_was_struck_is_passed_on_no_longer(session: Session, cast: Cast) -> None:
    me, yes = cast.activator, SharingIn(may_be_shared=True)
    need = a_need(session, me, a_dossier(session, me, cast.here_id))
    for words in ("Eerste", "Tweede"):
        deepen_need(session, me, need.id, None, a_layer(words=words))
    first, second = layer_at(session, need, 1), layer_at(session, need, 2)
    for layer in (first, second):
        share_layer(session, me, need.id, layer.id, None, yes)
    assert shared(session, need) == ["Ik wil een kachel.", "Eerste", "Tweede"]

    confirm_layer(session, me, need.id, first.id, None, ConfirmationIn(confirmed=Confirmed.NO, asked_on=TODAY))
    strike_layer(session, me, need.id, second.id, None)

    assert shared(session, need) == ["Ik wil een kachel."]
    with pytest.raises(Conflict):
        share_layer(session, me, need.id, second.id, None, yes)
    with pytest.raises(Stale):
        share_layer(session, me, need.id, first.id, need.version - 1, SharingIn(may_be_shared=False))


def test_nothing_is_passed_on_of_somebody_whose_data_is_restricted(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    need = a_need(session, cast.activator, resident)
    restrict_resident(session, cast.activator, resident.id, resident.version)

    assert shared(session, need) == []


# --- is this the question? --------------------------------------------------------------------------------------------


def ended(ending: NeedEnding, **more: object) -> ClosingIn:
    return ClosingIn.model_validate({"ending": ending, "closed_on": TODAY, **more})


@pytest.mark.parametrize("ending", [NeedEnding.SOLVED, NeedEnding.HELPED_ELSEWHERE])
@pytest.mark.parametrize("decided", [True, False])
def test_closing_at_the_stated_question_asks_whether_that_is_the_question(
    session: Session, cast: Cast, ending: NeedEnding, decided: bool
) -> None:
    me = cast.activator
    need = a_need(session, me, a_resident(session, me, cast.here_id))
    if decided:
        decide_translation(session, me, need.id, None, a_decision(TranslationChoice.INDIVIDUAL))

    with pytest.raises(Question, match="Is this the question") as asked:
        close_need(session, me, need.id, None, ended(ending))

    assert asked.value.answer == "is_the_question"
    assert close_need(session, me, need.id, None, ended(ending, is_the_question=True)).ending is ending


def test_closing_does_not_ask_when_a_deeper_layer_stands_or_it_was_taken_up_together_or_somebody_left(
    session: Session, cast: Cast
) -> None:
    me, resident = cast.activator, a_dossier(session, cast.activator, cast.here_id)
    deeper, together, left, struck = (a_need(session, me, resident) for _ in range(4))
    for need in (deeper, struck):
        deepen_need(session, me, need.id, None, a_layer())
    decide_translation(session, me, together.id, None, a_decision(TranslationChoice.COLLECTIVE))
    strike_layer(session, me, struck.id, layer_at(session, struck, 1).id, None)

    close_need(session, me, deeper.id, None, ended(NeedEnding.SOLVED))
    close_need(session, me, together.id, None, ended(NeedEnding.SOLVED))
    close_need(session, me, left.id, None, ended(NeedEnding.MOVED_AWAY))
    with pytest.raises(Question):
        close_need(session, me, struck.id, None, ended(NeedEnding.SOLVED))


def test_a_need_long_at_its_stated_question_is_asked_about_and_a_fresh_one_is_not(session: Session, cast: Cast) -> None:
    me, resident = cast.activator, a_dossier(session, cast.activator, cast.here_id)
    individual = a_decision(TranslationChoice.INDIVIDUAL, decided_on=TODAY - timedelta(days=31))
    with clock.standing_at(clock.now() - timedelta(days=30)):
        told = NeedIn(life_area=LifeArea.HOUSING, words="Oud", learned_on=clock.today())
        old, undecided, deeper, together, closed = (record_need(session, me, resident.id, told) for _ in range(5))
    with clock.standing_at(clock.now() - timedelta(days=29)):
        younger = record_need(
            session, me, resident.id, NeedIn(life_area=LifeArea.HOUSING, words="Jong", learned_on=clock.today())
        )
    for need in (old, deeper, together, closed, younger):
        decide_translation(session, me, need.id, None, individual)
    decide_translation(session, me, together.id, None, a_decision(TranslationChoice.BOTH))
    deepen_need(session, me, deeper.id, None, a_layer())
    close_need(session, me, closed.id, None, ended(NeedEnding.SOLVED, is_the_question=True))

    assert [(one.id, one.stated) for one in is_this_the_question(session, me)] == [(old.id, "Oud")]
    asked = {need.id: show_need(session, me, need.id).is_this_the_question for need in (old, undecided, younger)}
    assert asked == {old.id: True, undecided.id: False, younger.id: False}
    for who in (cast.colleague, cast.teamleader, cast.stranger, cast.admin):
        assert is_this_the_question(session, who) == []
