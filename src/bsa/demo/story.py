"""The story "Van tocht naar toezegging": from a man who wanted a stove to a promise that his neighbours judged.

Each row is a day of 2026 and what happened then, entered by who would enter it. The days are shifted by whole weeks, so
a deed asks the clock which day it is; other days that it names go through `Telling`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from babel.dates import format_date
from sqlmodel import Session

from bsa import clock
from bsa.asks.actions import ask_again, draft_ask, put_ask, record_answer
from bsa.asks.models import AnswerKind, Ask, Source
from bsa.asks.shapes import AnswerIn, AskIn, PutIn
from bsa.commitments.actions import enter_event, record_commitment
from bsa.commitments.models import Commitment, Visibility
from bsa.commitments.shapes import CommitmentEventIn, CommitmentIn, DeedKind, QuoteIn
from bsa.contacts.actions import note_contact, settle_promise
from bsa.contacts.models import ContactPlace, ContactPurpose, Promise, PromiseOutcome
from bsa.contacts.queries import list_promises
from bsa.contacts.shapes import ContactIn, PromiseIn, PromiseQuery, SettlementIn
from bsa.demo.days import Days, day_of_story
from bsa.demo.slips import count, hand_out, judge_at_once, use
from bsa.demo.stage import COMPLEX, CORPORATION, HERE, MUNICIPALITY, Stage, agree, get_to_know, meet, open_dossier
from bsa.demo.stage import version_of as version
from bsa.initiatives.actions import add_participant, change_initiative, move_phase, reach_aim, set_aim, start_initiative
from bsa.initiatives.models import Initiative, Origin, ParticipantPart, Phase
from bsa.initiatives.shapes import AimIn, InitiativeChange, InitiativeIn, ParticipantIn, PhaseIn, ReachedIn
from bsa.institutions.models import Mandate
from bsa.needs.actions import decide_translation, deepen_need, record_need
from bsa.needs.models import Confirmed, HowLearned, LifeArea, TranslationChoice
from bsa.needs.shapes import DecisionIn, LayerIn, NeedIn
from bsa.permissions import Actor
from bsa.residents.actions import change_resident, consents_to
from bsa.residents.models import AgeBand, ConsentScope, ContactChannel, Informed, ReadingComfort, Resident
from bsa.residents.shapes import ResidentChange, ResidentIn
from bsa.themes.actions import name_theme
from bsa.themes.shapes import ThemeIn

INITIATIVE = "Molenbuurt Warm"
THEME = "Tocht en schimmel Molenstraat"
C_1, C_2, C_3 = "C-1", "C-2", "C-3"
HOUSEHOLDS = 34
AT_THE_MEETING = ("Corrie van nr. 3", "Abdi", "Buurvrouw van nr. 22", "Tineke", "Meneer Wolters", "Joke van de hoek")
"""Neighbours who came to the first meeting without being in the story before."""


@dataclass(frozen=True)
class Telling:
    """What a row of the story is told with: the session, the stage, Marloes, and the shift of the days."""

    session: Session
    stage: Stage
    today: date
    """The day on which the demo is made; the shift follows from it."""

    @property
    def marloes(self) -> Actor:
        """The activator of the neighbourhood."""
        return self.stage.actor("activator")

    def on(self, month: int, day: int) -> date:
        """Return a day of the story where it lies now."""
        return day_of_story(date(2026, month, day), self.today)

    def in_words(self, month: int, day: int) -> str:
        """Write a day of the story as people say it, where it lies now: "1 oktober"."""
        return str(format_date(self.on(month, day), "d MMMM", locale="nl"))

    def version_of_initiative(self) -> int:
        """Return the version of "Molenbuurt Warm" that is seen now."""
        return version(self.session, Initiative, self.stage[INITIATIVE])


def a_man_wants_a_stove(tell: Telling) -> None:
    """19 January: somebody at the door of number 14 wants a stove; he does not give his name."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    told = ResidentIn(
        call_name="Man van nr. 14",
        area_id=stage[COMPLEX],
        informed_on=clock.today(),
        informed_how=Informed.SPOKEN,
        preferred_language="nl",
        reading_comfort=ReadingComfort.PREFERS_VISIT,
    )
    geert = meet(session, marloes, stage, "Geert", told)
    note_contact(
        session,
        marloes,
        geert.id,
        ContactIn(
            happened_on=clock.today(),
            place=ContactPlace.DOORSTEP,
            purpose=ContactPurpose.GETTING_ACQUAINTED,
            promise=PromiseIn(text="Radiatorfolie meebrengen en samen plakken", due_on=tell.on(2, 2)),
        ),
    )
    words = "Ik wil een kachel. Verder hoef ik niks."
    need = NeedIn(life_area=LifeArea.HOUSING, words=words, learned_on=clock.today())
    stage["Need#1"] = record_need(session, marloes, geert.id, need).id


def radiator_foil(tell: Telling) -> None:
    """2 February: Marloes brings the radiator foil that she promised, and they put it up together."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    geert_id = stage["Geert"]
    promised = list_promises(session, marloes, PromiseQuery(resident_id=geert_id, open=True)).items[0]
    ended = SettlementIn(outcome=PromiseOutcome.KEPT)
    settle_promise(session, marloes, promised.id, version(session, Promise, promised.id), ended)
    kept = ContactIn(happened_on=clock.today(), place=ContactPlace.AT_HOME, purpose=ContactPurpose.PROMISE_KEPT)
    note_contact(session, marloes, geert_id, kept)


def the_question_behind_it(tell: Telling) -> None:
    """16 February: he is Geert; he lives in one room, and he does not dare to complain."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    geert_id, today = stage["Geert"], clock.today()
    open_dossier(session, marloes, geert_id, today)
    change = ResidentChange(
        call_name="Geert",
        contact_channel=ContactChannel.VISIT,
        contact_value="Liefst 's ochtends, twee keer kloppen",
        age_band=AgeBand.FROM_45,
    )
    change_resident(session, marloes, geert_id, version(session, Resident, geert_id), change)
    note_contact(
        session,
        marloes,
        geert_id,
        ContactIn(
            happened_on=today,
            place=ContactPlace.AT_HOME,
            purpose=ContactPurpose.THE_QUESTION,
            own_note="Rustig laten vertellen. Hij schaamt zich voor de kou; niet zelf over de corporatie beginnen.",
            shareable_note="Koffie in de voorkamer, de andere kamers zijn te koud. Geert wil dat er iets verandert.",
        ),
    )
    for words in (
        "ik leef in één kamer, de rest krijg ik niet warm, ik durf niet te klagen",
        "ze luisteren toch niet",
    ):
        layer = LayerIn(
            words=words,
            how_learned=HowLearned.SAID,
            confirmed=Confirmed.YES,
            life_area=LifeArea.HOUSING,
            learned_on=today,
        )
        deepen_need(session, marloes, stage["Need#1"], None, layer)


def the_same_draught_elsewhere(tell: Telling) -> None:
    """23 February: Ria has mould, Fenna and Jelle have the draught too; that makes three households."""
    session, stage, marloes, today = tell.session, tell.stage, tell.marloes, clock.today()
    ria, fenna = _met(tell, "Ria"), _met(tell, "Fenna")
    jelle = _met(tell, "Jelle", living_with=fenna)
    for resident, full_name, band in (
        (ria, "Ria Kamps", AgeBand.FROM_67),
        (fenna, "Fenna Wiersma", AgeBand.FROM_27),
        (jelle, "Jelle Wiersma", AgeBand.FROM_27),
    ):
        change = ResidentChange(full_name=full_name, contact_channel=ContactChannel.VISIT, age_band=band)
        get_to_know(session, marloes, resident.id, today, change)
        met = ContactIn(happened_on=today, place=ContactPlace.AT_HOME, purpose=ContactPurpose.GETTING_ACQUAINTED)
        note_contact(session, marloes, resident.id, met)
    for name, resident, words in (
        ("Need#2", ria, "De schimmel zit achter de kast en ik poets me suf. Het komt altijd terug."),
        ("Need#3", fenna, "Het tocht zo bij de ramen dat de kleine met een muts op slaapt."),
    ):
        need = NeedIn(life_area=LifeArea.HOUSING, words=words, learned_on=today)
        stage[name] = record_need(session, marloes, resident.id, need).id


def one_theme(tell: Telling) -> None:
    """9 March: three questions are one theme; Geert agrees to be counted, not named."""
    session, stage, marloes, today = tell.session, tell.stage, tell.marloes, clock.today()
    for name in ("Geert", "Ria", "Fenna"):
        agree(session, marloes, stage[name], today, ConsentScope.TO_BE_COUNTED)
    needs = [stage[name] for name in ("Need#1", "Need#2", "Need#3")]
    theme = ThemeIn(
        area_id=stage[HERE],
        title=THEME,
        description="In de Molenstraat krijgen mensen hun huis niet warm: kieren bij de kozijnen, schimmel op de muur.",
        life_area=LifeArea.HOUSING,
        need_ids=needs,
    )
    stage[THEME] = name_theme(session, marloes, theme).id
    for need_id, reason in zip(
        needs,
        (
            "Geert wil meetellen, niet met naam. Er zijn er meer met deze vraag, en alleen durft hij niet.",
            "Ria wil dat de buren dit samen zeggen; in haar eentje belde ze al drie keer.",
            "Fenna en Jelle doen mee als er meer huizen meedoen.",
        ),
        strict=True,
    ):
        decision = DecisionIn(choice=TranslationChoice.COLLECTIVE, reason=reason, counted=True, decided_on=today)
        decide_translation(session, marloes, need_id, None, decision)


def the_first_meeting(tell: Telling) -> None:
    """24 March: eleven residents in the neighbourhood house; "Molenbuurt Warm" begins."""
    session, stage, marloes, today = tell.session, tell.stage, tell.marloes, clock.today()
    for name in ("Opa Lub", *AT_THE_MEETING):
        _met(tell, name)
    initiative = InitiativeIn(
        area_id=stage[HERE],
        title=INITIATIVE,
        description="Bewoners van de Molenstraat willen vóór de winter een warm en droog huis, en een licht achterpad.",
        origin=Origin.TOGETHER,
        phase=Phase.FORMING,
        started_on=today,
        theme_ids=[stage[THEME]],
        next_step="Samen opschrijven wat we De Veenhoek vragen",
        next_step_on=tell.on(4, 8),
    )
    stage[INITIATIVE] = start_initiative(session, marloes, initiative).id
    parts = {"Geert": ParticipantPart.SPEAKS, "Ria": ParticipantPart.ORGANISES, "Fenna": ParticipantPart.ORGANISES}
    for name in ("Geert", "Ria", "Fenna", "Jelle", "Opa Lub", *AT_THE_MEETING):
        if consents_to(session, stage[name], ConsentScope.TO_BE_INTRODUCED) is None:
            agree(session, marloes, stage[name], today, ConsentScope.TO_BE_INTRODUCED)
        part = parts.get(name, ParticipantPart.TAKES_PART)
        taking_part = ParticipantIn(resident_id=stage[name], part=part, consented_on=today)
        add_participant(session, marloes, stage[INITIATIVE], taking_part)
        came = ContactIn(happened_on=today, place=ContactPlace.MEETING, purpose=ContactPurpose.INITIATIVE)
        note_contact(session, marloes, stage[name], came)
    for name, text, sign in (
        ("Aim#1", "Vierendertig woningen zonder tocht", "Kozijnen hersteld, en geen kier meer bij de papierproef"),
        ("Aim#2", "Een achterpad waar je 's avonds durft te lopen", "Alle lampen branden, ook na tien uur"),
    ):
        stage[name] = set_aim(session, marloes, stage[INITIATIVE], AimIn(text=text, sign=sign)).id


def the_first_ask(tell: Telling) -> None:
    """8 April: the ask to De Veenhoek; "nemen we mee" is no answer."""
    session, stage, marloes, today = tell.session, tell.stage, tell.marloes, clock.today()
    text = f"Herstel de kozijnen van alle 34 woningen in de Molenstraat vóór {tell.in_words(10, 1)}."
    asking = AskIn(initiative_id=stage[INITIATIVE], institution_id=stage[CORPORATION], text=text)
    stage["Ask#1"] = draft_ask(session, marloes, asking).id
    put = PutIn(happened_on=today, reply_by=tell.on(4, 22), source=Source.MEETING, contact_id=stage["Joost Hendriks"])
    put_ask(session, marloes, stage["Ask#1"], version(session, Ask, stage["Ask#1"]), put)
    answer = AnswerIn(
        answer=AnswerKind.EVASIVE,
        words="Dat nemen we mee.",
        happened_on=today,
        source=Source.MEETING,
        contact_id=stage["Joost Hendriks"],
    )
    record_answer(session, marloes, stage["Ask#1"], version(session, Ask, stage["Ask#1"]), answer)
    told = PhaseIn(phase=Phase.NEGOTIATING, since=today)
    move_phase(session, marloes, stage[INITIATIVE], tell.version_of_initiative(), told)


def asked_again_higher_up(tell: Telling) -> None:
    """22 April: at the neighbourhood consultation Carla says yes, if; the municipality says yes to the lights."""
    session, stage, marloes, today = tell.session, tell.stage, tell.marloes, clock.today()
    put = PutIn(happened_on=today, reply_by=tell.on(5, 6), source=Source.MEETING, contact_id=stage["Carla Nijenhuis"])
    ask_again(session, marloes, stage["Ask#1"], version(session, Ask, stage["Ask#1"]), put)
    answer = AnswerIn(
        answer=AnswerKind.YES_IF,
        words="Ja, mits de asbestcheck in mei niets oplevert waardoor het langer duurt.",
        happened_on=today,
        source=Source.MEETING,
        contact_id=stage["Carla Nijenhuis"],
    )
    record_answer(session, marloes, stage["Ask#1"], version(session, Ask, stage["Ask#1"]), answer)
    _promised(
        tell,
        C_1,
        CommitmentIn(
            ask_id=stage["Ask#1"],
            promise=f"Wij herstellen de kozijnen van 34 woningen in de Molenstraat vóór {tell.in_words(10, 1)}.",
            residents_words="Vóór de herfst geen tocht meer, in geen van onze huizen.",
            sign="Alle 34 woningen: nieuwe tochtstrips, geen kier bij de papierproef",
            condition="Na de asbestcheck",
            due_on=tell.on(10, 1),
            mandate=Mandate.POLICY,
            promised_on=today,
        ),
    )
    text = f"Laat de lampen in het achterpad van de Molenstraat weer branden vóór {tell.in_words(9, 1)}."
    asking = AskIn(initiative_id=stage[INITIATIVE], institution_id=stage[MUNICIPALITY], text=text)
    stage["Ask#3"] = draft_ask(session, marloes, asking).id
    put = PutIn(happened_on=today, reply_by=tell.on(5, 6), source=Source.MEETING, contact_id=stage["Tim de Graaf"])
    put_ask(session, marloes, stage["Ask#3"], version(session, Ask, stage["Ask#3"]), put)
    answer = AnswerIn(answer=AnswerKind.YES, happened_on=today, source=Source.MEETING, contact_id=stage["Tim de Graaf"])
    record_answer(session, marloes, stage["Ask#3"], version(session, Ask, stage["Ask#3"]), answer)
    _promised(
        tell,
        C_3,
        CommitmentIn(
            ask_id=stage["Ask#3"],
            promise=f"De verlichting in het achterpad is vóór {tell.in_words(9, 1)} hersteld.",
            residents_words="'s Avonds weer licht in het achterpad, van de poort tot de straat.",
            sign="Alle zes lampen branden, ook na tien uur",
            due_on=tell.on(9, 1),
            mandate=Mandate.POLICY,
            promised_on=today,
        ),
    )


def the_day_is_moved(tell: Telling) -> None:
    """20 August: asbestos; residents agree to 1 November, on condition of news each week and a warm model home."""
    session, stage, marloes, today = tell.session, tell.stage, tell.marloes, clock.today()
    moved = CommitmentEventIn(
        kind=DeedKind.MOVED,
        happened_on=today,
        words="Bij twaalf woningen is asbest gevonden; de sanering duurt zes weken.",
        due_on=tell.on(11, 1),
        residents_agreed=True,
    )
    enter_event(session, marloes, stage[C_1], version(session, Commitment, stage[C_1]), moved)
    text = f"Als het later wordt: iedere week bericht, en vóór {tell.in_words(9, 20)} een warme modelwoning om te zien."
    asking = AskIn(initiative_id=stage[INITIATIVE], institution_id=stage[CORPORATION], text=text)
    stage["Ask#2"] = draft_ask(session, marloes, asking).id
    put = PutIn(happened_on=today, reply_by=tell.on(9, 3), source=Source.MEETING, contact_id=stage["Carla Nijenhuis"])
    put_ask(session, marloes, stage["Ask#2"], version(session, Ask, stage["Ask#2"]), put)
    answer = AnswerIn(
        answer=AnswerKind.YES, happened_on=today, source=Source.MEETING, contact_id=stage["Carla Nijenhuis"]
    )
    record_answer(session, marloes, stage["Ask#2"], version(session, Ask, stage["Ask#2"]), answer)
    _promised(
        tell,
        C_2,
        CommitmentIn(
            ask_id=stage["Ask#2"],
            promise=f"De modelwoning is vóór {tell.in_words(9, 20)} open; elke vrijdag hangt er een bericht in de hal.",
            residents_words="We willen eerst zelf voelen dat het warm wordt, en weten waar we aan toe zijn.",
            sign="Modelwoning open, twintig graden in alle kamers; elke vrijdag een bericht",
            due_on=tell.on(9, 20),
            mandate=Mandate.POLICY,
            promised_on=today,
        ),
    )


def judged_in_silence(tell: Telling) -> None:
    """22 September: no model home, and no word; residents judge the silence by slips, and reopen the promise."""
    _judge_at_once(
        tell,
        C_2,
        (0, 3, 9),
        QuoteIn(words="We stonden zondag voor een dichte deur.", may_be_public=True),
        QuoteIn(words="Het briefje op vrijdag kwam wel, twee keer."),
    )
    reopened = CommitmentEventIn(
        kind=DeedKind.REOPENED,
        happened_on=clock.today(),
        words="De modelwoning was niet open. We willen hem alsnog zien, vóór er bij ons thuis begonnen wordt.",
        due_on=tell.on(9, 30),
    )
    _enter(tell, C_2, tell.marloes, reopened)


def the_model_home_opens(tell: Telling) -> None:
    """27 September: Joost reports the model home; those who go and see say: partly."""
    claimed = CommitmentEventIn(
        kind=DeedKind.CLAIMED,
        happened_on=clock.today(),
        words="De modelwoning op nummer 8 is vandaag open van 11 tot 16 uur.",
    )
    _enter(tell, C_2, tell.stage.actor("corporation"), claimed)
    _judge_at_once(
        tell,
        C_2,
        (4, 8, 1),
        QuoteIn(words="De kamer is warm, maar de keuken niet.", may_be_public=True),
        QuoteIn(words="Fijn dat we het konden voelen in plaats van lezen.", may_be_public=True),
    )


def all_frames_done(tell: Telling) -> None:
    """28 October: De Veenhoek reports that all frames are done; every household gets a slip."""
    claimed = CommitmentEventIn(
        kind=DeedKind.CLAIMED,
        happened_on=clock.today(),
        words="34 van 34 woningen: kozijnen hersteld en tochtstrips aangebracht.",
    )
    _enter(tell, C_1, tell.stage.actor("corporation"), claimed)
    hand_out(tell.session, tell.stage, "activator", tell.stage[C_1], HOUSEHOLDS)


def nineteen_judge(tell: Telling) -> None:
    """3 November: nineteen of 34 households judged: kept; what three of them still miss becomes a new need."""
    session, stage, marloes, today = tell.session, tell.stage, tell.marloes, clock.today()
    use(session, stage, stage[C_1], kept=16, partly=3, not_kept=0)
    said = [
        QuoteIn(words="Ik woon weer in mijn hele huis.", may_be_public=True),
        QuoteIn(words="Ze luisterden toch, omdat we het samen vroegen.", may_be_public=True),
        QuoteIn(words="Bij ons fluit het keukenraam nog."),
    ]
    count(session, stage, "activator", stage[C_1], said)
    for name, words in (
        ("Jelle", "Ons keukenraam fluit nog als het waait."),
        ("Opa Lub", "De voordeur klemt sinds het nieuwe strip erin zit."),
        ("Buurvrouw van nr. 22", "In de douche komt de schimmel terug, er zit geen rooster."),
    ):
        need = NeedIn(life_area=LifeArea.HOUSING, words=words, learned_on=today)
        record_need(session, marloes, stage[name], need)
    reach_aim(session, marloes, stage[INITIATIVE], stage["Aim#1"], ReachedIn(reached_on=today))
    step = InitiativeChange(
        next_step="De gemeente opnieuw vragen naar het licht in het achterpad", next_step_on=tell.on(11, 18)
    )
    change_initiative(session, marloes, stage[INITIATIVE], tell.version_of_initiative(), step)


Scene = Callable[[Telling], None]

ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((1, 19), a_man_wants_a_stove),
    ((2, 2), radiator_foil),
    ((2, 16), the_question_behind_it),
    ((2, 23), the_same_draught_elsewhere),
    ((3, 9), one_theme),
    ((3, 24), the_first_meeting),
    ((4, 8), the_first_ask),
    ((4, 22), asked_again_higher_up),
    ((8, 20), the_day_is_moved),
    ((9, 22), judged_in_silence),
    ((9, 27), the_model_home_opens),
    ((10, 28), all_frames_done),
    ((11, 3), nineteen_judge),
)
"""Month and day, and what happened."""

VISITS: tuple[tuple[tuple[int, int], str, str | None], ...] = (
    ((4, 20), "Geert", "Over het wijkoverleg gepraat. Hij wil er de volgende keer bij zijn."),
    ((5, 19), "Ria", None),
    ((6, 9), "Geert", "Samen de brief over de asbestcheck gelezen."),
    ((6, 16), "Opa Lub", None),
    ((7, 14), "Geert", "In de tuin gezeten. Hij praat nu vaak met Ria en Fenna."),
    ((9, 1), "Fenna", None),
    ((9, 8), "Ria", None),
    ((9, 29), "Geert", "De modelwoning was warm, zegt hij; in de keuken voelde hij het nog."),
    ((10, 20), "Geert", "De schilder komt morgen. Hij zet de stoelen vast in de achterkamer."),
    ((11, 2), "Fenna", None),
)
"""When Marloes came by in between, for no reason, and what may be known of it by who stands in for her."""


def tell_story(days: Days) -> None:
    """Put every row of the story on its day, and the visits in between."""
    visits: list[tuple[tuple[int, int], Scene]] = [
        (day, partial(_visit, name=name, note=note)) for day, name, note in VISITS
    ]
    for (month, day), row in (*ROWS, *visits):

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)


def _visit(tell: Telling, name: str, note: str | None) -> None:
    """Marloes comes by."""
    told = ContactIn(
        happened_on=clock.today(),
        place=ContactPlace.AT_HOME,
        purpose=ContactPurpose.BEING_THERE,
        shareable_note=note,
    )
    note_contact(tell.session, tell.marloes, tell.stage[name], told)


def _met(tell: Telling, name: str, living_with: Resident | None = None) -> Resident:
    """Register somebody of the Molenstraat."""
    told = ResidentIn(
        call_name=name,
        area_id=tell.stage[COMPLEX],
        informed_on=clock.today(),
        informed_how=Informed.SPOKEN,
        household_of_id=living_with.id if living_with else None,
    )
    return meet(tell.session, tell.marloes, tell.stage, name, told)


def _promised(tell: Telling, name: str, promise: CommitmentIn) -> None:
    """Write down a promise that was made and confirmed at a meeting, and publish it after reading the preview."""
    commitment = record_commitment(tell.session, tell.marloes, promise)
    tell.stage[name] = commitment.id
    _enter(tell, name, tell.marloes, CommitmentEventIn(kind=DeedKind.CONFIRMED, happened_on=clock.today()))
    published = CommitmentEventIn(
        kind=DeedKind.PUBLISHED, happened_on=clock.today(), visibility=Visibility.PUBLIC, previewed=True
    )
    _enter(tell, name, tell.marloes, published)


def _enter(tell: Telling, name: str, actor: Actor, happened: CommitmentEventIn) -> None:
    key: UUID = tell.stage[name]
    enter_event(tell.session, actor, key, version(tell.session, Commitment, key), happened)


def _judge_at_once(tell: Telling, name: str, votes: tuple[int, int, int], *quotes: QuoteIn) -> None:
    """Slips at a meeting: handed out, used and counted there."""
    judge_at_once(tell.session, tell.stage, "activator", tell.stage[name], votes, list(quotes), closes=True)
