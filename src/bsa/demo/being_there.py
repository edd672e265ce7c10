"""Being there, beside the line of the story: how life looks for Geert and his neighbours, and how far the way is.

Each row is a day of 2026, as in the story, and entered by Marloes.
"""

from datetime import date

from sqlmodel import Session, col, select

from bsa.demo.days import Days, day_of_story
from bsa.demo.stage import COMPLEX, HERE, Stage
from bsa.demo.stage import version_of as version
from bsa.demo.story import AT_THE_MEETING, Scene, Telling
from bsa.lifeworld.actions import note_asset, note_sketch_line, strike_asset
from bsa.lifeworld.models import Asset, AssetKind, SketchPrompt, Voice
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.needs.actions import share_layer
from bsa.needs.models import Need
from bsa.needs.queries import layers_of
from bsa.needs.shapes import SharingIn
from bsa.outreach.actions import end_round, note_no_ring, start_round, tally
from bsa.outreach.models import Tallied
from bsa.outreach.shapes import AddressIn, EndingIn, RoundIn, TallyIn
from bsa.reminders.actions import hush, want_weekly_mail
from bsa.reminders.models import ReminderKind
from bsa.reminders.shapes import WeeklyMailIn
from bsa.residents.actions import change_phase, change_resident
from bsa.residents.models import Resident, ResidentPhase
from bsa.residents.shapes import ResidentChange, ResidentPhaseIn


def tell_being_there(days: Days) -> None:
    """Put every row on its day."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)


def along_the_molenstraat(tell: Telling) -> None:
    """12 January: along the doors for the first time: rang 22 times, 9 opened, 5 talked, one asks not to come back."""
    session, marloes = tell.session, tell.marloes
    told = RoundIn(
        area_id=tell.stage[HERE],
        where=COMPLEX,
        with_whom="Daan Kuipers",
        occasion="Kennismaken; in de wachtkamer van de huisarts hoorden we over koude huizen",
        weighing="Niemand vroeg ons te komen. Maar wie het koud heeft en niemand spreekt, meldt zich ook niet. "
        "We bellen één keer aan en gaan weg als iemand dat wil.",
    )
    begun = start_round(session, marloes, told)
    for what, times in ((Tallied.RANG, 22), (Tallied.OPENED, 9), (Tallied.TALKED, 5), (Tallied.NO_THANKS, 1)):
        for _ in range(times):
            tally(session, marloes, begun.id, TallyIn(what=what))
    note_no_ring(session, marloes, AddressIn(area_id=tell.stage[HERE], street=COMPLEX, number="31"))
    seen = "Veel condens op de ramen aan de noordkant. Het achterpad is onverlicht. Bij de brievenbussen praat men wel."
    end_round(session, marloes, begun.id, EndingIn(place_note=seen))


def how_life_looks_for_geert(tell: Telling) -> None:
    """16 February: what Geert told over coffee, in his words; and what Marloes thinks, for herself."""
    session, marloes, geert_id = tell.session, tell.marloes, tell.stage["Geert"]
    change = ResidentChange(contact_window="Na tienen, twee keer kloppen")
    change_resident(session, marloes, geert_id, version(session, Resident, geert_id), change)
    carpenter = AssetIn(
        words="Was veertig jaar timmerman; ziet aan een kozijn wat eraan scheelt", kind=AssetKind.EXPERIENCE
    )
    note_asset(session, marloes, geert_id, carpenter)
    for prompt, words in (
        (SketchPrompt.PROUD_OF, "De kast in de gang heb ik zelf gemaakt. Zonder één schroef."),
        (SketchPrompt.WHO_MATTERS, "Mijn zus belt op zondag. Verder komt hier niemand."),
        (SketchPrompt.PINCHES, "Ik leef in één kamer. 's Avonds doe ik mijn jas weer aan."),
        (SketchPrompt.NEVER_AGAIN, "Nooit meer aan zo'n balie staan en weggestuurd worden."),
        (
            SketchPrompt.INSTITUTIONS,
            "Drie brieven gestuurd naar de corporatie, nooit antwoord. Sindsdien hoeft het niet meer.",
        ),
    ):
        note_sketch_line(session, marloes, geert_id, SketchLineIn(words=words, prompt=prompt))
    impression = "Hij praat zachter als het over de kou gaat. Ik denk trots, geen onwil."
    note_sketch_line(session, marloes, geert_id, SketchLineIn(words=impression, voice=Voice.WORKER))
    _go_on(tell, "Geert", ResidentPhase.DEEPEN)


def what_ria_and_fenna_can(tell: Telling) -> None:
    """9 March: strengths in the street; and Geert lets the first thing behind his question be passed on."""
    session, marloes, stage = tell.session, tell.marloes, tell.stage
    for name, asset in (
        ("Ria", AssetIn(words="Kent iedereen in de straat", kind=AssetKind.PEOPLE, wants_to_share=True)),
        ("Fenna", AssetIn(words="Schrijft makkelijk; maakte vroeger de schoolkrant", kind=AssetKind.TALENT)),
        ("Fenna", AssetIn(words="Een soeppan voor dertig man", kind=AssetKind.THINGS, wants_to_share=True)),
    ):
        note_asset(session, marloes, stage[name], asset)
    need = session.get_one(Need, stage["Need#1"])
    behind = layers_of(session, need)[1]
    share_layer(session, marloes, need.id, behind.id, need.version, SharingIn(may_be_shared=True))


def they_begin_to_do(tell: Telling) -> None:
    """24 March: after the first meeting it is doing, for those who take the lead."""
    for name in ("Geert", "Ria", "Fenna"):
        _go_on(tell, name, ResidentPhase.DO)


def the_neighbours_come_back(tell: Telling) -> None:
    """22 April: who came to the first meeting is no stranger any more."""
    for name in ("Opa Lub", *AT_THE_MEETING):
        _go_on(tell, name, ResidentPhase.DEEPEN)


def geert_wants_to_share_it(tell: Telling) -> None:
    """29 September: in the warm model home Geert shows a neighbour how a strip is fitted."""
    session, marloes, geert_id = tell.session, tell.marloes, tell.stage["Geert"]
    asset_id = session.scalars(select(col(Asset.id)).where(col(Asset.resident_id) == geert_id)).one()
    words = "Was veertig jaar timmerman; leert de buren hoe je een tochtstrip plaatst"
    shares = AssetIn(words=words, kind=AssetKind.EXPERIENCE, wants_to_share=True)
    strike_asset(session, marloes, asset_id, shares)
    line = SketchLineIn(words="Ik ben weer onder de mensen.", prompt=SketchPrompt.GOES_WELL)
    note_sketch_line(session, marloes, geert_id, line)


def it_lasts(tell: Telling) -> None:
    """3 November: the promise is kept; now to let it last."""
    _go_on(tell, "Geert", ResidentPhase.ANCHOR)


def once_a_week_is_enough(tell: Telling) -> None:
    """10 November: Marloes has the numbers mailed on Mondays; late commitments she hears of in the team already."""
    want_weekly_mail(tell.session, tell.marloes, WeeklyMailIn(address="marloes@buurtteam.example"))
    hush(tell.session, tell.marloes, ReminderKind.COMMITMENT_LATE)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((1, 12), along_the_molenstraat),
    ((2, 16), how_life_looks_for_geert),
    ((3, 9), what_ria_and_fenna_can),
    ((3, 24), they_begin_to_do),
    ((4, 22), the_neighbours_come_back),
    ((9, 29), geert_wants_to_share_it),
    ((11, 3), it_lasts),
    ((11, 10), once_a_week_is_enough),
)
"""Month and day, and what happened."""


def _go_on(tell: Telling, name: str, phase: ResidentPhase) -> None:
    key = tell.stage[name]
    wanted = ResidentPhaseIn(phase=phase)
    change_phase(tell.session, tell.marloes, key, version(tell.session, Resident, key), wanted)
