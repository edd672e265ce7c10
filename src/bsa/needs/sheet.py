"""What we wrote down together: the resident's own words, and nothing that a worker only thought."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa import clock
from bsa.lifeworld.models import Asset, AssetKind, SketchLine, SketchPrompt
from bsa.needs.models import Confirmed, HowLearned, LayerConfirmation, Need, NeedLayer
from bsa.needs.shapes import SaidAsset, SaidLine, SaidNeed, Sheet
from bsa.permissions import Actor, Permission
from bsa.residents.actions import question_writing
from bsa.residents.models import Resident
from bsa.residents.queries import get_record
from bsa.sealing import open_rows


def show_sheet(session: Session, actor: Actor, resident_id: UUID, *, even_so: bool) -> Sheet:
    """Show the sheet of a resident; for somebody who would rather not read it is asked first."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    question_writing(resident, even_so)
    return Sheet(
        resident_id=resident.id,
        resident_name=resident.call_name or "",
        on=clock.today(),
        assets=_assets(session, resident),
        lines=_lines(session, resident),
        needs=_needs(session, resident),
    )


def _assets(session: Session, resident: Resident) -> list[SaidAsset]:
    assets = session.scalars(
        select(Asset)
        .where(col(Asset.resident_id) == resident.id, col(Asset.struck_at).is_(None))
        .order_by(col(Asset.told_on), col(Asset.id))
    ).all()
    open_rows(session, assets)
    order = list(AssetKind)
    return [
        SaidAsset(kind=asset.kind, words=asset.words, wants_to_share=asset.wants_to_share)
        for asset in sorted(assets, key=lambda asset: order.index(asset.kind))
    ]


def _lines(session: Session, resident: Resident) -> list[SaidLine]:
    found = session.scalars(
        select(SketchLine)
        .where(col(SketchLine.resident_id) == resident.id, col(SketchLine.struck_at).is_(None))
        .order_by(col(SketchLine.told_on), col(SketchLine.id))
    )
    lines = [line for line in found if not line.for_author_only]
    open_rows(session, lines)
    order = [None, *SketchPrompt]
    return [
        SaidLine(prompt=line.prompt, words=line.words)
        for line in sorted(lines, key=lambda line: order.index(line.prompt))
    ]


def _needs(session: Session, resident: Resident) -> list[SaidNeed]:
    """Return the open questions, with those layers that the resident said and confirmed."""
    layers = session.scalars(
        select(NeedLayer)
        .join(Need, col(Need.id) == NeedLayer.need_id)
        .where(
            col(NeedLayer.resident_id) == resident.id,
            col(NeedLayer.struck_at).is_(None),
            col(NeedLayer.how_learned) != HowLearned.HUNCH,
            col(Need.closed_on).is_(None),
        )
        .order_by(col(Need.opened_on), col(Need.id), col(NeedLayer.depth))
    ).all()
    answers = session.scalars(
        select(LayerConfirmation)
        .where(col(LayerConfirmation.resident_id) == resident.id)
        .order_by(col(LayerConfirmation.number))
    )
    confirmed = {answer.layer_id: answer.confirmed for answer in answers}
    said = [layer for layer in layers if confirmed.get(layer.id) is Confirmed.YES]
    open_rows(session, said)
    needs: dict[UUID, SaidNeed] = {}
    for layer in said:
        needs.setdefault(layer.need_id, SaidNeed(life_area=layer.life_area, words=[])).words.append(layer.words)
    return list(needs.values())
