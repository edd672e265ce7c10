"""Partners, in the demo: a practice refers Samira, who ends up among her neighbours; and what lies in the inbox now."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.access_log import record_reading
from bsa.areas.models import PostcodeArea
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.stage import COMPLEX, NEIGHBOURHOODS, Stage, agree
from bsa.demo.story import INITIATIVE, Scene, Telling
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedIn
from bsa.permissions import Actor
from bsa.referrals.arriving import enter_referral, send_referral
from bsa.referrals.carrying import note_attempt, pause_referral
from bsa.referrals.deciding import accept_referral, refuse_referral
from bsa.referrals.deed_shapes import AcceptanceIn, AttemptIn, OutcomeIn, PauseIn, RefusalIn, RegistrationIn
from bsa.referrals.ending import finish_referral
from bsa.referrals.going_out import refer_outward
from bsa.referrals.jobs import note_opened
from bsa.referrals.models import FeedbackLevel, ReferralSubject, SharedThing, Urgency
from bsa.referrals.sent_shapes import (
    ConsentShareIn,
    OutwardReferralIn,
    ReferralIn,
    ReferredContactIn,
    ReferredResidentIn,
    ReferrerIn,
)
from bsa.referrals.showing import show_referral
from bsa.referrals.states import ReferralOutcome, ReferralReason
from bsa.residents.models import ConsentHow, ConsentScope, ContactChannel, Informed

SAMIRA = "Samira"
PRACTICE = "Huisartsenpraktijk Het Veenpad"
DEBT_HELP = "Schuldhulp Emmen-demo"
FEMKE = ReferrerIn(name="Femke Roossien", role="praktijkondersteuner", callback="0591 00 00 01")
NADIA = ReferrerIn(name="Nadia Haddou", role="schuldhulpverlener", callback="0591 00 00 02")
"""With numbers that nobody has."""
USUAL = (SharedThing.NAME, SharedThing.CONTACT, SharedThing.QUESTION)


def tell_partners(days: Days) -> None:
    """Put the story's row, and what partners and the team referred to each other lately, on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    days.add(working_day(days.today - timedelta(days=24)), _a_group_that_does_not_fit)
    days.add(working_day(days.today - timedelta(days=15)), _on_a_waiting_list)
    days.add(working_day(days.today - timedelta(days=9)), _outward)
    days.add(working_day(days.today - timedelta(days=5)), _waits)
    days.add(working_day(days.today), _fresh)


def samira_is_referred(tell: Telling) -> None:
    """11 March: the practice refers Samira, who knows nobody here; the same day Marloes opens it."""
    session, stage = tell.session, tell.stage
    told = _told("VP-2026-0311", FEMKE, "Samira", "06 00 00 00 11", "Ik ken hier niemand.", family_name="A.")
    referral, _ = send_referral(session, stage.actor("practice"), told)
    stage["Referral#1"] = referral.id
    _open(session, tell.marloes, referral.id)


def samira_is_met(tell: Telling) -> None:
    """12 March: Marloes takes it on, registers her with what was referred, and speaks to her on the telephone."""
    session, stage, key = tell.session, tell.stage, tell.stage["Referral#1"]
    register = RegistrationIn(informed_on=clock.today(), informed_how=Informed.SPOKEN, area_id=stage[COMPLEX])
    accept_referral(session, tell.marloes, key, None, AcceptanceIn(register_as=register))
    stage[SAMIRA] = show_referral(session, tell.marloes, key).residents[0].resident_id
    note_attempt(session, tell.marloes, key, None, AttemptIn(reached=True))
    words = NeedIn(life_area=LifeArea.SOCIAL_CONTACTS, words="Ik ken hier niemand.", learned_on=clock.today())
    record_need(session, tell.marloes, stage[SAMIRA], words)


def samira_is_asked(tell: Telling) -> None:
    """7 April: would she like to meet the neighbours of "Molenbuurt Warm"? She would."""
    agree(tell.session, tell.marloes, tell.stage[SAMIRA], clock.today(), ConsentScope.TO_BE_INTRODUCED)


def samira_joined(tell: Telling) -> None:
    """8 April: her own question has an answer of many: she joined "Molenbuurt Warm", and the practice hears that."""
    told = OutcomeIn(outcome=ReferralOutcome.JOINED_INITIATIVE, initiative_id=tell.stage[INITIATIVE])
    finish_referral(tell.session, tell.marloes, tell.stage["Referral#1"], None, told)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((3, 11), samira_is_referred),
    ((3, 12), samira_is_met),
    ((4, 7), samira_is_asked),
    ((4, 8), samira_joined),
)
"""Month and day, and what happened."""


def _a_group_that_does_not_fit(session: Session, stage: Stage) -> None:
    """A group of mothers looks for a room; the library has one, so it is not taken on, with where to go instead."""
    told = ReferralIn(
        external_ref="VP-2026-0201",
        referrer=FEMKE,
        subject=ReferralSubject.GROUP,
        area_code="BU0114ZZ01",
        question="Wij zoeken een plek om elke week samen Nederlands te oefenen.",
        feedback=FeedbackLevel.STATUS,
    )
    referral, _ = send_referral(session, stage.actor("practice"), told)
    words = "De bibliotheek heeft op dinsdag een zaal, en een taalvrijwilliger. Vraag naar Gerda Klok."
    refusal = RefusalIn(reason=ReferralReason.BETTER_ELSEWHERE, words=words)
    refuse_referral(session, stage.actor("colleague"), referral.id, None, refusal)


def _on_a_waiting_list(session: Session, stage: Stage) -> None:
    """Somebody waits for a place at the sewing table; next week it is looked at again."""
    told = _told("VP-2026-0207", FEMKE, "Mevrouw Hendriks", "0591 00 00 12", "Ik wil weer iets met mijn handen doen.")
    referral, _ = send_referral(session, stage.actor("practice"), told)
    marloes = stage.actor("activator")
    accept_referral(session, marloes, referral.id, None, AcceptanceIn())
    pause = PauseIn(
        reason=ReferralReason.WAITING_LIST,
        review_on=clock.today() + timedelta(days=21),
        words="De naaitafel begint over drie weken weer.",
    )
    pause_referral(session, marloes, referral.id, None, pause)


def _outward(session: Session, stage: Stage) -> None:
    """Samira gets letters that she does not understand; Marloes goes along to debt help with her."""
    marloes, today = stage.actor("activator"), clock.today()
    told = NeedIn(life_area=LifeArea.MONEY, words="Ik krijg brieven die ik niet begrijp.", learned_on=today)
    need = record_need(session, marloes, stage[SAMIRA], told)
    outward = OutwardReferralIn(institution_id=stage[DEBT_HELP], consent_share=_agreed("Marloes Winter"))
    refer_outward(session, marloes, need.id, outward)


def _waits(session: Session, stage: Stage) -> None:
    """Debt help has no machine and no account: Daan writes down what they said on the telephone. Nobody took it on."""
    told = _told("S-118", NADIA, "Kees", "06 00 00 00 13", "Ik zit de hele dag binnen.", urgency=Urgency.THIS_WEEK)
    enter_referral(session, stage.actor("colleague"), stage[DEBT_HELP], told)


def _fresh(session: Session, stage: Stage) -> None:
    """Today somebody was referred whom nobody has seen yet; and where the postcodes lie is known by now."""
    session.add_all(
        PostcodeArea(postcode4=str(7811 + number), area_id=stage[name]) for number, name in enumerate(NEIGHBOURHOODS)
    )
    session.flush()
    view = "Sinds het overlijden van haar man komt ze vaak op het spreekuur, zonder klacht."
    told = _told(
        "VP-2026-0219", FEMKE, "Mevrouw De Wit", "0591 00 00 14", "Ik zou wel weer eens willen dansen.", view=view
    )
    send_referral(session, stage.actor("practice"), told)


def _told(
    external_ref: str,
    referrer: ReferrerIn,
    name: str,
    number: str,
    question: str,
    *,
    family_name: str | None = None,
    view: str | None = None,
    urgency: Urgency = Urgency.NORMAL,
) -> ReferralIn:
    scope = [*USUAL, SharedThing.REFERRER_VIEW] if view else [*USUAL]
    contact = ReferredContactIn(channel=ContactChannel.PHONE, value=number)
    return ReferralIn(
        external_ref=external_ref,
        referrer=referrer,
        resident=ReferredResidentIn(call_name=name, family_name=family_name, contact=contact),
        area_code="BU0114ZZ01",
        question=question,
        referrer_view=view,
        resident_knows=True,
        consent_share=_agreed(referrer.name, *scope),
        feedback=FeedbackLevel.STATUS_AND_OUTCOME,
        urgency=urgency,
    )


def _agreed(by_whom: str, *scope: SharedThing) -> ConsentShareIn:
    return ConsentShareIn(given_on=clock.today(), how=ConsentHow.SPOKEN, by_whom=by_whom, scope=[*(scope or USUAL)])


def _open(session: Session, actor: Actor, referral_id: UUID) -> None:
    """Open a referral as on its page: a line in the access log, off which it is read that it was seen."""
    show_referral(session, actor, referral_id)
    record_reading(session.connection(), actor, "show_referral", {referral_id})
    note_opened(session)
