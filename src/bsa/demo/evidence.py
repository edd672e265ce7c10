"""What institutions show in the demo: drawn pictures in the place of photos, shown by who signs in for them."""

from datetime import date, timedelta
from io import BytesIO
from itertools import product

from PIL import Image, ImageDraw
from sqlmodel import Session, col, select

from bsa import clock
from bsa.commitments.models import Commitment, CommitmentState
from bsa.demo.days import Days, Deed, day_of_story
from bsa.demo.stage import CORPORATION, MUNICIPALITY, SIGNED_IN, Stage
from bsa.demo.story import C_1, Scene, Telling
from bsa.evidence.actions import record_evidence, take_back
from bsa.evidence.anew import made_anew
from bsa.evidence.files import CleanFile
from bsa.evidence.shapes import EvidenceIn

BRICK, FRAME, GLASS, SKY, GRASS = "#a5583c", "#f4efe4", "#9fc4d0", "#d8e6ea", "#7c9a5e"


def tell_evidence(days: Days) -> None:
    """Put the story's photo and report, and those of the background, on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    days.add(days.today, _shown_by(CORPORATION, "Gisteren gemaakt, vanaf het pad."))
    days.add(days.today, _shown_by(MUNICIPALITY, "De plek, van de straat af."))


def frames_to_look_at(tell: Telling) -> None:
    """28 October: with the report that all frames are done De Veenhoek shows a photo and the work report."""
    corporation, key = tell.stage.actor("corporation"), tell.stage[C_1]
    for file, caption in (
        (a_photo(), "De voorgevel van het eerste blok: alle kozijnen zijn nieuw."),
        (a_report(), "Werkrapport: 34 van de 34 kozijnen"),
    ):
        record_evidence(tell.session, corporation, key, file, EvidenceIn(caption=caption))
    wrong = record_evidence(tell.session, corporation, key, a_photo(), EvidenceIn(caption="Verkeerde straat"))
    take_back(tell.session, corporation, wrong.id)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (((10, 28), frames_to_look_at),)
"""Month and day, and what happened."""


def a_photo() -> CleanFile:
    """Draw a house front with new window frames, as small as will do."""
    picture = Image.new("RGB", (480, 320), SKY)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 270, 480, 320), GRASS)
    draw.rectangle((40, 60, 440, 280), BRICK)
    draw.polygon([(20, 62), (90, 18), (390, 18), (460, 62)], "#5d4a45")
    for column, row in product(range(4), range(2)):
        left, top = 66 + 94 * column, 84 + 96 * row
        draw.rectangle((left, top, left + 66, top + 70), FRAME)
        draw.rectangle((left + 7, top + 7, left + 59, top + 63), GLASS)
        draw.line((left + 33, top + 7, left + 33, top + 63), FRAME, 5)
    return _clean(picture, "PNG")


def a_report() -> CleanFile:
    """Draw a page of a work report: rows with a tick."""
    page = Image.new("RGB", (420, 594), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 250, 58), "#20302f")
    for number in range(17):
        top = 100 + 26 * number
        draw.rectangle((40, top, 300 - 7 * (number % 4), top + 6), "#b9b2a4")
        draw.line((340, top + 2, 346, top + 9, 358, top - 6), "#2c6638", 4)
    return _clean(page, "PDF")


def _clean(picture: Image.Image, kind: str) -> CleanFile:
    drawn = BytesIO()
    picture.save(drawn, kind)
    # In this process: what it opens is our own drawing.
    return CleanFile(*made_anew(drawn.getvalue()))


def _shown_by(institution: str, caption: str) -> Deed:
    """Let an institution show a photo with what residents are judging now, if there is anything."""

    def show(session: Session, stage: Stage) -> None:
        found = session.scalars(
            select(col(Commitment.id))
            .where(
                col(Commitment.institution_id) == stage[institution],
                col(Commitment.state).in_([CommitmentState.CLAIMED, CommitmentState.RUNNING]),
                col(Commitment.due_on) > clock.today() - timedelta(days=7),
            )
            .order_by(col(Commitment.due_on))
        ).first()
        if found is not None:
            told = EvidenceIn(caption=caption)
            record_evidence(session, stage.actor(SIGNED_IN[institution]), found, a_photo(), told)

    return show
