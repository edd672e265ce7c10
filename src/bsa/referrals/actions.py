"""Deeds about referrals. Each appends an event; none writes a state."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.models import Area, Level
from bsa.areas.postcodes import area_of_postcode
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, Fault, Invalid, NotAllowed, NotFound, invalid
from bsa.events import note
from bsa.initiatives.actions import add_participant
from bsa.initiatives.models import Participant, ParticipantPart
from bsa.initiatives.queries import find_initiative
from bsa.initiatives.shapes import ParticipantIn
from bsa.institutions.models import Institution
from bsa.institutions.queries import institution_named
from bsa.needs.queries import get_need, shareable_words
from bsa.people.models import Account
from bsa.people.queries import find_colleague, names_of
from bsa.permissions import Actor, Permission, Role, require
from bsa.referrals.deeds import DEEDS, OPEN, ReferralDeed, may_enter, refuse_now
from bsa.referrals.models import (
    Referral,
    ReferralDirection,
    ReferralEvent,
    ReferralResident,
    ReferralSubject,
    SharedThing,
)
from bsa.referrals.queries import Seen, events_of, find_referral, looks_after, side_of, visible_to
from bsa.referrals.shapes import (
    NOT_AGREED,
    OF_A_GROUP,
    AcceptanceIn,
    AttemptIn,
    ConsentShareIn,
    ErrorIn,
    OutcomeIn,
    OutwardReferralIn,
    PauseIn,
    ReferralIn,
    RefusalIn,
    RegistrationIn,
    ReroutingIn,
    ResidentLinkIn,
    SubmissionIn,
    WithdrawalIn,
)
from bsa.referrals.standing import repeat, standing
from bsa.referrals.states import ENTRIES, ReferralOutcome, ReferralReason, ReferralSide, ReferralState
from bsa.residents.actions import (
    above_level,
    change_resident,
    consents_to,
    raise_level,
    register_resident,
    resident_named,
)
from bsa.residents.dooming import doom
from bsa.residents.models import ConsentScope, RegistrationLevel, Resident, may_keep
from bsa.residents.shapes import LevelIn, ResidentChange, ResidentIn
from bsa.rows import locked, not_stale
from bsa.sealing import open_rows, sealed_columns, sealer

S, D = ReferralState, ReferralDeed

CONSENT_NEEDED = N_("Say what the resident agreed to share: without that nothing is sent.")


def send_referral(session: Session, actor: Actor, told: ReferralIn) -> tuple[Referral, bool]:
    """Refer somebody to the team, for the actor's own institution; tell whether it is new.

    Sent again under the same reference of theirs, it is the referral that is there already.
    """
    if not actor.has(Role.INSTITUTION_CONTACT) or actor.institution_id is None:
        raise NotAllowed("An institution refers to the team. To a partner you refer from a need of a resident.")
    return _receive(session, actor, actor.institution_id, told)


def enter_referral(session: Session, actor: Actor, institution_id: UUID, told: ReferralIn) -> tuple[Referral, bool]:
    """Write down a referral that came on paper or by telephone, for the institution that refers."""
    if not actor.has(Role.ACTIVATOR):
        raise NotAllowed
    return _receive(session, actor, institution_named(session, actor, institution_id, at="institution_id").id, told)


def refer_outward(session: Session, actor: Actor, need_id: UUID, told: OutwardReferralIn) -> Referral:
    """Refer a resident to a partner, from a need: with the layers that may be passed on, and nothing besides."""
    need, resident = get_need(session, actor, need_id, Permission.RECORD_NEED)
    _refuse_restricted(resident)
    institution = institution_named(session, actor, told.institution_id, at="institution_id")
    words = {layer.depth: layer.words for layer in shareable_words(session, need)}
    faults = _faults_of_days(told.consent_share, told.expected_answer_by)
    if not may_keep("referral_resident.*", resident.level):
        faults.append(above_level("need_id", "referral_resident.*"))
    if set(told.depths) - words.keys():
        message = N_("This layer is not free to pass on: the resident confirms it and lets it go along first.")
        faults.append(Fault(("depths",), "not_shareable", message))
    if told.consent_share is None and not told.draft:
        faults.append(Fault(("consent_share",), "required", CONSENT_NEEDED))
    retried = _retried(session, actor, told.retry_of_id, ReferralDirection.OUTBOUND, faults)
    if faults:
        raise Invalid(*faults)
    settings = session.info["settings"]
    reached = told.shares_contact
    referral = Referral(
        direction=ReferralDirection.OUTBOUND,
        institution_id=institution.id,
        area_id=need.area_id,
        subject=ReferralSubject.PERSON,
        urgency=told.urgency,
        handover=told.handover,
        call_before_visit=told.call_before_visit,
        expected_answer_by=told.expected_answer_by,
        feedback=told.feedback,
        call_name=resident.call_name,
        contact_channel=resident.contact_channel if reached else None,
        contact_value=resident.contact_value if reached else None,
        message_may_be_left=False,
        question="\n".join(words[depth] for depth in sorted(set(told.depths))),
        referrer_view=told.our_view,
        referrer_name=names_of(session, [actor.id]).get(actor.id),
        referrer_role=settings.organisation,
        referrer_callback=settings.referral_phone,
        retry_of_id=retried,
        state=S.DRAFT,
        owner_id=actor.id,
    )
    _take_consent(referral, told.consent_share)
    _refuse_unshared(referral)
    _store(session, referral)
    session.add(ReferralResident(referral_id=referral.id, resident_id=resident.id, need_id=need.id))
    side = ReferralSide.REFERRER
    add_event(session, actor, referral, S.DRAFT, side, owner_id=actor.id)
    if not told.draft:
        add_event(session, actor, referral, S.REQUESTED, side)
    return referral


def submit_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: SubmissionIn
) -> Referral:
    """Send a draft, with what the resident agreed to."""
    referral = _for(session, actor, referral_id, version, D.SUBMIT)
    open_rows(session, [referral])
    faults = _faults_of_days(told.consent_share, None)
    if told.consent_share is None and referral.share_given_on is None and referral.subject is not ReferralSubject.GROUP:
        faults.append(Fault(("consent_share",), "required", CONSENT_NEEDED))
    if faults:
        raise Invalid(*faults)
    if told.consent_share is not None and referral.subject is not ReferralSubject.GROUP:
        _take_consent(referral, told.consent_share)
    _refuse_unshared(referral)
    referral.feedback = told.feedback or referral.feedback
    add_event(session, actor, referral, S.REQUESTED, ReferralSide.REFERRER)
    return referral


def accept_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: AcceptanceIn
) -> Referral:
    """Take a referral on; the team says who does, and in the same go which resident it is about."""
    referral = _for(session, actor, referral_id, version, D.ACCEPT)
    owner_id = _owner(session, actor, referral, told)
    add_event(session, actor, referral, S.ACCEPTED, ReferralSide.RECEIVER, owner_id=owner_id)
    if told.resident_id is not None or told.register_as is not None:
        _link(session, actor, referral, told.resident_id, told.register_as)
    return referral


def refuse_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: RefusalIn
) -> Referral:
    """Say that a referral is not taken on, why, and what else could help."""
    referral = _for(session, actor, referral_id, version, D.REFUSE)
    if told.words is None and told.reason in (ReferralReason.OTHER, ReferralReason.BETTER_ELSEWHERE):
        raise invalid(
            "words", "required", "Write why, or what could be tried instead: nobody is sent away with nothing."
        )
    add_event(session, actor, referral, S.DECLINED, ReferralSide.RECEIVER, reason=told.reason, words=told.words)
    return referral


def note_attempt(session: Session, actor: Actor, referral_id: UUID, version: int | None, told: AttemptIn) -> Referral:
    """Write down that the resident was sought; when somebody was reached, it is under way."""
    referral = _for(session, actor, referral_id, version, D.ATTEMPT)
    add_event(session, actor, referral, S.CONTACTING, ReferralSide.RECEIVER, reached=told.reached)
    if told.reached:
        add_event(session, actor, referral, S.ACTIVE, ReferralSide.RECEIVER)
    return referral


def pause_referral(session: Session, actor: Actor, referral_id: UUID, version: int | None, told: PauseIn) -> Referral:
    """Let it wait, with the reason and the day on which it is looked at again."""
    referral = _for(session, actor, referral_id, version, D.PAUSE)
    if told.review_on <= clock.today():
        raise invalid("review_on", "too_early", "Choose a day to come on which you look at it again.")
    add_event(
        session,
        actor,
        referral,
        S.ON_HOLD,
        ReferralSide.RECEIVER,
        reason=told.reason,
        review_on=told.review_on,
        words=told.words,
    )
    return referral


def resume_referral(session: Session, actor: Actor, referral_id: UUID, version: int | None) -> Referral:
    """Go on after a pause."""
    referral = _for(session, actor, referral_id, version, D.RESUME)
    goes_on = S.ACTIVE if referral.reached_on else S.CONTACTING
    add_event(session, actor, referral, goes_on, ReferralSide.RECEIVER)
    return referral


def reroute_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: ReroutingIn
) -> Referral:
    """Pass a referral on, with a new consent; return the new referral, which is a part of this one."""
    referral = _for(session, actor, referral_id, version, D.REROUTE)
    open_rows(session, [referral])
    group = referral.subject is ReferralSubject.GROUP
    faults = _faults_of_days(told.consent_share, None)
    if told.consent_share is None and not group:
        faults.append(Fault(("consent_share",), "required", CONSENT_NEEDED))
    if told.consent_share is not None and group:
        faults.append(Fault(("consent_share",), "group", OF_A_GROUP))
    if told.area_id == referral.area_id:
        faults.append(Fault(("area_id",), "same", "It is in this area already. Choose another."))
    if faults:
        raise Invalid(*faults)
    child = _child(session, actor, referral, told)
    add_event(session, actor, referral, S.REROUTED, ReferralSide.RECEIVER, reason=told.reason, words=told.words)
    _refuse_unshared(child)
    _store(session, child)
    outward = child.direction is ReferralDirection.OUTBOUND
    if outward:
        for linked in _links(session, referral):
            session.add(ReferralResident(referral_id=child.id, resident_id=linked.resident_id))
    # Whoever passes it on refers it, to a colleague as well.
    add_event(
        session, actor, child, S.REQUESTED, ReferralSide.REFERRER, owner_id=actor.id if outward else None, first=True
    )
    return child


def finish_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: OutcomeIn
) -> Referral:
    """Say what came of a referral; that closes it. Who joined an initiative takes part in it, when that was agreed."""
    referral = _for(session, actor, referral_id, version, D.FINISH)
    joined = told.outcome is ReferralOutcome.JOINED_INITIATIVE
    if joined is (told.initiative_id is None):
        message = N_("Choose the initiative that was joined.") if joined else N_("Leave this out: nobody joined.")
        raise Invalid(Fault(("initiative_id",), "required" if joined else "not_needed", message))
    initiative_id = _joined(session, actor, told.initiative_id) if told.initiative_id else None
    state = next(state for state in (S.COMPLETED, S.FAILED) if told.outcome in ENTRIES[state].outcomes)
    add_event(
        session,
        actor,
        referral,
        state,
        ReferralSide.RECEIVER,
        outcome=told.outcome,
        initiative_id=initiative_id,
    )
    if initiative_id is not None:
        _let_take_part(session, actor, referral, initiative_id)
    return referral


def withdraw_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: WithdrawalIn
) -> Referral:
    """Take a referral back, or write down that the resident does not want it, for which no reason is asked or kept."""
    referral = _for(session, actor, referral_id, version, D.WITHDRAW, even_restricted=True)
    if told.by_side is ReferralSide.RECEIVER:
        raise invalid("by_side", "side", "The one who is asked does not withdraw it, but declines it or closes it.")
    if told.by_side is ReferralSide.REFERRER and side_of(actor, referral) is not ReferralSide.REFERRER:
        raise invalid("by_side", "side", "Only the one who referred takes it back. Choose: the resident says no.")
    reason = None if told.by_side is ReferralSide.RESIDENT else told.reason
    add_event(session, actor, referral, S.WITHDRAWN, told.by_side, reason=reason)
    return referral


def mark_error(session: Session, actor: Actor, referral_id: UUID, version: int | None, told: ErrorIn) -> Referral:
    """Write down that a referral should not have been sent; what it says is wiped at once, the shell stays."""
    referral = _for(session, actor, referral_id, version, D.MARK_ERROR, even_restricted=True)
    wipe(session, referral)
    add_event(session, actor, referral, S.ENTERED_IN_ERROR, ReferralSide.REFERRER, reason=told.reason)
    session.execute(delete(ReferralResident).where(col(ReferralResident.referral_id) == referral.id))
    return referral


def link_resident(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: ResidentLinkIn
) -> Referral:
    """Say which resident a referral is about, or register the resident now: nothing is typed twice."""
    referral = _for(session, actor, referral_id, version, D.LINK)
    _link(session, actor, referral, told.resident_id, told.register_as)
    return referral


def end_with_resident(session: Session, actor: Actor, resident_ids: Sequence[UUID]) -> None:
    """End the referrals that are about these residents, who are erased: the partner hears only that it is withdrawn."""
    for referral in _about(session, resident_ids):
        if referral.state in OPEN:
            add_event(session, actor, referral, S.WITHDRAWN, ReferralSide.RESIDENT)
        wipe(session, referral)
    session.flush()


def step_down_with_resident(session: Session, resident_id: UUID) -> None:
    """Wipe what referrals that are over say about a resident of whom less may be kept from now on."""
    for referral in _about(session, [resident_id]):
        if referral.state not in OPEN:
            wipe(session, referral)
    session.flush()


def merge_links(session: Session, resident_id: UUID, duplicate_id: UUID) -> None:
    """Let a referral that was linked to both residents be about the one who stays."""
    known = set(
        session.scalars(
            select(col(ReferralResident.referral_id)).where(col(ReferralResident.resident_id) == resident_id)
        )
    )
    for link in session.scalars(select(ReferralResident).where(col(ReferralResident.resident_id) == duplicate_id)):
        if link.referral_id in known:
            session.delete(link)


def wipe(session: Session, referral: Referral) -> None:
    """Wipe what a referral says: its cells, the words of its events, and the key that opens the backups of both."""
    if referral.wiped_at is not None:
        return
    for column in sealed_columns(Referral):
        setattr(referral, column, None)
    referral.contact_channel, referral.message_may_be_left = None, None
    referral.wiped_at = clock.now()
    for event in events_of(session, referral):
        event.words = None
    doom(session, [referral.id])


def add_event(
    session: Session,
    actor: Actor | None,
    referral: Referral,
    state: ReferralState,
    side: ReferralSide,
    *,
    owner_id: UUID | None = None,
    reason: ReferralReason | None = None,
    outcome: ReferralOutcome | None = None,
    initiative_id: UUID | None = None,
    review_on: date | None = None,
    reached: bool | None = None,
    words: str | None = None,
    first: bool = False,
    at: datetime | None = None,
) -> ReferralEvent:
    """Append an event to a locked referral, and let the columns repeat what all its events now add up to.

    Whether it may happen was told by the deeds, which read the table of states; what goes with it is held against it.
    `at` is when it happened, when the software finds that out later.
    """
    events = events_of(session, referral)
    entry = ENTRIES[state]
    if not may_enter(state, side):
        raise ValueError(f"{state} is not set by the {side}.")
    if events and events[-1].state not in entry.after:
        raise ValueError(f"{state} does not follow {events[-1].state}.")
    if not events and state is not S.DRAFT and not first:
        raise ValueError("A referral begins as a draft, or by being sent.")
    _refuse_wrong_reason(state, side, reason)
    event = ReferralEvent(
        created_at=at or clock.now(),
        referral_id=referral.id,
        number=len(events) + 1,
        state=state,
        side=side,
        entered_by_id=actor.id if actor else None,
        owner_id=owner_id,
        reason=reason,
        outcome=outcome,
        initiative_id=initiative_id,
        review_on=review_on,
        reached=reached,
        words=words,
    )
    session.add(event)
    repeat(referral, standing([*events, event]))
    referral.touch()
    note(
        session,
        actor,
        f"referral.{state.value}",
        referral,
        direction=referral.direction,
        side=side,
        reason=reason,
        outcome=outcome,
        initiative_id=initiative_id,
        review_on=review_on,
        reached=reached,
    )
    session.flush()
    return event


def _receive(session: Session, actor: Actor, institution_id: UUID, told: ReferralIn) -> tuple[Referral, bool]:
    # Whoever sends the same reference at the same moment waits here, and then finds what the first one made.
    institution = session.scalars(
        locked(session, select(Institution).where(col(Institution.id) == institution_id), Institution)
    ).one()
    earlier = session.scalar(
        select(Referral).where(
            col(Referral.institution_id) == institution.id, col(Referral.external_ref) == told.external_ref
        )
    )
    if earlier is not None:
        return earlier, False
    faults = _faults_of_days(told.consent_share, told.expected_answer_by)
    area = _area(session, told, faults)
    retried = _retried(session, actor, told.retry_of_id, ReferralDirection.INBOUND, faults)
    if faults or area is None:
        raise Invalid(*faults)
    person = told.resident
    contact = person.contact if person else None
    referral = Referral(
        direction=ReferralDirection.INBOUND,
        institution_id=institution.id,
        external_ref=told.external_ref,
        area_id=area.id,
        subject=told.subject,
        urgency=told.urgency,
        call_before_visit=told.call_before_visit,
        expected_answer_by=told.expected_answer_by,
        feedback=told.feedback,
        call_name=person.call_name if person else None,
        family_name=person.family_name if person else None,
        contact_channel=contact.channel if contact else None,
        contact_value=contact.value if contact else None,
        message_may_be_left=contact.message_may_be_left if contact else None,
        address=told.address,
        question=told.question,
        referrer_view=told.referrer_view,
        referrer_name=told.referrer.name,
        referrer_role=told.referrer.role,
        referrer_callback=told.referrer.callback,
        retry_of_id=retried,
        state=S.DRAFT,
    )
    require(actor, Permission.SEND_REFERRAL, _seen(referral), instead=N_("Enter referrals for an area of your own."))
    _take_consent(referral, told.consent_share)
    _store(session, referral)
    side = ReferralSide.REFERRER
    add_event(session, actor, referral, S.DRAFT if told.draft else S.REQUESTED, side, first=True)
    return referral, True


def _area(session: Session, told: ReferralIn, faults: list[Fault]) -> Area | None:
    if told.area_code is not None:
        # The code of a later division stands for the same neighbourhood.
        query = select(Area).where(col(Area.code) == told.area_code).order_by(col(Area.division_year).desc())
        area = session.scalars(query).first()
        if area is None:
            message = N_("This neighbourhood is not one of ours. The areas in which we work are listed under /areas.")
            faults.append(Fault(("area_code",), "unknown", message))
        return area
    area = area_of_postcode(session, told.postcode4 or "")
    if area is None:
        message = N_("We know no neighbourhood with this postcode. Send the code of the neighbourhood instead.")
        faults.append(Fault(("postcode4",), "unknown", message))
    return area


def _seen(referral: Referral) -> Seen:
    return Seen(referral.direction, referral.institution_id, referral.area_id, referral.owner_id, frozenset())


def _faults_of_days(consent: ConsentShareIn | None, expected_by: date | None) -> list[Fault]:
    faults = []
    if consent is not None and consent.given_on > clock.today():
        faults.append(Fault(("consent_share", "given_on"), "in_future", "This day is still to come."))
    if expected_by is not None and expected_by < clock.today():
        faults.append(Fault(("expected_answer_by",), "in_past", "This day has passed already."))
    return faults


def _retried(
    session: Session, actor: Actor, referral_id: UUID | None, direction: ReferralDirection, faults: list[Fault]
) -> UUID | None:
    if referral_id is None:
        return None
    found = session.scalar(
        select(Referral).where(col(Referral.id) == referral_id, col(Referral.direction) == direction, visible_to(actor))
    )
    if found is None:
        faults.append(Fault(("retry_of_id",), "unknown", "There is no such referral of yours."))
    elif found.state not in (S.DECLINED, S.FAILED):
        message = N_("Only what was not taken on, or did not work out, is tried again.")
        faults.append(Fault(("retry_of_id",), "not_over", message))
    return referral_id


def _take_consent(referral: Referral, consent: ConsentShareIn | None) -> None:
    if consent is None:
        return
    referral.share_given_on, referral.share_how = consent.given_on, consent.how
    referral.shared_things = [thing.value for thing in SharedThing if thing in consent.scope]
    referral.share_sheet, referral.consent_by = consent.sheet, consent.by_whom


def _refuse_unshared(referral: Referral) -> None:
    """Refuse what is more than the resident agreed to share."""
    if referral.share_given_on is None:
        return
    told = {
        SharedThing.NAME: referral.call_name,
        SharedThing.CONTACT: referral.contact_value,
        SharedThing.QUESTION: referral.question,
        SharedThing.REFERRER_VIEW: referral.referrer_view,
    }
    if any(text and thing not in referral.shared_things for thing, text in told.items()):
        raise Invalid(Fault(("consent_share", "scope"), "not_agreed", NOT_AGREED))


def _store(session: Session, referral: Referral) -> None:
    """Store a new referral: first the key that seals what it says."""
    sealer(session).make_key(referral.id)
    session.add(referral)
    session.flush()


def _for(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    version: int | None,
    deed: ReferralDeed,
    *,
    even_restricted: bool = False,
) -> Referral:
    """Return a referral for a deed that may be done to it by this actor, in its present state."""
    told = DEEDS[deed]
    referral, seen = find_referral(session, actor, referral_id)
    if deed is D.ACCEPT or deed is D.REFUSE:
        # Whoever comes second is told that it was decided, and not that the role is wrong.
        refuse_now(deed, referral.state)
    require(actor, told.permission, seen, instead=_instead(deed))
    not_stale(referral, version)
    refuse_now(deed, referral.state)
    if told.within_the_team and not actor.of_the_team:
        raise NotAllowed("Only the team does this. When the resident was helped elsewhere, say so when you close it.")
    if deed in (D.SUBMIT, D.MARK_ERROR) and side_of(actor, referral) is not ReferralSide.REFERRER:
        raise NotAllowed
    if not even_restricted:
        for linked in _links(session, referral):
            _refuse_restricted(session.get_one(Resident, linked.resident_id))
    return referral


def _instead(deed: ReferralDeed) -> str | None:
    if DEEDS[deed].permission is Permission.CARRY_REFERRAL:
        return N_("Only who took this referral on goes on with it. Ask your colleague, or the partner.")
    return None


def _refuse_restricted(resident: Resident) -> None:
    if resident.restricted_on is not None:
        raise Conflict("This resident asked to leave the data as it is. Lift the restriction first, with the resident.")


def _refuse_wrong_reason(state: ReferralState, side: ReferralSide, reason: ReferralReason | None) -> None:
    reasons = ENTRIES[state].reasons
    if not reasons or side is ReferralSide.RESIDENT:
        return
    if reason not in reasons:
        raise invalid(
            "reason",
            "reason",
            "Choose one of these reasons: {reasons}.",
            reasons=", ".join(one.value for one in ReferralReason if one in reasons),
        )


def _owner(session: Session, actor: Actor, referral: Referral, told: AcceptanceIn) -> UUID | None:
    if referral.direction is ReferralDirection.OUTBOUND:
        given = [name for name in ("owner_id", "resident_id", "register_as") if getattr(told, name) is not None]
        if given:
            message = N_("Leave this out: the team knows the resident, and goes on being the one to call.")
            raise Invalid(*(Fault((name,), "not_needed", message) for name in given))
        return None
    if told.owner_id in (None, actor.id):
        return actor.id
    if told.resident_id is not None or told.register_as is not None:
        raise invalid(
            "owner_id", "own", "Who takes it on links or registers the resident; leave that to your colleague."
        )
    colleague: Account = find_colleague(session, actor, told.owner_id, at="owner_id")
    return colleague.id


def _link(
    session: Session, actor: Actor, referral: Referral, resident_id: UUID | None, register_as: RegistrationIn | None
) -> None:
    if referral.direction is ReferralDirection.OUTBOUND:
        raise Conflict("A referral of ours is about the resident of its need.")
    if referral.subject is ReferralSubject.GROUP:
        raise Conflict("A referral of a group is about no single resident.")
    if register_as is not None:
        resident = _register(session, actor, referral, register_as)
    else:
        resident = resident_named(session, actor, resident_id, Permission.CHANGE_RESIDENT)  # type: ignore[arg-type]
        if not may_keep("referral_resident.*", resident.level):
            raise Invalid(above_level("resident_id", "referral_resident.*"))
    links = _links(session, referral)
    if any(link.resident_id == resident.id for link in links):
        return
    if referral.subject is ReferralSubject.PERSON:
        for link in links:
            session.delete(link)
    session.add(ReferralResident(referral_id=referral.id, resident_id=resident.id))
    referral.touch()
    # The event does not say who: it outlives the resident's data.
    note(session, actor, "referral.linked", referral)
    session.flush()


def _register(session: Session, actor: Actor, referral: Referral, told: RegistrationIn) -> Resident:
    """Register the resident of a referral as known, with what the referral says."""
    open_rows(session, [referral])
    if referral.call_name is None:
        raise Conflict("What this referral said is gone. Register the resident as you came to know them.")
    area_id = told.area_id
    if area_id is None:
        area = session.get_one(Area, referral.area_id)
        if area.level in (Level.MUNICIPALITY, Level.DISTRICT, Level.OWN_AREA):
            raise invalid(
                "area_id", "required", "The postcode lies in more than one neighbourhood. Choose which it is."
            )
        area_id = area.id
    wanted = ResidentIn(
        call_name=referral.call_name, area_id=area_id, informed_on=told.informed_on, informed_how=told.informed_how
    )
    resident = register_resident(session, actor, wanted)
    known = LevelIn(level=RegistrationLevel.KNOWN, informed_on=told.informed_on, informed_how=told.informed_how)
    raise_level(session, actor, resident.id, resident.version, known)
    found: dict[str, object] = {}
    if referral.family_name:
        found["full_name"] = f"{referral.call_name} {referral.family_name}"[:200]
    if referral.contact_channel:
        found["contact_channel"] = referral.contact_channel
        found["contact_value"] = referral.contact_value or referral.address
    if found:
        change_resident(session, actor, resident.id, resident.version, ResidentChange.model_validate(found))
    return resident


def _links(session: Session, referral: Referral) -> list[ReferralResident]:
    return list(session.scalars(select(ReferralResident).where(col(ReferralResident.referral_id) == referral.id)))


def _about(session: Session, resident_ids: Sequence[UUID]) -> list[Referral]:
    linked = select(col(ReferralResident.referral_id)).where(col(ReferralResident.resident_id).in_(resident_ids))
    query = select(Referral).where(col(Referral.id).in_(linked)).order_by(col(Referral.id))
    return list(session.scalars(locked(session, query, Referral)))


def _child(session: Session, actor: Actor, referral: Referral, told: ReroutingIn) -> Referral:
    """Make the referral that goes on elsewhere, with what the resident agreed that this one knows."""
    institution_id, area_id = referral.institution_id, referral.area_id
    outward = told.institution_id is not None
    if told.institution_id is not None:
        institution_id = institution_named(session, actor, told.institution_id, at="institution_id").id
        if institution_id == referral.institution_id:
            raise invalid("institution_id", "same", "This institution referred it. Choose another.")
    elif told.area_id is not None:
        area_id = find_area(session, actor, told.area_id, at="area_id").id
    scope = told.consent_share.scope if told.consent_share else []
    keeps_view = referral.subject is ReferralSubject.GROUP or SharedThing.REFERRER_VIEW in scope
    settings = session.info["settings"]
    child = Referral(
        direction=ReferralDirection.OUTBOUND if outward else ReferralDirection.INBOUND,
        institution_id=institution_id,
        area_id=area_id,
        subject=referral.subject,
        urgency=referral.urgency,
        handover=told.handover if outward else None,
        call_before_visit=referral.call_before_visit,
        feedback=told.feedback or referral.feedback,
        call_name=referral.call_name,
        family_name=referral.family_name,
        contact_channel=referral.contact_channel,
        contact_value=referral.contact_value,
        message_may_be_left=referral.message_may_be_left,
        address=referral.address,
        question=referral.question,
        referrer_view=referral.referrer_view if keeps_view else None,
        # To another institution it is the team that refers, and the team that is called back.
        referrer_name=names_of(session, [actor.id]).get(actor.id) if outward else referral.referrer_name,
        referrer_role=settings.organisation if outward else referral.referrer_role,
        referrer_callback=settings.referral_phone if outward else referral.referrer_callback,
        part_of_id=referral.id,
        state=S.REQUESTED,
        owner_id=actor.id if outward else None,
    )
    _take_consent(child, told.consent_share)
    return child


def _joined(session: Session, actor: Actor, initiative_id: UUID) -> UUID:
    try:
        return find_initiative(session, actor, initiative_id).id
    except NotFound:
        raise invalid("initiative_id", "unknown", "There is no such initiative. Choose one from the list.") from None


def _let_take_part(session: Session, actor: Actor, referral: Referral, initiative_id: UUID) -> None:
    """Let the residents take part who agreed to be introduced to others, and do not take part yet."""
    for link in _links(session, referral):
        consent = consents_to(session, link.resident_id, ConsentScope.TO_BE_INTRODUCED)
        takes_part = session.scalar(
            select(col(Participant.id)).where(
                col(Participant.initiative_id) == initiative_id,
                col(Participant.resident_id) == link.resident_id,
                col(Participant.until_on).is_(None),
            )
        )
        looked_after = session.scalar(
            select(col(Referral.id)).where(col(Referral.id) == referral.id, looks_after(actor))
        )
        if consent is not None and takes_part is None and looked_after is not None:
            told = ParticipantIn(
                resident_id=link.resident_id, part=ParticipantPart.TAKES_PART, consented_on=clock.today()
            )
            add_participant(session, actor, initiative_id, told)
