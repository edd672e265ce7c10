"""Questions that several share, walked once: a suggestion, one that was taken up, and residents who are being asked."""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea, Need
from bsa.needs.shapes import NeedIn
from bsa.permissions import Actor
from bsa.suggestions.actions import propose_introduction, take_up
from bsa.suggestions.finding import find_suggestions
from bsa.suggestions.models import Suggestion
from bsa.suggestions.shapes import TakingUpIn
from bsa.themes.actions import name_theme
from bsa.themes.shapes import ThemeIn

from tests.cast import Cast, a_resident

LAMPS = (
    "In het achterpad brandt geen lamp meer.",
    "De lampen in het achterpad zijn kapot, het is er donker.",
    "Ik durf niet door het donkere achterpad zonder lampen.",
    "Het achterpad is zo donker, er brandt geen enkele lamp.",
)
"""The same question in the words of four households."""
SPEEDING = (
    "De auto's rijden te hard door de Kerkstraat.",
    "Te harde auto's, oversteken bij de Kerkstraat durf ik niet.",
    "In de Kerkstraat scheuren auto's veel te hard.",
)


def alike(
    session: Session, actors: list[Actor], area_id: UUID, words: tuple[str, ...] = LAMPS[:3], on: date | None = None
) -> list[Need]:
    """Write down the same question of several residents, each in own words, and each with an own worker."""
    needs = []
    for number, (actor, said) in enumerate(zip(actors, words, strict=False)):
        resident = a_resident(session, actor, area_id, f"Buur {number}")
        told = NeedIn(life_area=LifeArea.NEIGHBOURHOOD, words=said, learned_on=on or clock.today())
        needs.append(record_need(session, actor, resident.id, told))
    return needs


def found(session: Session, area_id: UUID) -> Suggestion:
    """Look for suggestions, and return the only one that was found."""
    (suggestion,) = find_suggestions(session, area_id)
    return suggestion


def share(session: Session, cast: Cast) -> dict[str, object]:
    """Find a suggestion, take one up, and propose to introduce people to each other."""
    me = cast.activator
    first, second, third = alike(session, [me] * 3, cast.here_id, SPEEDING)
    taken = found(session, cast.here_id)
    told = TakingUpIn(title="Hardrijders", need_ids=[first.id, second.id])
    take_up(session, me, taken.id, taken.version, told)
    asked = ThemeIn(
        area_id=cast.here_id,
        title="Veilig oversteken",
        life_area=LifeArea.NEIGHBOURHOOD,
        need_ids=[first.id, second.id],
    )
    asking = name_theme(session, me, asked)
    alike(session, [me] * 3, cast.here_id)
    return {
        "taken_up": taken.id,
        "shared_theme": taken.theme_id,
        "unlinked": third.id,
        "suggestion": found(session, cast.here_id).id,
        "introduction": propose_introduction(session, me, asking.id).id,
        "introduced": first.resident_id,
    }
