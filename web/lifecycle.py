"""How a record grows, shrinks and ends: its level, leaving it as it is, merging a duplicate, erasing."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.residents import (
    erase_resident,
    go_to_level,
    lift_restriction,
    list_losses,
    merge_residents,
    restrict_resident,
    show_resident,
    show_restriction,
)
from bsa import clock
from bsa.permissions import Actor, Permission
from bsa.residents.models import LEVELS, Informed, RegistrationLevel
from bsa.residents.shapes import LevelIn, MergeIn, ResidentItem, ResidentOut
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go
from web.residents import own_residents

router = Pages("residents", prefix="/residents")


@router.get("/{resident_id}/level")
@needs(Permission.CHANGE_RESIDENT)
def level(
    request: Request, session: Reading, visitor: Visitor, resident_id: UUID, to: RegistrationLevel | None = None
) -> Response:
    """Show the registration levels, and for the one chosen what it takes, or what would be lost."""
    form = blank(guest_of(request), level=to or "", informed_on=clock.today().isoformat(), informed_how="sheet")
    return _level_page(request, session, visitor, resident_id, form, to)


@router.post("/{resident_id}/level")
@needs(Permission.CHANGE_RESIDENT)
def update_level(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Go to another registration level."""
    before = show_resident(session, visitor, resident_id).level
    form = read(LevelIn, sent, guest_of(request))

    def deed(wanted: LevelIn) -> ResidentOut:
        return go_to_level(session, visitor, resident_id, version_in(sent), wanted)

    resident = attempt(session, form, deed)
    if resident is not None:
        higher = LEVELS.index(resident.level) > LEVELS.index(before)
        word = "level_raised" if higher else "stepped_down"
        return go(request, "residents.show", word, resident_id=resident_id)
    to = next((one for one in LEVELS if one == form.values.get("level")), None)
    return _level_page(request, session, visitor, resident_id, form, to, form.status)


@router.get("/{resident_id}/restriction")
@needs(Permission.RESTRICT_RESIDENT)
def restriction(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Say what restricting or lifting means, before the button."""
    return _guarded_page(request, session, visitor, "residents/restriction.html", resident_id)


@router.post("/{resident_id}/restriction")
@needs(Permission.RESTRICT_RESIDENT)
def create_restriction(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Freeze what is kept about the resident."""
    form = read(Nothing, sent, guest_of(request))
    item = attempt(session, form, lambda _: restrict_resident(session, visitor, resident_id, version_in(sent)))
    if item is not None:
        return _after_guarded(request, item, "restricted")
    return _guarded_page(request, session, visitor, "residents/restriction.html", resident_id, form)


@router.post("/{resident_id}/restriction/end")
@needs(Permission.RESTRICT_RESIDENT)
def destroy_restriction(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Lift the restriction."""
    form = read(Nothing, sent, guest_of(request))
    item = attempt(session, form, lambda _: lift_restriction(session, visitor, resident_id, version_in(sent)))
    if item is not None:
        return _after_guarded(request, item, "restriction_lifted")
    return _guarded_page(request, session, visitor, "residents/restriction.html", resident_id, form)


@router.get("/{resident_id}/merge")
@needs(Permission.MERGE_RESIDENTS)
def merge(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Say what merging means, and let the duplicate be chosen."""
    return _merge_page(request, session, visitor, resident_id, blank(guest_of(request)))


@router.post("/{resident_id}/merge")
@needs(Permission.MERGE_RESIDENTS)
def create_merge(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Bring everything of a duplicate to this resident."""
    form = read(MergeIn, sent, guest_of(request))

    def deed(wanted: MergeIn) -> ResidentOut:
        return merge_residents(session, visitor, resident_id, version_in(sent), wanted)

    if attempt(session, form, deed):
        return go(request, "residents.show", "merged", resident_id=resident_id)
    return _merge_page(request, session, visitor, resident_id, form, form.status)


@router.get("/{resident_id}/erasure")
@needs(Permission.ERASE_RESIDENT)
def erasure(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Say what erasing means, before the button."""
    return _guarded_page(request, session, visitor, "residents/erasure.html", resident_id)


@router.post("/{resident_id}/erasure")
@needs(Permission.ERASE_RESIDENT)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Delete everything of the resident, and destroy the key."""
    form = read(Nothing, sent, guest_of(request))

    def deed(_: Nothing) -> bool:
        erase_resident(session, visitor, resident_id, version_in(sent))
        return True

    if attempt(session, form, deed):
        return go(request, "residents.index", "erased")
    return _guarded_page(request, session, visitor, "residents/erasure.html", resident_id, form)


def _level_page(
    request: Request,
    session: Session,
    visitor: Actor,
    resident_id: UUID,
    form: Form[Any],
    to: RegistrationLevel | None,
    status: int = 200,
) -> Response:
    resident = show_resident(session, visitor, resident_id)
    down = to is not None and LEVELS.index(to) < LEVELS.index(resident.level)
    return draw(
        request,
        "residents/level.html",
        status,
        resident=resident,
        form=form,
        to=to if to is not resident.level else None,
        down=down,
        losses=list_losses(session, visitor, resident_id, to).items if to and down else [],
        higher=LEVELS[LEVELS.index(resident.level) + 1 :],
        lower=LEVELS[: LEVELS.index(resident.level)],
        informed=[Informed.SHEET] if to is RegistrationLevel.DOSSIER else list(Informed),
    )


def _merge_page(
    request: Request, session: Session, visitor: Actor, resident_id: UUID, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request,
        "residents/merge.html",
        status,
        resident=show_resident(session, visitor, resident_id),
        others=own_residents(session, visitor, without=resident_id),
        form=form,
    )


def _guarded_page(
    request: Request,
    session: Session,
    visitor: Actor,
    template: str,
    resident_id: UUID,
    form: Form[Any] | None = None,
) -> Response:
    """Draw a page about a resident that also the privacy officer sees, who opens no records."""
    item = show_restriction(session, visitor, resident_id)
    form = form or blank(guest_of(request))
    return draw(request, template, form.status if form.errors else 200, resident=item, form=form)


def _after_guarded(request: Request, item: ResidentItem, word: str) -> Response:
    if Permission.OPEN_RECORD in item.allowed_actions:
        return go(request, "residents.show", word, resident_id=item.id)
    return go(request, "residents.index", word)
