"""What an initiative is made of, in the demo: tasks, money, how far the group is, the group itself, and a page for all.

The story's rows are those of "Molenbuurt Warm": from eleven people in a room to a tenants' committee that was
recognised. In the background other initiatives plan, pay and become groups, planned at random but always the same.
"""

from datetime import date, timedelta
from functools import partial
from random import Random

from sqlmodel import Session, col, select

from bsa import clock
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.ledger import WORDS
from bsa.demo.residents import WORKERS
from bsa.demo.stage import COMPLEX, CORPORATION, HERE, MUNICIPALITY, Stage
from bsa.demo.stage import version_of as version
from bsa.demo.story import INITIATIVE, Scene, Telling
from bsa.groups.actions import add_group_member, change_group, found_group
from bsa.groups.models import Group, GroupKind, GroupPart
from bsa.groups.shapes import GroupChange, GroupIn, GroupMemberIn
from bsa.initiatives.actions import draft_page, publish_page
from bsa.initiatives.models import Aim, Initiative, Phase
from bsa.initiatives.shapes import InitiativePageIn, PublicationIn
from bsa.learning.models import WhoDidIt
from bsa.permissions import Actor
from bsa.tasks.actions import book_line, finish_task, plan_task, score_aim, take_up_task
from bsa.tasks.models import MoneyKind
from bsa.tasks.shapes import AimScoreIn, BudgetLineIn, TaskDoneIn, TaskIn

COMMITTEE = "Bewonerscommissie Molenstraat"
PARTNER = "Wijkbelangen Molenveld (overleg)"
TEAM = "Bel het wijkteam: 0591 00 00 00, op werkdagen"
"""A number that nobody has."""

COUNTING, FLYERS = "Taak: kozijnen tellen", "Taak: flyers"
SEED = 20260402

SMALL = ("Flyers langsbrengen", "De sleutel ophalen", "Boodschappen doen", "Iemand van de school bellen")
COSTS = (("Koffie en thee", 1_875), ("Flyers drukken", 2_240), ("Zaalhuur", 4_500), ("Gereedschap", 11_995))
LIVELY = (Phase.ACTING, Phase.NEGOTIATING, Phase.SUSTAINED)


def tell_acting(days: Days) -> None:
    """Put the story's rows, and what other initiatives do, on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    days.add(working_day(days.today - timedelta(days=80)), _a_partner)
    days.add(days.today - timedelta(days=9), _next_on_the_list)
    dice = Random(SEED)  # noqa: S311 - made-up people need no secrecy
    for told in WORDS["initiatives"]:
        if Phase(told["phase"]) in LIVELY:
            _background(days, dice, told["title"], WORKERS[told["neighbourhood"]][0])


def a_committee_in_formation(tell: Telling) -> None:
    """24 March: the group wants to be a tenants' committee; and two things stand on the list."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    told = GroupIn(
        initiative_id=stage[INITIATIVE],
        area_id=stage[COMPLEX],
        name=COMMITTEE,
        kind=GroupKind.TENANTS_COMMITTEE,
        institution_id=stage[CORPORATION],
        homes=34,
    )
    stage[COMMITTEE] = found_group(session, marloes, told).id
    for name, part in (("Ria", GroupPart.CHAIRS), ("Fenna", GroupPart.WRITES), ("Geert", GroupPart.SPEAKS)):
        member = GroupMemberIn(resident_id=stage[name], part=part, consented_on=clock.today())
        add_group_member(session, marloes, stage[COMMITTEE], member)
    for name, what, by_on in (
        (COUNTING, "Bij alle 34 woningen de kozijnen tellen", tell.on(4, 7)),
        (FLYERS, "Flyers maken voor de volgende avond", tell.on(4, 15)),
    ):
        stage[name] = plan_task(session, marloes, stage[INITIATIVE], TaskIn(what=what, by_on=by_on)).id
    _far(tell, "Aim#1", -2)


def everybody_can_read_it(tell: Telling) -> None:
    """1 April: a page for the street, with a poster in the hall of the neighbourhood house."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    texts = InitiativePageIn(
        title=INITIATIVE,
        words=(
            "Tocht het bij u ook? Is de muur nat?\nWe zijn buren uit de Molenstraat. Samen vragen we om een warm huis. "
            "U kunt altijd aanschuiven. Niets moet."
        ),
        when_next="Elke eerste dinsdag van de maand, om half acht",
        where="Buurthuis De Wiek",
        whom_to_call=TEAM,
    )
    _publish(session, marloes, stage, INITIATIVE, texts)


def some_money(tell: Telling) -> None:
    """2 April: the first money, and what it goes to."""
    for kind, what, cents in (
        (MoneyKind.INCOME, "Bijdrage uit het buurtfonds", 50_000),
        (MoneyKind.COST, "Koffie en koek op de eerste avond", 3_750),
    ):
        line = BudgetLineIn(kind=kind, what=what, cents=cents, paid=True)
        book_line(tell.session, tell.marloes, tell.stage[INITIATIVE], line)


def counted(tell: Telling, name: str, who: WhoDidIt) -> None:
    """7 and 14 April: the frames are counted, together; Fenna's neighbours make the flyers by themselves."""
    finish_task(tell.session, tell.marloes, tell.stage[name], None, TaskDoneIn(who_did_it=who))


def recognised(tell: Telling) -> None:
    """6 May: De Veenhoek wrote that it recognises the committee, as of the second."""
    told = GroupChange(recognised_on=tell.on(5, 2))
    group_id = tell.stage[COMMITTEE]
    change_group(tell.session, tell.marloes, group_id, version(tell.session, Group, group_id), told)


def how_far_they_are(tell: Telling, level: int) -> None:
    """8 July and 3 November: at the meeting the group says how far it is."""
    _far(tell, "Aim#1", level)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((3, 24), a_committee_in_formation),
    ((4, 1), everybody_can_read_it),
    ((4, 2), some_money),
    ((4, 7), partial(counted, name=COUNTING, who=WhoDidIt.TOGETHER)),
    ((4, 14), partial(counted, name=FLYERS, who=WhoDidIt.RESIDENT_ALONE)),
    ((5, 6), recognised),
    ((7, 8), partial(how_far_they_are, level=-1)),
    ((11, 3), partial(how_far_they_are, level=1)),
)
"""Month and day, and what happened."""


def _far(tell: Telling, aim: str, level: int) -> None:
    score_aim(tell.session, tell.marloes, tell.stage[aim], AimScoreIn(level=level))


def _next_on_the_list(session: Session, stage: Stage) -> None:
    """What "Molenbuurt Warm" has to do now: something is late, something is taken up, something is far off."""
    marloes, initiative_id, today = stage.actor("activator"), stage[INITIATIVE], clock.today()
    plan_task(session, marloes, initiative_id, TaskIn(what="Een bedankje aan de schilders schrijven", by_on=today))
    called = TaskIn(what="Bij de laatste drie keukens de kieren opmeten", by_on=today + timedelta(days=16))
    take_up_task(session, marloes, plan_task(session, marloes, initiative_id, called).id, None)
    plan_task(session, marloes, initiative_id, TaskIn(what="Een feest bedenken voor als alles warm is"))
    feast = BudgetLineIn(
        kind=MoneyKind.COST, what="Soep en muziek op het feest", cents=51_500, booked_on=today + timedelta(days=40)
    )
    book_line(session, marloes, initiative_id, feast)


def _a_partner(session: Session, stage: Stage) -> None:
    """A consultation partner that the municipality recognised long ago: a party, and not "the residents"."""
    today = clock.today()
    told = GroupIn(
        area_id=stage[HERE],
        name=PARTNER,
        kind=GroupKind.CONSULTATION_PARTNER,
        institution_id=stage[MUNICIPALITY],
        founded_on=today - timedelta(days=4_000),
        recognised_on=today - timedelta(days=3_200),
    )
    stage[PARTNER] = found_group(session, stage.actor("teamleader"), told).id


def _background(days: Days, dice: Random, title: str, worker: str) -> None:
    what, (cost, cents) = dice.choice(SMALL), dice.choice(COSTS)
    who, level, becomes = dice.choice(list(WhoDidIt)), dice.randint(-2, 1), dice.random() < 0.4
    ago, by = dice.randint(20, 60), dice.randint(-4, 14)

    def do(session: Session, stage: Stage) -> None:
        if title not in stage.keys:
            return
        me, initiative_id = stage.actor(worker), stage[title]
        over = plan_task(session, me, initiative_id, TaskIn(what=what))
        finish_task(session, me, over.id, None, TaskDoneIn(who_did_it=who))
        coming = TaskIn(what="De volgende keer voorbereiden", by_on=days.today + timedelta(days=by))
        plan_task(session, me, initiative_id, coming)
        for kind, about, amount in ((MoneyKind.INCOME, "Bijdrage van buren", 2_500), (MoneyKind.COST, cost, cents)):
            book_line(session, me, initiative_id, BudgetLineIn(kind=kind, what=about, cents=amount, paid=True))
        for aim_id in session.scalars(select(col(Aim.id)).where(col(Aim.initiative_id) == initiative_id)):
            score_aim(session, me, aim_id, AimScoreIn(level=level))
        if becomes:
            found_group(session, me, GroupIn(initiative_id=initiative_id, kind=GroupKind.RESIDENTS_GROUP))
            _publish(session, me, stage, title, _texts(session.get_one(Initiative, initiative_id)))

    days.add(working_day(days.today - timedelta(days=ago)), do)


def _texts(initiative: Initiative) -> InitiativePageIn:
    about = initiative.description or initiative.title
    return InitiativePageIn(title=initiative.title, words=f"{about}\nKom gerust eens kijken.", whom_to_call=TEAM)


def _publish(session: Session, actor: Actor, stage: Stage, title: str, texts: InitiativePageIn) -> None:
    page = draft_page(session, actor, stage[title], texts)
    publish_page(session, actor, stage[title], page.version, PublicationIn(previewed=True))
