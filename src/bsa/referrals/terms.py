"""By which day a referral should be seen, and decided."""

from datetime import date

from sqlmodel import Session

from bsa import clock
from bsa.referrals.models import Referral
from bsa.settings import Settings
from bsa.trust.working_days import after_working_days


def seen_by(session: Session, referral: Referral) -> date | None:
    """Return the day by which a referral should be seen."""
    return _within(referral, settings_of(session).referral_seen_days)


def decide_by(session: Session, referral: Referral) -> date | None:
    """Return the day by which it should be decided whether a referral is taken on."""
    return _within(referral, settings_of(session).referral_decision_days)


def _within(referral: Referral, days: int) -> date | None:
    return after_working_days(clock.day_of(referral.requested_at), days) if referral.requested_at else None


def settings_of(session: Session) -> Settings:
    """Return the settings under which a session runs."""
    settings: Settings = session.info["settings"]
    return settings
