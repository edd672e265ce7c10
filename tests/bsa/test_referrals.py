"""Referrals: a partner asks the team for somebody, or the team a partner; both hear what came of it, as was agreed."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Stale
from bsa.events import Event
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea, Need
from bsa.needs.shapes import NeedIn
from bsa.outbox import Message
from bsa.people.models import Account
from bsa.permissions import Actor
from bsa.referrals import (
    arriving,
    assigning,
    carrying,
    counting,
    deciding,
    drafts,
    ending,
    going_out,
    listing,
    passing_on,
    recording,
    showing,
)
from bsa.referrals.deed_shapes import (
    AcceptanceIn,
    AssignmentIn,
    AttemptIn,
    ErrorIn,
    OutcomeIn,
    PauseIn,
    RefusalIn,
    ReroutingIn,
    SubmissionIn,
    WithdrawalIn,
)
from bsa.referrals.feedback import show_feedback, show_message
from bsa.referrals.models import Referral, ReferralEvent
from bsa.referrals.sent_shapes import DraftChange, ReferralIn
from bsa.referrals.shapes import ReferralQuery
from bsa.referrals.standing import standing
from bsa.referrals.states import ReferralState
from bsa.referrals.waiting import to_decide
from bsa.referrals.wiping import end_with_resident
from bsa.residents.queries import show_resident
from bsa.sealing import sealed_columns

from tests.cast import Cast, a_dossier
from tests.referred import a_group, outward, referred, referred_outward, taken_on, told

S = ReferralState
ALL = ReferralQuery()


def faults(error: Any) -> dict[str, str]:
    """Return the codes of what is wrong, by place."""
    if isinstance(error, Invalid):
        return {".".join(map(str, fault.where)): fault.code for fault in error.faults}
    return {".".join(map(str, fault["loc"])): fault["type"] for fault in error.errors()}


def a_need(session: Session, cast: Cast) -> Need:
    geert = a_dossier(session, cast.activator, cast.here_id)
    words = NeedIn(life_area=LifeArea.HOUSING, words="Ik zoek een kachel", learned_on=clock.today())
    return record_need(session, cast.activator, geert.id, words)


def happened(session: Session, referral: Referral) -> list[ReferralState]:
    return [event.state for event in recording.events_of(session, referral)]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    wrong = told(
        externalRef="123456782",
        areaCode=None,
        residentKnows=False,
        question="x" * 501,
        institutionId="x",
        bsn="123456782",
        address="Molenstraat 14",
        consentShare={"givenOn": "2026-03-24", "how": "spoken", "byWhom": "Femke", "scope": ["name"]},
    )
    with pytest.raises(ValidationError) as refused:
        ReferralIn.model_validate(wrong)

    assert faults(refused.value) == {
        "externalRef": "bsn",
        "question": "too_long",
        "institutionId": "extra_forbidden",
        "bsn": "extra_forbidden",
        "areaCode": "required",
        "residentKnows": "discuss_first",
        "address": "not_needed",
        "consentShare.scope": "not_agreed",
    }


def test_of_a_group_nothing_about_persons_is_taken() -> None:
    with pytest.raises(ValidationError) as refused:
        ReferralIn.model_validate(told(subject="group", address="Molenstraat 14"))

    places = ("resident.callName", "resident.familyName", "resident.contact", "address", "consentShare")
    assert faults(refused.value) == dict.fromkeys(places, "group")
    assert ReferralIn.model_validate(a_group()).resident is None


def test_a_partner_refers_and_sending_it_again_is_the_same(session: Session, cast: Cast) -> None:
    shape = ReferralIn.model_validate(told())
    referral, made = arriving.send_referral(session, cast.corporation, shape)
    again, made_again = arriving.send_referral(session, cast.corporation, shape)
    elsewhere, made_there = arriving.send_referral(session, cast.rival, shape)

    assert (made, made_again, again.id, made_there) == (True, False, referral.id, True)
    assert elsewhere.id != referral.id
    shell = listing.receipt(session, cast.corporation, referral)
    assert (shell.state, str(shell.seen_by), str(shell.decide_by)) == (S.REQUESTED, "2026-03-25", "2026-03-31")
    event = session.scalars(select(Event).where(col(Event.subject_id) == referral.id)).one()
    assert (event.kind, event.facts) == ("referral.requested", {"direction": "inbound", "side": "referrer"})
    for nobody in (cast.activator, cast.teamleader, cast.policy):
        with pytest.raises(NotAllowed):
            arriving.send_referral(session, nobody, shape)


def test_what_it_says_opens_for_the_area_then_for_who_takes_it_on(session: Session, cast: Cast) -> None:
    referral = referred(session, cast)

    def opens(name: str) -> bool | None:
        try:
            return showing.show_referral(session, cast.actors[name], referral.id).content is not None
        except NotFound:
            return None

    everybody = {name: opens(name) for name in cast.actors}
    assert everybody == {
        "activator": True,
        "colleague": True,
        "stranger": None,
        "teamleader": False,
        "corporation": True,
        "rival": None,
        "policy": None,
        "privacy": None,
        "admin": None,
    }
    deciding.accept_referral(session, cast.activator, referral.id, referral.version, AcceptanceIn())
    assert (opens("activator"), opens("colleague"), opens("teamleader")) == (True, False, False)
    with pytest.raises(NotAllowed):
        carrying.note_attempt(session, cast.colleague, referral.id, None, AttemptIn(reached=True))
    with pytest.raises(Conflict):
        deciding.accept_referral(session, cast.colleague, referral.id, None, AcceptanceIn())
    assert referral.id in session.info["residents_read"]


def test_the_whole_way_rebuilds_from_its_events(session: Session, cast: Cast) -> None:
    referral = taken_on(session, cast)
    me, key = cast.activator, referral.id
    carrying.note_attempt(session, me, key, None, AttemptIn(reached=False))
    pause = {"reason": "waiting_list", "review_on": "2026-04-20", "words": "Half april is er plek"}
    carrying.pause_referral(session, me, key, None, PauseIn.model_validate(pause))
    carrying.resume_referral(session, me, key, None)
    carrying.note_attempt(session, me, key, None, AttemptIn(reached=True))
    ending.finish_referral(session, me, key, None, OutcomeIn.model_validate({"outcome": "helped"}))
    referred_outward(session, cast, a_need(session, cast).id)

    assert happened(session, referral) == [
        *(S.REQUESTED, S.ACCEPTED, S.CONTACTING, S.ON_HOLD, S.CONTACTING, S.CONTACTING, S.ACTIVE, S.COMPLETED)
    ]
    assert (referral.attempts, referral.reached_on, referral.outcome) == (2, clock.today(), "helped")
    rebuilt = 0
    for one in session.scalars(select(Referral)):
        now = standing(recording.events_of(session, one))
        for name in now.__slots__:
            assert getattr(now, name) == getattr(one, name), name
            rebuilt += 1
    assert rebuilt == 26
    with pytest.raises(Conflict) as refused:
        carrying.pause_referral(session, me, key, None, PauseIn.model_validate(pause))
    assert refused.value.facts == {"state": "completed", "following": "entered_in_error"}


@pytest.mark.parametrize(
    ("feedback", "shown"),
    [
        ("nothing", (S.REQUESTED, None, None, None)),
        ("status", (S.COMPLETED, True, None, None)),
        ("status_and_outcome", (S.COMPLETED, True, "helped", None)),
        ("more_together", (S.COMPLETED, True, "helped", "0591 00 00 00")),
    ],
)
def test_the_referrer_hears_as_much_as_the_resident_agreed_to(
    session: Session, cast: Cast, feedback: str, shown: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = session.info["settings"].model_copy(update={"referral_phone": "0591 00 00 00"})
    monkeypatch.setitem(session.info, "settings", settings)
    referral = taken_on(session, cast, feedback=feedback)
    ending.finish_referral(session, cast.activator, referral.id, None, OutcomeIn.model_validate({"outcome": "helped"}))
    partner = cast.corporation

    heard = show_feedback(session, partner, referral.id)
    whole = showing.show_referral(session, partner, referral.id)
    assert (heard.state, heard.accepted, heard.outcome, heard.call) == shown
    assert (whole.state, whole.outcome, whole.attempts) == (shown[0], shown[2], None)
    assert (whole.owner_name is None) is (feedback == "nothing")
    assert [event.entered_by_name for event in whole.events] == [None] * len(whole.events)
    # No filter, and no moment, tells more.
    found = listing.list_referrals(session, partner, ReferralQuery(state=S.COMPLETED)).items
    assert len(found) == (feedback != "nothing")
    assert len(listing.list_referrals(session, partner, ReferralQuery(open=True)).items) == (feedback == "nothing")
    message = show_message(session, partner, referral.id)
    assert len(message.nl) == len(message.en) == 3
    assert ("Activator" in message.nl[2]) is (feedback != "nothing")
    assert ("geholpen" in message.nl[1]) is (shown[2] is not None)


def test_where_nothing_was_agreed_no_other_way_tells_that_something_happened(session: Session, cast: Cast) -> None:
    partner, me, silent = cast.corporation, cast.activator, dict[str, Any](feedback="nothing")
    waiting = referred(session, cast, **silent)
    over = taken_on(session, cast, **silent)
    carrying.note_attempt(session, me, over.id, None, AttemptIn(reached=False))
    ending.finish_referral(session, me, over.id, None, OutcomeIn.model_validate({"outcome": "not_reached"}))
    refused = RefusalIn.model_validate({"reason": "no_place"})
    declined = deciding.refuse_referral(session, me, referred(session, cast, **silent).id, None, refused)

    def seen(referral: Referral) -> object:
        shown = showing.show_referral(session, partner, referral.id).model_dump(exclude={"id", "external_ref"})
        return {**shown, "events": [event["number"] for event in shown["events"]]}

    def tried(referral: Referral) -> list[str]:
        """Say what comes of deeds that are refused, or should be: nothing of this changes anything."""
        wrong = WithdrawalIn.model_validate({"by_side": "referrer", "reason": "wrong_person"})
        again = ReferralIn.model_validate(told(retryOfId=str(referral.id)))
        found = []
        for deed in (
            lambda: deciding.accept_referral(session, partner, referral.id, None, AcceptanceIn()),
            lambda: deciding.refuse_referral(session, partner, referral.id, None, refused),
            lambda: drafts.submit_referral(session, partner, referral.id, None, SubmissionIn()),
            lambda: ending.withdraw_referral(session, partner, referral.id, None, wrong),
            lambda: ending.withdraw_referral(session, partner, referral.id, 77, WithdrawalIn()),
            lambda: arriving.send_referral(session, partner, again),
        ):
            with pytest.raises(Refusal) as error:
                deed()
            found.append(f"{type(error.value).__name__} {error.value}")
        return [*found, *show_message(session, partner, referral.id).nl]

    assert seen(over) == seen(declined) == seen(waiting)
    assert tried(over) == tried(declined) == tried(waiting)
    counts = counting.referral_counts(session, [cast.corporation_id], partner)[cast.corporation_id]
    assert (counts.sent, counts.waiting, counts.decided_in_time) == (3, 0, 0)
    # What was seen still counts as seen: it is taken back with the version that was shown.
    version = showing.show_referral(session, partner, waiting.id).version
    deciding.accept_referral(session, me, waiting.id, None, AcceptanceIn())
    back = WithdrawalIn.model_validate({"by_side": "referrer", "reason": "other"})
    ending.withdraw_referral(session, partner, waiting.id, version, back)
    assert [event.number for event in showing.list_events(session, partner, waiting.id)] == [1, 2]
    # Also where it was over: that it is too late would tell that.
    for silent_one in (over, declined):
        assert ending.withdraw_referral(session, partner, silent_one.id, version, back).state is not S.WITHDRAWN
    assert seen(over) == seen(declined) == seen(waiting)
    assert showing.show_referral(session, partner, over.id).state is S.WITHDRAWN
    with pytest.raises(Conflict):
        ending.withdraw_referral(session, partner, over.id, None, back)
    messages = select(Message.subject_id, Message.type).where(col(Message.institution_id) == cast.corporation_id)
    told_of = Counter(subject for subject, _ in session.execute(messages))
    assert {told_of[one.id] for one in (waiting, over, declined)} == {2}


def test_what_it_said_goes_for_a_silent_referrer_by_the_day_it_was_sent(session: Session, cast: Cast) -> None:
    silent, heard = taken_on(session, cast, feedback="nothing"), taken_on(session, cast)
    assert showing.show_referral(session, cast.corporation, silent.id).content is not None
    with clock.standing_at(clock.now() + timedelta(days=30)):
        gone, there = (showing.show_referral(session, cast.corporation, one.id) for one in (silent, heard))
        team = showing.show_referral(session, cast.activator, silent.id)
    assert (gone.content, gone.wiped_on, there.wiped_on) == (None, clock.today() + timedelta(days=30), None)
    assert team.content is not None


def test_a_no_that_the_referrer_entered_it_also_sees(session: Session, cast: Cast) -> None:
    referral = taken_on(session, cast, feedback="nothing")
    ending.withdraw_referral(session, cast.corporation, referral.id, None, WithdrawalIn())
    assert (referral.state, referral.reason) == (S.WITHDRAWN, "resident_asked")
    assert showing.show_referral(session, cast.corporation, referral.id).state is S.WITHDRAWN


def test_erasing_a_resident_wipes_what_was_passed_on_and_tried_before(session: Session, cast: Cast) -> None:
    declined = referred(session, cast)
    refusal = RefusalIn.model_validate({"reason": "no_place"})
    deciding.refuse_referral(session, cast.activator, declined.id, None, refusal)
    again = referred(session, cast, retryOfId=str(declined.id))
    resident = a_dossier(session, cast.activator, cast.here_id)
    taken = AcceptanceIn(resident_id=resident.id)
    deciding.accept_referral(session, cast.activator, again.id, None, taken)
    child = passed_on(session, cast, again, area_id=cast.there_id)

    end_with_resident(session, cast.activator, [resident.id])
    assert [one.wiped_at is None for one in (declined, again, child)] == [False] * 3
    assert child.state is S.WITHDRAWN


def test_who_carries_it_hands_it_to_a_colleague_who_works_there(session: Session, cast: Cast) -> None:
    referral = taken_on(session, cast)

    def hand(actor: Actor, to: Actor) -> Referral:
        return assigning.assign_referral(session, actor, referral.id, None, AssignmentIn(owner_id=to.id))

    for nobody in (cast.stranger, cast.teamleader):
        with pytest.raises(Invalid):
            hand(cast.activator, nobody)
    with pytest.raises(NotAllowed):
        hand(cast.colleague, cast.colleague)
    with pytest.raises(NotAllowed):
        hand(cast.corporation, cast.colleague)
    assert hand(cast.activator, cast.colleague).owner_id == cast.colleague.id
    assert hand(cast.teamleader, cast.activator).owner_id == cast.activator.id
    assert (referral.state, standing(recording.events_of(session, referral)).owner_id) == (
        S.ACCEPTED,
        cast.activator.id,
    )
    assert [one.assigned for one in showing.list_events(session, cast.activator, referral.id)].count(True) == 2
    assert [one.assigned for one in showing.list_events(session, cast.corporation, referral.id)] == [False] * 2
    undecided = referred(session, cast)
    with pytest.raises(Conflict):
        assigning.assign_referral(session, cast.activator, undecided.id, None, AssignmentIn(owner_id=cast.colleague.id))


def test_what_a_colleague_who_left_carried_comes_back_to_the_inbox(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        key = taken_on(session, cast).id
    assert assigning.free_left(database) == 0
    with database.writing() as session:
        session.get_one(Account, cast.activator.id).active = False
    assert (assigning.free_left(database), assigning.free_left(database)) == (1, 0)
    with database.writing() as session:
        wanted = ReferralQuery(unassigned=True)
        assert [one.id for one in listing.list_referrals(session, cast.colleague, wanted).items] == [key]
        assert [one.id for one in to_decide(session, cast.colleague)] == [key]
        mine = AssignmentIn(owner_id=cast.colleague.id)
        assert assigning.assign_referral(session, cast.colleague, key, None, mine).state is S.ACCEPTED
        assert carrying.note_attempt(session, cast.colleague, key, None, AttemptIn(reached=True)).state is S.ACTIVE


def test_a_draft_can_be_changed_by_who_wrote_it_until_it_is_sent(session: Session, cast: Cast) -> None:
    draft = referred(session, cast, draft=True)
    version = showing.show_referral(session, cast.corporation, draft.id).version

    def change(actor: Actor, version: int | None = None, **more: Any) -> Referral:
        return drafts.change_draft(session, actor, draft.id, version, DraftChange.model_validate(more))

    change(cast.corporation, version, question="Ik wil mensen leren kennen", urgency="this_week")
    shown = showing.show_referral(session, cast.corporation, draft.id)
    assert shown.content is not None
    assert (shown.content.question, shown.urgency) == ("Ik wil mensen leren kennen", "this_week")
    with pytest.raises(Stale):
        change(cast.corporation, version, urgency="normal")
    with pytest.raises(NotFound):
        change(cast.activator, urgency="normal")
    with pytest.raises(Invalid) as refused:
        change(cast.corporation, handover="data_only")
    assert faults(refused.value) == {"handover": "not_needed"}
    drafts.submit_referral(session, cast.corporation, draft.id, None, SubmissionIn())
    with pytest.raises(Conflict):
        change(cast.corporation, urgency="normal")
    draft = referred(session, cast, draft=True)
    with pytest.raises(Invalid) as refused:
        change(cast.corporation, referrer_view="Eenzaam")
    assert faults(refused.value) == {"consent_share.scope": "not_agreed"}


def passed_on(session: Session, cast: Cast, referral: Referral, **where: Any) -> Referral:
    """Let the activator pass a referral on, with a new consent."""
    passing = {"reason": "better_elsewhere", "consent_share": outward(cast).consent_share, **where}
    return passing_on.reroute_referral(session, cast.activator, referral.id, None, ReroutingIn.model_validate(passing))


def test_that_it_was_passed_on_is_not_seen_by_a_referrer_who_hears_nothing(session: Session, cast: Cast) -> None:
    children = {
        feedback: passed_on(session, cast, taken_on(session, cast, feedback=feedback), area_id=cast.there_id)
        for feedback in ("nothing", "status")
    }

    known = {item.id for item in listing.list_referrals(session, cast.corporation, ALL).items}
    assert {feedback: child.id in known for feedback, child in children.items()} == {"nothing": False, "status": True}
    for deed in (showing.show_referral, show_feedback, showing.list_events):
        with pytest.raises(NotFound):
            deed(session, cast.corporation, children["nothing"].id)
    told_of = set(session.scalars(select(col(Message.subject_id))))
    assert {feedback: child.id in told_of for feedback, child in children.items()} == {"nothing": False, "status": True}


def test_what_was_passed_on_leads_to_what_it_went_on_as_for_who_may_know_of_that(session: Session, cast: Cast) -> None:
    outside, elsewhere = taken_on(session, cast), taken_on(session, cast)
    child = passed_on(session, cast, outside, institution_id=cast.rival_id)
    passed_on(session, cast, elsewhere, area_id=cast.there_id)

    def leads_to(actor: Actor, referral: Referral) -> UUID | None:
        return showing.show_referral(session, actor, referral.id).passed_on_as_id

    assert leads_to(cast.activator, outside) == child.id
    assert leads_to(cast.activator, elsewhere) is None
    assert leads_to(cast.corporation, outside) is None


def test_an_error_takes_what_was_passed_on_with_it(session: Session, cast: Cast) -> None:
    referral = taken_on(session, cast)
    child = passed_on(session, cast, referral, institution_id=cast.rival_id)
    ending.mark_error(session, cast.corporation, referral.id, None, ErrorIn.model_validate({"reason": "wrong_person"}))

    assert (child.state, child.reason) == (S.ENTERED_IN_ERROR, "wrong_person")
    assert [getattr(child, name) for name in sealed_columns(Referral)] == [None] * len(sealed_columns(Referral))
    assert child.wiped_at is not None


def test_a_reference_that_was_used_for_another_area_shows_nothing_of_that(session: Session, cast: Cast) -> None:
    there = referred(session, cast, areaCode="BU0114ZZ02")
    shape = ReferralIn.model_validate(told(externalRef=there.external_ref))
    with pytest.raises(Invalid) as refused:
        arriving.enter_referral(session, cast.activator, cast.corporation_id, shape)

    assert faults(refused.value) == {"external_ref": "exists"}


def test_what_was_declined_names_what_else_could_help(session: Session, cast: Cast) -> None:
    referral = referred(session, cast)
    refusal = RefusalIn.model_validate({"reason": "better_elsewhere"})
    with pytest.raises(Invalid) as refused:
        deciding.refuse_referral(session, cast.activator, referral.id, None, refusal)
    assert faults(refused.value) == {"words": "required"}
    refusal = RefusalIn.model_validate({"reason": "waiting_list"})
    with pytest.raises(Invalid) as refused:
        deciding.refuse_referral(session, cast.activator, referral.id, None, refusal)
    assert faults(refused.value) == {"reason": "reason"}

    refusal = RefusalIn.model_validate({"reason": "better_elsewhere", "words": "Het taalhuis kan dit"})
    deciding.refuse_referral(session, cast.activator, referral.id, None, refusal)
    assert show_feedback(session, cast.corporation, referral.id).alternative == "Het taalhuis kan dit"
    again = referred(session, cast, retryOfId=str(referral.id))
    assert again.retry_of_id == referral.id
    with pytest.raises(Invalid) as refused:
        referred(session, cast, retryOfId=str(again.id))
    assert faults(refused.value) == {"retry_of_id": "not_over"}


def test_accepting_registers_the_resident_with_what_was_referred(session: Session, cast: Cast) -> None:
    referral = referred(session, cast)
    register = {"register_as": {"informed_on": "2026-03-24", "informed_how": "spoken"}}
    shape = AcceptanceIn.model_validate(register)
    deciding.accept_referral(session, cast.activator, referral.id, referral.version, shape)

    (linked,) = showing.show_referral(session, cast.activator, referral.id).residents
    resident = show_resident(session, cast.activator, linked.resident_id)
    assert (resident.level, resident.call_name, resident.full_name) == ("known", "Samira", "Samira A.")
    assert resident.contact_value == "06 12 34 56 78"
    (item,) = listing.list_of_resident(session, cast.activator, resident.id)
    assert item.id == referral.id
    with pytest.raises(NotAllowed):
        listing.list_of_resident(session, cast.colleague, resident.id)


def test_an_error_wipes_what_was_said_and_keeps_the_shell(session: Session, cast: Cast) -> None:
    referral = taken_on(session, cast)
    error = ErrorIn.model_validate({"reason": "wrong_person"})
    with pytest.raises(NotAllowed):
        ending.mark_error(session, cast.activator, referral.id, None, error)
    ending.mark_error(session, cast.corporation, referral.id, None, error)

    assert [getattr(referral, column) for column in sealed_columns(Referral)] == [None] * len(sealed_columns(Referral))
    shell = showing.show_referral(session, cast.activator, referral.id)
    assert (shell.state, shell.content, shell.external_ref) == (S.ENTERED_IN_ERROR, None, referral.external_ref)
    assert shell.allowed_actions == []


def test_a_resident_says_no_without_a_reason(session: Session, cast: Cast) -> None:
    referral = taken_on(session, cast)
    taken_back = WithdrawalIn.model_validate({"by_side": "referrer", "reason": "other"})
    with pytest.raises(Invalid):
        ending.withdraw_referral(session, cast.activator, referral.id, None, taken_back)
    ending.withdraw_referral(session, cast.activator, referral.id, None, WithdrawalIn())
    assert (referral.state, referral.reason) == (S.WITHDRAWN, None)

    other = referred(session, cast)
    no_reason = WithdrawalIn.model_validate({"by_side": "referrer"})
    with pytest.raises(Invalid) as refused:
        ending.withdraw_referral(session, cast.corporation, other.id, None, no_reason)
    assert faults(refused.value) == {"reason": "reason"}
    ending.withdraw_referral(session, cast.corporation, other.id, None, taken_back)
    assert (other.state, other.reason) == (S.WITHDRAWN, "other")


def test_passing_on_asks_for_a_new_consent_and_makes_a_part(session: Session, cast: Cast) -> None:
    referral = taken_on(
        session,
        cast,
        referrerView="Eenzaam",
        consentShare=told()["consentShare"] | {"scope": ["name", "contact", "question", "referrer_view"]},
    )
    passing: dict[str, Any] = {"reason": "better_elsewhere", "institution_id": cast.rival_id}
    with pytest.raises(Invalid) as refused:
        passing_on.reroute_referral(session, cast.activator, referral.id, None, ReroutingIn.model_validate(passing))
    assert faults(refused.value) == {"consent_share": "required"}
    consent = outward(cast).consent_share
    child = passing_on.reroute_referral(
        session, cast.activator, referral.id, None, ReroutingIn.model_validate(passing | {"consent_share": consent})
    )

    assert (referral.state, child.state, child.part_of_id) == (S.REROUTED, S.REQUESTED, referral.id)
    seen = showing.show_referral(session, cast.rival, child.id)
    assert seen.content is not None
    assert (seen.content.question, seen.content.referrer_view) == ("Ik ken hier niemand", None)
    # Who referred before is not told.
    assert seen.part_of_id is None
    with pytest.raises(NotFound):
        showing.show_referral(session, cast.corporation, child.id)


def test_outward_goes_what_may_be_passed_on_together_by_default(session: Session, cast: Cast) -> None:
    need = a_need(session, cast)
    with pytest.raises(Invalid) as refused:
        referred_outward(session, cast, need.id, depths=[0, 1])
    assert faults(refused.value) == {"depths": "not_shareable"}
    with pytest.raises(NotAllowed):
        going_out.refer_outward(session, cast.colleague, need.id, outward(cast))
    draft = referred_outward(session, cast, need.id, draft=True, consent_share=None)
    with pytest.raises(NotFound):
        showing.show_referral(session, cast.corporation, draft.id)
    referral = referred_outward(session, cast, need.id)

    told_them = showing.show_referral(session, cast.corporation, referral.id)
    assert told_them.content is not None
    assert (told_them.handover, told_them.content.question) == ("visit_together", "Ik zoek een kachel")
    assert told_them.residents == []
    accepted = deciding.accept_referral(session, cast.corporation, referral.id, None, AcceptanceIn())
    assert (accepted.state, accepted.owner_id) == (S.ACCEPTED, cast.activator.id)
    (linked,) = showing.show_referral(session, cast.activator, referral.id).residents
    assert linked.need_id == need.id


def test_a_change_of_another_version_is_refused(session: Session, cast: Cast) -> None:
    referral = taken_on(session, cast)
    with pytest.raises(Stale):
        carrying.note_attempt(session, cast.activator, referral.id, referral.version - 1, AttemptIn(reached=True))


def test_lists_hold_shells_and_are_narrowed(session: Session, cast: Cast) -> None:
    first, second = referred(session, cast), taken_on(session, cast)

    def found(who: str, **wanted: Any) -> set[UUID]:
        query = ReferralQuery.model_validate(wanted)
        return {item.id for item in listing.list_referrals(session, cast.actors[who], query).items}

    assert found("activator") == found("teamleader") == found("corporation") == {first.id, second.id}
    assert found("stranger") == found("rival") == set()
    assert found("colleague", unassigned=True) == {first.id}
    assert found("activator", mine=True) == {second.id}
    assert found("corporation", external_ref=first.external_ref) == {first.id}
    assert found("teamleader", updated_since=clock.now().isoformat()) == {first.id, second.id}
    with pytest.raises(NotAllowed):
        listing.list_referrals(session, cast.privacy, ALL)
    counts = counting.referral_counts(session, [cast.corporation_id, cast.rival_id])
    assert (counts[cast.corporation_id].sent, counts[cast.corporation_id].decided_in_time) == (2, 1)
    assert counts[cast.rival_id].sent == 0


def test_every_event_names_codes_only(session: Session, cast: Cast) -> None:
    taken_on(session, cast)
    assert session.scalars(select(ReferralEvent)).all()
    for event in session.scalars(select(Event).where(col(Event.kind).startswith("referral."))):
        assert "Samira" not in str(event.facts)
