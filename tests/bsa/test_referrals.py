"""Referrals: a partner asks the team for somebody, or the team a partner; both hear what came of it, as was agreed."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea, Need
from bsa.needs.shapes import NeedIn
from bsa.referrals import (
    arriving,
    carrying,
    counting,
    deciding,
    ending,
    going_out,
    listing,
    passing_on,
    recording,
    showing,
)
from bsa.referrals.deed_shapes import (
    AcceptanceIn,
    AttemptIn,
    ErrorIn,
    OutcomeIn,
    PauseIn,
    RefusalIn,
    ReroutingIn,
    WithdrawalIn,
)
from bsa.referrals.feedback import show_feedback, show_message
from bsa.referrals.models import Referral, ReferralEvent
from bsa.referrals.sent_shapes import ReferralIn
from bsa.referrals.shapes import ReferralQuery
from bsa.referrals.standing import standing
from bsa.referrals.states import ReferralState
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
    assert rebuilt == 24
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
