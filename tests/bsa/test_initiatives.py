"""Initiatives: what residents do together, who takes part and who may know that."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import event
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.initiatives.actions import (
    add_participant,
    change_initiative,
    end_participation,
    link_theme,
    move_phase,
    reach_aim,
    set_aim,
    start_initiative,
    unlink_theme,
)
from bsa.initiatives.models import Initiative, Origin, Participant, ParticipantPart, Phase
from bsa.initiatives.queries import find_initiative, list_initiatives, show_initiative
from bsa.initiatives.shapes import (
    AimIn,
    InitiativeChange,
    InitiativeIn,
    InitiativeQuery,
    ParticipantIn,
    PhaseIn,
    ReachedIn,
)
from bsa.needs.models import LifeArea
from bsa.residents.actions import record_consent, restrict_resident, withdraw_consent
from bsa.residents.models import ConsentHow, ConsentScope, Resident
from bsa.residents.shapes import ConsentIn
from bsa.themes.models import Theme

from tests.cast import Cast, a_resident

ALL = InitiativeQuery()


def an_initiative(session: Session, cast: Cast, title: str = "Molenbuurt Warm", **more: object) -> Initiative:
    told = {"area_id": cast.here_id, "title": title, "origin": Origin.TOGETHER, "started_on": clock.today(), **more}
    return start_initiative(session, cast.activator, InitiativeIn.model_validate(told))


def a_theme(session: Session, area_id: object, title: str = "Tocht en schimmel") -> Theme:
    theme = Theme.model_validate(
        {"area_id": area_id, "title": title, "life_area": LifeArea.HOUSING, "opened_on": clock.today()}
    )
    session.add(theme)
    session.flush()
    return theme


def introduced(session: Session, cast: Cast, name: str = "Geert") -> Resident:
    resident = a_resident(session, cast.activator, cast.here_id, name)
    told = ConsentIn(scope=ConsentScope.TO_BE_INTRODUCED, how=ConsentHow.SPOKEN, given_on=clock.today())
    record_consent(session, cast.activator, resident.id, told)
    return resident


def takes_part(resident: Resident) -> ParticipantIn:
    return ParticipantIn(resident_id=resident.id, part=ParticipantPart.SPEAKS, consented_on=clock.today())


def kinds_of(session: Session, initiative: Initiative) -> list[str]:
    query = select(Event.kind).where(col(Event.subject_id) == initiative.id).order_by(col(Event.id))
    return list(session.scalars(query))


@pytest.mark.parametrize("name", ["activator", "colleague", "teamleader"])
def test_the_team_starts_an_initiative_in_its_own_area(session: Session, cast: Cast, name: str) -> None:
    told = InitiativeIn(area_id=cast.here_id, title="Moestuin", origin=Origin.RESIDENTS, started_on=clock.today())

    initiative = start_initiative(session, cast.actors[name], told)

    shown = show_initiative(session, cast.activator, initiative.id)
    assert (shown.title, shown.area_name, shown.phase) == ("Moestuin", "Oude Molenbuurt", Phase.IDEA)
    assert shown.participant_count == 0
    assert kinds_of(session, initiative) == ["initiative.started"]


@pytest.mark.parametrize("name", ["stranger", "corporation", "policy", "privacy", "admin"])
def test_nobody_else_starts_one_here_or_knows_of_it(session: Session, cast: Cast, name: str) -> None:
    initiative = an_initiative(session, cast)
    told = InitiativeIn(area_id=cast.here_id, title="Moestuin", origin=Origin.RESIDENTS, started_on=clock.today())

    with pytest.raises(NotAllowed):
        start_initiative(session, cast.actors[name], told)
    with pytest.raises(NotFound):
        show_initiative(session, cast.actors[name], initiative.id)
    with pytest.raises(NotFound):
        set_aim(session, cast.actors[name], initiative.id, AimIn(text="Warm voor de winter"))


def test_what_starts_has_not_stopped_and_did_not_start_tomorrow(session: Session, cast: Cast) -> None:
    with pytest.raises(ValidationError):
        InitiativeIn(
            area_id=cast.here_id, title="X", origin=Origin.RESIDENTS, started_on=clock.today(), phase=Phase.STOPPED
        )
    with pytest.raises(ValidationError):
        InitiativeIn(
            area_id=cast.here_id,
            title="X",
            origin=Origin.RESIDENTS,
            started_on=clock.today(),
            next_step_on=clock.today(),
        )
    with pytest.raises(Invalid):
        an_initiative(session, cast, started_on=clock.today() + timedelta(days=1))
    with pytest.raises(Invalid):
        an_initiative(session, cast, area_id=cast.municipality_id)


def test_a_change_leaves_out_what_is_not_named(session: Session, cast: Cast) -> None:
    initiative = an_initiative(session, cast, description="Warm wonen")
    before = initiative.version
    step = InitiativeChange(next_step="Kozijnen tellen", next_step_on=date(2026, 4, 2))

    change_initiative(session, cast.colleague, initiative.id, before, step)

    shown = show_initiative(session, cast.activator, initiative.id)
    assert (shown.description, shown.next_step, shown.next_step_on) == (
        "Warm wonen",
        "Kozijnen tellen",
        date(2026, 4, 2),
    )
    with pytest.raises(Stale):
        change_initiative(session, cast.activator, initiative.id, before, InitiativeChange(title="Ander"))
    change_initiative(session, cast.activator, initiative.id, initiative.version, InitiativeChange(next_step=None))
    assert initiative.next_step_on is None
    with pytest.raises(Invalid):
        change_initiative(
            session, cast.activator, initiative.id, initiative.version, InitiativeChange(next_step_on=date(2026, 4, 2))
        )


def test_an_initiative_moves_through_its_phases_and_stops_with_a_lesson(session: Session, cast: Cast) -> None:
    initiative = an_initiative(session, cast, started_on=date(2026, 3, 1))

    def move(phase: Phase, since: date, lesson: str | None = None) -> Initiative:
        told = PhaseIn(phase=phase, since=since, lesson=lesson)
        return move_phase(session, cast.activator, initiative.id, initiative.version, told)

    move(Phase.ACTING, date(2026, 3, 10))
    with pytest.raises(Conflict):
        move(Phase.ACTING, date(2026, 3, 11))
    with pytest.raises(Invalid):
        move(Phase.NEGOTIATING, date(2026, 3, 9))
    with pytest.raises(Invalid):
        move(Phase.NEGOTIATING, clock.today() + timedelta(days=1))
    with pytest.raises(Invalid):
        move(Phase.STOPPED, date(2026, 3, 20))
    assert (initiative.phase, initiative.phase_since) == (Phase.ACTING, date(2026, 3, 10))

    move(Phase.STOPPED, date(2026, 3, 20), "Te veel op één schouder")
    taken_up = move(Phase.FORMING, clock.today())

    assert (taken_up.phase, taken_up.lesson) == (Phase.FORMING, "Te veel op één schouder")
    moved = session.scalars(select(Event).where(col(Event.kind) == "initiative.phase_moved")).all()
    assert {(event.facts["before"], event.facts["phase"]) for event in moved} == {
        ("idea", "acting"),
        ("acting", "stopped"),
        ("stopped", "forming"),
    }


def test_a_resident_takes_part_after_agreeing_to_be_introduced(session: Session, cast: Cast) -> None:
    initiative, resident = an_initiative(session, cast), a_resident(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid) as refused:
        add_participant(session, cast.activator, initiative.id, takes_part(resident))
    assert [fault.code for fault in refused.value.faults] == ["consent_missing"]

    told = ConsentIn(scope=ConsentScope.TO_BE_INTRODUCED, how=ConsentHow.SPOKEN, given_on=clock.today())
    consent = record_consent(session, cast.activator, resident.id, told)
    before = initiative.version
    add_participant(session, cast.activator, initiative.id, takes_part(resident))

    assert initiative.version == before + 1
    with pytest.raises(Conflict):
        add_participant(session, cast.activator, initiative.id, takes_part(resident))
    withdraw_consent(session, cast.activator, resident.id, consent.id)
    with pytest.raises(Invalid):
        add_participant(session, cast.activator, an_initiative(session, cast, "Moestuin").id, takes_part(resident))


def test_only_who_looks_after_the_resident_adds_the_resident(session: Session, cast: Cast) -> None:
    initiative, resident = an_initiative(session, cast), introduced(session, cast)

    for name in ("colleague", "teamleader"):
        with pytest.raises(NotAllowed):
            add_participant(session, cast.actors[name], initiative.id, takes_part(resident))
    with pytest.raises(NotFound):
        add_participant(session, cast.stranger, initiative.id, takes_part(resident))


def test_who_asked_to_leave_the_data_as_it_is_is_not_added(session: Session, cast: Cast) -> None:
    initiative, resident = an_initiative(session, cast), introduced(session, cast)
    restrict_resident(session, cast.activator, resident.id, resident.version)

    with pytest.raises(Conflict):
        add_participant(session, cast.activator, initiative.id, takes_part(resident))


def test_nobody_joins_what_stopped(session: Session, cast: Cast) -> None:
    initiative, resident = an_initiative(session, cast), introduced(session, cast)
    told = PhaseIn(phase=Phase.STOPPED, since=clock.today(), lesson="Genoeg")
    move_phase(session, cast.activator, initiative.id, initiative.version, told)

    with pytest.raises(Conflict):
        add_participant(session, cast.activator, initiative.id, takes_part(resident))
    assert "add_participant" not in show_initiative(session, cast.activator, initiative.id).allowed_actions


def test_others_are_counted_and_not_named(session: Session, cast: Cast) -> None:
    initiative = an_initiative(session, cast)
    resident = introduced(session, cast)
    add_participant(session, cast.activator, initiative.id, takes_part(resident))
    session.info["residents_read"].clear()

    for name in ("colleague", "teamleader"):
        shown = show_initiative(session, cast.actors[name], initiative.id)
        assert (shown.participants, shown.participant_count) == ([], 1)
    assert session.info["residents_read"] == set()

    own = show_initiative(session, cast.activator, initiative.id)
    assert [(one.call_name, one.part) for one in own.participants] == [("Geert", ParticipantPart.SPEAKS)]
    assert session.info["residents_read"] == {resident.id}


def test_no_event_says_who_takes_part(session: Session, cast: Cast) -> None:
    initiative, resident = an_initiative(session, cast), introduced(session, cast)
    add_participant(session, cast.activator, initiative.id, takes_part(resident))

    event = session.scalars(select(Event).where(col(Event.kind) == "initiative.participant_added")).one()

    assert str(resident.id) not in str(event.facts)


def test_who_leaves_is_no_longer_counted_and_may_come_back(session: Session, cast: Cast) -> None:
    initiative, resident = an_initiative(session, cast), introduced(session, cast)
    participant = add_participant(session, cast.activator, initiative.id, takes_part(resident))
    with pytest.raises(NotAllowed):
        end_participation(session, cast.colleague, initiative.id, participant.id)
    with pytest.raises(NotFound):
        end_participation(session, cast.activator, an_initiative(session, cast, "Moestuin").id, participant.id)

    end_participation(session, cast.activator, initiative.id, participant.id)

    shown = show_initiative(session, cast.activator, initiative.id)
    assert (shown.participants, shown.participant_count) == ([], 0)
    with pytest.raises(Conflict):
        end_participation(session, cast.activator, initiative.id, participant.id)
    add_participant(session, cast.activator, initiative.id, takes_part(resident))
    assert len(session.scalars(select(Participant)).all()) == 2


def test_an_aim_is_set_and_reached_once(session: Session, cast: Cast) -> None:
    initiative = an_initiative(session, cast)
    aim = set_aim(session, cast.colleague, initiative.id, AimIn(text="Warm", sign="19 graden in elke kamer"))

    reach_aim(session, cast.activator, initiative.id, aim.id, ReachedIn(reached_on=clock.today()))

    shown = show_initiative(session, cast.teamleader, initiative.id).aims
    assert [(one.text, one.sign, one.reached_on) for one in shown] == [
        ("Warm", "19 graden in elke kamer", clock.today())
    ]
    with pytest.raises(Conflict):
        reach_aim(session, cast.activator, initiative.id, aim.id, ReachedIn(reached_on=clock.today()))
    with pytest.raises(NotFound):
        reach_aim(
            session,
            cast.activator,
            an_initiative(session, cast, "Ander").id,
            aim.id,
            ReachedIn(reached_on=clock.today()),
        )


def test_an_initiative_is_linked_to_themes_in_reach_and_unlinked_again(session: Session, cast: Cast) -> None:
    theme, other = a_theme(session, cast.here_id), a_theme(session, cast.here_id, "Eenzaam")
    far = a_theme(session, cast.there_id, "Ver weg")
    initiative = an_initiative(session, cast, theme_ids=[theme.id])

    link_theme(session, cast.colleague, initiative.id, other.id)

    shown = show_initiative(session, cast.activator, initiative.id)
    assert [one.title for one in shown.themes] == ["Eenzaam", "Tocht en schimmel"]
    with pytest.raises(Conflict):
        link_theme(session, cast.colleague, initiative.id, other.id)
    with pytest.raises(Invalid):
        link_theme(session, cast.colleague, initiative.id, far.id)
    with pytest.raises(Invalid):
        an_initiative(session, cast, "Ver", theme_ids=[far.id])
    unlink_theme(session, cast.activator, initiative.id, theme.id)
    assert [one.title for one in show_initiative(session, cast.activator, initiative.id).themes] == ["Eenzaam"]
    with pytest.raises(NotFound):
        unlink_theme(session, cast.activator, initiative.id, theme.id)


def test_initiatives_are_listed_newest_first_in_pages_and_by_filters(session: Session, cast: Cast) -> None:
    theme = a_theme(session, cast.here_id)
    for day in range(1, 6):
        an_initiative(session, cast, f"Nummer {day}", started_on=date(2026, 3, day))
    an_initiative(session, cast, "Warm", started_on=date(2026, 2, 1), theme_ids=[theme.id], phase=Phase.ACTING)

    first = list_initiatives(session, cast.activator, InitiativeQuery(limit=4))
    rest = list_initiatives(session, cast.activator, InitiativeQuery(limit=4, cursor=first.next_cursor))

    titles = [one.title for one in [*first.items, *rest.items]]
    assert titles == ["Nummer 5", "Nummer 4", "Nummer 3", "Nummer 2", "Nummer 1", "Warm"]
    for wanted in (
        InitiativeQuery(theme_id=theme.id),
        InitiativeQuery(phase=Phase.ACTING),
        InitiativeQuery(phase=Phase.ACTING, area_id=cast.municipality_id, open=True),
    ):
        assert [one.title for one in list_initiatives(session, cast.activator, wanted).items] == ["Warm"]
    assert list_initiatives(session, cast.activator, InitiativeQuery(open=False)).items == []
    assert list_initiatives(session, cast.activator, InitiativeQuery(area_id=cast.there_id)).items == []
    assert list_initiatives(session, cast.stranger, ALL).items == []
    assert [one.title for one in rest.items[-1].themes] == ["Tocht en schimmel"]
    with pytest.raises(NotAllowed):
        list_initiatives(session, cast.corporation, ALL)


def test_an_unknown_initiative_is_not_found(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        find_initiative(session, cast.activator, clock.new_id())


def test_a_list_takes_two_statements_however_long_it_is(session: Session, cast: Cast) -> None:
    for number in range(5):
        an_initiative(session, cast, f"Nummer {number}", theme_ids=[a_theme(session, cast.here_id).id])
    said: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *told: said.append(told[2]))

    for limit in (1, 50):
        said.clear()
        list_initiatives(session, cast.activator, InitiativeQuery(limit=limit))
        assert len(said) == 2
