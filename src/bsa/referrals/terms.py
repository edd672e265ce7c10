"""By which day a referral should be seen and decided, and for how long what it says is kept."""

from datetime import date

from sqlmodel import Session

from bsa import clock
from bsa.referrals.models import Referral
from bsa.settings import Settings
from bsa.trust.working_days import after_working_days

NOT_TAKEN_ON_DAYS = 30
"""Of what was not taken on or was taken back there is no reason to keep long what it said; a draft waits as long."""


def seen_by(session: Session, referral: Referral) -> date | None:
    """Return the day by which a referral should be seen."""
    return _within(referral, settings_of(session).referral_seen_days)


def decide_by(session: Session, referral: Referral) -> date | None:
    """Return the day by which it should be decided whether a referral is taken on."""
    return _within(referral, settings_of(session).referral_decision_days)


def _within(referral: Referral, days: int) -> date | None:
    return after_working_days(clock.day_of(referral.requested_at), days) if referral.requested_at else None


def kept_days(session: Session, *, taken_on: bool) -> int:
    """Return for how many days after it is over is kept what a referral says."""
    days = settings_of(session).referral_content_days
    return days if taken_on else min(days, NOT_TAKEN_ON_DAYS)


def settings_of(session: Session) -> Settings:
    """Return the settings under which a session runs."""
    settings: Settings = session.info["settings"]
    return settings
