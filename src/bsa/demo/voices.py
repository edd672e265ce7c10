"""What people said of the public list without an account: one was answered, others still wait."""

from datetime import timedelta
from functools import partial

from sqlmodel import Session, col, select

from bsa.commitments.models import Commitment, Visibility
from bsa.demo.days import Days, working_day
from bsa.demo.slips import ADDRESS
from bsa.demo.stage import HERE, Stage, version_of
from bsa.voices.actions import answer_voice, take_in
from bsa.voices.models import PublicVoice, VoiceKind
from bsa.voices.shapes import VoiceAnswerIn, VoiceIn

SAID: tuple[tuple[int, VoiceKind, str, str | None, str | None], ...] = (
    (
        -24,
        VoiceKind.CORRECTION,
        "In de lijst staat dat alle kozijnen klaar zijn. Bij ons op de hoek was er toen nog geen schilder geweest.",
        None,
        "Dank u wel. De schilder kwam een week later bij de hoekwoningen. Wij hebben dat in het overleg gezegd.",
    ),
    (
        -9,
        VoiceKind.QUESTION,
        "Wanneer komt er weer licht in het achterpad? Mijn dochter durft er niet door naar school.",
        "Graag bellen, het liefst na vijf uur: 0591 00 00 00",
        None,
    ),
    (-2, VoiceKind.COMPLAINT, "Ik heb geen briefje gekregen om te oordelen. Mijn buren wel.", None, None),
)
"""How many days ago, what, in which words, how to be reached, and the answer of the team."""


def tell_voices(days: Days) -> None:
    """Put on their days what people said, and an answer."""
    for day, kind, words, reply_to, answer in SAID:
        on = working_day(days.today + timedelta(days=day))
        days.add(on, partial(_say, name=words, told=VoiceIn(kind=kind, words=words, reply_to=reply_to)))
        if answer:
            days.add(on + timedelta(days=3), partial(_answer, name=words, answer=VoiceAnswerIn(answer=answer)))


def _say(session: Session, stage: Stage, *, name: str, told: VoiceIn) -> None:
    about = select(col(Commitment.id)).where(
        col(Commitment.area_id) == stage[HERE], col(Commitment.visibility) == Visibility.PUBLIC
    )
    with_promise = told.model_copy(
        update={"commitment_id": session.scalars(about.order_by(col(Commitment.id))).first()}
    )
    voice, _ = take_in(session, stage[HERE], with_promise, ADDRESS)
    stage[name] = voice.id


def _answer(session: Session, stage: Stage, *, name: str, answer: VoiceAnswerIn) -> None:
    key = stage[name]
    answer_voice(session, stage.actor("activator"), key, version_of(session, PublicVoice, key), answer)
