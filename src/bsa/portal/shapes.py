"""What goes out to somebody of an institution who signs in: what waits for it, in the order in which it matters."""

from datetime import date
from uuid import UUID

from bsa.asks.shapes import AskItem
from bsa.commitments.shapes import CommitmentItem
from bsa.referrals.shapes import ReferralCounts, ReferralItem
from bsa.shapes import Shape


class PortalCommitment(CommitmentItem):
    """A commitment of the own institution, with what is nearest."""

    days_left: int
    """Until its day; below zero when it has passed."""
    judged_until: date | None
    """The last day on which residents may judge, when they can now."""


class PortalOut(Shape):
    """What waits for an institution, and what came of what it did."""

    institution_id: UUID
    institution_name: str
    to_answer: list[AskItem]
    """The first due first; those whose day has passed are among them."""
    to_confirm: list[PortalCommitment]
    late: list[PortalCommitment]
    coming: list[PortalCommitment]
    """Within a fortnight."""
    further: int
    """How many promises are due after that."""
    judging: list[PortalCommitment]
    judged: list[PortalCommitment]
    """The latest first."""
    to_decide: list[ReferralItem]
    """What the team referred to the institution and nobody decided yet, oldest first."""
    referred: list[ReferralItem]
    """What the institution referred to the team and is still open, oldest first."""
    referral_counts: ReferralCounts
