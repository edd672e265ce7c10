"""An installation in which the line was walked, with something in every state that a deed needs.

Everything personal is the activator's: the colleague works in the same neighbourhood and looks after nobody here, but
stands in for one resident. Each thing has a name, by which tests put its key into paths and bodies.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.agreements.models import Agreement
from bsa.appointments.models import Appointment
from bsa.areas.models import Area
from bsa.asks.actions import draft_ask, put_ask, record_answer
from bsa.asks.models import Ask, Letter
from bsa.asks.shapes import AnswerIn, AskIn, PutIn
from bsa.clients.models import Client
from bsa.closing.models import SocietalTask
from bsa.commitments.actions import enter_event, record_verdict
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn, VerdictIn
from bsa.consultation.models import Track
from bsa.contacts.actions import note_contact
from bsa.contacts.models import Promise
from bsa.contacts.shapes import ContactIn
from bsa.evidence.actions import record_evidence
from bsa.evidence.files import CleanFile
from bsa.evidence.shapes import EvidenceIn
from bsa.forums.models import Forum
from bsa.goals.models import Goal
from bsa.groups.models import Group
from bsa.initiatives.actions import add_participant, set_aim
from bsa.initiatives.models import Initiative, InitiativePage
from bsa.initiatives.shapes import AimIn, ParticipantIn
from bsa.institutions.actions import record_contact
from bsa.institutions.models import Institution, InstitutionContact
from bsa.institutions.shapes import InstitutionContactIn
from bsa.learning.actions import record_step
from bsa.learning.shapes import LearningStepIn
from bsa.lifeworld.actions import note_asset, note_sketch_line
from bsa.lifeworld.models import SketchLine, Voice
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.meetings.models import Meeting, MeetingAction
from bsa.needs.actions import deepen_need, record_need
from bsa.needs.models import Need, NeedLayer
from bsa.needs.shapes import LayerIn, NeedIn
from bsa.network.models import Tie
from bsa.outreach.actions import note_no_ring, start_round
from bsa.outreach.models import Round
from bsa.outreach.shapes import AddressIn, RoundIn
from bsa.people.actions import issue_token, sign_in
from bsa.people.models import Account
from bsa.people.passwords import hash_password
from bsa.people.shapes import SignInIn
from bsa.places.models import LogbookEntry, NeighbourhoodPhoto, PlaceFeature
from bsa.practice.actions import make_speaking_order, plan_practice
from bsa.practice.models import PracticeMoment, SpeakingOrder
from bsa.practice.shapes import PracticeIn, SpeakingOrderIn
from bsa.referrals.models import Referral
from bsa.reminders.actions import hush, want_weekly_mail
from bsa.reminders.models import ReminderKind
from bsa.reminders.shapes import WeeklyMailIn
from bsa.residents.actions import assign_worker, raise_level, record_consent
from bsa.residents.models import Consent, Resident, ResidentWorker
from bsa.residents.shapes import ConsentIn, LevelIn, WorkerIn
from bsa.scales.models import ScaleDefinition
from bsa.shares.actions import write_share
from bsa.shares.shapes import OwnShareIn
from bsa.slips.models import SlipRound
from bsa.subscriptions.models import Subscription
from bsa.suggestions.models import Introduction, Suggestion
from bsa.tasks.models import BudgetLine, Task
from bsa.themes.actions import name_theme
from bsa.themes.models import Theme
from bsa.themes.shapes import ThemeIn
from bsa.trust.models import Handover, Signal
from bsa.voices.models import PublicVoice

from tests.around import look_around
from tests.bonds import bond
from tests.cast import PASSWORD, Cast, a_resident
from tests.collective import act_together
from tests.delivered import a_subscription
from tests.grounds import keep_the_place
from tests.line import a_commitment, walk_the_line
from tests.machines import a_machine
from tests.outside import speak_up
from tests.quarters import FIGURES, close_quarters
from tests.referred import refer_around
from tests.shared import share
from tests.table import sit_together
from tests.terms import run_terms

VERSIONED = (
    Account,
    Agreement,
    Appointment,
    Area,
    Ask,
    BudgetLine,
    Client,
    Commitment,
    Goal,
    Group,
    Handover,
    Initiative,
    InitiativePage,
    Institution,
    InstitutionContact,
    Introduction,
    LogbookEntry,
    Need,
    NeighbourhoodPhoto,
    PlaceFeature,
    PracticeMoment,
    Promise,
    PublicVoice,
    Referral,
    Resident,
    Round,
    ScaleDefinition,
    Signal,
    SlipRound,
    SocietalTask,
    SpeakingOrder,
    Subscription,
    Suggestion,
    Task,
    Theme,
    Tie,
    Track,
    Forum,
    Meeting,
    MeetingAction,
)


def prepare(session: Session, cast: Cast) -> dict[str, str]:
    """Walk the line and more; return the key of each thing, the version of each, and a token of each of the cast."""
    me, today = cast.activator, clock.today()
    line = walk_the_line(session, cast)
    geert = _a_dossier(session, cast, line.resident_id)
    ria = line.other_resident_id
    assign_worker(session, me, ria, WorkerIn.model_validate({"account_id": cast.colleague.id, "part": "stands_in"}))
    twin = a_resident(session, me, cast.here_id, "Geert nogmaals").id
    contact = note_contact(
        session,
        me,
        geert,
        ContactIn.model_validate(
            {
                "happened_on": today,
                "place": "at_home",
                "purpose": "being_there",
                "own_note": "Was verdrietig",
                "shareable_note": "Wil graag koffie",
                "promise": {"text": "Folie brengen", "due_on": today},
            }
        ),
    )
    need = session.get_one(Need, line.need_id)
    deeper = {"words": "Ik durf niet te klagen", "how_learned": "said", "confirmed": "not_yet"}
    deepen_need(
        session,
        me,
        need.id,
        need.version,
        LayerIn.model_validate(deeper | {"life_area": "housing", "learned_on": today}),
    )
    other_need = record_need(
        session, me, ria, NeedIn.model_validate({"life_area": "housing", "words": "Schimmel", "learned_on": today})
    )
    other_theme = name_theme(
        session, me, ThemeIn.model_validate({"area_id": cast.here_id, "title": "Speelplek", "life_area": "upbringing"})
    )
    taking_part = ParticipantIn.model_validate({"resident_id": geert, "part": "speaks", "consented_on": today})
    participant = add_participant(session, me, line.initiative_id, taking_part)
    aim = set_aim(session, me, line.initiative_id, AimIn(text="Iedereen warm"))
    person = record_contact(
        session,
        me,
        cast.corporation_id,
        InstitutionContactIn.model_validate({"name": "Joost Hendriks", "mandate": "operational"}),
    )
    things = {
        "geert": geert,
        "ria": ria,
        "twin": twin,
        "contact": contact.id,
        "promise": session.scalars(select(Promise.id)).one(),
        "need": need.id,
        "other_need": other_need.id,
        "stated": session.scalars(
            select(NeedLayer.id).where(col(NeedLayer.need_id) == need.id, col(NeedLayer.depth) == 0)
        ).one(),
        "layer": session.scalars(select(NeedLayer.id).where(col(NeedLayer.depth) == 1)).one(),
        "consent": session.scalars(select(Consent.id).where(col(Consent.scope) == "to_be_counted")).one(),
        "stand_in": session.scalars(select(ResidentWorker.id).where(col(ResidentWorker.part) == "stands_in")).one(),
        "theme": line.theme_id,
        "other_theme": other_theme.id,
        "initiative": line.initiative_id,
        "participant": participant.id,
        "aim": aim.id,
        "corporation": cast.corporation_id,
        "person": person.id,
        "here": cast.here_id,
        "there": cast.there_id,
        "municipality": cast.municipality_id,
        "colleague": cast.colleague.id,
        "answered": line.ask_id,
        "letter": session.scalars(select(Letter.id)).one(),
        "proposed": line.commitment_id,
        **_lifeworld(session, cast, geert, ria),
        **_learning(session, cast, geert, line.initiative_id),
        **act_together(session, cast, line.initiative_id, aim.id, geert),
        **bond(session, cast, geert),
        **look_around(session, me, geert),
        **share(session, cast),
        **keep_the_place(session, cast),
        **refer_around(session, cast, need.id, geert),
        "round": _a_round(session, cast),
        "machine": a_machine(session, cast).id,
        **a_subscription(session, cast),
        "reminder": _a_reminder(session, cast),
        **_more_asks(session, cast, line.initiative_id),
        **(more := _more_commitments(session, cast, line.ask_id, [geert, ria])),
        **speak_up(session, cast, line.ask_id, more["shown"]),
    }
    things |= sit_together(session, cast, things["asked"], line.ask_id, line.commitment_id)  # type: ignore[arg-type]
    things |= close_quarters(session, cast)
    things["evidence"] = _shown(session, cast, line.commitment_id)
    things |= run_terms(session, cast, things["group"])  # type: ignore[arg-type]
    session.flush()
    keys = {name: str(key) for name, key in things.items()}
    ways_in = _ways_in(session, cast)
    session.flush()
    return keys | _versions(session, keys) | ways_in | FIGURES


def filled(pattern: Any, things: dict[str, str]) -> Any:
    """Put the keys of things into the `{places}` of a path or of every text in a body."""
    if isinstance(pattern, str):
        return pattern.format_map(things)
    if isinstance(pattern, dict):
        return {name: filled(value, things) for name, value in pattern.items()}
    if isinstance(pattern, list):
        return [filled(value, things) for value in pattern]
    return pattern


def _a_dossier(session: Session, cast: Cast, resident_id: UUID) -> UUID:
    resident = session.get_one(Resident, resident_id)
    told = {"informed_on": clock.today(), "informed_how": "sheet", "level": "dossier"}
    raise_level(session, cast.activator, resident.id, resident.version, LevelIn.model_validate(told))
    for scope in ("to_be_counted", "to_be_introduced"):
        given = ConsentIn.model_validate({"scope": scope, "how": "spoken", "given_on": clock.today()})
        record_consent(session, cast.activator, resident.id, given)
    return resident.id


def _a_round(session: Session, cast: Cast) -> UUID:
    """Go round in a street where somebody asked not to be rung."""
    note_no_ring(session, cast.activator, AddressIn(area_id=cast.here_id, street="Molenstraat", number="14"))
    return start_round(session, cast.activator, RoundIn(area_id=cast.here_id, where="Molenstraat")).id


def _a_reminder(session: Session, cast: Cast) -> str:
    """Let everybody who is reminded have the weekly mail, and hear nothing of one kind for now."""
    for name in ("activator", "colleague", "stranger", "teamleader"):
        hush(session, cast.actors[name], ReminderKind.ASK_OVERDUE)
        want_weekly_mail(session, cast.actors[name], WeeklyMailIn(address=f"{name}@bsa.example"))
    return ReminderKind.ASK_OVERDUE.value


def _more_asks(session: Session, cast: Cast, initiative_id: object) -> dict[str, object]:
    me, today = cast.activator, clock.today()
    told = AskIn.model_validate(
        {"initiative_id": initiative_id, "institution_id": cast.corporation_id, "text": "Plaats verlichting"}
    )
    put = {"happened_on": today, "reply_by": today + timedelta(days=14), "source": "mail", "mandate": "operational"}
    draft, asked, evaded = (draft_ask(session, me, told) for _ in range(3))
    for ask in (asked, evaded):
        put_ask(session, me, ask.id, ask.version, PutIn.model_validate(put))
    evasion = {"answer": "evasive", "words": "Nemen we mee", "happened_on": today, "source": "telephone"}
    record_answer(session, me, evaded.id, evaded.version, AnswerIn.model_validate(evasion))
    return {"draft": draft.id, "asked": asked.id, "evaded": evaded.id}


def _shown(session: Session, cast: Cast, commitment_id: UUID) -> UUID:
    """Let the institution show a picture with what it promised."""
    picture = CleanFile("image/png", b"a picture")
    return record_evidence(session, cast.corporation, commitment_id, picture, EvidenceIn(caption="De ramen")).id


def _more_commitments(session: Session, cast: Cast, ask_id: object, witnesses: list[object]) -> dict[str, UUID]:
    me, today = cast.activator, clock.today()
    found = {}
    for name in ("claimed", "broken", "shown"):
        commitment = a_commitment(session, cast, ask_id, today + timedelta(days=30))  # type: ignore[arg-type]
        found[name] = commitment
    for name in ("claimed", "broken"):
        _enter(session, cast, found[name], {"kind": "claimed"})
    verdict = {"kept": 0, "partly": 1, "not_kept": 4, "happened_on": today, "witness_ids": witnesses}
    broken = found["broken"]
    record_verdict(session, me, broken.id, broken.version, VerdictIn.model_validate(verdict | {"close_window": True}))
    _enter(session, cast, found["shown"], {"kind": "published", "visibility": "public", "previewed": True})
    return {name: commitment.id for name, commitment in found.items()}


def _lifeworld(session: Session, cast: Cast, resident_id: UUID, other_id: UUID) -> dict[str, object]:
    """Sketch a life, with a strength; and of the other resident an impression that the stand-in had."""
    me = cast.activator
    impression = SketchLine(
        resident_id=other_id, voice=Voice.WORKER, words="Moe", told_on=clock.today(), worker_id=cast.colleague.id
    )
    session.add(impression)
    session.flush()
    return {
        "line": note_sketch_line(session, me, resident_id, SketchLineIn(words="De kinderen komen zondag")).id,
        "asset": note_asset(session, me, resident_id, AssetIn(words="Kan lassen")).id,
        "impression": impression.id,
    }


def _learning(session: Session, cast: Cast, resident_id: UUID, initiative_id: UUID) -> dict[str, object]:
    """Write my part and their part, do something, and practise for a meeting."""
    me = cast.activator
    share = {"side": "theirs", "prompt": "keeps_it", "words": "Ze bellen nooit terug", "author": "together"}
    step = {"what": "Corporatie gebeld", "who_did_it": "together"}
    practice = {"scary_thing": "Praten voor de groep", "initiative_id": initiative_id, "stop_word": "koffie"}
    turns = [
        {"side": "resident", "resident_id": resident_id, "minutes": 5},
        {"side": "institution", "who": "Carla", "minutes": 1},
    ]
    order = SpeakingOrderIn.model_validate({"meeting_on": clock.today(), "turns": turns})
    of_geert = LearningStepIn.model_validate(step | {"resident_id": resident_id})
    of_all = LearningStepIn.model_validate(step | {"initiative_id": initiative_id})
    return {
        "share": write_share(session, me, resident_id, OwnShareIn.model_validate(share)).id,
        "step": record_step(session, me, of_geert).id,
        "open_step": record_step(session, me, of_all).id,
        "practice": plan_practice(session, me, resident_id, PracticeIn.model_validate(practice)).id,
        "order": make_speaking_order(session, me, initiative_id, order).id,
    }


def _enter(session: Session, cast: Cast, commitment: Commitment, told: dict[str, object]) -> None:
    happened = CommitmentEventIn.model_validate({"happened_on": clock.today(), **told})
    enter_event(session, cast.activator, commitment.id, commitment.version, happened)


def _versions(session: Session, keys: dict[str, str]) -> dict[str, str]:
    by_key = {str(row.id): str(row.version) for kind in VERSIONED for row in session.scalars(select(kind))}
    return {f"{name}_version": by_key[key] for name, key in keys.items() if key in by_key}


def _ways_in(session: Session, cast: Cast) -> dict[str, str]:
    """Give everybody a token and, hashed once for all, the password of the tests."""
    hashed, ways = hash_password(PASSWORD), {}
    for account in session.scalars(select(Account).where(~col(Account.machine))):
        account.password_hash = hashed
        purpose = cast.actors[account.name].purpose
        ways[f"{account.name}_token"] = issue_token(session, account, purpose)
        session.flush()
        asked = SignInIn.model_validate({"name": account.name, "password": PASSWORD, "purpose": purpose})
        ways[f"{account.name}_cookie"] = sign_in(session, asked, "127.0.0.1") or ""
    return ways
