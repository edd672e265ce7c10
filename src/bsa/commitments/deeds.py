"""The deeds of the ledger: who may enter which event, on whose behalf, and what is said when it may not follow."""

from datetime import date

from bsa.asks.models import Side
from bsa.commitments.models import Commitment
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.standing import Standing, VerdictRules, may_follow
from bsa.errors import N_
from bsa.permissions import Actor, Permission, allows

DEEDS: dict[Kind, tuple[Permission, Side]] = {
    Kind.CONFIRMED: (Permission.SPEAK_FOR_INSTITUTION, Side.INSTITUTION),
    Kind.STARTED: (Permission.SPEAK_FOR_INSTITUTION, Side.INSTITUTION),
    Kind.CONTESTED: (Permission.SPEAK_FOR_INSTITUTION, Side.INSTITUTION),
    Kind.MOVED: (Permission.SPEAK_FOR_INSTITUTION, Side.INSTITUTION),
    Kind.CLAIMED: (Permission.SPEAK_FOR_INSTITUTION, Side.INSTITUTION),
    Kind.WITHDRAWN: (Permission.WITHDRAW_COMMITMENT, Side.INSTITUTION),
    Kind.JUDGED: (Permission.RECORD_VERDICT, Side.RESIDENTS),
    Kind.WINDOW_CLOSED: (Permission.RECORD_VERDICT, Side.RESIDENTS),
    Kind.REOPENED: (Permission.REOPEN_COMMITMENT, Side.RESIDENTS),
    Kind.PUBLISHED: (Permission.PUBLISH_COMMITMENT, Side.TEAM),
}
"""Who may enter what, and on whose behalf it is: institutions confirm and claim, residents judge and reopen."""

REFUSED: dict[Kind, str] = {
    Kind.CONFIRMED: N_("Only a promise that is not confirmed yet, or is contested, can be confirmed."),
    Kind.STARTED: N_("Work can only start on a promise that is confirmed and not yet reported, judged or withdrawn."),
    Kind.CONTESTED: N_("This promise is contested or withdrawn already."),
    Kind.MOVED: N_("The day can only be moved while the promise is neither reported, judged nor withdrawn."),
    Kind.CLAIMED: N_("This promise was reported, judged or withdrawn already."),
    Kind.JUDGED: N_("Residents can judge once it is reported as kept or its day has passed, until the window closes."),
    Kind.WINDOW_CLOSED: N_("The window can be closed early once it is open and enough residents have judged."),
    Kind.REOPENED: N_("Only a promise that residents judged as partly kept or not kept can be reopened."),
    Kind.WITHDRAWN: N_("A promise can be withdrawn until its day; after that residents say what came of it."),
}


def allowed_deeds(actor: Actor, commitment: Commitment, stands: Standing, on: date, rules: VerdictRules) -> list[str]:
    """Return the deeds that this actor may do to the commitment on this day."""
    return [
        kind.value
        for kind, (permission, _) in DEEDS.items()
        if allows(actor, permission, commitment) and may_follow(stands, kind, on, rules)
    ]
