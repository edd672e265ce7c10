"""Taking in what anybody says of a public page, without an account and without knowing who it is; and answering it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.models import Area
from bsa.codes import new_code
from bsa.commitments.queries import show_public_commitment, show_public_neighbourhood
from bsa.digests import keyed_digest
from bsa.errors import NotFound, TooManyAttempts, invalid
from bsa.events import note
from bsa.people.actions import refuse_hurry, slow_down
from bsa.permissions import Actor, Permission, require
from bsa.voices.models import PublicVoice, VoiceHour
from bsa.voices.queries import answer_for, find_voice
from bsa.voices.shapes import VoiceAnswered, VoiceAnswerIn, VoiceCodeIn, VoiceIn

HOUR = timedelta(hours=1)


def take_in(session: Session, area_id: UUID, told: VoiceIn, address: str) -> tuple[PublicVoice, str]:
    """Take in what somebody says, for the team of the area; return the code by which the answer can be read."""
    area = session.get_one(Area, show_public_neighbourhood(session, area_id).id)
    if told.commitment_id is not None:
        try:
            show_public_commitment(session, area_id, told.commitment_id)
        except NotFound:
            raise invalid("commitment_id", "unknown", "Choose one of these.") from None
    _one_more_from(session, address)
    code = new_code()
    voice = PublicVoice(
        area_id=area.id,
        commitment_id=told.commitment_id,
        kind=told.kind,
        words=told.words,
        reply_to=told.reply_to,
        code_digest=keyed_digest(session, "voice", code),
        came_on=clock.today(),
    )
    session.add(voice)
    note(session, None, "public_voice.came", voice, about=told.kind)
    session.flush()
    return voice, code


def read_answer(session: Session, told: VoiceCodeIn, address: str) -> VoiceAnswered:
    """Let somebody read by a code what came of it; `address` is whence it comes, for who guesses."""
    who = [keyed_digest(session, "voice", f"address|{address}")]
    refuse_hurry(session, who)
    found = answer_for(session, told.code)
    if found is None:
        slow_down(session, who)
        # Kept although this is refused: that somebody guessed is what the next guess waits for.
        session.commit()
        raise invalid("code", "unknown", "We do not know this code. Look once more at what you wrote down.")
    return found


def answer_voice(session: Session, actor: Actor, voice_id: UUID, version: int, told: VoiceAnswerIn) -> PublicVoice:
    """Answer what somebody said; with that it is settled. An answer that was not right yet is answered anew."""
    voice = find_voice(session, actor, voice_id, version)
    require(actor, Permission.ANSWER_VOICE, voice)
    voice.answer = told.answer
    voice.settled_on = clock.today()
    voice.settled_by_id = actor.id
    voice.touch()
    note(session, actor, "public_voice.answered", voice)
    session.flush()
    return voice


def forget_hours(session: Session) -> None:
    """Forget how much came from where, of hours that are over."""
    session.execute(delete(VoiceHour).where(col(VoiceHour.until) <= clock.now()))


def _one_more_from(session: Session, address: str) -> None:
    """Count one more from this address in this hour, or refuse it. In another hour the address has another digest."""
    forget_hours(session)
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    who, until = keyed_digest(session, "voice_hour", f"{hour.isoformat()}|{address}"), hour + HOUR
    counted = session.scalar(select(VoiceHour).where(col(VoiceHour.who) == who).with_for_update())
    if counted is None:
        counted = _first_from(session, VoiceHour(who=who, until=until))
    if counted.sent >= session.info["settings"].voices_an_hour:
        raise TooManyAttempts(seconds=str(int((until - clock.now()).total_seconds()) + 1))
    counted.sent += 1
    session.flush()


def _first_from(session: Session, first: VoiceHour) -> VoiceHour:
    """Begin to count an address; when another sending was quicker, go on from that."""
    try:
        with session.begin_nested():
            session.add(first)
            session.flush()
            return first
    except IntegrityError:
        return session.scalars(select(VoiceHour).where(col(VoiceHour.who) == first.who).with_for_update()).one()
