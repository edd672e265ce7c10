"""Asks: put, answered, evaded, asked again, escalated and closed, with every word of it kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import event
from sqlmodel import Session, col, select

from bsa import clock
from bsa.asks.actions import (
    add_event,
    ask_again,
    change_draft,
    close_ask,
    discard_draft,
    draft_ask,
    escalate,
    put_ask,
    record_answer,
    strike_answer,
)
from bsa.asks.models import AnswerKind, Ask, AskEvent, AskEventKind, AskState, Side, Source
from bsa.asks.queries import events_of, find_ask, list_asks, show_ask
from bsa.asks.shapes import AnswerIn, AskChange, AskIn, AskQuery, ClosureIn, EscalationIn, PutIn, StrikeAnswerIn
from bsa.asks.standing import (
    AFTER_ANSWERS,
    LEADS_TO,
    ON_BEHALF_OF,
    PERMISSIONS,
    TRANSITIONS,
    Reply,
    as_it_stands,
    in_force,
    repeat,
    reply_to,
    standing,
)
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.initiatives.actions import start_initiative
from bsa.initiatives.models import Initiative, Origin
from bsa.initiatives.shapes import InitiativeIn
from bsa.institutions.actions import contact_left, record_contact
from bsa.institutions.models import InstitutionContact, Mandate
from bsa.institutions.shapes import ContactLeftIn, InstitutionContactIn
from bsa.permissions import Permission

from tests.cast import Cast

ALL = AskQuery()
WINDOW_FRAMES = "Herstel de kozijnen van 34 woningen vóór 1 oktober"


@contextmanager
def on(day: date) -> Iterator[None]:
    """Stand the clock at noon of a day."""
    with clock.standing_at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
        yield


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def an_initiative(session: Session, cast: Cast) -> Initiative:
    found = session.scalar(select(Initiative).where(col(Initiative.area_id) == cast.here_id))
    told = InitiativeIn(area_id=cast.here_id, title="Molenbuurt Warm", origin=Origin.TOGETHER, started_on=clock.today())
    return found or start_initiative(session, cast.activator, told)


def a_draft(session: Session, cast: Cast, words: str = WINDOW_FRAMES, voiced_by: Side = Side.RESIDENTS) -> Ask:
    told = AskIn(
        initiative_id=an_initiative(session, cast).id,
        institution_id=cast.corporation_id,
        text=words,
        voiced_by=voiced_by,
    )
    return draft_ask(session, cast.activator, told)


def a_contact(session: Session, cast: Cast, mandate: Mandate = Mandate.POLICY) -> InstitutionContact:
    told = InstitutionContactIn(name="Carla Nijenhuis", mandate=mandate, email="carla@veenhoek.example")
    return record_contact(session, cast.activator, cast.corporation_id, told)


def put(days: int = 14, **more: object) -> PutIn:
    told = {"happened_on": clock.today(), "reply_by": in_days(days), "source": Source.MEETING, **more}
    return PutIn.model_validate({"mandate": Mandate.OPERATIONAL, **told})


def answer(kind: AnswerKind, words: str | None = "Dat nemen we mee", **more: object) -> AnswerIn:
    told = {"answer": kind, "words": words, "happened_on": clock.today(), "source": Source.MEETING, **more}
    return AnswerIn.model_validate(told)


def higher_up(**more: object) -> EscalationIn:
    told = {"happened_on": clock.today(), "reply_by": in_days(14), "source": Source.LETTER, "mandate": Mandate.POLICY}
    return EscalationIn.model_validate({**told, "reason": "De woonconsulent mag dit niet beloven", **more})


def closing() -> ClosureIn:
    return ClosureIn(happened_on=clock.today(), reason="De huizen gaan plat")


def an_ask(session: Session, cast: Cast, days: int = 14, words: str = WINDOW_FRAMES) -> Ask:
    ask = a_draft(session, cast, words)
    return put_ask(session, cast.activator, ask.id, ask.version, put(days))


def answered(session: Session, cast: Cast, kind: AnswerKind) -> Ask:
    ask = an_ask(session, cast)
    return record_answer(session, cast.activator, ask.id, ask.version, answer(kind))


def in_state(session: Session, cast: Cast, state: AskState) -> Ask:
    """Bring an ask into a state through the real deeds, so that it stands there today."""
    if state is AskState.DRAFT:
        return a_draft(session, cast)
    if state is AskState.UNANSWERED:
        with on(clock.today() - timedelta(days=20)):
            return an_ask(session, cast, days=7)
    if state is AskState.ASKED:
        return an_ask(session, cast)
    ask = answered(session, cast, AnswerKind.EVASIVE)
    if state is AskState.ASKED_AGAIN:
        return ask_again(session, cast.activator, ask.id, ask.version, put())
    if state is AskState.ESCALATED:
        return escalate(session, cast.activator, ask.id, ask.version, higher_up())
    if state is AskState.CLOSED:
        return close_ask(session, cast.activator, ask.id, ask.version, closing())
    return ask


def do(session: Session, cast: Cast, ask: Ask, kind: AskEventKind) -> Ask:
    actor = cast.activator
    match kind:
        case AskEventKind.ASKED:
            return put_ask(session, actor, ask.id, ask.version, put())
        case AskEventKind.ANSWERED:
            return record_answer(session, actor, ask.id, ask.version, answer(AnswerKind.NO))
        case AskEventKind.ASKED_AGAIN:
            return ask_again(session, actor, ask.id, ask.version, put())
        case AskEventKind.ESCALATED:
            return escalate(session, actor, ask.id, ask.version, higher_up())
        case AskEventKind.ANSWER_STRUCK:
            return strike_answer(session, actor, ask.id, ask.version, WRONG)
        case _:
            return close_ask(session, actor, ask.id, ask.version, closing())


WRONG = StrikeAnswerIn(reason="Dat zei niet Joost maar een ander.")
DEEDS = [kind for kind in AskEventKind if kind is not AskEventKind.DRAFTED]


def test_the_tables_of_the_transitions_are_complete() -> None:
    for table in (TRANSITIONS, ON_BEHALF_OF, PERMISSIONS):
        assert set(table) == set(AskEventKind)
    assert set(LEADS_TO) == set(AskEventKind) - {AskEventKind.ANSWER_STRUCK}
    assert all(AskState.ANSWERED in TRANSITIONS[kind] for kind in AFTER_ANSWERS)
    assert AskState.UNANSWERED not in LEADS_TO.values()
    assert not any(AskState.CLOSED in states for states in TRANSITIONS.values())


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("state", list(AskState))
def test_each_deed_can_be_done_from_the_states_in_the_table_and_from_no_other(
    session: Session, cast: Cast, state: AskState, deed: AskEventKind
) -> None:
    ask = in_state(session, cast, state)
    shown = show_ask(session, cast.activator, ask.id)
    assert shown.state is state
    assert (PERMISSIONS[deed].value in shown.allowed_actions) is (state in TRANSITIONS[deed])
    count = len(shown.events)

    if state in TRANSITIONS[deed]:
        done = show_ask(session, cast.activator, do(session, cast, ask, deed).id)
        assert (done.state, len(done.events)) == (LEADS_TO.get(deed, AskState.ASKED), count + 1)
    else:
        with pytest.raises(Conflict):
            do(session, cast, ask, deed)


@pytest.mark.parametrize("deed", [AskEventKind.ASKED_AGAIN, AskEventKind.ESCALATED])
@pytest.mark.parametrize("given", list(AnswerKind))
def test_only_what_settles_nothing_is_asked_again_or_escalated(
    session: Session, cast: Cast, given: AnswerKind, deed: AskEventKind
) -> None:
    ask = answered(session, cast, given)
    settles = given in (AnswerKind.YES, AnswerKind.YES_IF)
    actions = show_ask(session, cast.activator, ask.id).allowed_actions
    assert (PERMISSIONS[deed].value in actions) is not settles
    assert ("record_commitment" in actions) is settles
    assert as_it_stands(ask, clock.today()).may_be_promised is settles

    if settles:
        with pytest.raises(Conflict):
            do(session, cast, ask, deed)
    else:
        assert do(session, cast, ask, deed).last_answer is None


def test_an_answer_that_was_entered_wrongly_stays_readable_and_counts_no_more(session: Session, cast: Cast) -> None:
    ask = answered(session, cast, AnswerKind.YES)

    struck = show_ask(session, cast.activator, strike_answer(session, cast.activator, ask.id, ask.version, WRONG).id)

    assert (struck.state, struck.last_answer, struck.times_asked) == (AskState.ASKED, None, 1)
    assert [(one.kind.value, one.struck, one.words) for one in struck.events[2:]] == [
        ("answered", True, struck.events[2].words),
        ("answer_struck", False, WRONG.reason),
    ]
    assert Permission.ANSWER_ASK in struck.allowed_actions
    assert Permission.RECORD_COMMITMENT not in struck.allowed_actions
    right = record_answer(session, cast.activator, ask.id, struck.version, answer(AnswerKind.NO))
    assert (right.state, right.last_answer) == (AskState.ANSWERED, AnswerKind.NO)


def test_only_the_side_that_entered_an_answer_strikes_it_through(session: Session, cast: Cast) -> None:
    by_team = answered(session, cast, AnswerKind.EVASIVE)
    by_themselves = an_ask(session, cast)
    own = AnswerIn(answer=AnswerKind.YES, happened_on=clock.today())
    by_themselves = record_answer(session, cast.corporation, by_themselves.id, by_themselves.version, own)

    for actor, ask in ((cast.corporation, by_team), (cast.activator, by_themselves)):
        assert Permission.STRIKE_ANSWER not in show_ask(session, actor, ask.id).allowed_actions
        with pytest.raises(NotAllowed):
            strike_answer(session, actor, ask.id, ask.version, WRONG)
    for actor, ask in ((cast.teamleader, by_team), (cast.corporation, by_themselves)):
        assert Permission.STRIKE_ANSWER in show_ask(session, actor, ask.id).allowed_actions
        assert strike_answer(session, actor, ask.id, ask.version, WRONG).last_answer is None
    with pytest.raises(NotFound):
        strike_answer(session, cast.rival, by_team.id, by_team.version, WRONG)


def test_a_struck_answer_is_in_no_figure_of_how_an_institution_answers(session: Session, cast: Cast) -> None:
    ask = answered(session, cast, AnswerKind.EVASIVE)
    strike_answer(session, cast.activator, ask.id, ask.version, WRONG)
    happened = in_force(events_of(session, ask))

    assert [one.kind for one in happened] == [AskEventKind.DRAFTED, AskEventKind.ASKED]
    assert reply_to(happened[-1], None, clock.today()) is Reply.WAITING


def test_the_story_of_the_window_frames(session: Session, cast: Cast) -> None:
    with on(date(2026, 4, 8)):
        ask = a_draft(session, cast)
        put_ask(session, cast.activator, ask.id, ask.version, put(13))
        record_answer(session, cast.activator, ask.id, ask.version, answer(AnswerKind.EVASIVE))
    with on(date(2026, 4, 22)):
        carla = a_contact(session, cast)
        again = PutIn(happened_on=clock.today(), reply_by=clock.today(), source=Source.MEETING, contact_id=carla.id)
        ask_again(session, cast.activator, ask.id, ask.version, again)
        yes_if = answer(AnswerKind.YES_IF, "Na de asbestcheck", contact_id=carla.id)
        record_answer(session, cast.activator, ask.id, ask.version, yes_if)
        shown = show_ask(session, cast.teamleader, ask.id)

    assert [(event.kind, event.answer, event.mandate) for event in shown.events] == [
        (AskEventKind.DRAFTED, None, None),
        (AskEventKind.ASKED, None, Mandate.OPERATIONAL),
        (AskEventKind.ANSWERED, AnswerKind.EVASIVE, Mandate.OPERATIONAL),
        (AskEventKind.ASKED_AGAIN, None, Mandate.POLICY),
        (AskEventKind.ANSWERED, AnswerKind.YES_IF, Mandate.POLICY),
    ]
    assert (shown.state, shown.times_asked, shown.mandate) == (AskState.ANSWERED, 2, Mandate.POLICY)
    assert shown.events[-1].contact_name == "Carla Nijenhuis"
    assert "record_commitment" in shown.allowed_actions


def test_a_day_that_passes_in_silence_is_told_and_nothing_is_stored(session: Session, cast: Cast) -> None:
    ask = an_ask(session, cast, days=7)
    version = ask.version
    with on(in_days(7)):
        assert show_ask(session, cast.activator, ask.id).state is AskState.ASKED
    with on(in_days(10)):
        shown = show_ask(session, cast.activator, ask.id)

        assert (shown.state, shown.overdue_days, shown.version) == (AskState.UNANSWERED, 3, version)
        late = answer(AnswerKind.YES, None)
        record_answer(session, cast.activator, ask.id, ask.version, late)
        assert show_ask(session, cast.activator, ask.id).state is AskState.ANSWERED


def test_silence_cannot_be_escalated_for_a_day_on_which_there_was_still_time(session: Session, cast: Cast) -> None:
    ask = an_ask(session, cast, days=7)
    asked_on = clock.today()

    with on(in_days(10)):
        too_soon = higher_up(happened_on=asked_on + timedelta(days=7))
        with pytest.raises(Conflict):
            escalate(session, cast.activator, ask.id, ask.version, too_soon)


def test_every_ask_can_be_rebuilt_from_its_events(session: Session, cast: Cast) -> None:
    for state in AskState:
        in_state(session, cast, state)
    for kind in AnswerKind:
        answered(session, cast, kind)
    ask = in_state(session, cast, AskState.ESCALATED)
    record_answer(session, cast.activator, ask.id, ask.version, answer(AnswerKind.NO, mandate=Mandate.BOARD))
    close_ask(session, cast.activator, ask.id, ask.version, closing())

    asks = session.scalars(select(Ask)).all()

    assert len(asks) == 12
    columns = ("state", "reply_by", "last_answer", "mandate", "times_asked", "last_event_on")
    for ask in asks:
        events = events_of(session, ask)
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        rebuilt = Ask(**{name: getattr(ask, name) for name in ("initiative_id", "area_id", "institution_id", "text")})
        repeat(rebuilt, standing(events, clock.today()))
        assert [getattr(rebuilt, name) for name in columns] == [getattr(ask, name) for name in columns]
        assert as_it_stands(ask, clock.today()) == standing(events, clock.today())
        for number, following in enumerate(events[1:], start=1):
            assert standing(events[:number], following.happened_on).may_follow(following.kind)
            assert following.on_behalf_of in ON_BEHALF_OF[following.kind]


def test_an_event_is_entered_on_behalf_of_the_right_side_only(session: Session, cast: Cast) -> None:
    ask = an_ask(session, cast)
    with pytest.raises(ValueError, match="on behalf of"):
        add_event(
            session,
            cast.activator,
            ask,
            AskEventKind.ANSWERED,
            happened_on=clock.today(),
            on_behalf_of=Side.RESIDENTS,
            source=Source.MEETING,
            answer=AnswerKind.YES,
        )


def test_a_draft_can_be_changed_and_discarded_until_it_is_put(session: Session, cast: Cast) -> None:
    ask, kept = a_draft(session, cast), a_draft(session, cast, "Verlichting op het achterpad")
    change_draft(session, cast.colleague, ask.id, ask.version, AskChange(text="Andere vraag", voiced_by=Side.TEAM))
    assert show_ask(session, cast.activator, ask.id).text == "Andere vraag"
    with pytest.raises(Stale):
        change_draft(session, cast.activator, ask.id, 1, AskChange(text="Nog anders"))

    discard_draft(session, cast.teamleader, ask.id, ask.version)

    with pytest.raises(NotFound):
        show_ask(session, cast.activator, ask.id)
    assert {event.ask_id for event in session.scalars(select(AskEvent))} == {kept.id}
    kinds = session.scalars(select(Event.kind).where(col(Event.subject_id) == ask.id)).all()
    assert set(kinds) == {"ask.drafted", "ask.changed", "ask.discarded"}
    put_ask(session, cast.activator, kept.id, kept.version, put())
    with pytest.raises(Conflict):
        change_draft(session, cast.activator, kept.id, kept.version, AskChange(text="Toch anders"))
    with pytest.raises(Conflict):
        discard_draft(session, cast.activator, kept.id, kept.version)


def test_what_was_asked_before_it_was_written_up_is_put_on_its_own_day(session: Session, cast: Cast) -> None:
    ask = a_draft(session, cast)
    earlier = put(happened_on=in_days(-3))

    put_ask(session, cast.activator, ask.id, ask.version, earlier)

    assert ask.last_event_on == in_days(-3)


def test_days_must_follow_each_other_and_have_come(session: Session, cast: Cast) -> None:
    draft = a_draft(session, cast)
    with pytest.raises(Invalid) as refused:
        put_ask(session, cast.activator, draft.id, draft.version, put(-1, happened_on=in_days(1)))
    assert {fault.where[0] for fault in refused.value.faults} == {"happened_on", "reply_by"}
    ask = an_ask(session, cast)
    with pytest.raises(Invalid):
        record_answer(session, cast.activator, ask.id, ask.version, answer(AnswerKind.NO, happened_on=in_days(-1)))


def test_the_level_that_is_asked_comes_from_the_person_or_is_said(session: Session, cast: Cast) -> None:
    ask = a_draft(session, cast)
    with pytest.raises(Invalid):
        put_ask(session, cast.activator, ask.id, ask.version, put(mandate=None))
    carla = a_contact(session, cast)

    put_ask(session, cast.activator, ask.id, ask.version, put(mandate=None, contact_id=carla.id))

    assert ask.mandate is Mandate.POLICY


def test_only_who_works_at_the_institution_is_asked(session: Session, cast: Cast) -> None:
    ask, carla = a_draft(session, cast), a_contact(session, cast)
    elsewhere = record_contact(
        session, cast.activator, cast.rival_id, InstitutionContactIn(name="Iemand anders", mandate=Mandate.BOARD)
    )
    contact_left(
        session, cast.activator, cast.corporation_id, carla.id, carla.version, ContactLeftIn(left_on=clock.today())
    )

    for contact in (carla, elsewhere):
        with pytest.raises(Invalid):
            put_ask(session, cast.activator, ask.id, ask.version, put(contact_id=contact.id))


def test_words_are_needed_unless_it_is_a_plain_yes() -> None:
    assert answer(AnswerKind.YES, None).words is None
    for kind in (AnswerKind.YES_IF, AnswerKind.NO, AnswerKind.EVASIVE):
        with pytest.raises(ValidationError):
            answer(kind, None)


def test_an_escalation_goes_up_and_an_institution_does_not_ask_itself() -> None:
    with pytest.raises(ValidationError):
        higher_up(mandate=Mandate.OPERATIONAL)
    with pytest.raises(ValidationError):
        AskIn(initiative_id=clock.new_id(), institution_id=clock.new_id(), text="?", voiced_by=Side.INSTITUTION)


def test_the_institution_answers_itself_and_that_shows(session: Session, cast: Cast) -> None:
    ask = an_ask(session, cast)
    with pytest.raises(Invalid):
        record_answer(session, cast.corporation, ask.id, ask.version, answer(AnswerKind.YES, source=Source.TELEPHONE))

    record_answer(session, cast.corporation, ask.id, ask.version, answer(AnswerKind.NO, source=None))

    last = show_ask(session, cast.activator, ask.id).events[-1]
    assert (last.source, last.entered_by_team, last.on_behalf_of) == (Source.OWN_SIGN_IN, False, Side.INSTITUTION)
    assert last.entered_by_name == "Corporation van de Cast"


def test_what_the_team_enters_for_the_institution_shows_as_entered_by_the_team(session: Session, cast: Cast) -> None:
    ask = an_ask(session, cast)
    for source in (None, Source.OWN_SIGN_IN, Source.PAPER_SLIP):
        with pytest.raises(Invalid):
            record_answer(session, cast.activator, ask.id, ask.version, answer(AnswerKind.NO, source=source))

    record_answer(session, cast.colleague, ask.id, ask.version, answer(AnswerKind.NO, source=Source.TELEPHONE))

    seen_by_team = show_ask(session, cast.activator, ask.id).events[-1]
    seen_by_them = show_ask(session, cast.corporation, ask.id).events[-1]
    assert (seen_by_team.entered_by_team, seen_by_team.entered_by_name) == (True, "Colleague van de Cast")
    assert (seen_by_them.entered_by_team, seen_by_them.entered_by_name) == (True, None)


def test_an_ask_is_not_put_by_own_sign_in(session: Session, cast: Cast) -> None:
    ask = a_draft(session, cast)
    with pytest.raises(Invalid):
        put_ask(session, cast.activator, ask.id, ask.version, put(source=Source.OWN_SIGN_IN))


def test_the_institution_sees_what_it_was_asked_and_no_drafts(session: Session, cast: Cast) -> None:
    draft, ask = a_draft(session, cast), an_ask(session, cast)

    assert [one.id for one in list_asks(session, cast.corporation, ALL).items] == [ask.id]
    shown = show_ask(session, cast.corporation, ask.id)
    assert (shown.allowed_actions, shown.letters) == (["answer_ask"], [])
    with pytest.raises(NotFound):
        show_ask(session, cast.corporation, draft.id)
    with pytest.raises(NotAllowed):
        close_ask(session, cast.corporation, ask.id, ask.version, closing())


@pytest.mark.parametrize("name", ["stranger", "rival", "policy", "privacy", "admin"])
def test_for_everybody_else_the_ask_does_not_exist(session: Session, cast: Cast, name: str) -> None:
    ask = an_ask(session, cast)
    with pytest.raises(NotFound):
        find_ask(session, cast.actors[name], ask.id)
    with pytest.raises(NotFound):
        record_answer(session, cast.actors[name], ask.id, ask.version, answer(AnswerKind.NO))
    if name in ("stranger", "rival"):
        assert list_asks(session, cast.actors[name], ALL).items == []
    else:
        with pytest.raises(NotAllowed):
            list_asks(session, cast.actors[name], ALL)


def test_nobody_asks_out_of_an_initiative_beyond_reach(session: Session, cast: Cast) -> None:
    initiative = an_initiative(session, cast)
    told = AskIn(initiative_id=initiative.id, institution_id=cast.corporation_id, text="Doe wat")
    with pytest.raises(Invalid):
        draft_ask(session, cast.stranger, told)
    for name in ("corporation", "admin"):
        with pytest.raises(NotAllowed):
            draft_ask(session, cast.actors[name], told)
    with pytest.raises(Invalid):
        draft_ask(session, cast.activator, told.model_copy(update={"institution_id": clock.new_id()}))


def test_an_old_version_is_refused(session: Session, cast: Cast) -> None:
    ask = a_draft(session, cast)
    old = ask.version
    put_ask(session, cast.activator, ask.id, old, put())
    with pytest.raises(Stale):
        record_answer(session, cast.activator, ask.id, old, answer(AnswerKind.NO))


def test_asks_are_listed_by_the_day_for_an_answer_with_drafts_last(session: Session, cast: Cast) -> None:
    days = [9, 3, 30, 3, 12]
    for day in days:
        an_ask(session, cast, days=day)
    a_draft(session, cast)

    first = list_asks(session, cast.activator, AskQuery(limit=4))
    rest = list_asks(session, cast.activator, AskQuery(limit=4, cursor=first.next_cursor))

    replies = [one.reply_by for one in [*first.items, *rest.items]]
    assert replies == [*(in_days(day) for day in sorted(days)), None]
    assert len({one.id for one in [*first.items, *rest.items]}) == 6
    assert rest.next_cursor is None
    last_asked = AskQuery(limit=5)
    drafts = list_asks(
        session,
        cast.activator,
        AskQuery(limit=5, cursor=list_asks(session, cast.activator, last_asked).next_cursor),
    )
    assert [one.state for one in drafts.items] == [AskState.DRAFT]


@pytest.mark.parametrize("state", list(AskState))
def test_the_filter_on_a_state_finds_what_stands_there_today(session: Session, cast: Cast, state: AskState) -> None:
    for each in AskState:
        in_state(session, cast, each)

    found = list_asks(session, cast.activator, AskQuery(state=state)).items

    assert [one.state for one in found] == [state]


def test_what_is_open_is_told_from_what_is_settled(session: Session, cast: Cast) -> None:
    for state in AskState:
        in_state(session, cast, state)
    for kind in AnswerKind:
        answered(session, cast, kind)

    waiting = list_asks(session, cast.activator, AskQuery(open=True)).items
    settled = list_asks(session, cast.activator, AskQuery(open=False)).items

    assert {(one.state, one.last_answer) for one in waiting} == {
        (AskState.ASKED, None),
        (AskState.UNANSWERED, None),
        (AskState.ASKED_AGAIN, None),
        (AskState.ESCALATED, None),
        (AskState.ANSWERED, AnswerKind.EVASIVE),
        (AskState.ANSWERED, AnswerKind.NO),
    }
    assert {(one.state, one.last_answer) for one in settled} == {
        (AskState.DRAFT, None),
        (AskState.CLOSED, AnswerKind.EVASIVE),
        (AskState.ANSWERED, AnswerKind.YES),
        (AskState.ANSWERED, AnswerKind.YES_IF),
    }
    assert len(waiting) + len(settled) == 11


def test_asks_are_filtered_by_area_institution_and_initiative(session: Session, cast: Cast) -> None:
    ask = an_ask(session, cast)

    for wanted, count in (
        (AskQuery(area_id=cast.municipality_id), 1),
        (AskQuery(area_id=cast.there_id), 0),
        (AskQuery(institution_id=cast.corporation_id), 1),
        (AskQuery(institution_id=cast.rival_id), 0),
        (AskQuery(initiative_id=ask.initiative_id), 1),
        (AskQuery(initiative_id=clock.new_id()), 0),
    ):
        assert len(list_asks(session, cast.teamleader, wanted).items) == count


def test_events_hold_codes_and_days_and_no_words(session: Session, cast: Cast) -> None:
    ask = answered(session, cast, AnswerKind.NO)

    facts = {event.kind: event.facts for event in session.scalars(select(Event).where(col(Event.subject_id) == ask.id))}

    assert set(facts) == {"ask.drafted", "ask.asked", "ask.answered"}
    assert facts["ask.answered"] == {
        "happened_on": str(clock.today()),
        "on_behalf_of": "institution",
        "source": "meeting",
        "answer": "no",
        "mandate": "operational",
    }


def test_a_list_takes_one_statement_however_long_it_is(session: Session, cast: Cast) -> None:
    for _ in range(5):
        an_ask(session, cast)
    said: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *told: said.append(told[2]))

    for limit in (1, 50):
        said.clear()
        list_asks(session, cast.activator, AskQuery(limit=limit))
        assert len(said) == 1
