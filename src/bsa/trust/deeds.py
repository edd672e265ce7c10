"""The states of a handover in one table: which deed leads where, who may do it, and what is said when it may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bsa.errors import N_
from bsa.permissions import Actor, Permission, allows
from bsa.trust.models import Handover, HandoverState


class HandoverDeed(StrEnum):
    """What can be done to a handover that was proposed."""

    AGREE = "agree"
    DECLINE = "decline"
    FINISH = "finish"
    CALL_OFF = "call_off"


@dataclass(frozen=True, slots=True)
class Step:
    """One deed: from which states, to which, and the words when it cannot follow."""

    permission: Permission
    before: frozenset[HandoverState]
    after: HandoverState
    refused: str


OPEN = frozenset({HandoverState.PROPOSED, HandoverState.AGREED})
"""While a handover is in one of these, it is under way."""

STEPS: Mapping[HandoverDeed, Step] = {
    HandoverDeed.AGREE: Step(
        Permission.AGREE_HANDOVER,
        OPEN,
        HandoverState.AGREED,
        N_("The visit together is planned already, or this handover is over."),
    ),
    HandoverDeed.DECLINE: Step(
        Permission.AGREE_HANDOVER,
        OPEN,
        HandoverState.DECLINED,
        N_("This handover is over already."),
    ),
    HandoverDeed.FINISH: Step(
        Permission.FINISH_HANDOVER,
        frozenset({HandoverState.AGREED}),
        HandoverState.DONE,
        N_("First the resident agrees and you go there together; then the handover can be finished."),
    ),
    HandoverDeed.CALL_OFF: Step(
        Permission.FINISH_HANDOVER,
        OPEN,
        HandoverState.CALLED_OFF,
        N_("This handover is over already."),
    ),
}


BESIDES: Mapping[HandoverDeed, str] = {
    HandoverDeed.AGREE: "with a visit together; when agreed before: only if that visit was cancelled",
    HandoverDeed.FINISH: "when the visit together has begun",
}
"""In words, what `may_follow` asks beside the state."""


def may_follow(deed: HandoverDeed, state: HandoverState, visit_at: datetime | None, now: datetime) -> bool:
    """Tell whether a deed may follow; `visit_at` is when both go there together, None when nothing is planned."""
    if state not in STEPS[deed].before:
        return False
    if deed is HandoverDeed.AGREE:
        return state is HandoverState.PROPOSED or visit_at is None
    if deed is HandoverDeed.FINISH:
        return visit_at is not None and visit_at <= now
    return True


def allowed_deeds(actor: Actor, handover: Handover, visit_at: datetime | None, now: datetime) -> list[str]:
    """Return the deeds that this actor may do to the handover now."""
    return [
        deed.value
        for deed, step in STEPS.items()
        if may_follow(deed, handover.state, visit_at, now) and allows(actor, step.permission, handover)
    ]
