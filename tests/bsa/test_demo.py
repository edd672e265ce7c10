"""The demo: the story ends as it is told, the background is lived in, and the folder keeps to what is its own."""

from calendar import month_name
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, make_url, select
from sqlmodel import Session, SQLModel, col

from bsa import clock
from bsa.areas.models import Area
from bsa.asks.models import AnswerKind, AskEventKind, AskState
from bsa.asks.queries import list_asks, show_ask
from bsa.asks.shapes import AskItem, AskQuery
from bsa.commitments.models import Commitment, CommitmentEvent, CommitmentEventKind, CommitmentState, Verdict
from bsa.commitments.queries import list_commitments, list_public, show_commitment
from bsa.commitments.shapes import CommitmentItem, CommitmentQuery
from bsa.contacts.models import Contact, PromiseOutcome
from bsa.contacts.queries import list_promises, show_day
from bsa.contacts.shapes import PromiseQuery
from bsa.database import Database
from bsa.demo.acting import COMMITTEE
from bsa.demo.days import LAST_STORY_DAY, day_of_story, working_day
from bsa.demo.folder import DATABASE, KEYS, SETTINGS, UNFINISHED, Folder, NotOurFolder
from bsa.demo.play import play
from bsa.demo.stage import ACCOUNTS, HERE, NEIGHBOURHOODS, PASSWORD
from bsa.demo.story import INITIATIVE, ROWS, THEME
from bsa.errors import NotAllowed
from bsa.evidence.queries import list_evidence, open_evidence
from bsa.groups.models import GroupKind, GroupPart
from bsa.groups.queries import list_groups, show_group
from bsa.groups.shapes import GroupQuery
from bsa.initiatives.models import Initiative, Phase
from bsa.initiatives.queries import list_initiatives, show_initiative, show_page
from bsa.initiatives.shapes import InitiativeQuery
from bsa.institutions.models import Institution, Mandate
from bsa.lifeworld.models import SketchPrompt
from bsa.lifeworld.queries import list_assets, list_sketch_lines
from bsa.meetings.minutes import show_public_minutes
from bsa.meetings.queries import list_meetings, list_minutes, show_meeting
from bsa.meetings.shapes import MeetingQuery
from bsa.needs.models import Confirmed, Need, TranslationChoice
from bsa.needs.queries import is_this_the_question, list_needs, show_need
from bsa.needs.shapes import NeedQuery
from bsa.outreach.queries import list_rounds, may_ring, show_round
from bsa.outreach.shapes import AddressIn, RoundQuery
from bsa.people.queries import actor_by_name
from bsa.permissions import Actor, Purpose
from bsa.places.queries import list_logbook, list_photos, show_map
from bsa.places.shapes import LogbookQuery
from bsa.portal.queries import show_portal
from bsa.referrals.listing import list_referrals
from bsa.referrals.shapes import ReferralQuery
from bsa.residents.models import RegistrationLevel, Resident, ResidentPhase
from bsa.residents.queries import list_residents, show_resident, still_exploring
from bsa.residents.shapes import ResidentQuery
from bsa.shapes import Listing
from bsa.slips.queries import list_rounds as list_slip_rounds
from bsa.suggestions.models import SuggestionState
from bsa.suggestions.queries import list_introductions, list_suggestions
from bsa.suggestions.shapes import IntroductionQuery, SuggestionQuery
from bsa.tasks.queries import add_up, list_aim_scores, list_tasks
from bsa.tasks.shapes import TaskQuery
from bsa.themes.queries import list_themes
from bsa.themes.shapes import ThemeQuery
from bsa.track_records.queries import show_track_record
from bsa.voices.models import VoiceKind
from bsa.voices.queries import list_voices
from bsa.voices.shapes import VoiceQuery

from tests import postgres
from tests.conftest import settings_for
from tests.doors import pages_on

MOST = 200


def who(session: Session, name: str) -> Actor:
    return actor_by_name(session, name, Purpose.OWN_NEIGHBOURHOOD)


def here(session: Session) -> UUID:
    return session.scalars(select(col(Area.id)).where(col(Area.name) == HERE)).one()


def count(session: Session, kind: type[SQLModel]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def promised(session: Session, beginning: str) -> CommitmentItem:
    ledger = list_commitments(session, who(session, "teamleader"), CommitmentQuery(area_id=here(session), limit=MOST))
    return next(one for one in ledger.items if one.promise.startswith(beginning))


def frames(session: Session) -> CommitmentItem:
    return promised(session, "Wij herstellen de kozijnen")


def asks(session: Session) -> list[AskItem]:
    found: list[AskItem] = []
    cursor = None
    while not found or cursor:
        page = list_asks(session, who(session, "teamleader"), AskQuery(limit=MOST, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
    return found


# --- the story --------------------------------------------------------------------------------------------------------


def test_the_ledger_ends_as_in_the_story(demo: Database) -> None:
    with demo.reading() as session:
        c_1 = frames(session)
        c_2 = promised(session, "De modelwoning")
        c_3 = promised(session, "De verlichting in het achterpad")

    assert (c_1.outcome, c_1.moved_count, c_1.late) == (Verdict.KEPT, 1, False)
    assert (c_2.outcome, c_2.reopened_count, c_2.late) == (Verdict.PARTLY, 1, False)
    assert (c_3.claimed_on, c_3.late) == (None, True)


def test_nineteen_households_judged_the_frames(demo: Database) -> None:
    with demo.reading() as session:
        shown = show_commitment(session, who(session, "activator"), frames(session).id)

    assert (shown.verdict.kept, shown.verdict.partly, shown.verdict.not_kept) == (16, 3, 0)
    assert [event.kind for event in shown.events if event.kind is CommitmentEventKind.MOVED and event.residents_agreed]
    assert any(event.kind is CommitmentEventKind.CLAIMED and not event.entered_by_team for event in shown.events)
    assert {quote.may_be_public for quote in shown.quotes} == {True, False}


def test_the_silence_about_the_model_home_was_judged_before_it_was_reported(demo: Database) -> None:
    with demo.reading() as session:
        shown = show_commitment(session, who(session, "activator"), promised(session, "De modelwoning").id)

    kinds = [event.kind.value for event in shown.events]
    assert kinds == [
        *("recorded", "confirmed", "published", "judged", "window_closed", "reopened"),
        *("claimed", "judged", "window_closed"),
    ]


def test_everybody_can_read_the_three_promises_of_the_story(demo: Database) -> None:
    with demo.reading() as session:
        public = list_public(session, here(session), Listing(limit=MOST)).items

    promises = [one.promise for one in public]
    for beginning in ("Wij herstellen", "De modelwoning", "De verlichting"):
        assert any(promise.startswith(beginning) for promise in promises)
    said = [quote for one in public for quote in one.quotes]
    assert "Ik woon weer in mijn hele huis." in said
    assert "Bij ons fluit het keukenraam nog." not in said


def test_the_ask_was_evaded_and_then_asked_again_higher_up(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        shown = show_ask(session, marloes, show_commitment(session, marloes, frames(session).id).ask_id)

    assert [event.kind for event in shown.events] == [
        *(AskEventKind.DRAFTED, AskEventKind.ASKED, AskEventKind.ANSWERED),
        *(AskEventKind.ASKED_AGAIN, AskEventKind.ANSWERED),
    ]
    assert [event.answer for event in shown.events if event.answer] == [AnswerKind.EVASIVE, AnswerKind.YES_IF]
    assert [event.mandate for event in shown.events if event.answer] == [Mandate.OPERATIONAL, Mandate.POLICY]
    assert len(shown.letters) == 2


def test_the_story_began_along_the_doors_of_the_molenstraat(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        first = list_rounds(session, marloes, RoundQuery(area_id=here(session), limit=MOST)).items
        began = next(one for one in first if one.held_on == day_of_story(date(2026, 1, 12), clock.today()))
        door = AddressIn(area_id=here(session), street="Molenstraat", number="31")

        assert (began.where, began.rang, began.opened, began.talked, began.no_thanks) == ("Molenstraat", 22, 9, 5, 1)
        assert not may_ring(session, marloes, door).ring


def test_somebody_is_out_today_and_one_street_wants_another_way(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        rounds = list_rounds(session, marloes, RoundQuery(area_id=here(session), limit=MOST)).items
        shown = [show_round(session, marloes, one.id) for one in rounds]

        assert [(one.where, one.do_not_ring) for one in shown if one.ended_on is None] == [("Molenstraat", ["31"])]
        assert {one.where for one in shown if one.suggest_another_way} == {"Havermaat"}


def test_the_question_behind_the_stove_is_told_in_his_own_words(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        geert = next(one for one in _residents(session, marloes) if one.call_name == "Geert")
        need = list_needs(session, marloes, NeedQuery(resident_id=geert.id)).items[0]
        shown = show_need(session, marloes, need.id)
        promises = list_promises(session, marloes, PromiseQuery(resident_id=geert.id)).items
        record = show_resident(session, marloes, geert.id)

    assert [layer.words for layer in shown.layers[1:]] == [
        "ik leef in één kamer, de rest krijg ik niet warm, ik durf niet te klagen",
        "ze luisteren toch niet",
    ]
    assert {layer.confirmed for layer in shown.layers} == {Confirmed.YES}
    assert [(one.choice, one.counted) for one in shown.decisions] == [(TranslationChoice.COLLECTIVE, True)]
    assert [one.outcome for one in promises] == [PromiseOutcome.KEPT]
    assert record.level is RegistrationLevel.DOSSIER


def test_three_households_share_the_theme_and_twelve_residents_the_initiative(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        theme = next(one for one in list_themes(session, marloes, ThemeQuery(limit=MOST)).items if one.title == THEME)
        listed = list_initiatives(session, marloes, InitiativeQuery(theme_id=theme.id)).items
        shown = show_initiative(session, marloes, listed[0].id)

    assert (theme.needs, theme.households) == (3, 3)
    # Eleven came to the first meeting; Samira joined after the practice had referred her.
    assert (shown.title, shown.participant_count, len(shown.participants)) == (INITIATIVE, 12, 12)
    assert [aim.reached_on is not None for aim in shown.aims] == [True, False]


def test_what_the_practice_referred_ended_among_neighbours_and_it_heard_so(demo: Database) -> None:
    with demo.reading() as session:
        practice = who(session, "practice")
        sent = list_referrals(session, practice, ReferralQuery()).items
        samira = next(one for one in sent if one.external_ref == "VP-2026-0311")
        waiting = list_referrals(session, who(session, "activator"), ReferralQuery(unassigned=True)).items

    moments = (samira.requested_at, samira.seen_at, samira.decided_at, samira.closed_at)
    days = [clock.day_of(moment) for moment in moments if moment is not None]
    assert [(day - days[0]).days for day in days] == [0, 0, 1, 28]
    assert (samira.outcome, samira.initiative_title) == ("joined_initiative", INITIATIVE)
    assert {one.institution_name for one in waiting} == {"Schuldhulp Emmen-demo", "Huisartsenpraktijk Het Veenpad"}


def test_the_group_became_a_committee_in_formation_and_was_recognised(demo: Database) -> None:
    with demo.reading() as session, TestClient(pages_on(demo), headers={"Sec-Fetch-Site": "same-origin"}) as browser:
        marloes = who(session, "activator")
        (item,) = list_groups(session, marloes, GroupQuery(kind=GroupKind.TENANTS_COMMITTEE)).items
        group = show_group(session, marloes, item.id)
        seen_by_leader = show_group(session, who(session, "teamleader"), item.id)
        told = {"name": "activator", "password": PASSWORD, "purpose": "own_neighbourhood"}
        browser.post("/sign-in", data=told)
        page = browser.get(f"/groups/{item.id}").text

    assert (group.name, group.homes, group.being_set_up) == (COMMITTEE, 34, False)
    assert (group.recognised_on - group.founded_on).days == 39  # type: ignore[operator]
    assert [member.part for member in group.members] == [GroupPart.CHAIRS, GroupPart.WRITES, GroupPart.SPEAKS]
    assert (seen_by_leader.members, seen_by_leader.member_count) == ([], 3)
    assert COMMITTEE in page
    assert "artikel 5 lid 1" in page


def test_molenbuurt_warm_has_a_list_money_and_a_page_for_the_street(demo: Database) -> None:
    with demo.reading() as session, TestClient(pages_on(demo)) as anybody:
        marloes = who(session, "activator")
        warm = next(
            one for one in list_initiatives(session, marloes, InitiativeQuery()).items if one.title == INITIATIVE
        )
        tasks = list_tasks(session, marloes, warm.id, TaskQuery()).items
        total = add_up(session, marloes, warm.id)
        aim = show_initiative(session, marloes, warm.id).aims[0]
        levels = [score.level for score in list_aim_scores(session, marloes, aim.id, Listing()).items]
        page = anybody.get(f"/i/{show_page(session, marloes, warm.id).code}").text

    assert [task.state for task in tasks] == ["open"] * 3 + ["done"] * 2
    assert [task.late for task in tasks[:3]] == [True, False, False]
    assert (total.in_hand_cents, total.left_cents) == (46_250, -5_250)
    assert levels == [1, -1, -2]
    assert "Niets moet." in page
    assert not any(name in page for name in ("Geert", "Marloes", "Joost", "Ria Kamps"))


def test_the_street_was_found_by_the_software_and_taken_up_by_marloes(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        taken = SuggestionQuery(state=SuggestionState.TAKEN_UP, limit=MOST)
        found = next(one for one in list_suggestions(session, marloes, taken).items if one.theme_title == THEME)
        asked = list_introductions(session, marloes, IntroductionQuery(theme_id=found.theme_id)).items

    assert (found.needs, found.households, found.place_name, found.weeks) == (3, 3, "Molenstraat", 6)
    assert [(one.state, len(one.own), one.others) for one in asked] == [("agreed", 3, [])]


def test_a_suggestion_of_two_workers_residents_waits_on_the_board(demo: Database) -> None:
    with demo.reading() as session:
        seen = {
            name: next(
                one
                for one in list_suggestions(session, who(session, name), SuggestionQuery(limit=MOST)).items
                if "achterpad" in one.words
            )
            for name in ("activator", "colleague", "teamleader")
        }

    assert {one.households for one in seen.values()} == {4}
    assert [one.mine >= 2 for one in seen.values()] == [True, True, False]
    assert {one.state for one in seen.values()} == {SuggestionState.OPEN}


def test_the_consultation_of_april_is_its_entries_and_everybody_reads_them(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        held = list_meetings(session, marloes, MeetingQuery(coming=False, latest_first=True)).items
        april = next(one for one in held if one.published_on)
        entries = list_minutes(session, marloes, april.id)
        public = show_public_minutes(session, april.id)
    told = [one.ask_event or one.commitment_event for one in entries]
    assert told.count(AskEventKind.ANSWERED) == 2
    assert told.count(CommitmentEventKind.RECORDED) == 2
    assert {entry.answer for entry in entries} >= {AnswerKind.YES, AnswerKind.YES_IF}
    assert "34 woningen" in str(public.agenda)
    assert "Carla" not in str(public)
    assert next(line.persons for line in public.present if line.name is None) == 9


def test_the_lamps_stand_on_the_agenda_of_the_policy_level(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        coming = list_meetings(session, marloes, MeetingQuery(coming=True)).items
        agenda = show_meeting(session, marloes, next(one.id for one in coming if one.level is Mandate.POLICY)).agenda
        partner = list_meetings(session, who(session, "corporation"), MeetingQuery(coming=True)).items
    assert [item.commitment_id is not None and item.late for item in agenda if item.reason] == [True]
    assert {one.forum_name for one in coming} >= {one.forum_name for one in partner} - {"Buurttafel Veenbuurt"}


def test_a_colleague_in_the_same_neighbourhood_cannot_open_geerts_record(demo: Database) -> None:
    with demo.reading() as session:
        geert = next(one for one in _residents(session, who(session, "activator")) if one.call_name == "Geert")
        with pytest.raises(NotAllowed):
            show_resident(session, who(session, "colleague"), geert.id)


def test_the_frames_are_shown_with_a_photo_and_a_report_and_one_mistake_was_taken_back(demo: Database) -> None:
    with demo.reading() as session:
        shown = list_evidence(session, who(session, "activator"), frames(session).id)
        files = [open_evidence(session, who(session, "corporation"), one.id) for one in shown if not one.taken_back_on]

    assert [one.taken_back_on is None for one in shown] == [True, True, False]
    assert [file.media_type for file in files] == ["image/png", "application/pdf"]
    assert not any(one.entered_by_team for one in shown)


def test_something_waits_for_every_institution_that_signs_in(demo: Database) -> None:
    with demo.reading() as session:
        corporation = show_portal(session, who(session, "corporation"))
        told = show_track_record(session, who(session, "policy"), corporation.institution_id)

    assert corporation.to_answer
    assert corporation.to_confirm
    assert corporation.late
    assert (told.answers.in_time > 5, told.keeping.on_first_day > 0, told.keeping.moved > 0) == (True, True, True)
    assert told.answers.median_days is not None


def test_the_story_ended_last_week(demo: Database) -> None:
    with demo.reading() as session:
        shown = show_commitment(session, who(session, "activator"), frames(session).id)

    monday = clock.today() - timedelta(days=clock.today().weekday())
    assert monday - timedelta(days=7) <= shown.events[-1].happened_on < monday


@pytest.mark.parametrize("today", [date(2026, 11, 22) + timedelta(days=number) for number in range(8)])
def test_the_story_shifts_by_whole_weeks_to_last_week(today: date) -> None:
    shifted = day_of_story(LAST_STORY_DAY, today)

    assert (shifted - LAST_STORY_DAY).days % 7 == 0
    assert 0 < (today - timedelta(days=today.weekday()) - shifted).days <= 7


def test_every_row_of_the_story_tells_its_day() -> None:
    for (month, day), row in ROWS:
        assert (row.__doc__ or "").startswith(f"{day} {month_name[month]}: ")
    assert [day for day, _ in ROWS] == sorted(day for day, _ in ROWS)


# --- the background ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "least"),
    [(Resident, 150), (Contact, 400), (Need, 200), (Initiative, 12), (Institution, 10), (Commitment, 40)],
)
def test_the_neighbourhoods_look_lived_in(demo: Database, kind: type[SQLModel], least: int) -> None:
    with demo.reading() as session:
        assert count(session, kind) >= least


def test_there_are_promises_in_every_state_and_with_every_verdict(demo: Database) -> None:
    with demo.reading() as session:
        wanted = CommitmentQuery(limit=MOST)
        ledger = list_commitments(session, who(session, "teamleader"), wanted).items

    assert {one.state for one in ledger} == set(CommitmentState)
    assert {one.outcome for one in ledger} == {None, *Verdict}
    assert {one.late for one in ledger} == {True, False}
    assert {one.area_name for one in ledger} == set(NEIGHBOURHOODS)
    assert max(one.moved_count for one in ledger) == 2
    assert {one.outcome for one in ledger if one.reopened_count} >= {None, Verdict.KEPT, Verdict.PARTLY}


def test_there_is_a_contested_promise(demo: Database) -> None:
    with demo.reading() as session:
        contested = col(CommitmentEvent.kind) == CommitmentEventKind.CONTESTED
        key = session.scalars(select(col(CommitmentEvent.commitment_id)).where(contested)).one()

        assert show_commitment(session, who(session, "teamleader"), key).contested


def test_there_are_asks_in_every_state_and_with_every_answer(demo: Database) -> None:
    with demo.reading() as session:
        found = asks(session)

    assert {one.state for one in found} == set(AskState)
    assert {one.last_answer for one in found} == {None, *AnswerKind}


def test_there_are_initiatives_in_every_phase(demo: Database) -> None:
    with demo.reading() as session:
        found = list_initiatives(session, who(session, "teamleader"), InitiativeQuery(limit=MOST)).items

    assert {one.phase for one in found} == set(Phase)
    assert {one.joined_existing for one in found} == {True, False}


def test_residents_are_kept_at_every_level_by_several_workers(demo: Database) -> None:
    with demo.reading() as session:
        residents = [one for name in ("activator", "sanne", "lotte") for one in _residents(session, who(session, name))]

    assert {one.level for one in residents} == set(RegistrationLevel)
    assert len({one.worker_name for one in residents}) >= 4


def test_marloes_has_a_day_before_her(demo: Database) -> None:
    with demo.reading() as session:
        day = show_day(session, who(session, "activator"))

    due = [promise.due_on for promise in day.promises if promise.outcome is None]
    assert due.count(clock.today()) == 2
    assert min(due) < clock.today()
    assert day.contacts


def test_geert_tells_how_his_life_looks_and_colleagues_read_no_impression(demo: Database) -> None:
    with demo.reading() as session:
        marloes = who(session, "activator")
        geert = next(one for one in _residents(session, marloes) if one.call_name == "Geert")
        lines = list_sketch_lines(session, marloes, geert.id, Listing(limit=MOST)).items
        assets = list_assets(session, marloes, geert.id, Listing(limit=MOST)).items

        assert {line.prompt for line in lines} == {None, *SketchPrompt}
        assert any(line.for_author_only for line in lines)
        assert [asset.wants_to_share for asset in assets if asset.struck_at is None] == [True]
        assert geert.phase is ResidentPhase.ANCHOR
        assert len(still_exploring(session, marloes)) in range(1, 10)
        assert is_this_the_question(session, marloes) != []


def test_there_are_residents_in_every_phase(demo: Database) -> None:
    with demo.reading() as session:
        found = {
            one.phase for name in ("colleague", "sanne", "ibrahim") for one in _residents(session, who(session, name))
        }

    assert found == set(ResidentPhase)


def test_nothing_was_done_in_the_future(demo: Database, played_at: datetime) -> None:
    with demo.reading() as session:
        for kind in (Contact, CommitmentEvent):
            latest: Any = session.scalar(select(func.max(col(kind.happened_on))))
            assert latest <= clock.day_of(played_at)


def test_a_weekend_is_taken_back_to_friday() -> None:
    assert [working_day(date(2026, 11, day)).day for day in range(16, 23)] == [16, 17, 18, 19, 20, 20, 20]


# --- elsewhere and on other days --------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.postgres
def test_the_demo_plays_on_postgresql_too() -> None:
    server = postgres.server("postgresql")
    server.role("bsa_keys")
    with server.database() as url:
        name = make_url(url).database or ""
        with server.connection(name) as connection:
            connection.execute("CREATE SCHEMA bsa_keys AUTHORIZATION bsa_keys")
        database = Database(settings_for(url, server.url(name, role="bsa_keys")))
        database.migrate()
        play(database)
        with database.reading() as session:
            assert frames(session).outcome is Verdict.KEPT
            assert count(session, Resident) >= 150
        database.close()


@pytest.mark.long
@pytest.mark.parametrize("day", range(7))
def test_the_demo_can_be_made_on_every_day_of_the_week(tmp_path: Path, day: int) -> None:
    database = Database(settings_for(f"sqlite:///{tmp_path}/bsa.db", f"sqlite:///{tmp_path}/keys.db"))
    with clock.standing_at(datetime(2027, 2, 22 + day, 0, 30, tzinfo=clock.HERE)):
        database.migrate()
        play(database)
        with database.reading() as session:
            wanted = CommitmentQuery(limit=MOST)
            ledger = list_commitments(session, who(session, "teamleader"), wanted).items
            states = {one.state for one in asks(session)}
    database.close()

    assert {one.state for one in ledger} == set(CommitmentState)
    assert states == set(AskState)


# --- the folder -------------------------------------------------------------------------------------------------------


def test_its_keys_are_its_own_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    first, second = Folder(tmp_path / "a"), Folder(tmp_path / "b")
    first.begin()
    second.begin()

    assert (tmp_path / "a" / UNFINISHED).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    for name in ("BSA_DATABASE_KEY", "BSA_KEYS_DATABASE_KEY", "BSA_KEY_RING"):
        assert first.environment()[name] != second.environment()[name]


def test_a_folder_that_was_moved_is_found_where_it_is(tmp_path: Path) -> None:
    Folder(tmp_path / "a").begin()
    (tmp_path / "a").rename(tmp_path / "b")

    assert Folder(tmp_path / "b").environment()["BSA_DATABASE_URL"] == f"sqlite:///{tmp_path}/b/{DATABASE}"


def test_commands_beside_a_demo_name_the_address_at_which_it_was_served_last(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.begin()
    folder.finish()
    key = folder.environment()["BSA_DATABASE_KEY"]
    assert "BSA_BASE_URL" not in folder.environment()

    for port in (8100, 8200, 8200):
        folder.remember(f"http://127.0.0.1:{port}")

    told = folder.environment()
    assert (told["BSA_BASE_URL"], told["BSA_DATABASE_KEY"]) == ("http://127.0.0.1:8200", key)
    assert (tmp_path / SETTINGS).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [SETTINGS]


@pytest.mark.parametrize("strange", ["holiday.jpg", "bsa.db", ".hidden"])
def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, strange: str) -> None:
    folder = Folder(tmp_path)
    folder.begin()
    (tmp_path / strange).write_text("mine")

    with pytest.raises(NotOurFolder, match=strange):
        folder.clear()

    assert (tmp_path / UNFINISHED).exists()
    assert (tmp_path / strange).read_text() == "mine"


def test_databases_without_the_settings_of_a_demo_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_text("somebody's")

    with pytest.raises(NotOurFolder):
        Folder(tmp_path).clear()

    assert (tmp_path / DATABASE).exists()


def test_clearing_deletes_what_a_demo_made(tmp_path: Path) -> None:
    for name in (SETTINGS, DATABASE, f"{DATABASE}-wal", KEYS):
        (tmp_path / name).touch()

    Folder(tmp_path).clear()

    assert list(tmp_path.iterdir()) == []


def test_there_is_no_demo_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotOurFolder, match="bsa demo --data"):
        Folder(tmp_path).environment()


def test_the_accounts_that_others_lean_on_are_there() -> None:
    assert list(ACCOUNTS)[:6] == ["activator", "teamleader", "corporation", "policy", "privacy", "admin"]


def _residents(session: Session, actor: Actor) -> list[Any]:
    return list_residents(session, actor, ResidentQuery(limit=MOST)).items


# --- slips, and what people said of the list --------------------------------------------------------------------------


def test_nineteen_of_34_households_judged_the_frames_by_slips(demo: Database) -> None:
    with demo.reading() as session:
        marloes, key = who(session, "activator"), frames(session).id
        [held] = list_slip_rounds(session, marloes, key, Listing()).items
        shown = show_commitment(session, marloes, key)

    assert (held.slips, held.used) == (34, 19)
    assert (held.kept, held.partly, held.not_kept) == (16, 3, 0)
    judged = next(event for event in shown.events if event.kind is CommitmentEventKind.JUDGED)
    assert (judged.entered_by, judged.entered_by_team) == ("", False)


def test_the_model_home_was_judged_by_slips_twice(demo: Database) -> None:
    with demo.reading() as session:
        key = promised(session, "De modelwoning").id
        rounds = list_slip_rounds(session, who(session, "activator"), key, Listing()).items

    assert [(one.kept, one.partly, one.not_kept) for one in rounds] == [(4, 8, 1), (0, 3, 9)]


def test_slips_are_out_of_which_nobody_sees_what_they_say(demo: Database) -> None:
    with demo.reading() as session:
        out = [
            one
            for claimed in list_commitments(
                session, who(session, "activator"), CommitmentQuery(state=CommitmentState.CLAIMED)
            ).items
            for one in list_slip_rounds(session, who(session, "activator"), claimed.id, Listing()).items
        ]

    assert {(one.used > 0, one.kept) for one in out if one.closed_on is None} == {(True, None)}


def test_people_reacted_to_the_list_and_one_has_an_answer(demo: Database) -> None:
    with demo.reading() as session:
        voices = list_voices(session, who(session, "activator"), VoiceQuery()).items

    assert {one.kind for one in voices} == set(VoiceKind)
    assert [one.settled_on is None for one in voices] == [True, True, False]


def test_everybody_reads_how_the_ledger_of_the_story_ended(demo: Database) -> None:
    """Through the API and the page, without an account."""
    with TestClient(pages_on(demo), headers={"Sec-Fetch-Site": "same-origin"}) as anybody:
        with demo.reading() as session:
            key = here(session)
        told = anybody.get(f"/api/v1/public/neighbourhoods/{key}/commitments?limit=200").json()["items"]
        page = anybody.get(f"/public/{key}", headers={"Accept-Language": "nl"}).text

    by_words = {one["promise"][:12]: one for one in told}
    c_1, c_2, c_3 = (by_words[words] for words in ("Wij herstell", "De modelwoni", "De verlichti"))
    assert (c_1["verdict"]["outcome"], c_1["verdict"]["kept"], c_1["movedCount"]) == ("kept", 16, 1)
    assert (c_2["verdict"]["outcome"], c_2["reopenedCount"]) == ("partly", 1)
    assert c_3["late"]
    for words in ("nagekomen", "1× verschoven", "1× heropend", "te laat"):
        assert words in page


def test_the_place_is_written_down_and_the_map_is_drawn(demo: Database) -> None:
    with demo.reading() as session:
        marloes = actor_by_name(session, "activator", Purpose.OWN_NEIGHBOURHOOD)
        here = session.scalars(select(col(Area.id)).where(col(Area.name) == HERE)).one()
        assert len(list_logbook(session, marloes, here, LogbookQuery()).items) > 5
        assert len(list_photos(session, marloes, here, Listing()).items) == 3
        told = show_map(session, actor_by_name(session, "teamleader", Purpose.OWN_NEIGHBOURHOOD), here).features
        assert [one.geometry is not None for one in told] == [True, True, False]
        assert told[0].properties.open_commitments
