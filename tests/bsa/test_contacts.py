"""Contacts and own promises: noted in half a minute, struck rather than edited, and seen by those who look after."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.contacts.actions import make_promise, note_contact, settle_promise, strike_contact
from bsa.contacts.models import Contact, ContactPlace, ContactPurpose, PromiseOutcome
from bsa.contacts.queries import (
    count_broken_promises,
    list_contacts,
    list_promises,
    show_contact,
    show_day,
    show_promise,
)
from bsa.contacts.shapes import ContactIn, CorrectionIn, PromiseIn, PromiseQuery, SettlementIn
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.permissions import Actor
from bsa.residents.actions import assign_worker, restrict_resident
from bsa.residents.models import Resident, WorkerPart
from bsa.residents.shapes import WorkerIn
from bsa.shapes import Listing

from tests.cast import Cast, a_dossier, a_resident

TODAY = date(2026, 3, 24)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
ALL = Listing()


def a_contact(on: date = TODAY, **more: object) -> ContactIn:
    return ContactIn.model_validate(
        {"happened_on": on, "place": ContactPlace.DOORSTEP, "purpose": ContactPurpose.BEING_THERE, **more}
    )


def a_correction(on: date = TODAY, **more: object) -> CorrectionIn:
    return CorrectionIn.model_validate(
        {"happened_on": on, "place": ContactPlace.AT_HOME, "purpose": ContactPurpose.THE_QUESTION, **more}
    )


def stand_in(session: Session, cast: Cast, resident: Resident) -> Actor:
    wanted = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, wanted)
    return cast.colleague


def events(session: Session, subject: object) -> list[str]:
    subject_id = subject.id  # type: ignore[attr-defined]
    query = select(Event.kind).where(col(Event.subject_id) == subject_id).order_by(col(Event.created_at))
    return list(session.scalars(query))


def test_a_contact_is_noted_with_a_promise_in_the_same_go(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    told = a_contact(promise=PromiseIn(text="radiatorfolie brengen", due_on=TOMORROW))
    contact = note_contact(session, cast.activator, resident.id, told)

    listed = list_contacts(session, cast.activator, resident.id, ALL).items
    assert [(one.id, one.worker_name) for one in listed] == [(contact.id, "Activator van de Cast")]
    promises = list_promises(session, cast.activator, PromiseQuery(resident_id=resident.id)).items
    assert [(one.text, one.resident_name, one.made_on) for one in promises] == [
        ("radiatorfolie brengen", "Geert", TODAY)
    ]
    assert events(session, contact) == ["contact.noted"]
    assert events(session, promises[0]) == ["promise.made"]


def test_the_event_of_a_contact_knows_the_area_and_holds_no_text(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    contact = note_contact(session, cast.activator, resident.id, a_contact(own_note="MARKER"))

    event = session.scalars(select(Event).where(col(Event.subject_id) == contact.id)).one()

    assert event.area_id == cast.here_id
    assert event.facts == {"place": "doorstep", "purpose": "being_there", "happened_on": "2026-03-24"}


def test_the_last_contact_goes_forward_only(session: Session, cast: Cast) -> None:
    with clock.standing_at(clock.now() - timedelta(days=30)):
        resident = a_resident(session, cast.activator, cast.here_id)

    note_contact(session, cast.activator, resident.id, a_contact(YESTERDAY))
    note_contact(session, cast.activator, resident.id, a_contact(YESTERDAY - timedelta(days=5)))

    assert resident.last_contact_on == YESTERDAY


def test_the_two_notes_wait_for_a_dossier_and_the_refusal_says_how_to_go_on(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    told = a_contact(
        TOMORROW,
        own_note="voor mij",
        shareable_note="voor ons",
        promise=PromiseIn(text="bellen", due_on=TODAY),
    )
    with pytest.raises(Invalid) as refused:
        note_contact(session, cast.activator, resident.id, told)

    assert {fault.where: fault.code for fault in refused.value.faults} == {
        ("own_note",): "above_level",
        ("shareable_note",): "above_level",
        ("happened_on",): "in_future",
        ("promise", "due_on"): "before_made",
    }
    assert "dossier" in refused.value.faults[0].message
    assert session.scalars(select(Contact)).all() == []


def test_a_note_with_a_bsn_in_it_is_refused() -> None:
    with pytest.raises(ValidationError, match="BSN"):
        a_contact(own_note="zijn nummer is 111222333")


def test_the_note_for_oneself_is_for_its_author_alone(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    contact = note_contact(
        session, cast.activator, resident.id, a_contact(own_note="voor mij", shareable_note="voor ons")
    )
    silent = note_contact(session, cast.activator, resident.id, a_contact(YESTERDAY))
    colleague = stand_in(session, cast, resident)
    session.expire_all()

    mine = show_contact(session, cast.activator, contact.id)
    theirs = show_contact(session, colleague, contact.id)

    assert (mine.own_note, mine.shareable_note) == ("voor mij", "voor ons")
    assert (theirs.own_note, theirs.shareable_note) == (None, "voor ons")
    # Nothing tells a contact with such a note from one without.
    without = show_contact(session, colleague, silent.id)
    assert set(theirs.model_dump()) == set(without.model_dump())
    listed = list_contacts(session, colleague, resident.id, ALL).items
    assert [one.own_note for one in listed] == [None, None]


def test_contacts_are_listed_newest_first_page_by_page(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    days = [TODAY - timedelta(days=back) for back in (4, 0, 2)]
    for day in days:
        note_contact(session, cast.activator, resident.id, a_contact(day))

    first = list_contacts(session, cast.activator, resident.id, Listing(limit=2))
    second = list_contacts(session, cast.activator, resident.id, Listing(limit=2, cursor=first.next_cursor))

    assert [one.happened_on for one in [*first.items, *second.items]] == sorted(days, reverse=True)
    assert second.next_cursor is None


def test_contacts_are_refused_to_a_colleague_and_invisible_elsewhere(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    contact = note_contact(session, cast.activator, resident.id, a_contact())

    for act in (
        lambda who: list_contacts(session, who, resident.id, ALL),
        lambda who: show_contact(session, who, contact.id),
        lambda who: note_contact(session, who, resident.id, a_contact()),
        lambda who: strike_contact(session, who, contact.id, None),
    ):
        with pytest.raises(NotAllowed, match="Activator van de Cast"):
            act(cast.colleague)
        for who in (cast.stranger, cast.teamleader, cast.corporation, cast.policy, cast.admin):
            with pytest.raises(NotFound):
                act(who)


def test_a_mistake_is_struck_and_written_anew(session: Session, cast: Cast) -> None:
    with clock.standing_at(clock.now() - timedelta(days=30)):
        resident = a_dossier(session, cast.activator, cast.here_id)
    wrong = note_contact(session, cast.activator, resident.id, a_contact(shareable_note="verkeerde bewoner"))

    right = strike_contact(session, cast.activator, wrong.id, a_correction(YESTERDAY, shareable_note="zo was het"))

    listed = {one.id: one for one in list_contacts(session, cast.activator, resident.id, ALL).items}
    assert listed[right.id].corrects_id == wrong.id
    assert listed[wrong.id].struck_at is not None
    assert listed[wrong.id].shareable_note == "verkeerde bewoner"
    assert listed[wrong.id].allowed_actions == []
    assert listed[right.id].allowed_actions == ["strike_contact"]
    assert resident.last_contact_on == YESTERDAY
    assert events(session, wrong) == ["contact.noted", "contact.struck"]


def test_striking_the_only_contact_goes_back_to_the_day_of_registering(session: Session, cast: Cast) -> None:
    with clock.standing_at(clock.now() - timedelta(days=30)):
        resident = a_resident(session, cast.activator, cast.here_id)
    contact = note_contact(session, cast.activator, resident.id, a_contact())
    assert resident.last_contact_on == TODAY

    struck = strike_contact(session, cast.activator, contact.id, None)

    assert struck.id == contact.id
    assert resident.last_contact_on == TODAY - timedelta(days=30)


def test_only_its_author_strikes_a_contact_and_only_once(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    contact = note_contact(session, cast.activator, resident.id, a_contact())
    colleague = stand_in(session, cast, resident)

    with pytest.raises(NotAllowed, match="who noted"):
        strike_contact(session, colleague, contact.id, None)
    assert show_contact(session, colleague, contact.id).allowed_actions == []
    strike_contact(session, cast.activator, contact.id, None)
    with pytest.raises(Conflict):
        strike_contact(session, cast.activator, contact.id, None)


def test_a_restricted_resident_is_left_alone(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    contact = note_contact(session, cast.activator, resident.id, a_contact())
    promise = make_promise(session, cast.activator, resident.id, PromiseIn(text="bellen", due_on=TODAY))
    restrict_resident(session, cast.activator, resident.id, resident.version)

    for act in (
        lambda: note_contact(session, cast.activator, resident.id, a_contact()),
        lambda: strike_contact(session, cast.activator, contact.id, None),
        lambda: make_promise(session, cast.activator, resident.id, PromiseIn(text="bellen", due_on=TODAY)),
        lambda: settle_promise(
            session, cast.activator, promise.id, promise.version, SettlementIn(outcome=PromiseOutcome.KEPT)
        ),
    ):
        with pytest.raises(Conflict, match="Lift the restriction"):
            act()
    assert show_promise(session, cast.activator, promise.id).allowed_actions == []
    assert show_contact(session, cast.activator, contact.id).allowed_actions == []


def test_a_promise_is_settled_once_on_the_version_that_was_seen(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    promise = make_promise(session, cast.activator, resident.id, PromiseIn(text="bellen", due_on=TOMORROW))
    seen = promise.version

    with pytest.raises(Stale):
        settle_promise(session, cast.activator, promise.id, seen + 1, SettlementIn(outcome=PromiseOutcome.KEPT))
    for day in (TOMORROW, YESTERDAY):
        settled = SettlementIn(outcome=PromiseOutcome.KEPT, settled_on=day)
        with pytest.raises(Invalid):
            settle_promise(session, cast.activator, promise.id, seen, settled)
    settle_promise(session, cast.activator, promise.id, seen, SettlementIn(outcome=PromiseOutcome.KEPT))

    out = show_promise(session, cast.activator, promise.id)
    assert (out.outcome, out.settled_on, out.text) == (PromiseOutcome.KEPT, TODAY, "bellen")
    assert out.version > seen
    assert out.allowed_actions == []
    assert events(session, promise) == ["promise.made", "promise.settled"]
    with pytest.raises(Conflict):
        settle_promise(session, cast.activator, promise.id, out.version, SettlementIn(outcome=PromiseOutcome.NOT_KEPT))


def test_promises_are_refused_to_a_colleague_and_invisible_elsewhere(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    promise = make_promise(session, cast.activator, resident.id, PromiseIn(text="bellen", due_on=TOMORROW))
    kept = SettlementIn(outcome=PromiseOutcome.KEPT)

    for act in (
        lambda who: show_promise(session, who, promise.id),
        lambda who: make_promise(session, who, resident.id, PromiseIn(text="bellen", due_on=TOMORROW)),
        lambda who: settle_promise(session, who, promise.id, promise.version, kept),
    ):
        with pytest.raises(NotAllowed):
            act(cast.colleague)
        for who in (cast.stranger, cast.teamleader, cast.corporation, cast.policy, cast.admin):
            with pytest.raises(NotFound):
                act(who)
    assert list_promises(session, cast.colleague, PromiseQuery()).items == []
    with pytest.raises(NotAllowed):
        list_promises(session, cast.teamleader, PromiseQuery())
    with pytest.raises(NotAllowed):
        list_promises(session, cast.colleague, PromiseQuery(resident_id=resident.id))


def test_promises_are_listed_by_the_day_they_are_due_and_by_whom(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    colleague = stand_in(session, cast, resident)
    later = make_promise(session, cast.activator, resident.id, PromiseIn(text="later", due_on=TOMORROW))
    sooner = make_promise(session, colleague, resident.id, PromiseIn(text="eerder", due_on=TODAY))
    done = make_promise(session, cast.activator, resident.id, PromiseIn(text="klaar", due_on=TODAY))
    settle_promise(session, cast.activator, done.id, done.version, SettlementIn(outcome=PromiseOutcome.KEPT))

    def found(**wanted: object) -> list[object]:
        query = PromiseQuery.model_validate(wanted)
        return [one.id for one in list_promises(session, cast.activator, query).items]

    assert found(open=True) == [sooner.id, later.id]
    assert found(open=True, mine=True) == [later.id]
    assert found(open=False) == [done.id]


def test_my_day_shows_what_i_promised_and_whom_i_saw_and_nothing_of_others(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    colleague = stand_in(session, cast, resident)
    mine = make_promise(session, cast.activator, resident.id, PromiseIn(text="bellen", due_on=TOMORROW))
    make_promise(session, colleague, resident.id, PromiseIn(text="van mijn collega", due_on=TODAY))
    contact = note_contact(session, cast.activator, resident.id, a_contact())
    note_contact(session, cast.activator, resident.id, a_contact(YESTERDAY))
    note_contact(session, colleague, resident.id, a_contact())
    struck = note_contact(session, cast.activator, resident.id, a_contact())
    strike_contact(session, cast.activator, struck.id, None)
    session.info["residents_read"].clear()

    day = show_day(session, cast.activator)

    assert [one.id for one in day.promises] == [mine.id]
    assert [(one.id, one.resident_name) for one in day.contacts] == [(contact.id, "Geert")]
    assert session.info["residents_read"] == {resident.id}
    assert show_day(session, cast.teamleader).promises == []
    with pytest.raises(NotAllowed):
        show_day(session, cast.corporation)


def test_the_team_leader_gets_numbers_of_overdue_promises_and_nothing_else(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    elsewhere = a_resident(session, cast.stranger, cast.there_id, "Ria")
    frozen = a_resident(session, cast.activator, cast.here_id, "Samira")
    with clock.standing_at(clock.now() - timedelta(days=10)):
        overdue = PromiseIn(text="bellen", due_on=clock.today())
        broken = make_promise(session, cast.activator, resident.id, overdue)
        make_promise(session, cast.stranger, elsewhere.id, overdue)
        make_promise(session, cast.activator, frozen.id, overdue)
    make_promise(session, cast.activator, resident.id, PromiseIn(text="vandaag", due_on=TODAY))
    restrict_resident(session, cast.activator, frozen.id, frozen.version)
    session.info["residents_read"].clear()

    counts = count_broken_promises(session, cast.teamleader)

    assert [one.model_dump() for one in counts] == [
        {"area_id": cast.here_id, "area_name": "Oude Molenbuurt", "count": 1}
    ]
    assert session.info["residents_read"] == set()
    assert show_promise(session, cast.activator, broken.id).overdue
    for who in (cast.activator, cast.policy, cast.corporation, cast.privacy):
        with pytest.raises(NotAllowed):
            count_broken_promises(session, who)


def test_whoever_is_shown_a_contact_or_a_promise_has_read_the_resident(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    contact = note_contact(session, cast.activator, resident.id, a_contact())
    promise = make_promise(session, cast.activator, resident.id, PromiseIn(text="bellen", due_on=TODAY))

    for look in (
        lambda: list_contacts(session, cast.activator, resident.id, ALL),
        lambda: show_contact(session, cast.activator, contact.id),
        lambda: list_promises(session, cast.activator, PromiseQuery()),
        lambda: show_promise(session, cast.activator, promise.id),
    ):
        session.info["residents_read"].clear()
        look()
        assert session.info["residents_read"] == {resident.id}
