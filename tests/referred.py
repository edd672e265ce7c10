"""Referrals between a partner and the team, in and out, made through the real actions."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.permissions import Actor
from bsa.referrals.arriving import send_referral
from bsa.referrals.carrying import pause_referral
from bsa.referrals.deciding import accept_referral
from bsa.referrals.deed_shapes import AcceptanceIn, OutcomeIn, PauseIn
from bsa.referrals.ending import finish_referral
from bsa.referrals.going_out import refer_outward
from bsa.referrals.models import Referral
from bsa.referrals.sent_shapes import OutwardReferralIn, ReferralIn

from tests.cast import Cast

_numbers = count(1)

REFERRER = {"name": "Femke Roossien", "role": "praktijkondersteuner", "callback": "0591 12 34 56"}
CONTACT = {"channel": "phone", "value": "06 12 34 56 78", "messageMayBeLeft": False}
SAMIRA = {"callName": "Samira", "familyName": "A.", "contact": CONTACT}
SHARED = ["name", "contact", "question"]


def told(**more: Any) -> dict[str, Any]:
    """Return what a partner sends about somebody, as JSON; `more` stands above it, None leaves something out."""
    consent = {"givenOn": clock.today().isoformat(), "how": "spoken", "byWhom": "Femke Roossien", "scope": SHARED}
    body: dict[str, Any] = {
        "externalRef": f"HIS-{next(_numbers)}",
        "referrer": REFERRER,
        "resident": SAMIRA,
        "areaCode": "BU0114ZZ01",
        "question": "Ik ken hier niemand",
        "residentKnows": True,
        "consentShare": consent,
        "feedback": "status_and_outcome",
    }
    return {name: value for name, value in (body | more).items() if value is not None}


def a_group(**more: Any) -> dict[str, Any]:
    """Return what a partner sends about a group, of which nothing about persons is told."""
    return told(subject="group", resident=None, consentShare=None, residentKnows=None, **more)


def referred(session: Session, cast: Cast, **more: Any) -> Referral:
    """Let the corporation refer somebody to the team in the activator's neighbourhood."""
    return send_referral(session, cast.corporation, ReferralIn.model_validate(told(**more)))[0]


def taken_on(session: Session, cast: Cast, actor: Actor | None = None, **more: Any) -> Referral:
    """Let the activator take on what the corporation referred."""
    referral = referred(session, cast, **more)
    return accept_referral(session, actor or cast.activator, referral.id, None, AcceptanceIn())


def refer_around(session: Session, cast: Cast, need_id: UUID, resident_id: UUID) -> dict[str, object]:
    """Make a referral in each state that a deed needs: sent, taken on, on hold, over; of ours a draft and one sent."""
    me = cast.activator
    paused, finished = taken_on(session, cast), taken_on(session, cast)
    linked = AcceptanceIn(resident_id=resident_id)
    about_geert = referred(session, cast)
    accept_referral(session, me, about_geert.id, None, linked)
    pause = PauseIn.model_validate({"reason": "waiting_list", "review_on": clock.today() + timedelta(days=14)})
    pause_referral(session, me, paused.id, None, pause)
    finish_referral(session, me, finished.id, None, OutcomeIn.model_validate({"outcome": "helped"}))
    return {
        "referred": referred(session, cast).id,
        "taken": about_geert.id,
        "paused": paused.id,
        "finished": finished.id,
        "referral_draft": referred_outward(session, cast, need_id, draft=True).id,
        "outward": referred_outward(session, cast, need_id).id,
    }


def outward(cast: Cast, **more: Any) -> OutwardReferralIn:
    """Return what the team tells the corporation about a resident."""
    consent = {"given_on": clock.today(), "how": "spoken", "by_whom": "Marloes", "scope": SHARED}
    body = {"institution_id": cast.corporation_id, "consent_share": consent} | more
    return OutwardReferralIn.model_validate({name: value for name, value in body.items() if value is not None})


def referred_outward(session: Session, cast: Cast, need_id: UUID, **more: Any) -> Referral:
    """Let the activator refer a resident to the corporation, from a need."""
    return refer_outward(session, cast.activator, need_id, outward(cast, **more))
