"""Finding what one may see: as typed, as a beginning, as a part of a compound, nearly so; and never what is hidden."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.asks.actions import draft_ask, put_ask
from bsa.asks.models import Ask
from bsa.asks.shapes import AskIn, PutIn
from bsa.database import Database
from bsa.errors import Invalid
from bsa.initiatives.actions import start_initiative
from bsa.initiatives.shapes import InitiativeIn
from bsa.lifecycle.actions import erase_resident, merge_residents, step_down
from bsa.needs.actions import deepen_need, record_need, strike_layer
from bsa.needs.models import Need, NeedLayer
from bsa.needs.shapes import LayerIn, NeedIn
from bsa.permissions import Actor
from bsa.residents.actions import assign_worker, change_resident, release_worker, restrict_resident
from bsa.residents.models import RegistrationLevel, Resident, ResidentWorker
from bsa.residents.shapes import LevelIn, MergeIn, ResidentChange, WorkerIn
from bsa.search import keeper as keeping
from bsa.search.index import Index
from bsa.search.keeper import Keeper
from bsa.search.queries import find
from bsa.search.shapes import SearchIn, SearchKind, SearchOut

from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.line import walk_the_line

WORDS = "Er zit schimmel in de badkamer en het tocht door de kozijnen"


@pytest.fixture
def keeper(database: Database, cast: Cast, standing_clock: None) -> Iterator[Keeper]:
    """Keep an index; it takes in what happened when a test says so."""
    keeper = Keeper(database)
    keeper.build()
    yield keeper
    keeper.stop()


def look(keeper: Keeper, actor: Actor, words: str, **more: object) -> SearchOut:
    """Take in what happened, and look for words."""
    keeper.catch_up()
    with keeper._database.reading() as session:
        return find(session, actor, SearchIn.model_validate({"words": words, **more}))


def found(keeper: Keeper, actor: Actor, words: str, kind: SearchKind = SearchKind.NEED) -> list[UUID]:
    groups = {group.kind: group for group in look(keeper, actor, words).groups}
    return [hit.id for hit in groups[kind].hits] if kind in groups else []


def a_need(session: Session, actor: Actor, resident_id: UUID, words: str = WORDS) -> UUID:
    told = {"life_area": "housing", "words": words, "learned_on": clock.today()}
    return record_need(session, actor, resident_id, NeedIn.model_validate(told)).id


def a_layer(session: Session, actor: Actor, need_id: UUID, words: str, how: str = "said") -> None:
    told = {"words": words, "how_learned": how, "confirmed": "not_yet", "life_area": "housing"}
    version = session.get_one(Need, need_id).version
    deepen_need(session, actor, need_id, version, LayerIn.model_validate(told | {"learned_on": clock.today()}))


@pytest.fixture
def ria(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """A resident with a full name, looked after by the activator."""
    with database.writing() as session:
        resident = a_dossier(session, cast.activator, cast.here_id, "Ria")
        change_resident(
            session, cast.activator, resident.id, resident.version, ResidentChange(full_name="Maria Zonneveld")
        )
        return resident.id


@pytest.fixture
def need(database: Database, cast: Cast, ria: UUID) -> UUID:
    """A need of hers."""
    with database.writing() as session:
        return a_need(session, cast.activator, ria)


@pytest.mark.parametrize(
    "words",
    [
        "schimmel",
        "SCHÍMMEL",
        "schim",
        "badkamer schimmel",
        "badkamerschimmel",
        "kamer",
        "kozijn",
        "tochten",
        "schimmel tocht kozijnen",
    ],
)
def test_a_need_is_found_by_its_words_in_many_forms(keeper: Keeper, cast: Cast, need: UUID, words: str) -> None:
    assert found(keeper, cast.activator, words) == [need]


@pytest.mark.parametrize("words", ["schimmel regent", "x", "…", "badkuip"])
def test_all_words_must_be_there(keeper: Keeper, cast: Cast, need: UUID, words: str) -> None:
    assert look(keeper, cast.activator, words).groups == []


def test_a_part_finds_the_compound_that_it_is_in(keeper: Keeper, database: Database, cast: Cast, ria: UUID) -> None:
    with database.writing() as session:
        need = a_need(session, cast.activator, ria, "Die badkamerschimmel maakt me ziek")

    assert found(keeper, cast.activator, "schimmel") == [need]
    assert found(keeper, cast.activator, "badkamer schimmel") == [need]


@pytest.mark.parametrize(("words", "meant"), [("schimel", "schimmel"), ("kozjinen", "kozijnen"), ("Zoneveldt", None)])
def test_a_typing_error_is_forgiven_and_said(
    keeper: Keeper, cast: Cast, ria: UUID, need: UUID, words: str, meant: str | None
) -> None:
    answer = look(keeper, cast.activator, words)

    assert answer.close
    assert [hit.id for group in answer.groups for hit in group.hits] == ([need] if meant else [ria])
    assert answer.meant == (meant or "zonneveld")


def test_what_stands_there_so_comes_before_what_begins_so(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID
) -> None:
    with database.writing() as session:
        part = a_need(session, cast.activator, ria, "Zonnekachel gezocht")
        begins = a_need(session, cast.activator, ria, "Kachels te duur")
        exact = a_need(session, cast.activator, ria, "Een kachel")
        newer = a_need(session, cast.activator, ria, "Nog een kachel")

    assert found(keeper, cast.activator, "kachel") == [newer, exact, begins, part]


def test_the_words_are_marked_in_what_is_shown(keeper: Keeper, cast: Cast, need: UUID) -> None:
    (group,) = look(keeper, cast.activator, "badkamer").groups
    (hit,) = group.hits

    assert [piece.text for piece in hit.title if piece.marked] == ["badkamer"]
    assert "".join(piece.text for piece in hit.title) == WORDS
    assert (hit.about, hit.area_name) == ("Ria", "Oude Molenbuurt")


def test_residents_that_fit_equally_are_in_order_of_name(keeper: Keeper, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        names = ["Jan van 14", "Jan de bakker", "Jan met de hond"]
        for name in names:
            a_resident(session, cast.activator, cast.here_id, name)

    (group,) = look(keeper, cast.activator, "jan").groups

    assert ["".join(piece.text for piece in hit.title) for hit in group.hits] == sorted(names)


def test_pages_follow_one_another_without_gap_or_repeat(keeper: Keeper, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        keys = {a_resident(session, cast.activator, cast.here_id, f"Man van {number}").id for number in range(7)}

    shown: list[UUID] = []
    cursor: str | None = None
    while True:
        (group,) = look(keeper, cast.activator, "man", kind="resident", limit=3, cursor=cursor).groups
        shown += [hit.id for hit in group.hits]
        cursor = group.next_cursor
        if cursor is None:
            break

    assert len(shown) == 7
    assert set(shown) == keys


def test_a_cursor_of_ones_own_making_is_refused(keeper: Keeper, cast: Cast, need: UUID) -> None:
    for cursor in ("x", "WzEsMl0", "WyI5IiwgIjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMCJd"):
        with pytest.raises(Invalid):
            look(keeper, cast.activator, "schimmel", kind="need", cursor=cursor)


def test_the_full_name_is_found_by_those_who_look_after_the_resident_only(
    keeper: Keeper, cast: Cast, ria: UUID
) -> None:
    assert found(keeper, cast.activator, "Zonneveld", SearchKind.RESIDENT) == [ria]
    assert found(keeper, cast.activator, "ria zonneveld", SearchKind.RESIDENT) == [ria]
    for other in (cast.colleague, cast.privacy, cast.teamleader, cast.stranger):
        assert look(keeper, other, "Zonneveld").groups == []
        assert look(keeper, other, "Zoneveld").groups == []


def test_a_colleague_finds_the_name_to_call_and_no_more(keeper: Keeper, cast: Cast, ria: UUID, need: UUID) -> None:
    (group,) = look(keeper, cast.colleague, "ria").groups
    (hit,) = group.hits

    assert (hit.id, hit.excerpt, hit.about) == (ria, [], "Activator van de Cast")
    assert "open_record" not in hit.allowed_actions
    assert look(keeper, cast.colleague, "schimmel").groups == []
    assert found(keeper, cast.privacy, "ria", SearchKind.RESIDENT) == [ria]
    for other in (cast.stranger, cast.teamleader, cast.corporation, cast.policy, cast.admin):
        assert look(keeper, other, "ria").groups == []


def test_who_stands_in_finds_at_once_and_who_no_longer_does_not(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID, need: UUID
) -> None:
    assert found(keeper, cast.colleague, "schimmel") == []

    with database.writing() as session:
        told = WorkerIn.model_validate({"account_id": cast.colleague.id, "part": "stands_in"})
        assign_worker(session, cast.activator, ria, told)
    assert found(keeper, cast.colleague, "schimmel") == [need]

    with database.writing() as session:
        mine = select(ResidentWorker.id).where(col(ResidentWorker.account_id) == cast.colleague.id)
        release_worker(session, cast.activator, ria, session.scalars(mine).one())
    with database.reading() as session:  # before the index has heard of it
        assert find(session, cast.colleague, SearchIn(words="schimmel")).groups == []
    assert found(keeper, cast.colleague, "schimmel") == []


def test_deeper_layers_are_found_but_no_hunch_and_nothing_struck(
    keeper: Keeper, database: Database, cast: Cast, need: UUID
) -> None:
    with database.writing() as session:
        a_layer(session, cast.activator, need, "Ik durf niet te klagen")
        a_layer(session, cast.activator, need, "Misschien huisuitzetting", "hunch")
    assert found(keeper, cast.activator, "klagen") == [need]
    assert found(keeper, cast.activator, "huisuitzetting") == []

    with database.writing() as session:
        layer = session.scalars(select(NeedLayer.id).where(col(NeedLayer.depth) == 1)).one()
        strike_layer(session, cast.activator, need, layer, session.get_one(Need, need).version)
    assert found(keeper, cast.activator, "klagen") == []


def test_what_a_step_down_deleted_is_not_found_any_more(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID, need: UUID
) -> None:
    with database.writing() as session:
        a_layer(session, cast.activator, need, "Ik durf niet te klagen")
    assert found(keeper, cast.activator, "klagen") == [need]

    with database.writing() as session:
        version = session.get_one(Resident, ria).version
        step_down(session, cast.activator, ria, version, LevelIn(level=RegistrationLevel.ALIAS))

    assert look(keeper, cast.activator, "klagen").groups == []
    assert look(keeper, cast.activator, "Zonneveld").groups == []
    assert found(keeper, cast.activator, "schimmel") == [need]


def test_an_erased_resident_is_gone_from_the_index(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID, need: UUID
) -> None:
    assert found(keeper, cast.activator, "ria", SearchKind.RESIDENT) == [ria]
    with database.writing() as session:
        erase_resident(session, cast.activator, ria, session.get_one(Resident, ria).version)

    keeper.catch_up()

    index = database.index
    assert isinstance(index, Index)
    assert not index.holds(ria)
    assert not index.holds(need)


def test_a_merged_resident_is_found_as_the_one_that_stayed(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID, need: UUID
) -> None:
    with database.writing() as session:
        other = a_resident(session, cast.activator, cast.here_id, "Rietje").id
    assert found(keeper, cast.activator, "rietje", SearchKind.RESIDENT) == [other]
    with database.writing() as session:
        merge_residents(session, cast.activator, other, None, MergeIn(duplicate_id=ria))

    assert found(keeper, cast.activator, "ria", SearchKind.RESIDENT) == []
    assert found(keeper, cast.activator, "zonneveld", SearchKind.RESIDENT) == [other]
    assert found(keeper, cast.activator, "schimmel") == [need]


def test_a_restricted_resident_is_found_by_own_workers_and_the_privacy_officer(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID, need: UUID
) -> None:
    with database.writing() as session:
        restrict_resident(session, cast.activator, ria, session.get_one(Resident, ria).version)

    assert found(keeper, cast.colleague, "ria", SearchKind.RESIDENT) == []
    assert found(keeper, cast.privacy, "ria", SearchKind.RESIDENT) == [ria]
    assert found(keeper, cast.activator, "ria", SearchKind.RESIDENT) == [ria]


def test_everybody_finds_of_the_line_what_is_theirs_to_read(keeper: Keeper, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        line = walk_the_line(session, cast)

    assert found(keeper, cast.teamleader, "tocht", SearchKind.THEME) == [line.theme_id]
    assert found(keeper, cast.colleague, "warm", SearchKind.INITIATIVE) == [line.initiative_id]
    assert found(keeper, cast.corporation, "kozijnen", SearchKind.ASK) == [line.ask_id]
    assert found(keeper, cast.corporation, "kozijnen", SearchKind.COMMITMENT) == [line.commitment_id]
    assert found(keeper, cast.admin, "veenhoek", SearchKind.INSTITUTION) == [cast.corporation_id]
    assert found(keeper, cast.rival, "molenbuurt", SearchKind.PLACE) == [cast.here_id]
    for other in (cast.rival, cast.policy, cast.stranger, cast.privacy, cast.admin):
        assert look(keeper, other, "kozijnen").groups == []
    assert found(keeper, cast.corporation, "ggz", SearchKind.INSTITUTION) == []


def test_a_draft_is_found_inside_the_team_only_until_it_is_put(keeper: Keeper, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        begun = {"area_id": cast.here_id, "title": "Warm", "origin": "together", "started_on": clock.today()}
        initiative = start_initiative(session, cast.activator, InitiativeIn.model_validate(begun))
        asked = AskIn(initiative_id=initiative.id, institution_id=cast.corporation_id, text="Plaats verlichting")
        ask = draft_ask(session, cast.activator, asked).id
    assert found(keeper, cast.teamleader, "verlichting", SearchKind.ASK) == [ask]
    assert found(keeper, cast.corporation, "verlichting", SearchKind.ASK) == []

    with database.writing() as session:
        put = {"happened_on": clock.today(), "reply_by": clock.today() + timedelta(days=9), "source": "mail"}
        put_ask(
            session,
            cast.activator,
            ask,
            session.get_one(Ask, ask).version,
            PutIn.model_validate(put | {"mandate": "policy"}),
        )
    assert found(keeper, cast.corporation, "verlichting", SearchKind.ASK) == [ask]


def test_looking_for_residents_notes_who_was_read_and_nobody_else(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID, need: UUID
) -> None:
    with database.writing() as session:
        a_resident(session, cast.activator, cast.here_id, "Rietje")
    keeper.catch_up()

    with database.reading() as session:
        find(session, cast.activator, SearchIn(words="schimmel"))
        assert session.info["residents_read"] == {ria}


def test_a_process_without_an_index_says_that_it_is_not_complete(database: Database, cast: Cast) -> None:
    with database.reading() as session:
        answer = find(session, cast.activator, SearchIn(words="schimmel"))

    assert (answer.groups, answer.complete) == ([], False)


def test_two_processes_both_hear_of_what_one_of_them_did(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID
) -> None:
    other = Database(database.settings)
    second = Keeper(other)
    second.build()
    try:
        with database.writing() as session:
            need = a_need(session, cast.activator, ria)

        assert found(keeper, cast.activator, "schimmel") == [need]
        assert found(second, cast.activator, "schimmel") == [need]
    finally:
        second.stop()
        other.close()


def test_a_deed_that_became_visible_after_a_later_one_is_not_missed(
    keeper: Keeper, database: Database, cast: Cast, ria: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.standing_at(NOW + timedelta(minutes=2)), database.writing() as session:
        later = a_need(session, cast.activator, ria, "Later genummerd")
    assert found(keeper, cast.activator, "genummerd") == [later]
    with clock.standing_at(NOW + timedelta(minutes=2, seconds=-5)), database.writing() as session:
        earlier = a_need(session, cast.activator, ria, "Eerder genummerd")
    assert found(keeper, cast.activator, "genummerd") == [later, earlier]

    with clock.standing_at(NOW), database.writing() as session:
        long_ago = a_need(session, cast.activator, ria, "Lang geleden genummerd")
    assert found(keeper, cast.activator, "geleden") == []
    monkeypatch.setattr(keeping, "NOW_AND_THEN", 0)
    assert found(keeper, cast.activator, "geleden") == [long_ago]


def test_what_failed_halfway_is_taken_in_later(
    keeper: Keeper, database: Database, cast: Cast, need: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(keeping, "entries_of_residents", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keeper.catch_up()

    assert found(keeper, cast.activator, "schimmel") == [need]


def test_the_background_thread_builds_and_follows_by_itself(
    database: Database, cast: Cast, standing_clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "EVERY", 0.05)
    keeper = Keeper(database)
    keeper.start()
    try:
        with database.writing() as session:
            ria = a_resident(session, cast.activator, cast.here_id, "Ria").id
        seen: list[UUID] = []
        for _ in range(100):
            with database.reading() as session:
                answer = find(session, cast.activator, SearchIn(words="ria"))
            seen = [hit.id for group in answer.groups for hit in group.hits]
            if seen and answer.complete:
                break
            time.sleep(0.05)
        assert seen == [ria]
    finally:
        keeper.stop()


def test_nothing_of_the_index_is_ever_on_disk(database: Database, keeper: Keeper, cast: Cast, need: UUID) -> None:
    keeper.catch_up()
    index = database.index
    assert isinstance(index, Index)

    files = [row[2] for row in index._rows.execute("PRAGMA database_list")]
    temporary = index._rows.execute("PRAGMA temp_store").fetchone()[0]

    assert set(files) == {""}
    assert temporary == 2
