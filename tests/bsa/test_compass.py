"""The compass: twelve elements, read off events, blind to who did what; and no kind of event is forgotten."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.asks.models import AskEventKind
from bsa.commitments.models import CommitmentEventKind
from bsa.compass.elements import SAYS_NOTHING, SHOWS, Element, ElementState
from bsa.compass.queries import show_area_compass, show_resident_compass
from bsa.compass.shapes import CompassOut, ElementOut
from bsa.contacts.actions import note_contact
from bsa.contacts.shapes import ContactIn
from bsa.errors import NotAllowed, NotFound
from bsa.events import Event
from bsa.initiatives.actions import add_participant
from bsa.initiatives.shapes import ParticipantIn
from bsa.network.actions import note_tie
from bsa.network.models import Circle
from bsa.network.shapes import TieIn
from bsa.referrals.states import ReferralState
from bsa.registry import METADATA
from bsa.residents.actions import record_consent, restrict_resident
from bsa.residents.shapes import ConsentIn
from bsa.trust.models import HandoverState

from tests.cast import NOW, Cast, a_dossier
from tests.line import walk_the_line

SOURCES = Path(__file__).parents[2] / "src" / "bsa"
FROM_CODES: dict[str, set[str]] = {
    "f'ask.{kind.value}'": {f"ask.{kind.value}" for kind in AskEventKind},
    "f'commitment.{event.kind.value}'": {f"commitment.{kind.value}" for kind in CommitmentEventKind},
    "f'referral.{state.value}'": {f"referral.{state.value}" for state in ReferralState},
    "f'handover.{handover.state}'": {f"handover.{state.value}" for state in HandoverState},
}
"""Kinds that are put together from a code, as they stand in the source."""


def of(compass: CompassOut, element: Element) -> ElementOut:
    return next(one for one in compass.elements if one.element is element)


def states(compass: CompassOut) -> dict[str, str]:
    return {one.element.value: one.state.value for one in compass.elements}


def a_contact(session: Session, cast: Cast, resident_id: object) -> None:
    told = {"happened_on": clock.today(), "place": "at_home", "purpose": "being_there"}
    note_contact(session, cast.activator, resident_id, ContactIn.model_validate(told))  # type: ignore[arg-type]


def test_there_are_twelve_elements_in_their_order_and_a_quiet_place_has_none_of_them_yet(
    session: Session, cast: Cast
) -> None:
    compass = show_area_compass(session, cast.activator, cast.here_id)

    assert [one.number for one in compass.elements] == list(range(1, 13))
    assert [one.element for one in compass.elements] == list(Element)
    assert set(states(compass).values()) == {"not_yet"}


def test_walking_the_line_brings_the_second_half_alive(session: Session, cast: Cast) -> None:
    walk_the_line(session, cast)

    compass = show_area_compass(session, cast.activator, cast.here_id)

    alive = [name for name, state in states(compass).items() if state == "alive"]
    assert alive == ["outreach", "question_behind", "together", "neighbourhood", "double_activation"]
    assert of(compass, Element.QUESTION_BEHIND).last_on == NOW.date()


def test_what_was_long_ago_is_sleeping_without_being_counted(session: Session, cast: Cast) -> None:
    days = session.info["settings"].asleep_days
    with clock.standing_at(NOW - timedelta(days=days + 1)):
        geert = a_dossier(session, cast.activator, cast.here_id)
        a_contact(session, cast, geert.id)

    asleep = of(show_area_compass(session, cast.activator, cast.here_id), Element.TRUST)
    assert (asleep.state, asleep.events) == (ElementState.SLEEPING, 0)
    assert asleep.last_on == NOW.date() - timedelta(days=days + 1)

    a_contact(session, cast, geert.id)
    awake = of(show_area_compass(session, cast.activator, cast.here_id), Element.TRUST)
    assert (awake.state, awake.events, awake.last_on) == (ElementState.ALIVE, 1, NOW.date())


def test_what_belongs_to_a_resident_alone_lies_where_the_resident_lives(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    note_tie(session, cast.activator, geert.id, TieIn(who="Zus", circle=Circle.FAMILY))

    assert of(show_area_compass(session, cast.activator, cast.here_id), Element.CONTEXT).state is ElementState.ALIVE
    assert of(show_area_compass(session, cast.stranger, cast.there_id), Element.CONTEXT).state is ElementState.NOT_YET

    restrict_resident(session, cast.activator, geert.id, geert.version)
    assert of(show_area_compass(session, cast.activator, cast.here_id), Element.CONTEXT).state is ElementState.NOT_YET


def test_the_way_with_one_resident_shows_nothing_of_another(session: Session, cast: Cast) -> None:
    geert, ria = (a_dossier(session, cast.activator, cast.here_id, name) for name in ("Geert", "Ria"))
    note_tie(session, cast.activator, geert.id, TieIn(who="Zus", circle=Circle.FAMILY))
    a_contact(session, cast, ria.id)

    of_geert = states(show_resident_compass(session, cast.activator, geert.id))
    of_ria = states(show_resident_compass(session, cast.activator, ria.id))

    assert (of_geert["context"], of_geert["trust"]) == ("alive", "not_yet")
    assert (of_ria["context"], of_ria["trust"]) == ("not_yet", "alive")


def test_who_takes_part_shares_in_what_the_initiative_asks_and_is_promised(session: Session, cast: Cast) -> None:
    line = walk_the_line(session, cast)
    before = states(show_resident_compass(session, cast.activator, line.other_resident_id))
    assert (before["neighbourhood"], before["double_activation"]) == ("not_yet", "not_yet")

    given = ConsentIn.model_validate({"scope": "to_be_introduced", "how": "spoken", "given_on": clock.today()})
    record_consent(session, cast.activator, line.other_resident_id, given)
    told = {"resident_id": line.other_resident_id, "part": "takes_part", "consented_on": clock.today()}
    add_participant(session, cast.activator, line.initiative_id, ParticipantIn.model_validate(told))

    after = states(show_resident_compass(session, cast.activator, line.other_resident_id))
    assert {after[name] for name in ("together", "neighbourhood", "double_activation")} == {"alive"}


def test_the_compass_is_for_the_team_of_the_place_and_for_who_looks_after_the_resident(
    session: Session, cast: Cast
) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    for actor in (cast.activator, cast.colleague, cast.teamleader):
        assert len(show_area_compass(session, actor, cast.here_id).elements) == 12
    for actor in (cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            show_area_compass(session, actor, cast.here_id)
    with pytest.raises(NotFound):
        show_area_compass(session, cast.stranger, cast.here_id)
    with pytest.raises(NotAllowed):
        show_resident_compass(session, cast.colleague, geert.id)
    for actor in (cast.stranger, cast.teamleader, cast.admin):
        with pytest.raises(NotFound):
            show_resident_compass(session, actor, geert.id)


def test_who_did_it_makes_no_difference_and_is_never_read(session: Session, cast: Cast) -> None:
    walk_the_line(session, cast)
    before = show_area_compass(session, cast.activator, cast.here_id)

    for event in session.scalars(select(Event).where(col(Event.actor_id).is_not(None))):
        event.actor_id = cast.colleague.id
    session.flush()

    assert show_area_compass(session, cast.activator, cast.here_id) == before
    for path in (SOURCES / "compass").glob("*.py"):
        assert not reads_who(path.read_text(encoding="utf-8")), path


def reads_who(source: str) -> bool:
    """Tell whether a source looks at who did something."""
    names = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    return bool(names & {"actor_id", "worker_id", "account_id"})


def test_a_look_at_who_did_it_would_be_found() -> None:
    assert reads_who("select(Event.actor_id)")


def kinds_noted(source: str) -> set[str]:
    """Return the kinds of events that a source notes, as far as they stand there in full."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "note":
            kind = node.args[2]
            parts = [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]
            for part in parts:
                if isinstance(part, ast.Constant):
                    found.add(str(part.value))
                else:
                    found |= FROM_CODES[ast.unparse(part)]
    return found


def every_kind() -> set[str]:
    noted = [kinds_noted(path.read_text(encoding="utf-8")) for path in SOURCES.rglob("*.py")]
    return set().union(*noted)


def test_every_kind_of_event_shows_an_element_or_is_said_to_show_none() -> None:
    assert len(every_kind()) > 60
    assert every_kind() - SHOWS.keys() - SAYS_NOTHING == set()
    assert SHOWS.keys() & SAYS_NOTHING == set()


def test_the_table_knows_no_kind_that_nobody_notes() -> None:
    assert (SHOWS.keys() | SAYS_NOTHING) - every_kind() == set()


def test_a_new_kind_of_event_would_be_found() -> None:
    assert kinds_noted('note(session, actor, "tea.poured", tea)') == {"tea.poured"}
    assert kinds_noted('note(session, actor, "a.b" if x else "a.c", tea)') == {"a.b", "a.c"}


def test_every_element_can_be_seen_in_a_neighbourhood_and_on_the_way_with_a_resident() -> None:
    assert {element for shown in SHOWS.values() for element in shown} == set(Element)
    # The compass finds the rows of residents by the table that a kind begins with; a round lies in an area.
    assert {kind.partition(".")[0] for kind in SHOWS} - METADATA.tables.keys() == {"round"}
