"""The sheet: what we wrote down together, in the resident's own words and in nobody else's."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from bsa.errors import NotAllowed, NotFound, Question
from bsa.lifeworld.actions import note_asset, note_sketch_line, strike_asset, strike_sketch_line
from bsa.lifeworld.models import AssetKind, SketchPrompt, Voice
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.needs.actions import close_need, confirm_layer, deepen_need, record_need, strike_layer
from bsa.needs.models import Confirmed, HowLearned, LifeArea, NeedEnding, NeedLayer
from bsa.needs.shapes import ClosingIn, ConfirmationIn, LayerIn, NeedIn
from bsa.needs.sheet import show_sheet
from bsa.residents.actions import change_resident
from bsa.residents.models import ReadingComfort
from bsa.residents.shapes import ResidentChange

from tests.cast import Cast, a_dossier

TODAY = date(2026, 3, 24)


def test_the_sheet_holds_what_the_resident_said_and_confirmed_and_nothing_else(session: Session, cast: Cast) -> None:
    me, resident = cast.activator, a_dossier(session, cast.activator, cast.here_id)
    lines = [
        SketchLineIn(words="Nooit meer op straat", prompt=SketchPrompt.NEVER_AGAIN),
        SketchLineIn(words="Zondag komt mijn zus", prompt=SketchPrompt.GOES_WELL),
        SketchLineIn(words="Zomaar wat"),
        SketchLineIn(words="INDRUK", voice=Voice.WORKER),
        SketchLineIn(words="INSTELLING", prompt=SketchPrompt.INSTITUTIONS),
    ]
    for told in lines:
        note_sketch_line(session, me, resident.id, told)
    wrong = note_sketch_line(session, me, resident.id, SketchLineIn(words="DOORGEHAALD"))
    strike_sketch_line(session, me, wrong.id, None)
    note_asset(session, me, resident.id, AssetIn(words="Gereedschap", kind=AssetKind.THINGS, wants_to_share=True))
    note_asset(session, me, resident.id, AssetIn(words="Kan lassen"))
    strike_asset(session, me, note_asset(session, me, resident.id, AssetIn(words="DOORGEHAALD")).id, None)
    need = record_need(
        session, me, resident.id, NeedIn(life_area=LifeArea.HOUSING, words="Een kachel", learned_on=TODAY)
    )
    for words, how, confirmed in (
        ("Ik leef in één kamer", HowLearned.SAID, Confirmed.YES),
        ("NOG NIET", HowLearned.SHOWN, Confirmed.NOT_YET),
        ("VERMOEDEN", HowLearned.HUNCH, Confirmed.NOT_YET),
        ("DOORGEHAALD", HowLearned.SAID, Confirmed.YES),
    ):
        layer = LayerIn(words=words, how_learned=how, confirmed=confirmed, life_area=LifeArea.HOUSING, learned_on=TODAY)
        deepen_need(session, me, need.id, None, layer)
    layers = session.scalars(select(NeedLayer).where(col(NeedLayer.need_id) == need.id).order_by(col(NeedLayer.depth)))
    *_, hunch, mistake = layers
    confirm_layer(session, me, need.id, hunch.id, None, ConfirmationIn(confirmed=Confirmed.YES, asked_on=TODAY))
    strike_layer(session, me, need.id, mistake.id, None)
    done = record_need(session, me, resident.id, NeedIn(life_area=LifeArea.MONEY, words="DICHT", learned_on=TODAY))
    close_need(session, me, done.id, None, ClosingIn(ending=NeedEnding.NO_LONGER_WANTED, closed_on=TODAY))

    sheet = show_sheet(session, me, resident.id, even_so=False)

    assert (sheet.resident_name, sheet.on) == ("Geert", TODAY)
    assert [(one.words, one.wants_to_share) for one in sheet.assets] == [("Kan lassen", False), ("Gereedschap", True)]
    assert [one.words for one in sheet.lines] == ["Zomaar wat", "Zondag komt mijn zus", "Nooit meer op straat"]
    assert [one.words for one in sheet.needs] == [["Een kachel", "Ik leef in één kamer"]]


def test_before_the_sheet_is_printed_for_somebody_who_would_rather_not_read_it_is_asked(
    session: Session, cast: Cast
) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    change = ResidentChange(reading_comfort=ReadingComfort.PREFERS_CALL)
    change_resident(session, cast.activator, resident.id, resident.version, change)

    with pytest.raises(Question, match="rather not read") as asked:
        show_sheet(session, cast.activator, resident.id, even_so=False)

    assert asked.value.answer == "even_so"
    assert show_sheet(session, cast.activator, resident.id, even_so=True).lines == []


def test_the_sheet_is_for_those_who_look_after_the_resident(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    with pytest.raises(NotAllowed):
        show_sheet(session, cast.colleague, resident.id, even_so=True)
    for who in (cast.stranger, cast.teamleader, cast.policy, cast.admin):
        with pytest.raises(NotFound):
            show_sheet(session, who, resident.id, even_so=True)
