"""Reminders: what waits for somebody, quietly; and the weekly mail, which says how many and nothing else."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from email_validator import EmailNotValidError
from pydantic import SecretStr, ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.agreements.actions import make_agreement
from bsa.agreements.shapes import WorkingAgreementIn
from bsa.asks.actions import draft_ask, put_ask
from bsa.asks.shapes import AskIn, PutIn
from bsa.contacts.actions import make_promise, settle_promise
from bsa.contacts.models import PromiseOutcome
from bsa.contacts.shapes import PromiseIn, SettlementIn
from bsa.database import Database
from bsa.errors import NotAllowed, NotFound
from bsa.events import Event
from bsa.institutions.models import Mandate
from bsa.jobs import JOBS
from bsa.learning.actions import record_step
from bsa.learning.shapes import LearningStepIn
from bsa.meetings.actions import take_higher
from bsa.meetings.shapes import TakeHigherIn
from bsa.needs.actions import decide_translation, record_need
from bsa.needs.models import Need
from bsa.needs.shapes import DecisionIn, NeedIn
from bsa.outreach.actions import end_round, start_round
from bsa.outreach.models import Round
from bsa.outreach.shapes import EndingIn, RoundIn
from bsa.people.models import Account, Language
from bsa.permissions import Actor
from bsa.practice.actions import plan_practice
from bsa.practice.shapes import PracticeIn
from bsa.reminders import weekly
from bsa.reminders.actions import end_weekly_mail, hush, lift_hush, want_weekly_mail
from bsa.reminders.models import ReminderKind, WeeklyMail
from bsa.reminders.queries import COUNTS, THINGS, reminders, show_weekly_mail
from bsa.reminders.shapes import ReminderOut, ReminderQuery, WeeklyMailIn
from bsa.reminders.weekly import mail_weekly
from bsa.residents.actions import restrict_resident
from bsa.residents.models import Resident
from bsa.settings import Settings
from bsa.trust.actions import agree_handover, move_relationship, propose_handover, record_signal
from bsa.trust.models import HandoverReason, Stage
from bsa.trust.shapes import AgreementIn, HandoverIn, RelationshipIn, SignalIn

from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.line import walk_the_line
from tests.post_office import PostOffice, open_post_office
from tests.table import a_forum, a_meeting

TODAY = date(2026, 3, 24)
MONDAY = datetime(2026, 3, 30, 5, 30, tzinfo=UTC)
ADDRESS = WeeklyMailIn(address="marloes@buurtteam.example")


def waiting(session: Session, actor: Actor, *, whole: bool = False) -> list[ReminderOut]:
    return reminders(session, actor, ReminderQuery(whole=whole)).items


def kinds(session: Session, actor: Actor) -> list[str]:
    return [line.kind.value for line in waiting(session, actor)]


def only(session: Session, actor: Actor) -> ReminderOut:
    (line,) = waiting(session, actor)
    return line


def a_promise(session: Session, cast: Cast, resident: Resident, due_on: date = TODAY) -> None:
    make_promise(session, cast.activator, resident.id, PromiseIn(text="Bellen", due_on=due_on))


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_nothing_waits_where_nothing_happened(session: Session, cast: Cast) -> None:
    assert waiting(session, cast.activator) == waiting(session, cast.teamleader) == []


def test_every_kind_is_found_somewhere_and_told_in_its_order(session: Session, cast: Cast) -> None:
    assert THINGS.keys() | COUNTS.keys() == set(ReminderKind)
    assert THINGS.keys() & COUNTS.keys() == set()

    line = walk_the_line(session, cast, due_on=TODAY)
    a_promise(session, cast, session.get_one(Resident, line.resident_id))
    with clock.standing_at(NOW + timedelta(days=60)):
        found = kinds(session, cast.activator)

    assert found == ["promise_due", "still_exploring", "still_exploring", "commitment_late", "take_higher"]
    order = [kind.value for kind in ReminderKind]
    assert sorted(found, key=order.index) == found


def test_a_promise_waits_on_its_day_and_no_more_when_it_is_settled(session: Session, cast: Cast) -> None:
    geert = a_resident(session, cast.activator, cast.here_id)
    a_promise(session, cast, geert, TODAY + timedelta(days=2))
    assert waiting(session, cast.activator) == []

    with clock.standing_at(NOW + timedelta(days=2)):
        line = only(session, cast.activator)
        assert (line.kind, line.count, line.subject, line.opens) == (ReminderKind.PROMISE_DUE, 1, "Geert", "promises")
        assert line.since == TODAY + timedelta(days=2)
        assert line.opens_id is not None
        settle_promise(session, cast.activator, line.opens_id, None, SettlementIn(outcome=PromiseOutcome.KEPT))
        assert waiting(session, cast.activator) == []


def test_what_is_not_the_actors_own_does_not_wait_for_the_actor(session: Session, cast: Cast) -> None:
    a_promise(session, cast, a_resident(session, cast.activator, cast.here_id))

    assert waiting(session, cast.colleague) == waiting(session, cast.stranger) == []


def test_who_works_in_no_team_is_reminded_of_nothing(session: Session, cast: Cast) -> None:
    for outsider in (cast.corporation, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            waiting(session, outsider)


def test_a_signal_waits_when_its_working_days_are_over(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    record_signal(session, cast.activator, geert.id, SignalIn(words="De lamp is stuk", came_on=days_ago(4)))
    assert waiting(session, cast.activator) == []

    with clock.standing_at(NOW + timedelta(days=7)):
        line = only(session, cast.activator)
    assert (line.kind, line.subject, line.since) == (ReminderKind.SIGNAL_WAITS, "Geert", days_ago(4))
    assert "lamp" not in line.model_dump_json()


def test_a_handover_waits_for_who_can_do_the_next_step(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    told = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.LEAVES)
    handover = propose_handover(session, cast.activator, geert.id, told)
    assert kinds(session, cast.activator) == ["handover_waits"]
    assert kinds(session, cast.colleague) == []

    agreement = AgreementIn(agreed_on=TODAY, starts_at=NOW + timedelta(days=1))
    agree_handover(session, cast.activator, handover.id, None, agreement)
    assert kinds(session, cast.activator) == []
    with clock.standing_at(NOW + timedelta(days=2)):
        assert kinds(session, cast.activator) == kinds(session, cast.colleague) == ["handover_waits"]


def test_somebody_who_kept_coming_back_and_was_not_seen_for_long(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    move_relationship(session, cast.activator, geert.id, RelationshipIn(stage=Stage.COMING_BACK))
    with clock.standing_at(NOW + timedelta(days=41)):
        assert kinds(session, cast.activator) == []
    with clock.standing_at(NOW + timedelta(days=43)):
        assert kinds(session, cast.activator) == ["not_seen", "still_exploring"]


def test_only_the_stated_question_and_an_individual_answer(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    words = {"life_area": "housing", "words": "Ik zoek een kachel", "learned_on": TODAY}
    need = record_need(session, cast.activator, geert.id, NeedIn.model_validate(words))
    choice = {"choice": "individual", "reason": "Eerst warm", "counted": False, "decided_on": TODAY}
    decide_translation(session, cast.activator, need.id, need.version, DecisionIn.model_validate(choice))

    with clock.standing_at(NOW + timedelta(days=30)):
        line = only(session, cast.activator)

    assert (line.kind, line.subject, line.opens, line.opens_id) == ("the_question", "Geert", "needs", need.id)
    assert session.get_one(Need, need.id).version == need.version


def test_practice_waits_until_it_is_talked_over(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    told = {"scary_thing": "Praten voor de groep", "planned_on": TODAY}
    plan_practice(session, cast.activator, geert.id, PracticeIn.model_validate(told))

    with clock.standing_at(NOW + timedelta(days=1)):
        line = only(session, cast.activator)
    assert (line.kind, line.subject, line.opens) == (ReminderKind.TO_DEBRIEF, "Geert", "practice-moments")
    assert "groep" not in line.model_dump_json()


def test_done_alone_again_asks_for_some_weeks_and_then_is_silent(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    told = {"resident_id": geert.id, "what": "Corporatie gebeld", "who_did_it": "worker"}
    for _ in range(3):
        record_step(session, cast.activator, LearningStepIn.model_validate(told))

    line = only(session, cast.activator)
    assert (line.kind, line.subject, line.times) == (ReminderKind.DONE_ALONE, "Corporatie gebeld", 3)
    with clock.standing_at(NOW + timedelta(days=29)):
        assert waiting(session, cast.activator) == []


def test_a_street_that_brings_no_more_talks(session: Session, cast: Cast) -> None:
    for weeks in (3, 2, 1):
        started = start_round(
            session,
            cast.activator,
            RoundIn(area_id=cast.here_id, where="Molenstraat", held_on=days_ago(7 * weeks)),
        )
        end_round(session, cast.activator, started.id, EndingIn(weighing="Niemand kent ons hier"))

    line = only(session, cast.activator)
    assert (line.kind, line.subject, line.since) == (ReminderKind.STREET_QUIET, "Molenstraat", days_ago(7))
    assert line.opens_id == started.id
    assert waiting(session, cast.colleague) == []

    started.talked = 2
    session.add(session.get_one(Round, started.id))
    session.flush()
    assert waiting(session, cast.activator) == []


def test_more_than_three_of_a_kind_are_one_line_unless_all_are_asked_for(session: Session, cast: Cast) -> None:
    for name in ("Geert", "Ria", "Fenna"):
        a_promise(session, cast, a_resident(session, cast.activator, cast.here_id, name))
    assert [line.subject for line in waiting(session, cast.activator)] == ["Geert", "Ria", "Fenna"]

    a_promise(session, cast, a_resident(session, cast.activator, cast.here_id, "Samira"))
    line = only(session, cast.activator)
    assert (line.count, line.subject, line.opens_id, line.since) == (4, None, None, TODAY)
    assert len(waiting(session, cast.activator, whole=True)) == 4


def test_a_team_leader_is_told_numbers_and_of_nobody(session: Session, cast: Cast) -> None:
    line = walk_the_line(session, cast, due_on=TODAY)
    a_promise(session, cast, session.get_one(Resident, line.resident_id))
    told = {"initiative_id": line.initiative_id, "what": "Zaal geregeld", "who_did_it": "worker"}
    with clock.standing_at(NOW + timedelta(days=12)):
        for _ in range(3):
            record_step(session, cast.teamleader, LearningStepIn.model_validate(told))
        session.info["residents_read"].clear()
        found = waiting(session, cast.teamleader, whole=True)

    assert [(line.kind.value, line.count) for line in found] == [
        ("done_alone", 1),
        ("team_promises", 1),
        ("window_closing", 1),
        ("commitment_late", 1),
    ]
    assert {(line.subject, line.opens_id) for line in found} == {(None, None)}
    assert session.info["residents_read"] == set()


def test_asks_past_their_day_are_counted_in_ones_own_area(session: Session, cast: Cast) -> None:
    line = walk_the_line(session, cast)
    told = {"initiative_id": line.initiative_id, "institution_id": cast.corporation_id, "text": "Plaats verlichting"}
    ask = draft_ask(session, cast.activator, AskIn.model_validate(told))
    put = {"happened_on": TODAY, "reply_by": TODAY, "source": "mail", "mandate": "policy"}
    put_ask(session, cast.activator, ask.id, ask.version, PutIn.model_validate(put))

    with clock.standing_at(NOW + timedelta(days=1)):
        assert (only(session, cast.colleague).kind, only(session, cast.colleague).opens) == ("ask_overdue", "asks")
        assert waiting(session, cast.stranger) == []


def test_restricted_residents_are_left_alone(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    a_promise(session, cast, geert)
    record_signal(session, cast.activator, geert.id, SignalIn(words="De lamp is stuk", came_on=days_ago(20)))
    assert len(waiting(session, cast.activator)) == 2

    restrict_resident(session, cast.activator, geert.id, geert.version)
    assert waiting(session, cast.activator) == []


def test_not_now_holds_for_a_week_for_one_account_and_one_kind(session: Session, cast: Cast) -> None:
    a_promise(session, cast, a_resident(session, cast.activator, cast.here_id))
    hush(session, cast.activator, ReminderKind.PROMISE_DUE)

    found = reminders(session, cast.activator, ReminderQuery())
    assert found.items == []
    assert [(one.kind, one.until) for one in found.hushed] == [("promise_due", TODAY + timedelta(days=7))]
    assert reminders(session, cast.colleague, ReminderQuery()).hushed == []
    with clock.standing_at(NOW + timedelta(days=7)):
        later = reminders(session, cast.activator, ReminderQuery())
        assert (kinds(session, cast.activator), later.hushed) == (["promise_due"], [])
        hush(session, cast.activator, ReminderKind.PROMISE_DUE)
        assert kinds(session, cast.activator) == []

    lift_hush(session, cast.activator, ReminderKind.PROMISE_DUE)
    assert kinds(session, cast.activator) == ["promise_due"]
    with pytest.raises(NotFound):
        lift_hush(session, cast.activator, ReminderKind.PROMISE_DUE)
    said = session.scalars(select(Event.kind).where(col(Event.subject_kind) == "reminder_hush")).all()
    assert sorted(said) == ["reminder_hush.lifted", "reminder_hush.set", "reminder_hush.set"]


def test_hushing_and_the_mail_are_for_who_is_reminded(session: Session, cast: Cast) -> None:
    for deed in (
        lambda: hush(session, cast.admin, ReminderKind.ASK_OVERDUE),
        lambda: lift_hush(session, cast.admin, ReminderKind.ASK_OVERDUE),
        lambda: want_weekly_mail(session, cast.policy, ADDRESS),
        lambda: end_weekly_mail(session, cast.policy),
        lambda: show_weekly_mail(session, cast.privacy),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_the_weekly_mail_is_wanted_moved_and_ended_and_then_its_address_is_gone(session: Session, cast: Cast) -> None:
    assert not show_weekly_mail(session, cast.activator).wanted
    want_weekly_mail(session, cast.activator, ADDRESS)
    want_weekly_mail(session, cast.activator, WeeklyMailIn(address="m.winter@buurtteam.example"))

    shown = show_weekly_mail(session, cast.activator)
    assert (shown.wanted, shown.address, shown.possible) == (True, "m.winter@buurtteam.example", False)
    assert not show_weekly_mail(session, cast.colleague).wanted

    end_weekly_mail(session, cast.activator)
    assert session.scalars(select(WeeklyMail)).all() == []
    with pytest.raises(NotFound):
        end_weekly_mail(session, cast.activator)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises((ValidationError, EmailNotValidError)):
        WeeklyMailIn(address="marloes")


# --- the mail itself --------------------------------------------------------------------------------------------------


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def mailing(settings: Settings, cast: Cast, office: PostOffice) -> Iterator[Database]:
    more = {"smtp_url": SecretStr(office.url), "mail_from": "buurtteam@bsa.example", "organisation": "Buurt & team"}
    database = Database(settings.model_copy(update=more))
    with clock.standing_at(MONDAY):
        yield database
    database.close()


def wanting(database: Database, cast: Cast, name: str = "activator", language: Language = Language.DUTCH) -> None:
    """Let somebody with something to do want the mail."""
    with database.writing() as session:
        actor = cast.actors[name]
        geert = a_resident(session, cast.activator, cast.here_id, "Geert-de-Merel")
        promise = PromiseIn(text="Folie-voor-het-raam", due_on=clock.today())
        make_promise(session, cast.activator, geert.id, promise)
        session.get_one(Account, actor.id).language = language
        want_weekly_mail(session, actor, WeeklyMailIn(address=f"{name}@buurtteam.example"))


@pytest.mark.parametrize(
    ("language", "label", "link"),
    [
        (Language.DUTCH, "Door jou beloofd, en de dag is er: 1", "Bekijk wat er wacht"),
        (Language.ENGLISH, "Promised by you, and the day is there: 1", "See what waits"),
    ],
)
def test_the_mail_counts_and_links_in_the_readers_language_and_names_nobody(
    mailing: Database, office: PostOffice, cast: Cast, language: Language, label: str, link: str
) -> None:
    wanting(mailing, cast, language=language)

    assert mail_weekly(mailing) == 1

    (mail,) = office.letters
    plain, rich = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert rich is not None
    for words in (label, link, "http://127.0.0.1:8000/reminders#promise_due", "Buurt & team"):
        assert words in plain.get_content()
    assert f'<html lang="{language.value}">' in rich.get_content()
    assert "Buurt &amp; team" in rich.get_content()
    assert '<a href="http://127.0.0.1:8000/reminders/mail">' in rich.get_content()
    assert mail["To"] == "activator@buurtteam.example"
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:8000/reminders/mail>"
    for personal in ("Geert", "Merel", "Folie", "Winter", "Activator"):
        assert personal not in mail.as_string()
        assert personal not in plain.get_content() + rich.get_content()


def test_it_comes_once_a_week_however_often_the_job_is_done(mailing: Database, office: PostOffice, cast: Cast) -> None:
    wanting(mailing, cast)

    assert [mail_weekly(mailing), mail_weekly(mailing)] == [1, 0]
    with clock.standing_at(MONDAY + timedelta(days=6)):
        assert mail_weekly(mailing) == 0
    with clock.standing_at(MONDAY + timedelta(days=7)):
        assert mail_weekly(mailing) == 1
    assert len(office.letters) == 2


def test_two_workers_at_once_send_it_once(mailing: Database, office: PostOffice, cast: Cast) -> None:
    wanting(mailing, cast)
    other = Database(mailing.settings)

    with ThreadPoolExecutor() as pool:
        sent = list(pool.map(mail_weekly, [mailing, other, mailing, other]))
    other.close()

    assert sum(sent) == len(office.letters) == 1


def test_killed_between_claiming_and_sending_it_does_not_come_twice(
    mailing: Database, office: PostOffice, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanting(mailing, cast)
    claim: Callable[..., object] = weekly._claim

    def claim_and_die(*which: object) -> object:
        claim(*which)
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(weekly, "_claim", claim_and_die)
        with pytest.raises(KeyboardInterrupt):
            mail_weekly(mailing)

    assert mail_weekly(mailing) == 0
    assert office.letters == []


def test_while_the_mail_server_is_away_the_weeks_mail_waits(
    mailing: Database, office: PostOffice, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    wanting(mailing, cast)
    nobody = Database(mailing.settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:9")}))

    assert mail_weekly(nobody) == 0
    nobody.close()
    assert mail_weekly(mailing) == 1
    assert "buurtteam.example" not in caplog.text


def test_an_address_that_is_refused_stands_in_no_log(
    mailing: Database, office: PostOffice, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    wanting(mailing, cast)
    office.unknown.add("activator@buurtteam.example")

    assert mail_weekly(mailing) == 0
    assert "was not sent: SMTPRecipientsRefused" in caplog.text
    assert "buurtteam.example" not in caplog.text


def test_nothing_to_tell_is_no_mail(mailing: Database, office: PostOffice, cast: Cast) -> None:
    with mailing.writing() as session:
        want_weekly_mail(session, cast.activator, ADDRESS)

    assert mail_weekly(mailing) == 0
    assert office.letters == []


def test_somebody_whose_account_has_ended_gets_none(mailing: Database, office: PostOffice, cast: Cast) -> None:
    wanting(mailing, cast)
    with mailing.writing() as session:
        session.get_one(Account, cast.activator.id).active = False

    assert mail_weekly(mailing) == 0


def test_without_a_mail_server_there_is_none(database: Database, cast: Cast, standing_clock: None) -> None:
    wanting(database, cast)

    assert mail_weekly(database) == 0


def test_it_is_due_on_monday_from_half_past_seven_in_the_netherlands_in_summer_and_in_winter() -> None:
    due = next(job for job in JOBS if job.name == "mail_weekly").when

    assert due(datetime(2026, 3, 30, 5, 30, tzinfo=UTC))
    assert not due(datetime(2026, 3, 30, 5, 20, tzinfo=UTC))
    assert due(datetime(2026, 11, 9, 6, 30, tzinfo=UTC))
    assert not due(datetime(2026, 11, 9, 5, 30, tzinfo=UTC))
    assert due(datetime(2026, 11, 9, 9, 0, tzinfo=UTC)), "a worker that came up late"
    assert not due(datetime(2026, 11, 9, 11, 0, tzinfo=UTC))
    assert not due(datetime(2026, 11, 10, 6, 30, tzinfo=UTC))


def test_every_kind_has_its_words_in_both_languages() -> None:
    for language in Language:
        assert list(weekly._words()[language.value]["kinds"]) == [kind.value for kind in ReminderKind]


def test_the_weekly_mail_says_the_same_things_in_both_languages() -> None:
    told = {language: weekly._words()[language.value] for language in Language}

    assert len({tuple(words) for words in told.values()}) == 1
    for words in told.values():
        assert all(
            line.strip() for line in (*words["kinds"].values(), *(words[key] for key in words if key != "kinds"))
        )
        assert [key for key in words if "{organisation}" in words[key]] == ["closing"]


def test_a_commitment_that_is_late_for_long_is_told_until_the_policy_level_knows(session: Session, cast: Cast) -> None:
    line = walk_the_line(session, cast, due_on=TODAY)
    policy = a_forum(session, cast, Mandate.POLICY)
    for days, told in ((30, False), (31, True)):
        with clock.standing_at(NOW + timedelta(days=days)):
            assert ("take_higher" in kinds(session, cast.activator)) is told
    with clock.standing_at(NOW + timedelta(days=31)):
        a_meeting(session, cast, policy.id)
        take_higher(session, cast.activator, line.commitment_id, TakeHigherIn(reason="Al lang stil"))
        assert "take_higher" not in kinds(session, cast.activator)


def test_an_agreement_that_ends_soon_is_told_to_the_team_here(session: Session, cast: Cast) -> None:
    told = {
        "area_id": cast.here_id,
        "institution_id": cast.corporation_id,
        "title": "Samen",
        "shares": "Planning",
        "ground": "Geen namen",
        "valid_from": TODAY,
        "valid_until": TODAY + timedelta(days=60),
    }
    make_agreement(session, cast.activator, WorkingAgreementIn.model_validate(told))
    for days, found in ((29, False), (30, True), (60, True), (61, False)):
        with clock.standing_at(NOW + timedelta(days=days)):
            assert ("agreement_ends" in kinds(session, cast.activator)) is found
            assert "agreement_ends" not in kinds(session, cast.stranger)
