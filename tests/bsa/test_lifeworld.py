"""The lifeworld: in the resident's own words, with what the worker thinks kept apart, and strengths first."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound
from bsa.events import Event
from bsa.lifeworld.actions import note_asset, note_sketch_line, strike_asset, strike_sketch_line
from bsa.lifeworld.models import Asset, AssetKind, SketchLine, SketchPrompt, Voice
from bsa.lifeworld.queries import list_assets, list_sketch_lines, show_asset, show_sketch_line
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.permissions import Actor
from bsa.residents.actions import assign_worker, raise_level, restrict_resident
from bsa.residents.models import Informed, RegistrationLevel, Resident, WorkerPart
from bsa.residents.shapes import LevelIn, WorkerIn
from bsa.sealing import SealedCell
from bsa.shapes import Listing

from tests.cast import Cast, a_dossier, a_resident

TODAY = date(2026, 3, 24)
ALL = Listing()
SAID = SketchLineIn(words="De kleinkinderen komen elke zondag", prompt=SketchPrompt.GOES_WELL)
IMPRESSION = SketchLineIn(words="Lijkt me moe", voice=Voice.WORKER)
BUILDS = AssetIn(words="Heeft jaren in de bouw gewerkt", kind=AssetKind.EXPERIENCE)


def stand_in(session: Session, cast: Cast, resident: Resident) -> Actor:
    wanted = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, wanted)
    return cast.colleague


def events(session: Session, resident: Resident, about: str) -> list[Event]:
    found = session.scalars(select(Event).where(col(Event.subject_id) == resident.id).order_by(col(Event.id)))
    return [event for event in found if event.kind.startswith(about)]


def test_the_words_are_enough_for_a_line_and_for_a_strength(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    line = note_sketch_line(session, cast.activator, resident.id, SketchLineIn(words="Het gaat wel"))
    asset = note_asset(session, cast.activator, resident.id, AssetIn(words="Kan goed luisteren"))

    shown = show_sketch_line(session, cast.activator, line.id)
    assert (shown.words, shown.prompt, shown.voice, shown.told_on) == ("Het gaat wel", None, Voice.RESIDENT, TODAY)
    assert (shown.worker_name, shown.allowed_actions) == ("Activator van de Cast", ["sketch_lifeworld"])
    has = show_asset(session, cast.activator, asset.id)
    assert (has.words, has.kind, has.wants_to_share, has.told_on) == (
        "Kan goed luisteren",
        AssetKind.TALENT,
        False,
        TODAY,
    )


def test_each_deed_leaves_an_event_with_the_area_and_without_words(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    line = note_sketch_line(session, cast.activator, resident.id, SAID)
    asset = note_asset(session, cast.activator, resident.id, BUILDS)
    strike_sketch_line(session, cast.activator, line.id, None)
    strike_asset(session, cast.activator, asset.id, BUILDS)

    noted, struck = events(session, resident, "sketch_line.")
    assert (noted.kind, struck.kind, noted.area_id) == ("sketch_line.noted", "sketch_line.struck", cast.here_id)
    assert noted.facts == {
        "sketch_line_id": str(line.id),
        "prompt": "goes_well",
        "voice": "resident",
        "told_on": "2026-03-24",
    }
    kinds = [event.kind for event in events(session, resident, "asset.")]
    assert kinds == ["asset.noted", "asset.struck", "asset.noted"]


@pytest.mark.parametrize(
    "told",
    [IMPRESSION, SketchLineIn(words="Vertrouwt de corporatie niet", prompt=SketchPrompt.INSTITUTIONS)],
    ids=["an impression", "what somebody went through with institutions"],
)
def test_what_is_for_its_author_only_does_not_exist_for_a_stand_in(
    session: Session, cast: Cast, told: SketchLineIn
) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    own = note_sketch_line(session, cast.activator, resident.id, told)
    said = note_sketch_line(session, cast.activator, resident.id, SAID)
    colleague = stand_in(session, cast, resident)

    assert [one.id for one in list_sketch_lines(session, colleague, resident.id, ALL).items] == [said.id]
    for deed in (
        lambda: show_sketch_line(session, colleague, own.id),
        lambda: strike_sketch_line(session, colleague, own.id, None),
    ):
        with pytest.raises(NotFound):
            deed()
    mine = list_sketch_lines(session, cast.activator, resident.id, ALL).items
    assert {one.id: one.for_author_only for one in mine} == {own.id: True, said.id: False}


def test_who_stands_in_may_strike_what_the_resident_says_is_not_so(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    said = note_sketch_line(session, cast.activator, resident.id, SAID)
    colleague = stand_in(session, cast, resident)

    stands = strike_sketch_line(session, colleague, said.id, SketchLineIn(words="Elke zaterdag"))

    listed = {one.id: one for one in list_sketch_lines(session, cast.activator, resident.id, ALL).items}
    assert (listed[said.id].words, listed[said.id].allowed_actions) == (SAID.words, [])
    assert listed[said.id].struck_at is not None
    assert (listed[stands.id].words, listed[stands.id].worker_name) == ("Elke zaterdag", "Colleague van de Cast")


def test_what_is_struck_stays_struck(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    line = note_sketch_line(session, cast.activator, resident.id, SAID)
    asset = note_asset(session, cast.activator, resident.id, BUILDS)
    assert strike_sketch_line(session, cast.activator, line.id, None).id == line.id
    assert strike_asset(session, cast.activator, asset.id, None).id == asset.id

    with pytest.raises(Conflict):
        strike_sketch_line(session, cast.activator, line.id, None)
    with pytest.raises(Conflict):
        strike_asset(session, cast.activator, asset.id, None)


def test_a_strength_waits_for_known_and_the_sketch_for_a_dossier(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid) as refused:
        note_asset(session, cast.activator, resident.id, BUILDS)
    assert [(fault.where, fault.code) for fault in refused.value.faults] == [(("words",), "above_level")]

    told = LevelIn(level=RegistrationLevel.KNOWN, informed_on=TODAY, informed_how=Informed.SPOKEN)
    raise_level(session, cast.activator, resident.id, resident.version, told)
    note_asset(session, cast.activator, resident.id, BUILDS)

    with pytest.raises(Invalid) as refused:
        note_sketch_line(session, cast.activator, resident.id, SAID)
    assert "dossier" in refused.value.faults[0].message


def test_a_day_to_come_is_refused_also_in_a_correction(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    tomorrow = {"told_on": TODAY + timedelta(days=1)}
    line = note_sketch_line(session, cast.activator, resident.id, SAID)
    asset = note_asset(session, cast.activator, resident.id, BUILDS)

    for deed in (
        lambda: note_sketch_line(session, cast.activator, resident.id, SAID.model_copy(update=tomorrow)),
        lambda: note_asset(session, cast.activator, resident.id, BUILDS.model_copy(update=tomorrow)),
        lambda: strike_sketch_line(session, cast.activator, line.id, SAID.model_copy(update=tomorrow)),
        lambda: strike_asset(session, cast.activator, asset.id, BUILDS.model_copy(update=tomorrow)),
    ):
        with pytest.raises(Invalid):
            deed()
    assert line.struck_at is None


def test_the_lifeworld_is_refused_to_a_colleague_and_invisible_elsewhere(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    line = note_sketch_line(session, cast.activator, resident.id, SAID)
    asset = note_asset(session, cast.activator, resident.id, BUILDS)

    for deed in (
        lambda who: list_sketch_lines(session, who, resident.id, ALL),
        lambda who: show_sketch_line(session, who, line.id),
        lambda who: note_sketch_line(session, who, resident.id, SAID),
        lambda who: strike_sketch_line(session, who, line.id, None),
        lambda who: list_assets(session, who, resident.id, ALL),
        lambda who: show_asset(session, who, asset.id),
        lambda who: note_asset(session, who, resident.id, BUILDS),
        lambda who: strike_asset(session, who, asset.id, None),
    ):
        with pytest.raises(NotAllowed, match="Activator van de Cast"):
            deed(cast.colleague)
        for who in (cast.stranger, cast.teamleader, cast.corporation, cast.policy, cast.admin):
            with pytest.raises(NotFound):
                deed(who)


def test_nothing_is_added_to_a_record_that_is_restricted(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    line = note_sketch_line(session, cast.activator, resident.id, SAID)
    restrict_resident(session, cast.activator, resident.id, resident.version)

    for deed in (
        lambda: note_sketch_line(session, cast.activator, resident.id, SAID),
        lambda: strike_sketch_line(session, cast.activator, line.id, None),
        lambda: note_asset(session, cast.activator, resident.id, BUILDS),
    ):
        with pytest.raises(Conflict, match="Lift the restriction"):
            deed()
    assert show_sketch_line(session, cast.activator, line.id).allowed_actions == []


def test_both_lists_go_newest_first_page_by_page(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    days = [TODAY - timedelta(days=back) for back in (4, 0, 2)]
    for day in days:
        note_sketch_line(session, cast.activator, resident.id, SAID.model_copy(update={"told_on": day}))
        note_asset(session, cast.activator, resident.id, BUILDS.model_copy(update={"told_on": day}))

    for listed in (list_sketch_lines, list_assets):
        first = listed(session, cast.activator, resident.id, Listing(limit=2))
        second = listed(session, cast.activator, resident.id, Listing(limit=2, cursor=first.next_cursor))
        found = [one.told_on for one in [*first.items, *second.items]]
        assert (found, second.next_cursor) == (sorted(days, reverse=True), None)


def test_the_words_are_sealed_with_the_residents_key(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    note_sketch_line(session, cast.activator, resident.id, SAID)
    note_asset(session, cast.activator, resident.id, BUILDS)
    session.info["residents_read"].clear()
    session.expire_all()

    for row in (session.scalars(select(SketchLine)).one(), session.scalars(select(Asset)).one()):
        cell: object = row.words
        assert isinstance(cell, SealedCell)
        assert row.owner() == resident.id
    list_assets(session, cast.activator, resident.id, ALL)
    assert session.info["residents_read"] == {resident.id}
    assert clock.today() == TODAY
