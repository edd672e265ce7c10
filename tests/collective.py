"""What residents do together, in the walked installation: tasks, money, how far they are, a group, and public pages."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.groups.actions import add_group_member, found_group
from bsa.groups.models import GroupKind, GroupPart
from bsa.groups.shapes import GroupIn, GroupMemberIn
from bsa.initiatives.actions import draft_page, publish_page, start_initiative
from bsa.initiatives.models import InitiativePage, Origin
from bsa.initiatives.shapes import InitiativeIn, InitiativePageIn, PublicationIn
from bsa.learning.models import WhoDidIt
from bsa.tasks.actions import book_line, finish_task, plan_task, score_aim, take_up_task
from bsa.tasks.models import MoneyKind
from bsa.tasks.shapes import AimScoreIn, BudgetLineIn, TaskDoneIn, TaskIn

from tests.cast import Cast


def act_together(
    session: Session, cast: Cast, initiative_id: UUID, aim_id: UUID, resident_id: UUID
) -> dict[str, object]:
    """Plan and do, keep the money, look how far it is, become a group, and write a page for two more initiatives."""
    me = cast.activator
    taken, over = (plan_task(session, me, initiative_id, TaskIn(what=what)) for what in ("Bellen", "Zaal regelen"))
    take_up_task(session, me, taken.id, None)
    finish_task(session, me, over.id, None, TaskDoneIn(who_did_it=WhoDidIt.TOGETHER))
    line = BudgetLineIn(kind=MoneyKind.COST, what="Koffie", cents=1_250, booked_on=clock.today())
    group = found_group(session, me, GroupIn(initiative_id=initiative_id, kind=GroupKind.TENANTS_COMMITTEE))
    is_in = GroupMemberIn(resident_id=resident_id, part=GroupPart.CHAIRS, consented_on=clock.today())
    drafted, shown = a_page(session, cast, "Soepgroep"), a_page(session, cast, "Gereedschapsbieb")
    publish_page(session, me, shown.initiative_id, None, PublicationIn(previewed=True))
    return {
        "task": plan_task(session, me, initiative_id, TaskIn(what="Flyers maken", by_on=clock.today())).id,
        "taken_task": taken.id,
        "done_task": over.id,
        "budget_line": book_line(session, me, initiative_id, line).id,
        "aim_score": score_aim(session, me, aim_id, AimScoreIn(level=-1)).id,
        "group": group.id,
        "group_member": add_group_member(session, me, group.id, is_in).id,
        "drafted": drafted.initiative_id,
        "draft_page": drafted.id,
        "shown_initiative": shown.initiative_id,
        "public_page": shown.id,
        "initiative_code": shown.code,
    }


def a_page(session: Session, cast: Cast, title: str) -> InitiativePage:
    """Start an initiative, and draft its page."""
    told = InitiativeIn(area_id=cast.here_id, title=title, origin=Origin.RESIDENTS, started_on=clock.today())
    initiative = start_initiative(session, cast.activator, told)
    texts = InitiativePageIn(
        title=title,
        words="Elke donderdag samen. Kom ook, dat mag altijd.",
        when_next="Donderdag om zes uur",
        where="Buurthuis De Wiek",
        whom_to_call="Bel de buurtactiveerders: 0591 12 34 56",
    )
    return draft_page(session, cast.activator, initiative.id, texts)
