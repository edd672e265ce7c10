"""What anybody says of the public list: taken in without knowing who it is, answered by the team, read with a code."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.codes import is_code, new_code
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.errors import Invalid, NotFound, Stale, TooManyAttempts
from bsa.events import Event
from bsa.permissions import Role
from bsa.reminders.models import ReminderKind
from bsa.reminders.queries import reminders
from bsa.reminders.shapes import ReminderQuery
from bsa.sealing import SealedCell
from bsa.voices.actions import answer_voice, forget_hours, read_answer, take_in
from bsa.voices.models import PublicVoice, VoiceHour, VoiceKind
from bsa.voices.queries import list_voices, show_voice
from bsa.voices.shapes import VoiceAnswerIn, VoiceCodeIn, VoiceIn, VoiceQuery

from tests.cast import Cast
from tests.line import Line, walk_the_line

HOME = "192.0.2.7"


@pytest.fixture
def line(session: Session, cast: Cast) -> Line:
    """Walk the line, and publish the promise: there is something to speak about."""
    walked = walk_the_line(session, cast)
    version = session.get_one(Commitment, walked.commitment_id).version
    told = {"kind": "published", "visibility": "public", "previewed": True, "happened_on": clock.today()}
    enter_event(session, cast.activator, walked.commitment_id, version, CommitmentEventIn.model_validate(told))
    return walked


def say(session: Session, cast: Cast, words: str = "Bij ons is niets hersteld", **told: object) -> tuple[UUID, str]:
    voice = VoiceIn.model_validate({"kind": "correction", "words": words} | told)
    taken, code = take_in(session, cast.here_id, voice, HOME)
    return taken.id, code


def answer(session: Session, cast: Cast, voice_id: UUID, words: str = "Wij vragen het na.") -> PublicVoice:
    version = session.get_one(PublicVoice, voice_id).version
    return answer_voice(session, cast.activator, voice_id, version, VoiceAnswerIn(answer=words))


def test_what_somebody_says_lands_with_the_team_of_the_area(session: Session, cast: Cast, line: Line) -> None:
    voice_id, code = say(session, cast, commitment_id=line.commitment_id, reply_to="bel 's avonds")
    assert is_code(code)
    for name in ("activator", "colleague", "teamleader"):
        [listed] = list_voices(session, cast.actors[name], VoiceQuery(open=True)).items
        assert (listed.id, listed.words) == (voice_id, "Bij ons is niets hersteld")
        shown = show_voice(session, cast.actors[name], voice_id)
        assert (shown.reply_to, shown.residents_words) == ("bel 's avonds", "Onze ramen tochten niet meer.")
        assert shown.allowed_actions == ["answer"]
    [event] = session.scalars(select(Event).where(col(Event.kind) == "public_voice.came"))
    assert (event.actor_id, event.area_id, event.facts) == (None, cast.here_id, {"about": "correction"})


@pytest.mark.parametrize("name", ["stranger", "corporation", "rival", "policy", "privacy", "admin"])
def test_nobody_else_reads_it(session: Session, cast: Cast, line: Line, name: str) -> None:
    voice_id, _ = say(session, cast)
    with pytest.raises(NotFound):
        show_voice(session, cast.actors[name], voice_id)
    if cast.actors[name].has(Role.ACTIVATOR):
        assert list_voices(session, cast.actors[name], VoiceQuery()).items == []


def test_it_is_answered_and_whoever_has_the_code_reads_that(session: Session, cast: Cast, line: Line) -> None:
    voice_id, code = say(session, cast)
    waiting = read_answer(session, VoiceCodeIn(code=code.lower()), HOME)
    assert (waiting.words, waiting.answer) == ("Bij ons is niets hersteld", None)
    answer(session, cast, voice_id)
    read = read_answer(session, VoiceCodeIn(code=code), HOME)
    assert (read.answer, read.settled_on) == ("Wij vragen het na.", clock.today())
    assert show_voice(session, cast.teamleader, voice_id).settled_by == "Activator van de Cast"
    assert list_voices(session, cast.activator, VoiceQuery(open=True)).items == []
    [event] = session.scalars(select(Event).where(col(Event.kind) == "public_voice.answered"))
    assert event.actor_id == cast.activator.id
    with pytest.raises(Stale):
        answer_voice(session, cast.activator, voice_id, 0, VoiceAnswerIn(answer="Anders"))


def test_whoever_guesses_a_code_waits(session: Session, cast: Cast, line: Line) -> None:
    _, code = say(session, cast)
    for _ in range(5):
        with pytest.raises(Invalid):
            read_answer(session, VoiceCodeIn(code=new_code()), HOME)
    with pytest.raises(TooManyAttempts):
        read_answer(session, VoiceCodeIn(code=code), HOME)


def test_only_some_come_from_one_address_in_an_hour_and_then_it_is_forgotten(
    session: Session, cast: Cast, line: Line
) -> None:
    for _ in range(5):
        say(session, cast)
    with pytest.raises(TooManyAttempts):
        say(session, cast)
    told = VoiceIn(kind=VoiceKind.QUESTION, words="Wanneer?")
    take_in(session, cast.here_id, told, "192.0.2.8")
    kept = session.scalars(select(VoiceHour)).all()
    assert len(kept) == 2
    assert HOME not in repr(kept)
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        say(session, cast)
        assert len(session.scalars(select(VoiceHour)).all()) == 1
    with clock.standing_at(clock.now() + timedelta(hours=2)):
        forget_hours(session)
        assert session.scalars(select(VoiceHour)).all() == []


def test_in_another_hour_an_address_is_not_known_again(session: Session, cast: Cast, line: Line) -> None:
    say(session, cast)
    first = session.scalars(select(VoiceHour.who)).all()
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        say(session, cast)
        assert session.scalars(select(VoiceHour.who)).all() != first


def test_where_nothing_is_public_nothing_is_taken_in(session: Session, cast: Cast, line: Line) -> None:
    told = VoiceIn(kind=VoiceKind.COMPLAINT, words="Niets gebeurt")
    with pytest.raises(NotFound):
        take_in(session, cast.there_id, told, HOME)
    with pytest.raises(Invalid):
        say(session, cast, commitment_id=cast.here_id)


def test_a_citizen_service_number_is_refused() -> None:
    with pytest.raises(ValueError, match="BSN"):
        VoiceIn(kind=VoiceKind.COMPLAINT, words="Mijn nummer is 123456782")


def test_what_was_said_lies_sealed_and_nothing_tells_who_it_was(session: Session, cast: Cast, line: Line) -> None:
    voice_id, code = say(session, cast, reply_to="ria@example.org")
    answer(session, cast, voice_id)
    session.expire_all()
    voice = session.get_one(PublicVoice, voice_id)
    assert all(isinstance(cell, SealedCell) for cell in (voice.words, voice.reply_to, voice.answer))
    assert code not in repr(voice)
    assert not {"address", "account_id", "resident_id"} & {*PublicVoice.model_fields}


def test_the_team_is_told_how_many_wait(session: Session, cast: Cast, line: Line) -> None:
    voice_id, _ = say(session, cast)
    say(session, cast)

    def waiting(name: str) -> list[int]:
        told = reminders(session, cast.actors[name], ReminderQuery()).items
        return [one.count for one in told if one.kind is ReminderKind.VOICE_WAITS]

    assert (waiting("colleague"), waiting("teamleader"), waiting("stranger")) == ([2], [2], [])
    answer(session, cast, voice_id)
    assert waiting("activator") == [1]
