"""What is around a resident, and how the resident sees it: somebody on the network map, a goal, a score on a ladder."""

from uuid import UUID

from sqlmodel import Session, col, select

from bsa.goals.actions import score_goal, set_goal
from bsa.goals.models import ScoredBy
from bsa.goals.shapes import GoalIn, GoalScoreIn
from bsa.network.actions import note_tie
from bsa.network.models import Circle
from bsa.network.shapes import TieIn
from bsa.permissions import Actor
from bsa.scales.actions import score_scale
from bsa.scales.models import ScaleDefinition
from bsa.scales.shapes import ScaleScoreIn

LADDER = "participation_ladder"


def look_around(session: Session, me: Actor, resident_id: UUID, said: str = "") -> dict[str, object]:
    """Put somebody on the map, set a goal that the resident scores, and score a ladder; `said` marks every text."""
    ladder = session.scalars(select(ScaleDefinition.id).where(col(ScaleDefinition.key) == LADDER)).one()
    goal = set_goal(
        session, me, resident_id, GoalIn(words=f"{said}Fietsen", reached=f"{said}Een rondje", now=f"{said}Ik zit")
    )
    score_goal(session, me, goal.id, GoalScoreIn(level=-1, by=ScoredBy.RESIDENT))
    score = ScaleScoreIn(scale_id=ladder, level=2, by=ScoredBy.RESIDENT, agreed=True, note=f"{said}Ik kom buiten")
    return {
        "tie": note_tie(session, me, resident_id, TieIn(who=f"{said}Zus", circle=Circle.FAMILY)).id,
        "goal": goal.id,
        "ladder": ladder,
        "scale_score": score_scale(session, me, resident_id, score).id,
    }
