"""The network map: third parties, told by the resident, for those who look after the resident and nobody else."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.network.actions import change_tie, end_tie, note_tie
from bsa.network.models import Circle, Closeness, Tie, Wanted
from bsa.network.queries import find_tie, list_ties, show_tie
from bsa.network.shapes import TieChange, TieEndIn, TieIn, TieQuery
from bsa.residents.actions import restrict_resident

from tests.cast import NOW, Cast, a_dossier, a_resident

TODAY = NOW.date()
ALL = TieQuery()
SISTER = TieIn(who="Mijn zus", circle=Circle.FAMILY, closeness=Closeness.NEAR, emotional=True, wanted=Wanted.MORE)
SOURCES = Path(__file__).parents[2]
MAY_KNOW = {"src/bsa/registry.py", "api/app.py", "api/network.py", "web/network.py"}
"""Outside the feature itself and the demo."""


def kinds(session: Session, subject_id: object) -> list[str]:
    query = select(Event.kind).where(col(Event.subject_id) == subject_id).order_by(col(Event.created_at), col(Event.id))
    return list(session.scalars(query))


def test_somebody_is_noted_by_first_name_or_role(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    tie = note_tie(session, cast.activator, resident.id, SISTER)

    (listed,) = list_ties(session, cast.activator, resident.id, ALL).items
    assert (listed.who, listed.circle, listed.closeness, listed.emotional, listed.practical, listed.wanted) == (
        "Mijn zus",
        Circle.FAMILY,
        Closeness.NEAR,
        True,
        False,
        Wanted.MORE,
    )
    assert (listed.noted_on, listed.allowed_actions) == (TODAY, ["draw_network"])
    assert kinds(session, tie.id) == ["tie.noted"]


def test_the_event_says_the_circle_and_never_who(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    tie = note_tie(session, cast.activator, resident.id, SISTER)

    event = session.scalars(select(Event).where(col(Event.subject_id) == tie.id)).one()
    assert event.facts == {"circle": "family"}


def test_a_name_longer_than_a_first_name_or_a_role_is_refused() -> None:
    with pytest.raises(ValidationError, match="60"):
        TieIn(who="x" * 61, circle=Circle.FRIENDS)


def test_the_map_waits_for_a_dossier_and_the_refusal_says_how_to_go_on(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    with pytest.raises(Invalid) as refused:
        note_tie(session, cast.activator, resident.id, SISTER)

    assert [(fault.where, fault.code) for fault in refused.value.faults] == [(("who",), "above_level")]


def test_others_are_refused_or_find_nothing(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    tie = note_tie(session, cast.activator, resident.id, SISTER)

    for actor in (cast.colleague, cast.privacy):
        with pytest.raises(NotAllowed):
            list_ties(session, actor, resident.id, ALL)
        with pytest.raises(NotAllowed):
            note_tie(session, actor, resident.id, SISTER)
        with pytest.raises(NotAllowed):
            show_tie(session, actor, tie.id)
    for actor in (cast.stranger, cast.teamleader, cast.policy, cast.admin, cast.corporation):
        with pytest.raises(NotFound):
            find_tie(session, actor, tie.id)
        with pytest.raises(NotFound):
            end_tie(session, actor, tie.id, None, TieEndIn())


def test_a_tie_is_changed_on_the_version_that_was_seen(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    tie = note_tie(session, cast.activator, resident.id, SISTER)

    changed = change_tie(session, cast.activator, tie.id, tie.version, TieChange(closeness=Closeness.FAR, company=True))

    assert (changed.closeness, changed.company, changed.who) == (Closeness.FAR, True, "Mijn zus")
    with pytest.raises(Stale):
        change_tie(session, cast.activator, tie.id, tie.version - 1, TieChange(company=False))
    assert kinds(session, tie.id) == ["tie.noted", "tie.changed"]


def test_nothing_of_a_tie_can_be_taken_away() -> None:
    with pytest.raises(ValidationError, match="This is never empty"):
        TieChange.model_validate({"who": None})


def test_a_tie_ends_once_and_stays_known(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    tie = note_tie(session, cast.activator, resident.id, SISTER)

    with pytest.raises(Invalid):
        end_tie(session, cast.activator, tie.id, tie.version, TieEndIn(ended_on=TODAY + timedelta(days=1)))
    with pytest.raises(Invalid):
        end_tie(session, cast.activator, tie.id, tie.version, TieEndIn(ended_on=TODAY - timedelta(days=1)))
    end_tie(session, cast.activator, tie.id, tie.version, TieEndIn())

    assert list_ties(session, cast.activator, resident.id, TieQuery(open=True)).items == []
    (was,) = list_ties(session, cast.activator, resident.id, TieQuery(open=False)).items
    assert (was.ended_on, was.allowed_actions) == (TODAY, [])
    assert kinds(session, tie.id) == ["tie.noted", "tie.ended"]
    with pytest.raises(Conflict):
        end_tie(session, cast.activator, tie.id, None, TieEndIn())
    with pytest.raises(Conflict):
        change_tie(session, cast.activator, tie.id, None, TieChange(company=True))


def test_the_map_of_a_restricted_resident_is_left_as_it_is(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    tie = note_tie(session, cast.activator, resident.id, SISTER)
    restrict_resident(session, cast.activator, resident.id, resident.version)

    with pytest.raises(Conflict):
        note_tie(session, cast.activator, resident.id, SISTER)
    with pytest.raises(Conflict):
        end_tie(session, cast.activator, tie.id, None, TieEndIn())
    assert show_tie(session, cast.activator, tie.id).allowed_actions == []


def test_reading_the_map_is_noted_in_the_access_log(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    note_tie(session, cast.activator, resident.id, SISTER)
    session.info["residents_read"].clear()

    list_ties(session, cast.activator, resident.id, ALL)

    assert session.info["residents_read"] == {resident.id}


def who_reads_ties(source: str) -> bool:
    """Tell whether a source imports the network or its operations, by any of their names."""
    for node in ast.walk(ast.parse(source)):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(module.startswith(("bsa.network", "api.network")) for module in modules):
            return True
    return False


def test_third_parties_go_nowhere_else_no_search_no_export_no_figure() -> None:
    found = {
        path.relative_to(SOURCES).as_posix()
        for folder in ("src/bsa", "api", "web")
        for path in (SOURCES / folder).rglob("*.py")
        if who_reads_ties(path.read_text(encoding="utf-8"))
    }
    outside = {path for path in found if not path.startswith(("src/bsa/network/", "src/bsa/demo/"))}

    assert outside == MAY_KNOW


@pytest.mark.parametrize(
    "planted",
    [
        "from bsa.network.models import Tie",
        "import bsa.network.queries",
        "from bsa import network",
        "from api.network import x",
    ],
)
def test_another_reader_of_the_network_would_be_found(planted: str) -> None:
    assert who_reads_ties(planted)
    assert not who_reads_ties("from bsa.needs.models import Need")


def test_the_name_lies_sealed_in_the_database(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    note_tie(session, cast.activator, resident.id, SISTER)
    session.expire_all()

    stored: object = session.scalars(select(col(Tie.who))).one()

    assert isinstance(stored, bytes)
    assert b"zus" not in stored
