"""Two closed quarters, for every test that needs published figures: one is public, of the other only drawn."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.closing.actions import add_story, agree_task, draw_quarter, publish_release
from bsa.closing.shapes import DrawingIn, PublicationIn, SocietalTaskIn, StoryIn
from bsa.residents.models import ConsentHow
from bsa.statistics.models import Inhabitants

from tests.cast import Cast

PUBLISHED, DRAWN, NEXT = "2025-Q3", "2025-Q4", "2025-Q2"
"""The quarter that everybody reads about, the one that waits for its words, and one that nobody counted yet."""
INHABITANTS = 4_000
FIGURES = {"open_period": PUBLISHED, "figures_table": "needs", "figures_form": "csv", "figures_picture": "T2"}
"""What is named in the addresses of figures."""


def tell_inhabitants(session: Session, *years: int) -> None:
    """Take in public figures for all areas with a code."""
    codes = session.scalars(select(col(Area.code)).where(col(Area.code).is_not(None))).all()
    rows = [{"code": code, "year": year, "number": INHABITANTS} for code in codes for year in years]
    session.execute(insert(Inhabitants), rows)


def close_quarters(session: Session, cast: Cast) -> dict[str, UUID]:
    """Publish one quarter, and draw the next with a story; return the key of each thing."""
    me = cast.teamleader
    tell_inhabitants(session, 2023, 2024, 2025)
    task = agree_task(session, me, SocietalTaskIn(year=2025, name="Bewoners die meedoen", planned=400))
    first = draw_quarter(session, me, DrawingIn(period=PUBLISHED))
    publish_release(session, None, first.id, PublicationIn(previewed=True))
    drawn = draw_quarter(session, me, DrawingIn(period=DRAWN))
    told = StoryIn(
        title="De tuin is van ons",
        words="Eerst kende ik niemand. Nu schoffelen we elke dinsdag.",
        consented_on=clock.today() - timedelta(days=3),
        consent_how=ConsentHow.SPOKEN,
    )
    story = add_story(session, me, drawn.id, told)
    return {"agreed_task": task.id, "published_quarter": first.id, "drawn_quarter": drawn.id, "story": story.id}
