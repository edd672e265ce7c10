"""Residents: the list, and the record of a resident for those who look after this resident."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.accounts import list_colleagues
from api.areas import list_areas
from api.contacts import list_contacts
from api.dependencies import Reading, Session, Writing, needs
from api.lifeworld import list_assets
from api.needs import list_needs
from api.promises import list_promises
from api.referrals import list_referrals_of_resident
from api.residents import (
    assign_worker,
    change_phase,
    change_resident,
    list_residents,
    mean_exploring,
    record_consent,
    register_resident,
    release_worker,
    show_resident,
    withdraw_consent,
)
from api.trust import list_relationships
from bsa import clock
from bsa.areas.models import Level
from bsa.areas.shapes import AreaOut, AreaQuery
from bsa.contacts.models import ContactPlace, ContactPurpose, PromiseOutcome
from bsa.contacts.shapes import PromiseQuery
from bsa.learning.models import WhoDidIt
from bsa.needs.shapes import NeedQuery
from bsa.people.shapes import ColleagueQuery
from bsa.permissions import Actor, Permission, Role, require
from bsa.residents.models import (
    LEVELS,
    AgeBand,
    ConsentHow,
    ConsentScope,
    ContactChannel,
    Informed,
    ReadingComfort,
    ResidentPhase,
    WorkerPart,
    may_keep,
)
from bsa.residents.shapes import (
    ConsentIn,
    ResidentChange,
    ResidentIn,
    ResidentItem,
    ResidentOut,
    ResidentPhaseIn,
    ResidentQuery,
    WorkerIn,
)
from bsa.shapes import Listing
from bsa.trust.models import OFFERED
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go, tongue

router = Pages("residents", prefix="/residents")

SPOKEN_HERE = ("nl", "en", "ar", "bg", "de", "es", "fa", "fr", "ku", "pl", "pt", "ro", "ru", "so", "ti", "tr", "uk")
"""The languages that the form offers; the API takes any."""


@router.get("")
@needs(Permission.SEE_RESIDENTS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List residents by last contact; to begin with one's own."""
    begins: dict[str, Any] = (
        {"mine": True} if "mine" not in request.query_params and visitor.has(Role.ACTIVATOR) else {}
    )
    filters = read(ResidentQuery, request.query_params, guest_of(request), **begins)
    filters.values |= dict.fromkeys(begins, "true")
    return draw(
        request,
        "residents/index.html",
        filters=filters,
        residents=list_residents(session, visitor, filters.shape or ResidentQuery()),
        areas=[(area.id, area.name) for area in list_areas(session, visitor, AreaQuery(mine=True, limit=200)).items],
        levels=LEVELS,
        phases=list(ResidentPhase),
        filtered=any(filters.values.get(name) for name in ("area_id", "level", "phase", "restricted")),
    )


@router.get("/new")
@needs(Permission.REGISTER_RESIDENT)
def new(request: Request, session: Reading, visitor: Visitor, area_id: UUID | None = None) -> Response:
    """Show the form to register a resident; from a round comes the neighbourhood, and nothing more."""
    require(visitor, Permission.REGISTER_RESIDENT)
    areas = _homes(session, visitor)
    form = blank(
        guest_of(request),
        informed_on=clock.today().isoformat(),
        informed_how=Informed.SPOKEN.value,
        area_id=str(area_id or (areas[0].id if len(areas) == 1 else "")),
    )
    return _new_page(request, session, visitor, form)


@router.post("")
@needs(Permission.REGISTER_RESIDENT)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Register a resident."""
    form = read(ResidentIn, sent, guest_of(request))
    resident = attempt(session, form, lambda told: register_resident(session, visitor, told))
    if resident is not None:
        return go(request, "residents.show", "resident_registered", resident_id=resident.id)
    return _new_page(request, session, visitor, form, form.status)


@router.get("/{resident_id}")
@needs(Permission.OPEN_RECORD)
def show(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show a resident's record."""
    return record_page(request, session, visitor, resident_id)


@router.get("/{resident_id}/edit")
@needs(Permission.CHANGE_RESIDENT)
def edit(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show the form to change what is kept."""
    resident = show_resident(session, visitor, resident_id)
    values = {
        name: str(getattr(resident, name) or "") for name in ResidentChange.model_fields if hasattr(resident, name)
    }
    return _edit_page(request, session, visitor, resident, blank(guest_of(request), **values))


@router.post("/{resident_id}/edit")
@needs(Permission.CHANGE_RESIDENT)
def update(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Change what is kept; what was emptied is taken away."""
    emptied: dict[str, Any] = {}
    for name in ResidentChange.model_fields:
        if name != "household_of_id" and sent.get(name) == "":
            emptied[name] = None
    if sent.get("household_of_id") == "none":
        emptied["household_of_id"] = None
    form = read(ResidentChange, sent, guest_of(request), **emptied)

    def deed(change: ResidentChange) -> ResidentOut:
        return change_resident(session, visitor, resident_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "residents.show", "saved", resident_id=resident_id)
    resident = show_resident(session, visitor, resident_id)
    return _edit_page(request, session, visitor, resident, form, form.status)


@router.post("/{resident_id}/phase")
@needs(Permission.CHANGE_PHASE)
def create_phase(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Go on to another phase."""
    form = read(ResidentPhaseIn, sent, guest_of(request), prefix="phase")
    if attempt(session, form, lambda wanted: change_phase(session, visitor, resident_id, version_in(sent), wanted)):
        return go(request, "residents.show", "phase_moved", "phase", resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, phase_form=form)


@router.post("/{resident_id}/exploring")
@needs(Permission.CHANGE_PHASE)
def create_exploring(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Say that exploring for so long is on purpose; then back to where the button stood."""
    form = read(Nothing, sent, guest_of(request), prefix="phase")
    if attempt(session, form, lambda _: mean_exploring(session, visitor, resident_id, version_in(sent))):
        if sent.get("back") == "day":
            return go(request, "day.show", "exploring_meant")
        return go(request, "residents.show", "exploring_meant", resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, phase_form=form)


@router.post("/{resident_id}/workers")
@needs(Permission.ASSIGN_WORKER)
def create_worker(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Let a colleague look after the resident too, or stand in."""
    form = read(WorkerIn, sent, guest_of(request), prefix="worker")
    if attempt(session, form, lambda wanted: assign_worker(session, visitor, resident_id, wanted)):
        return go(request, "residents.show", "worker_assigned", "workers", resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, worker_form=form)


@router.post("/{resident_id}/workers/{worker_id}/release")
@needs(Permission.ASSIGN_WORKER)
def destroy_worker(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, worker_id: UUID, sent: Sent
) -> Response:
    """End that a colleague looks after the resident or stands in."""
    form = read(Nothing, sent, guest_of(request), prefix="worker")
    mine = any(
        worker.id == worker_id and worker.account_id == visitor.id
        for worker in show_resident(session, visitor, resident_id).workers
    )

    def deed(_: Nothing) -> bool:
        release_worker(session, visitor, resident_id, worker_id)
        return True

    if attempt(session, form, deed):
        if mine:
            return go(request, "residents.index", "worker_released")
        return go(request, "residents.show", "worker_released", "workers", resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, worker_form=form)


@router.post("/{resident_id}/consents")
@needs(Permission.RECORD_CONSENT)
def create_consent(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Write down that the resident agreed to something."""
    form = read(ConsentIn, sent, guest_of(request), prefix="consent")
    if attempt(session, form, lambda given: record_consent(session, visitor, resident_id, given)):
        return go(request, "residents.show", "consent_recorded", "consents", resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, consent_form=form)


@router.post("/{resident_id}/consents/{consent_id}/withdrawal")
@needs(Permission.RECORD_CONSENT)
def destroy_consent(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, consent_id: UUID, sent: Sent
) -> Response:
    """Write down that the resident no longer agrees."""
    form = read(Nothing, sent, guest_of(request), prefix="consent")
    if attempt(session, form, lambda _: withdraw_consent(session, visitor, resident_id, consent_id)):
        return go(request, "residents.show", "consent_withdrawn", "consents", resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, consent_form=form)


def record_page(
    request: Request, session: Session, visitor: Actor, resident_id: UUID, status: int = 200, **forms: Form[Any]
) -> Response:
    """Draw the record; `forms` holds the one that came back with mistakes."""
    guest = guest_of(request)
    resident = show_resident(session, visitor, resident_id)
    contacts = list_contacts(session, visitor, resident_id, Listing(limit=10))
    promises = list_promises(session, visitor, PromiseQuery(resident_id=resident_id)).items
    own = [contact for contact in contacts.items if contact.worker_id == visitor.id]
    blanks = {
        "contact_form": blank(
            guest,
            "contact",
            happened_on=clock.today().isoformat(),
            place=own[0].place if own else ContactPlace.DOORSTEP,
            purpose=ContactPurpose.BEING_THERE if own else ContactPurpose.GETTING_ACQUAINTED,
            **in_a_week(),
        ),
        "promise_form": blank(guest, "promise", due_on=in_a_week()["promise.due_on"]),
        "consent_form": blank(guest, "consent", given_on=clock.today().isoformat()),
        "worker_form": blank(guest, "worker"),
        "settle_form": blank(guest, "settle"),
        "phase_form": blank(guest, "phase", phase=resident.phase.value),
    }
    assigning = Permission.ASSIGN_WORKER in resident.allowed_actions
    bonds = list_relationships(session, visitor, resident_id).items
    bond = next((one for one in bonds if one.account_id == visitor.id), None)
    return draw(
        request,
        "residents/show.html",
        status,
        resident=resident,
        contacts=contacts,
        notes=may_keep("contact.own_note", resident.level),
        open_promises=[promise for promise in promises if promise.outcome is None],
        settled_promises=[promise for promise in promises if promise.outcome is not None],
        strengths=[
            one for one in list_assets(session, visitor, resident_id, Listing(limit=20)).items if not one.struck_at
        ],
        strengths_kept=may_keep("asset.*", resident.level),
        referrals=list_referrals_of_resident(session, visitor, resident_id).items,
        wants=list_needs(session, visitor, NeedQuery(resident_id=resident_id)).items,
        colleagues=_colleagues(session, visitor) if assigning else [],
        steps_kept=may_keep("learning_step.*", resident.level),
        who_codes=list(WhoDidIt),
        done_forms={promise.id: blank(guest, f"done-{promise.id}") for promise in promises},
        meeting_places=list(ContactPlace),
        purposes=list(ContactPurpose),
        outcomes=list(PromiseOutcome),
        scopes=list(ConsentScope),
        hows=list(ConsentHow),
        parts=list(WorkerPart),
        phases=list(ResidentPhase),
        own=bond,
        offered=OFFERED[bond.stage if bond else None],
        **(blanks | forms),
    )


def in_a_week() -> dict[str, str]:
    """Return the day by which a promise is to be kept when nobody says otherwise."""
    return {"promise.due_on": (clock.today() + timedelta(days=7)).isoformat()}


def _new_page(request: Request, session: Session, visitor: Actor, form: Form[Any], status: int = 200) -> Response:
    return draw(
        request,
        "residents/new.html",
        status,
        form=form,
        areas=[(area.id, area.name) for area in _homes(session, visitor)],
        others=own_residents(session, visitor),
        informed=list(Informed),
        reading=list(ReadingComfort),
        languages=_languages(request),
    )


def _edit_page(
    request: Request, session: Session, visitor: Actor, resident: ResidentOut, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request,
        "residents/edit.html",
        status,
        resident=resident,
        form=form,
        known=may_keep("full_name", resident.level),
        areas=_area_options(session, visitor, resident),
        others=own_residents(session, visitor, without=resident.id),
        reading=list(ReadingComfort),
        channels=list(ContactChannel),
        bands=[band for band in AgeBand if band is not AgeBand.UNDER_18],
        languages=_languages(request, resident.preferred_language),
    )


def _homes(session: Session, visitor: Actor) -> list[AreaOut]:
    """Return the areas of one's reach in which somebody can live."""
    areas = list_areas(session, visitor, AreaQuery(mine=True, limit=200)).items
    return [area for area in areas if area.level in (Level.NEIGHBOURHOOD, Level.COMPLEX, Level.PLACE)]


def _area_options(session: Session, visitor: Actor, resident: ResidentOut) -> list[tuple[UUID, str]]:
    options = [(area.id, area.name) for area in _homes(session, visitor)]
    here = (resident.area_id, resident.area_name)
    return options if here in options else [here, *options]


def own_residents(session: Session, visitor: Actor, without: UUID | None = None) -> list[tuple[UUID, str]]:
    """Return one's own residents to choose from, those seen last first."""
    return [as_option(one) for one in unrestricted_of_own(session, visitor) if one.id != without]


def unrestricted_of_own(session: Session, visitor: Actor) -> list[ResidentItem]:
    """Return one's own residents but the restricted ones, those seen last first."""
    own = list_residents(session, visitor, ResidentQuery(mine=True, limit=200)).items
    return [one for one in own if not one.restricted]


def as_option(resident: ResidentItem) -> tuple[UUID, str]:
    """Return a resident as something to choose: the key, the name to call and where."""
    return resident.id, f"{resident.call_name} ({resident.area_name})"


def _colleagues(session: Session, visitor: Actor) -> list[tuple[UUID, str]]:
    found = list_colleagues(session, visitor, ColleagueQuery(limit=200)).items
    return [(colleague.id, colleague.name) for colleague in found if colleague.id != visitor.id]


def _languages(request: Request, chosen: str | None = None) -> list[tuple[str, str]]:
    codes = [*SPOKEN_HERE, *([chosen] if chosen and chosen not in SPOKEN_HERE else [])]
    return [(code, tongue(code, guest_of(request).language)) for code in codes]
