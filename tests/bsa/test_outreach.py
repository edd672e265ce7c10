"""Going there unasked: rounds, four counts, doors that are left alone; and nothing about a person anywhere in it."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.outreach.actions import change_round, end_round, lift_no_ring, note_no_ring, start_round, tally
from bsa.outreach.addresses import HIGHEST, holds_house_number, same_number, same_street
from bsa.outreach.models import NoRing, Round, RoundKind, Tallied
from bsa.outreach.queries import list_rounds, may_ring, show_outreach, show_round
from bsa.outreach.shapes import AddressIn, EndingIn, RoundChange, RoundIn, RoundQuery, TallyIn
from bsa.permissions import Actor

from tests.cast import NOW, Cast


def a_round(session: Session, cast: Cast, actor: Actor | None = None, where: str = "Molenstraat") -> Round:
    return start_round(session, actor or cast.activator, RoundIn(area_id=cast.here_id, where=where))


def at(cast: Cast, number: str = "14", street: str = "Molenstraat", area_id: UUID | None = None) -> AddressIn:
    return AddressIn(area_id=area_id or cast.here_id, street=street, number=number)


def kinds(session: Session) -> list[str]:
    return [event.kind for event in session.scalars(select(Event)) if event.kind.startswith(("round.", "no_ring."))]


def test_a_round_begins_with_a_street_alone(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)

    shown = show_round(session, cast.activator, begun.id)
    assert (shown.kind, shown.held_on, shown.ended_on) == ("doors", clock.today(), None)
    assert (shown.rang, shown.opened, shown.talked, shown.no_thanks) == (0, 0, 0, 0)
    assert shown.allowed_actions == ["go_round", "respect_no_ring"]
    assert kinds(session) == ["round.started"]


def test_a_round_is_gone_in_an_own_area_only(session: Session, cast: Cast) -> None:
    for actor in (cast.stranger, cast.teamleader, cast.corporation, cast.privacy):
        with pytest.raises(NotAllowed):
            a_round(session, cast, actor)


def test_a_round_is_not_told_before_it_is_gone(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        start_round(
            session,
            cast.activator,
            RoundIn(area_id=cast.here_id, where="Molenstraat", held_on=clock.today() + timedelta(1)),
        )
    assert refusal.value.faults[0].code == "in_future"


@pytest.mark.parametrize("where", ["Molenstraat 14", "Molenstraat 14a", "Molenstraat14", "Molenstraat, nr. 2 t/m 40"])
def test_a_round_along_doors_takes_no_house_number(session: Session, cast: Cast, where: str) -> None:
    with pytest.raises(Invalid) as refusal:
        a_round(session, cast, where=where)
    assert refusal.value.faults[0].code == "house_number"

    begun = a_round(session, cast)
    with pytest.raises(Invalid):
        change_round(session, cast.activator, begun.id, None, RoundChange(where=where))


@pytest.mark.parametrize("where", ["Molenstraat", "2e Dwarsstraat", "1ste en 2de Molenweg", "Laan van Achttien"])
def test_names_of_streets_may_begin_with_a_number(where: str) -> None:
    assert not holds_house_number(where)


def test_a_place_may_have_a_number_in_its_name(session: Session, cast: Cast) -> None:
    told = RoundIn(
        area_id=cast.here_id, kind=RoundKind.PLACE, where="Plein 1813", place_note="Twee banken, geen licht."
    )
    begun = start_round(session, cast.activator, told)

    shown = show_round(session, cast.colleague, begun.id)
    assert shown.place_note == "Twee banken, geen licht."
    assert shown.do_not_ring is None
    assert shown.allowed_actions == ["go_round"]


def test_counting_goes_up_and_back_and_never_below_nothing(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    for what, times in ((Tallied.RANG, 3), (Tallied.OPENED, 2), (Tallied.TALKED, 1), (Tallied.NO_THANKS, 1)):
        for _ in range(times):
            tally(session, cast.activator, begun.id, TallyIn(what=what))
    counted = tally(session, cast.activator, begun.id, TallyIn(what=Tallied.TALKED, by=-1))

    assert (counted.rang, counted.opened, counted.talked, counted.no_thanks) == (3, 2, 0, 1)
    with pytest.raises(Conflict):
        tally(session, cast.activator, begun.id, TallyIn(what=Tallied.TALKED, by=-1))


def test_of_a_single_ring_no_moment_stays(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    before = len(session.scalars(select(Event)).all())
    for _ in range(5):
        tally(session, cast.activator, begun.id, TallyIn(what=Tallied.RANG))

    assert len(session.scalars(select(Event)).all()) == before


def test_two_who_go_together_count_into_one_round(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    tally(session, cast.activator, begun.id, TallyIn(what=Tallied.RANG))
    tally(session, cast.colleague, begun.id, TallyIn(what=Tallied.RANG))

    assert show_round(session, cast.activator, begun.id).rang == 2


def test_the_team_leader_sees_the_counts_and_does_not_count(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    note_no_ring(session, cast.activator, at(cast))

    shown = show_round(session, cast.teamleader, begun.id)
    assert shown.allowed_actions == []
    assert shown.do_not_ring is None
    for deed in (
        lambda: tally(session, cast.teamleader, begun.id, TallyIn(what=Tallied.RANG)),
        lambda: change_round(session, cast.teamleader, begun.id, None, RoundChange(rang=4)),
        lambda: end_round(session, cast.teamleader, begun.id, EndingIn()),
        lambda: note_no_ring(session, cast.teamleader, at(cast)),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_a_round_elsewhere_is_not_there(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    for actor in (cast.stranger, cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotFound):
            show_round(session, actor, begun.id)
        with pytest.raises(NotFound):
            tally(session, actor, begun.id, TallyIn(what=Tallied.RANG))
    assert list_rounds(session, cast.stranger, RoundQuery()).items == []


def test_counts_from_paper_are_written_in_afterwards(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    changed = change_round(
        session, cast.colleague, begun.id, begun.version, RoundChange(rang=22, opened=9, talked=5, where="Molenweg")
    )

    assert (changed.rang, changed.opened, changed.talked, changed.where) == (22, 9, 5, "Molenweg")
    assert kinds(session) == ["round.started", "round.changed"]
    with pytest.raises(Stale):
        change_round(session, cast.activator, begun.id, changed.version - 1, RoundChange(rang=1))


def test_a_round_ends_with_why_we_went_there(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    told = EndingIn(weighing="Veel gordijnen dicht, en niemand kent ons.", place_note="Het achterpad is donker.")
    end_round(session, cast.activator, begun.id, told)

    shown = show_round(session, cast.activator, begun.id)
    assert shown.ended_on == clock.today()
    assert shown.weighing == "Veel gordijnen dicht, en niemand kent ons."
    assert shown.place_note == "Het achterpad is donker."
    assert kinds(session) == ["round.started", "round.ended"]
    with pytest.raises(Conflict):
        end_round(session, cast.activator, begun.id, EndingIn())


def test_what_a_device_sends_late_still_counts_for_some_days(session: Session, cast: Cast) -> None:
    begun = a_round(session, cast)
    end_round(session, cast.activator, begun.id, EndingIn())

    with clock.standing_at(NOW + timedelta(days=7)):
        assert tally(session, cast.activator, begun.id, TallyIn(what=Tallied.RANG)).rang == 1
    with clock.standing_at(NOW + timedelta(days=8)), pytest.raises(Conflict) as refusal:
        tally(session, cast.activator, begun.id, TallyIn(what=Tallied.RANG))
    assert refusal.value.facts == {"days": "7"}


def test_what_the_team_wrote_lies_sealed_in_the_database(session: Session, cast: Cast) -> None:
    told = RoundIn(area_id=cast.here_id, where="Molenstraat", weighing="Zonnebloem-1", place_note="Zonnebloem-2")
    start_round(session, cast.activator, told)

    row = session.execute(text("SELECT weighing, place_note FROM outreach_round")).one()
    assert b"Zonnebloem" not in bytes(row.weighing) + bytes(row.place_note)


def test_rounds_are_listed_newest_first_and_by_what_is_asked(session: Session, cast: Cast) -> None:
    today = clock.today()
    for days, where, kind in ((9, "Molenstraat", "doors"), (2, "Buurthuis", "place"), (30, "Veenweg", "doors")):
        told = {"area_id": cast.here_id, "where": where, "kind": kind, "held_on": today - timedelta(days=days)}
        start_round(session, cast.activator, RoundIn.model_validate(told))
    start_round(session, cast.colleague, RoundIn(area_id=cast.here_id, where="Zuidweg"))

    def found(**wanted: object) -> list[str]:
        return [one.where for one in list_rounds(session, cast.activator, RoundQuery.model_validate(wanted)).items]

    assert found() == ["Zuidweg", "Buurthuis", "Molenstraat", "Veenweg"]
    assert found(mine=True) == ["Buurthuis", "Molenstraat", "Veenweg"]
    assert found(kind="place") == ["Buurthuis"]
    assert found(area_id=cast.there_id) == []
    assert found(**{"from": today - timedelta(days=9), "until": today - timedelta(days=2)}) == [
        "Buurthuis",
        "Molenstraat",
    ]
    first = list_rounds(session, cast.activator, RoundQuery(limit=3))
    rest = list_rounds(session, cast.activator, RoundQuery(limit=3, cursor=first.next_cursor))
    assert [one.where for one in rest.items] == ["Veenweg"]


def test_who_asked_not_to_be_rung_is_on_the_screen_of_the_whole_team(session: Session, cast: Cast) -> None:
    for number in ("14", "7 A", "120bis", "33-2"):
        note_no_ring(session, cast.activator, at(cast, number))
    begun = a_round(session, cast, cast.colleague)

    assert show_round(session, cast.colleague, begun.id).do_not_ring == ["7a", "14", "33-2", "120bis"]
    assert not may_ring(session, cast.colleague, at(cast)).ring
    assert may_ring(session, cast.colleague, at(cast, "16")).ring
    other = a_round(session, cast, where="Molenweg")
    assert show_round(session, cast.activator, other.id).do_not_ring == []


def test_asking_twice_is_noted_once(session: Session, cast: Cast) -> None:
    first, second = (note_no_ring(session, one, at(cast)) for one in (cast.activator, cast.colleague))

    assert first.id == second.id
    assert kinds(session) == ["no_ring.noted"]


def test_who_changed_their_mind_may_be_rung_again(session: Session, cast: Cast) -> None:
    note_no_ring(session, cast.activator, at(cast))
    lift_no_ring(session, cast.colleague, at(cast, street="molenstr."))

    assert may_ring(session, cast.activator, at(cast)).ring
    assert session.scalars(select(NoRing)).all() == []
    assert kinds(session) == ["no_ring.noted", "no_ring.lifted"]
    with pytest.raises(Conflict):
        lift_no_ring(session, cast.activator, at(cast))


def test_after_a_round_no_numbers_are_shown(session: Session, cast: Cast) -> None:
    note_no_ring(session, cast.activator, at(cast))
    begun = a_round(session, cast)
    end_round(session, cast.activator, begun.id, EndingIn())

    assert show_round(session, cast.activator, begun.id).do_not_ring is None


def test_doors_elsewhere_are_not_asked_about(session: Session, cast: Cast) -> None:
    for actor in (cast.stranger, cast.teamleader, cast.policy, cast.privacy, cast.admin):
        for deed in (may_ring, note_no_ring, lift_no_ring):
            with pytest.raises(NotAllowed):
                deed(session, actor, at(cast))


def test_a_complex_has_the_doors_of_its_neighbourhood(session: Session, cast: Cast) -> None:
    flat = record_area(session, None, AreaIn(level=Level.COMPLEX, name="Molenflat", parent_id=cast.here_id))
    reach = Actor(
        id=cast.activator.id,
        name="activator",
        roles=cast.activator.roles,
        area_ids=cast.activator.area_ids | {flat.id},
        institution_id=None,
        purpose=cast.activator.purpose,
    )
    note_no_ring(session, cast.activator, at(cast))

    assert not may_ring(session, reach, at(cast, area_id=flat.id)).ring
    begun = start_round(session, reach, RoundIn(area_id=flat.id, where="Molenstraat"))
    assert show_round(session, reach, begun.id).do_not_ring == ["14"]


def test_of_an_address_nothing_can_be_read(session: Session, cast: Cast) -> None:
    note_no_ring(session, cast.activator, at(cast, "14a", "Zonnebloemstraat"))

    row = session.scalars(select(NoRing)).one()
    assert set(row.model_dump()) == {
        "id",
        "created_at",
        "area_id",
        "street_digest",
        "address_digest",
        "asked_on",
        "noted_by_id",
    }
    assert len(row.address_digest) == len(row.street_digest) == 64
    assert "onnebloem" not in repr(row)
    event = session.scalars(select(Event).where(Event.kind == "no_ring.noted")).one()
    assert event.facts == {}


def test_the_same_address_elsewhere_has_another_digest(session: Session, cast: Cast) -> None:
    here = note_no_ring(session, cast.activator, at(cast))
    there = note_no_ring(session, cast.stranger, at(cast, area_id=cast.there_id))

    assert here.address_digest != there.address_digest
    assert here.street_digest != there.street_digest


@pytest.mark.parametrize(
    "street", ["Molenstraat", "MOLENSTRAAT", "Molen straat", "Molenstr.", "molen-str", "Mólenstraat"]
)
def test_a_street_is_recognised_however_it_is_written(street: str) -> None:
    assert same_street(street) == "molenstraat"


def test_a_house_number_is_recognised_however_it_is_written() -> None:
    assert [same_number(one) for one in ("14", " 14 A", "14/2", "14-2", "14 bis")] == [
        "14",
        "14a",
        "14-2",
        "14-2",
        "14bis",
    ]
    assert [same_number(one) for one in ("", "0", "a14", "14ab", "14-21", str(HIGHEST + 1), "veertien")] == [None] * 7


def test_every_number_that_is_taken_is_found_again(session: Session, cast: Cast) -> None:
    for number in ("1", "1z", "1-20", f"{HIGHEST}bis"):
        note_no_ring(session, cast.activator, at(cast, number))
    begun = a_round(session, cast)

    assert show_round(session, cast.activator, begun.id).do_not_ring == ["1", "1z", "1-20", f"{HIGHEST}bis"]


def rounds_with_talks(session: Session, cast: Cast, talks: list[int], weeks_ago: int = 5) -> Round:
    held = None
    for place, talked in enumerate(talks):
        on = clock.today() - timedelta(weeks=weeks_ago - place)
        where = ("Molenstraat", "molenstr.")[place % 2]
        held = start_round(session, cast.activator, RoundIn(area_id=cast.here_id, where=where, held_on=on))
        change_round(session, cast.activator, held.id, None, RoundChange(rang=20, talked=talked))
    assert held is not None
    return held


@pytest.mark.parametrize(
    ("talks", "another_way"),
    [([0, 0], False), ([0, 0, 0], True), ([5, 4, 5], True), ([2, 3, 2], False), ([0, 3, 2, 2], True)],
)
def test_after_some_rounds_that_brought_no_more_talks_another_way_is_suggested(
    session: Session, cast: Cast, talks: list[int], another_way: bool
) -> None:
    rounds_with_talks(session, cast, talks)
    next_one = a_round(session, cast)

    assert show_round(session, cast.activator, next_one.id).suggest_another_way is another_way


def test_rounds_of_long_ago_and_in_other_streets_do_not_count_for_another_way(session: Session, cast: Cast) -> None:
    rounds_with_talks(session, cast, [0, 0, 0], weeks_ago=15)
    assert not show_round(session, cast.activator, a_round(session, cast).id).suggest_another_way

    rounds_with_talks(session, cast, [0, 0, 0])
    assert not show_round(session, cast.activator, a_round(session, cast, where="Veenweg").id).suggest_another_way


def test_a_round_that_goes_on_is_not_yet_one_more(session: Session, cast: Cast) -> None:
    rounds_with_talks(session, cast, [0, 0])
    third = a_round(session, cast)
    assert not show_round(session, cast.activator, third.id).suggest_another_way

    end_round(session, cast.activator, third.id, EndingIn())
    assert show_round(session, cast.activator, third.id).suggest_another_way


def test_outreach_is_counted_by_month(session: Session, cast: Cast) -> None:
    for on, rang in ((date(2026, 1, 12), 22), (date(2026, 1, 26), 10), (date(2026, 3, 2), 8), (date(2025, 3, 2), 99)):
        held = start_round(session, cast.activator, RoundIn(area_id=cast.here_id, where="Molenstraat", held_on=on))
        change_round(session, cast.activator, held.id, None, RoundChange(rang=rang, opened=4, talked=2, no_thanks=1))

    shown = show_outreach(session, cast.teamleader, cast.here_id)
    months = {month.month: month for month in shown.months}
    assert list(months) == [f"2025-{n:02}" for n in range(4, 13)] + ["2026-01", "2026-02", "2026-03"]
    assert (months["2026-01"].rounds, months["2026-01"].rang, months["2026-01"].talked) == (2, 32, 4)
    assert months["2026-02"].rounds == months["2026-02"].rang == 0
    assert sum(month.rang for month in shown.months) == 40
    with pytest.raises(NotFound):
        show_outreach(session, cast.stranger, cast.here_id)
    with pytest.raises(NotAllowed):
        show_outreach(session, cast.policy, cast.here_id)
