"""Reading voices: always as someone of the team; an answer by whoever has its code."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, false, func, select
from sqlalchemy.types import Uuid
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.commitments.models import Commitment
from bsa.digests import keyed_digest
from bsa.errors import NotFound
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, allows, require
from bsa.questions import put
from bsa.rows import locked, not_stale
from bsa.sealing import open_rows
from bsa.shapes import Page
from bsa.voices.models import PublicVoice
from bsa.voices.shapes import VoiceAnswered, VoiceItem, VoiceOut, VoiceQuery

NEWEST_FIRST = Order((col(PublicVoice.came_on), True), (col(PublicVoice.id), True))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may read the voice: the team, in its own area."""
    return col(PublicVoice.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def list_voices(session: Session, actor: Actor, wanted: VoiceQuery) -> Page[VoiceItem]:
    """List what came in, newest first."""
    require(actor, Permission.SEE_VOICES)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST)
    open_rows(session, [row.PublicVoice for row in rows])
    items = [
        VoiceItem(
            id=row.PublicVoice.id,
            version=row.PublicVoice.version,
            kind=row.PublicVoice.kind,
            area_id=row.PublicVoice.area_id,
            area_name=row.area_name,
            commitment_id=row.PublicVoice.commitment_id,
            words=row.PublicVoice.words,
            came_on=row.PublicVoice.came_on,
            settled_on=row.PublicVoice.settled_on,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor_after(items[-1].came_on, items[-1].id) if more else None)


def find_voice(session: Session, actor: Actor, voice_id: UUID, version: int | None = None) -> PublicVoice:
    """Return a voice that the actor may read; locked when the session writes."""
    query, values = put(_one, actor)
    found: PublicVoice | None = session.scalar(locked(session, query, PublicVoice), values | {"voice_id": voice_id})
    if found is None:
        raise NotFound
    not_stale(found, version)
    return found


def show_voice(session: Session, actor: Actor, voice_id: UUID) -> VoiceOut:
    """Show a voice."""
    query, values = put(_whole, actor)
    row = session.execute(query, values | {"voice_id": voice_id}).one_or_none()
    if row is None:
        raise NotFound
    return _out(session, actor, row)


def answer_for(session: Session, code: str) -> VoiceAnswered | None:
    """Return what came of it, for who has the code; None when no voice has this code."""
    row = session.execute(BY_CODE, {"digest": keyed_digest(session, "voice", code)}).one_or_none()
    if row is None:
        return None
    voice: PublicVoice = row.PublicVoice
    open_rows(session, [voice])
    return VoiceAnswered(
        kind=voice.kind,
        area_name=row.area_name,
        words=voice.words,
        came_on=voice.came_on,
        answer=voice.answer,
        settled_on=voice.settled_on,
    )


def count_waiting(session: Session, actor: Actor) -> int:
    """Count what came in and was not answered yet."""
    waiting = (
        select(func.count()).select_from(PublicVoice).where(visible_to(actor), col(PublicVoice.settled_on).is_(None))
    )
    return session.scalar(waiting) or 0


def _told() -> Select[*tuple[Any, ...]]:
    query: Any = select(PublicVoice, col(Area.name).label("area_name"))
    told: Select[*tuple[Any, ...]] = query.join(Area, col(Area.id) == PublicVoice.area_id)
    return told


def _listed(actor: Actor, wanted: VoiceQuery) -> Select[*tuple[Any, ...]]:
    query = _told().where(visible_to(actor))
    if wanted.area_id is not None:
        query = query.where(lies_within(col(PublicVoice.area_id), wanted.area_id))
    if wanted.open is not None:
        settled = col(PublicVoice.settled_on)
        query = query.where(settled.is_(None) if wanted.open else settled.is_not(None))
    if wanted.kind:
        query = query.where(col(PublicVoice.kind) == wanted.kind)
    return query


def _one(actor: Actor, _wanted: None) -> Select[Any]:
    return select(PublicVoice).where(col(PublicVoice.id) == bindparam("voice_id", type_=Uuid), visible_to(actor))


def _whole(actor: Actor, _wanted: None) -> Select[*tuple[Any, ...]]:
    told: Select[*tuple[Any, ...]] = (
        _told()
        .add_columns(col(Commitment.residents_words).label("residents_words"))
        .outerjoin(Commitment, col(Commitment.id) == PublicVoice.commitment_id)
        .where(col(PublicVoice.id) == bindparam("voice_id", type_=Uuid), visible_to(actor))
    )
    return told


BY_CODE = _told().where(col(PublicVoice.code_digest) == bindparam("digest"))


def _out(session: Session, actor: Actor, row: Row[Any]) -> VoiceOut:
    voice: PublicVoice = row.PublicVoice
    open_rows(session, [voice])
    names = names_of(session, {voice.settled_by_id} if voice.settled_by_id else set())
    return VoiceOut(
        id=voice.id,
        version=voice.version,
        created_at=voice.created_at,
        changed_at=voice.changed_at,
        allowed_actions=["answer"] if allows(actor, Permission.ANSWER_VOICE, voice) else [],
        kind=voice.kind,
        area_id=voice.area_id,
        area_name=row.area_name,
        commitment_id=voice.commitment_id,
        residents_words=row.residents_words,
        words=voice.words,
        reply_to=voice.reply_to,
        came_on=voice.came_on,
        answer=voice.answer,
        settled_on=voice.settled_on,
        settled_by=names.get(voice.settled_by_id) if voice.settled_by_id else None,
    )
