"""What residents and passers-by do without an account: slips that are out, and something that somebody said."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.commitments.actions import enter_event
from bsa.commitments.shapes import CommitmentEventIn
from bsa.slips.actions import hand_out_slips, vote
from bsa.slips.shapes import SlipRoundIn, SlipVerdict, SlipVoteIn
from bsa.voices.actions import take_in
from bsa.voices.models import VoiceKind
from bsa.voices.shapes import VoiceIn

from tests.cast import Cast
from tests.line import a_commitment

HOME = "192.0.2.7"


def speak_up(session: Session, cast: Cast, ask_id: UUID, shown_id: UUID) -> dict[str, object]:
    """Hand out slips for one promise and use some; have another reported without slips; and say something."""
    reported, slipped = (a_commitment(session, cast, ask_id, clock.today() + timedelta(days=30)) for _ in range(2))
    for commitment in (reported, slipped):
        claimed = CommitmentEventIn.model_validate({"kind": "claimed", "happened_on": clock.today()})
        enter_event(session, cast.activator, commitment.id, commitment.version, claimed)
    held, codes = hand_out_slips(session, cast.activator, slipped.id, slipped.version, SlipRoundIn(slips=8))
    for code in codes[:5]:
        vote(session, SlipVoteIn(code=code, verdict=SlipVerdict.KEPT), HOME)
    told = VoiceIn(kind=VoiceKind.CORRECTION, words="Bij ons is niets hersteld", commitment_id=shown_id)
    voice, code = take_in(session, cast.here_id, told, HOME)
    return {
        "reported": reported.id,
        "slipped": slipped.id,
        "slip_round": held.id,
        "slip_code": codes[-1],
        "voice": voice.id,
        "voice_code": code,
    }
