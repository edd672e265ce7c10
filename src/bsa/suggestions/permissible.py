"""Which needs may be brought together at all.

Apart from the finding itself, which takes libraries along that a page never needs.
"""

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bsa.needs.models import SENSITIVE, Need, NeedLayer, TranslationChoice, TranslationDecision
from bsa.residents.models import Resident


def may_be_brought_together() -> ColumnElement[bool]:
    """Return the condition that a need may stand in a suggestion, in a query that joins `Resident`.

    It is open, its resident's data is not restricted, and shame or danger does not come first: neither in the area of
    life that was told, nor in a layer that stands, nor by what was decided last.
    """
    # Also in a query that joins the layers itself, this looks at all of them.
    layer = aliased(NeedLayer)
    ashamed = exists().where(
        col(layer.need_id) == Need.id,
        col(layer.struck_at).is_(None),
        col(layer.life_area).in_(SENSITIVE),
    )
    last = (
        select(func.max(TranslationDecision.number))
        .where(col(TranslationDecision.need_id) == Need.id)
        .correlate(Need)
        .scalar_subquery()
    )
    safe_first = exists().where(
        col(TranslationDecision.need_id) == Need.id,
        col(TranslationDecision.number) == last,
        col(TranslationDecision.choice) == TranslationChoice.MAKE_SAFE_FIRST,
    )
    return and_(
        col(Need.closed_on).is_(None),
        col(Need.life_area).not_in(SENSITIVE),
        col(Resident.restricted_on).is_(None),
        col(Resident.merged_into_id).is_(None),
        ~ashamed,
        ~safe_first,
    )
