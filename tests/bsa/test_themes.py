"""Themes: what needs have in common, without a word about whose they are; and the board on which they hang."""

from datetime import date

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa.board.queries import show_board
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.initiatives.actions import start_initiative
from bsa.initiatives.models import Origin, Phase
from bsa.initiatives.shapes import InitiativeIn
from bsa.needs.actions import close_need, record_need
from bsa.needs.models import LifeArea, Need, NeedEnding
from bsa.needs.shapes import ClosingIn, NeedIn
from bsa.permissions import Actor
from bsa.residents.actions import change_resident, restrict_resident
from bsa.residents.models import Resident
from bsa.residents.shapes import ResidentChange
from bsa.themes.actions import change_theme, close_theme, link_need, name_theme, unlink_need
from bsa.themes.queries import list_themes, show_theme
from bsa.themes.shapes import ThemeChange, ThemeIn, ThemeQuery

from tests.cast import Cast, a_resident

TODAY = date(2026, 3, 24)
ALL = ThemeQuery()

SOLVED = ClosingIn(ending=NeedEnding.SOLVED, closed_on=TODAY, is_the_question=True)


def a_need(session: Session, actor: Actor, resident: Resident) -> Need:
    told = NeedIn(life_area=LifeArea.HOUSING, words="Het tocht.", learned_on=TODAY)
    return record_need(session, actor, resident.id, told)


def a_theme(cast: Cast, *needs: Need, title: str = "Tocht en schimmel") -> ThemeIn:
    return ThemeIn(area_id=cast.here_id, title=title, life_area=LifeArea.HOUSING, need_ids=[need.id for need in needs])


def events(session: Session, subject_id: object) -> list[str]:
    return sorted(session.scalars(select(Event.kind).where(col(Event.subject_id) == subject_id)))


def test_a_theme_is_named_with_the_needs_that_made_it_visible(session: Session, cast: Cast) -> None:
    need = a_need(session, cast.activator, a_resident(session, cast.activator, cast.here_id))

    theme = name_theme(session, cast.activator, a_theme(cast, need))

    out = show_theme(session, cast.activator, theme.id)
    assert (out.title, out.area_name, out.needs, out.households, out.need_ids) == (
        "Tocht en schimmel",
        "Oude Molenbuurt",
        1,
        1,
        [need.id],
    )
    assert out.allowed_actions == ["change_theme", "close_theme", "link_need"]
    assert events(session, theme.id) == ["theme.named", "theme.need_linked"]
    name_theme(session, cast.activator, a_theme(cast))
    about = list_themes(session, cast.activator, ThemeQuery(need_id=need.id)).items
    assert [one.id for one in about] == [theme.id]
    with pytest.raises(NotAllowed):
        list_themes(session, cast.colleague, ThemeQuery(need_id=need.id))


def test_themes_are_named_in_ones_own_area_by_the_team(session: Session, cast: Cast) -> None:
    assert name_theme(session, cast.teamleader, a_theme(cast)).area_id == cast.here_id
    for who in (cast.stranger, cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            name_theme(session, who, a_theme(cast))
    with pytest.raises(Invalid):
        name_theme(
            session,
            cast.activator,
            ThemeIn(area_id=cast.municipality_id, title="Overal", life_area=LifeArea.HOUSING),
        )
    with pytest.raises(ValidationError, match="BSN"):
        a_theme(cast, title="De tocht bij 111222333")


def test_a_theme_counts_households_and_names_only_own_needs(session: Session, cast: Cast) -> None:
    fenna = a_resident(session, cast.activator, cast.here_id, "Fenna")
    jelle = a_resident(session, cast.activator, cast.here_id, "Jelle")
    change_resident(session, cast.activator, jelle.id, jelle.version, ResidentChange(household_of_id=fenna.id))
    ria = a_resident(session, cast.colleague, cast.here_id, "Ria")
    needs = [a_need(session, cast.activator, resident) for resident in (fenna, jelle)]
    others = a_need(session, cast.colleague, ria)
    theme = name_theme(session, cast.activator, a_theme(cast, *needs))
    link_need(session, cast.colleague, theme.id, others.id)
    session.info["residents_read"].clear()

    mine = list_themes(session, cast.activator, ALL).items[0]
    leaders = show_theme(session, cast.teamleader, theme.id)

    assert (mine.needs, mine.households, set(mine.need_ids)) == (3, 2, {need.id for need in needs})
    assert (leaders.needs, leaders.households, leaders.need_ids) == (3, 2, [])
    assert leaders.allowed_actions == ["change_theme", "close_theme"]
    assert session.info["residents_read"] == set()


def test_what_one_may_not_know_of_is_absent_from_the_counts(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    theme = name_theme(session, cast.activator, a_theme(cast, a_need(session, cast.activator, resident)))
    restrict_resident(session, cast.activator, resident.id, resident.version)

    assert show_theme(session, cast.activator, theme.id).needs == 1
    for who in (cast.colleague, cast.teamleader):
        out = show_theme(session, who, theme.id)
        assert (out.needs, out.households) == (0, 0)


def test_a_theme_is_invisible_outside_the_team_of_the_area(session: Session, cast: Cast) -> None:
    theme = name_theme(session, cast.activator, a_theme(cast))
    change = ThemeChange(title="Kou")

    for who in (cast.stranger, cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotFound):
            show_theme(session, who, theme.id)
        with pytest.raises(NotFound):
            change_theme(session, who, theme.id, theme.version, change)
        with pytest.raises(NotFound):
            close_theme(session, who, theme.id, theme.version)
        with pytest.raises(NotFound):
            link_need(session, who, theme.id, theme.id)
    assert list_themes(session, cast.stranger, ALL).items == []
    for who in (cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            list_themes(session, who, ALL)


def test_only_the_worker_links_a_need(session: Session, cast: Cast) -> None:
    need = a_need(session, cast.activator, a_resident(session, cast.activator, cast.here_id))
    elsewhere = a_need(session, cast.stranger, a_resident(session, cast.stranger, cast.there_id, "Ria"))
    theme = name_theme(session, cast.colleague, a_theme(cast))

    for who in (cast.colleague, cast.teamleader):
        with pytest.raises(NotAllowed):
            link_need(session, who, theme.id, need.id)
    with pytest.raises(NotAllowed):
        name_theme(session, cast.colleague, a_theme(cast, need))
    with pytest.raises(Invalid) as refused:
        link_need(session, cast.activator, theme.id, elsewhere.id)
    assert [one.where for one in refused.value.faults] == [("need_id",)]
    link_need(session, cast.activator, theme.id, need.id)
    with pytest.raises(Conflict):
        link_need(session, cast.activator, theme.id, need.id)
    with pytest.raises(NotAllowed):
        unlink_need(session, cast.colleague, theme.id, need.id)
    unlink_need(session, cast.activator, theme.id, need.id)
    with pytest.raises(NotFound):
        unlink_need(session, cast.activator, theme.id, need.id)
    assert events(session, theme.id) == ["theme.named", "theme.need_linked", "theme.need_unlinked"]


def test_a_closed_need_is_not_linked_but_may_be_taken_out(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    linked, closed = a_need(session, cast.activator, resident), a_need(session, cast.activator, resident)
    theme = name_theme(session, cast.activator, a_theme(cast, linked))
    for need in (linked, closed):
        close_need(
            session,
            cast.activator,
            need.id,
            None,
            SOLVED,
        )

    with pytest.raises(Conflict):
        link_need(session, cast.activator, theme.id, closed.id)
    assert unlink_need(session, cast.activator, theme.id, linked.id).id == theme.id


def test_a_theme_is_changed_and_closed_on_the_version_that_was_seen(session: Session, cast: Cast) -> None:
    theme = name_theme(session, cast.activator, a_theme(cast))
    seen = theme.version

    change_theme(session, cast.teamleader, theme.id, seen, ThemeChange(title="Kou", description="In de Molenstraat."))
    with pytest.raises(Stale):
        change_theme(session, cast.activator, theme.id, seen, ThemeChange(title="Vocht"))
    with pytest.raises(ValidationError):
        ThemeChange(title=None)
    close_theme(session, cast.activator, theme.id, theme.version)

    out = show_theme(session, cast.activator, theme.id)
    assert (out.title, out.description, out.closed_on, out.allowed_actions) == ("Kou", "In de Molenstraat.", TODAY, [])
    with pytest.raises(Conflict):
        change_theme(session, cast.activator, theme.id, None, ThemeChange(title="Vocht"))
    with pytest.raises(Conflict):
        close_theme(session, cast.activator, theme.id, None)
    assert [one.id for one in list_themes(session, cast.activator, ThemeQuery(open=True)).items] == []
    assert [one.id for one in list_themes(session, cast.activator, ThemeQuery(open=False)).items] == [theme.id]


def test_themes_are_found_by_what_they_are_about_page_by_page(session: Session, cast: Cast) -> None:
    titles = {name_theme(session, cast.activator, a_theme(cast, title=title)).title for title in ("a", "b", "c")}

    page = list_themes(session, cast.activator, ThemeQuery(limit=2, life_area=LifeArea.HOUSING))
    rest = list_themes(session, cast.activator, ThemeQuery(limit=2, cursor=page.next_cursor))

    assert {one.title for one in [*page.items, *rest.items]} == titles
    assert (len(page.items), rest.next_cursor) == (2, None)
    assert list_themes(session, cast.activator, ThemeQuery(life_area=LifeArea.MONEY)).items == []
    assert len(list_themes(session, cast.activator, ThemeQuery(area_id=cast.municipality_id)).items) == 3
    assert list_themes(session, cast.activator, ThemeQuery(area_id=cast.there_id)).items == []


def test_the_board_shows_needs_themes_and_initiatives_with_what_is_not_yet_linked_first(
    session: Session, cast: Cast
) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    loose, linked = a_need(session, cast.activator, resident), a_need(session, cast.activator, resident)
    shut = a_need(session, cast.activator, resident)
    close_need(
        session,
        cast.activator,
        shut.id,
        None,
        SOLVED,
    )
    colleagues = a_need(session, cast.colleague, a_resident(session, cast.colleague, cast.here_id, "Ria"))
    theme = name_theme(session, cast.activator, a_theme(cast, linked))
    told = InitiativeIn(
        area_id=cast.here_id,
        title="Molenbuurt Warm",
        origin=Origin.TOGETHER,
        phase=Phase.FORMING,
        started_on=TODAY,
        theme_ids=[theme.id],
    )
    initiative = start_initiative(session, cast.activator, told)

    board = show_board(session, cast.activator, cast.here_id)

    assert {one.need.id for one in board.needs[:2]} == {loose.id, colleagues.id}
    assert [one.linked for one in board.needs] == [False, False, True]
    assert [one.need.stated for one in board.needs if one.need.id == colleagues.id] == [None]
    assert [(one.theme.id, one.theme.need_ids, one.initiative_ids) for one in board.themes] == [
        (theme.id, [linked.id], [initiative.id])
    ]
    assert [one.id for one in board.initiatives] == [initiative.id]
    leaders = show_board(session, cast.teamleader, cast.here_id)
    assert [one.need.mine for one in leaders.needs] == [False, False, False]
    close_theme(session, cast.activator, theme.id, theme.version)
    assert [one.linked for one in show_board(session, cast.activator, cast.here_id).needs] == [False] * 3


def test_the_board_of_another_area_is_not_there(session: Session, cast: Cast) -> None:
    for area_id in (cast.there_id, cast.municipality_id):
        with pytest.raises(NotFound):
            show_board(session, cast.activator, area_id)
    for who in (cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            show_board(session, who, cast.here_id)
