"""Deeds about initiatives."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, NotFound, Question, invalid
from bsa.events import note
from bsa.initiatives.codes import make_code
from bsa.initiatives.models import Aim, Initiative, InitiativePage, InitiativeTheme, Participant, Phase
from bsa.initiatives.naming import named_in
from bsa.initiatives.queries import find_initiative, find_page, get_initiative, is_public
from bsa.initiatives.shapes import (
    AimIn,
    InitiativeChange,
    InitiativeIn,
    InitiativePageChange,
    InitiativePageIn,
    ParticipantIn,
    PhaseIn,
    PublicationIn,
    ReachedIn,
)
from bsa.institutions.models import InstitutionContact
from bsa.people.models import Account
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import changeable, resident_to_introduce
from bsa.residents.models import Resident
from bsa.residents.queries import looked_after_by
from bsa.rows import not_later, not_stale
from bsa.sealing import note_read, open_cell
from bsa.themes.models import Theme

TEXTS = ("title", "words", "when_next", "where", "whom_to_call")
"""The texts of a public page."""


def start_initiative(session: Session, actor: Actor, told: InitiativeIn) -> Initiative:
    """Write down that an initiative starts, or that one which was there already is joined."""
    area = find_area(session, actor, told.area_id, at="area_id")
    started_on = not_later("started_on", told.started_on)
    initiative = Initiative(
        area_id=area.id,
        title=told.title,
        description=told.description,
        origin=told.origin,
        joined_existing=told.joined_existing,
        phase=told.phase,
        phase_since=started_on,
        started_on=started_on,
        next_step=told.next_step,
        next_step_on=told.next_step_on,
    )
    require(actor, Permission.START_INITIATIVE, initiative, instead=N_("Start initiatives in an area of your own."))
    session.add(initiative)
    session.flush()
    for theme_id in dict.fromkeys(told.theme_ids):
        theme = _theme_named(session, actor, theme_id, at="theme_ids")
        session.add(InitiativeTheme(initiative_id=initiative.id, theme_id=theme.id))
    note(session, actor, "initiative.started", initiative, phase=initiative.phase, origin=initiative.origin)
    session.flush()
    return initiative


def change_initiative(
    session: Session, actor: Actor, initiative_id: UUID, version: int, change: InitiativeChange
) -> Initiative:
    """Change what an initiative is about, or what its next step is."""
    initiative = get_initiative(session, actor, initiative_id, Permission.CHANGE_INITIATIVE, version)
    for name in change.model_fields_set:
        setattr(initiative, name, getattr(change, name))
    if initiative.next_step is None and "next_step" in change.model_fields_set and change.next_step_on is None:
        initiative.next_step_on = None
    if initiative.next_step_on is not None and initiative.next_step is None:
        raise invalid("next_step", "required", "Say what the next step is, or leave out its day.")
    initiative.touch()
    note(session, actor, "initiative.changed", initiative)
    session.flush()
    return initiative


def move_phase(session: Session, actor: Actor, initiative_id: UUID, version: int, told: PhaseIn) -> Initiative:
    """Write down that an initiative came into another phase; one that stopped can be taken up again."""
    initiative = get_initiative(session, actor, initiative_id, Permission.CHANGE_INITIATIVE, version)
    before = initiative.phase
    if told.phase is before:
        raise Conflict("The initiative is in this phase already.")
    if told.phase is Phase.STOPPED and told.lesson is None:
        raise invalid("lesson", "required", "Write what was learned: that is what stays when an initiative stops.")
    since = _not_before("since", not_later("since", told.since), initiative.phase_since)
    initiative.phase, initiative.phase_since = told.phase, since
    if told.lesson is not None:
        initiative.lesson = told.lesson
    initiative.touch()
    note(session, actor, "initiative.phase_moved", initiative, before=before, phase=told.phase, since=since)
    if told.phase is Phase.STOPPED:
        # Nobody is sent to what is no longer there.
        page = session.scalar(select(InitiativePage).where(col(InitiativePage.initiative_id) == initiative.id))
        if page is not None and is_public(page):
            _withdraw(session, actor, page)
    session.flush()
    return initiative


def add_participant(session: Session, actor: Actor, initiative_id: UUID, told: ParticipantIn) -> Participant:
    """Write down that a resident takes part; it needs the resident's consent to be introduced to the others."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.ADD_PARTICIPANT)
    resident = resident_to_introduce(session, actor, told.resident_id, Permission.ADD_PARTICIPANT)
    if initiative.phase is Phase.STOPPED:
        raise Conflict("This initiative has stopped. Take it up again first.")
    if _takes_part(session, initiative.id, resident.id):
        raise Conflict("This resident takes part already.")
    participant = Participant(
        initiative_id=initiative.id,
        resident_id=resident.id,
        part=told.part,
        consented_on=not_later("consented_on", told.consented_on),
        from_on=clock.today(),
    )
    session.add(participant)
    initiative.touch()
    # The event does not say who: it outlives the resident's data.
    note(session, actor, "initiative.participant_added", initiative, part=participant.part)
    session.flush()
    return participant


def end_participation(session: Session, actor: Actor, initiative_id: UUID, participant_id: UUID) -> None:
    """Write down that a resident no longer takes part."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.ADD_PARTICIPANT)
    participant = session.get(Participant, participant_id)
    if participant is None or participant.initiative_id != initiative.id:
        raise NotFound
    changeable(session, actor, participant.resident_id, Permission.ADD_PARTICIPANT)
    if participant.until_on is not None:
        raise Conflict("This resident no longer takes part already.")
    participant.until_on = clock.today()
    session.add(participant)
    initiative.touch()
    note(session, actor, "initiative.participation_ended", initiative, part=participant.part)
    session.flush()


def set_aim(session: Session, actor: Actor, initiative_id: UUID, told: AimIn) -> Aim:
    """Write down what an initiative wants to reach, and by what one would see it."""
    initiative = get_initiative(session, actor, initiative_id, Permission.CHANGE_INITIATIVE)
    aim = Aim(initiative_id=initiative.id, text=told.text, sign=told.sign)
    session.add(aim)
    initiative.touch()
    note(session, actor, "initiative.aim_set", initiative, aim_id=aim.id)
    session.flush()
    return aim


def reach_aim(session: Session, actor: Actor, initiative_id: UUID, aim_id: UUID, told: ReachedIn) -> Aim:
    """Write down that an aim was reached."""
    initiative = get_initiative(session, actor, initiative_id, Permission.CHANGE_INITIATIVE)
    aim = session.get(Aim, aim_id)
    if aim is None or aim.initiative_id != initiative.id:
        raise NotFound
    if aim.reached_on is not None:
        raise Conflict("This aim was reached already.")
    reached_on = not_later("reached_on", told.reached_on)
    aim.reached_on = _not_before("reached_on", reached_on, initiative.started_on)
    session.add(aim)
    initiative.touch()
    note(session, actor, "initiative.aim_reached", initiative, aim_id=aim.id, reached_on=aim.reached_on)
    session.flush()
    return aim


def link_theme(session: Session, actor: Actor, initiative_id: UUID, theme_id: UUID) -> Initiative:
    """Write down that an initiative is about a theme."""
    initiative = get_initiative(session, actor, initiative_id, Permission.CHANGE_INITIATIVE)
    theme = _theme_named(session, actor, theme_id, at="theme_id")
    if _link(session, initiative.id, theme.id) is not None:
        raise Conflict("The initiative is linked to this theme already.")
    session.add(InitiativeTheme(initiative_id=initiative.id, theme_id=theme.id))
    initiative.touch()
    note(session, actor, "initiative.theme_linked", initiative, theme_id=theme.id)
    session.flush()
    return initiative


def unlink_theme(session: Session, actor: Actor, initiative_id: UUID, theme_id: UUID) -> None:
    """Take away the link between an initiative and a theme."""
    initiative = get_initiative(session, actor, initiative_id, Permission.CHANGE_INITIATIVE)
    link = _link(session, initiative.id, theme_id)
    if link is None:
        raise NotFound
    session.delete(link)
    initiative.touch()
    note(session, actor, "initiative.theme_unlinked", initiative, theme_id=theme_id)
    session.flush()


def draft_page(session: Session, actor: Actor, initiative_id: UUID, told: InitiativePageIn) -> InitiativePage:
    """Write the public page of an initiative; nobody outside the team sees it before it is approved."""
    initiative = get_initiative(session, actor, initiative_id, Permission.PUBLISH_INITIATIVE)
    if session.scalar(select(InitiativePage.id).where(col(InitiativePage.initiative_id) == initiative.id)):
        raise Conflict("This initiative has a page already. Change that one.")
    _refuse_names(session, actor, initiative, told)
    page = InitiativePage(
        initiative_id=initiative.id,
        area_id=initiative.area_id,
        code=_free_code(session),
        title=told.title,
        words=told.words,
        when_next=told.when_next,
        where=told.where,
        whom_to_call=told.whom_to_call,
    )
    session.add(page)
    note(session, actor, "initiative_page.drafted", page)
    session.flush()
    return page


def change_page(
    session: Session, actor: Actor, initiative_id: UUID, version: int | None, change: InitiativePageChange
) -> InitiativePage:
    """Write a public page anew; when everybody reads it already, it is shown and asked about first."""
    initiative = get_initiative(session, actor, initiative_id, Permission.PUBLISH_INITIATIVE)
    page = find_page(session, actor, initiative_id)
    not_stale(page, version)
    _refuse_names(session, actor, initiative, change)
    if is_public(page) and not change.previewed:
        raise Question("Everybody reads this page already. Shall it say this from now on?", "previewed")
    for name in TEXTS:
        setattr(page, name, getattr(change, name))
    page.touch()
    note(session, actor, "initiative_page.changed", page)
    session.flush()
    return page


def publish_page(
    session: Session, actor: Actor, initiative_id: UUID, version: int | None, told: PublicationIn
) -> InitiativePage:
    """Let everybody read a page, after a person read it as it will be; one that was withdrawn comes back the same."""
    initiative = get_initiative(session, actor, initiative_id, Permission.PUBLISH_INITIATIVE)
    page = find_page(session, actor, initiative_id)
    not_stale(page, version)
    if is_public(page):
        raise Conflict("Everybody reads this page already.")
    if initiative.phase is Phase.STOPPED:
        raise Conflict("This initiative has stopped. Take it up again first.")
    if not told.previewed:
        raise invalid("previewed", "preview_first", "Read the preview and say that it may be published as it stands.")
    # Somebody may have got an account, or have begun to take part, since it was written.
    _refuse_names(session, actor, initiative, page)
    page.published_on, page.published_by_id, page.withdrawn_on = clock.today(), actor.id, None
    page.touch()
    note(session, actor, "initiative_page.published", page)
    session.flush()
    return page


def withdraw_page(session: Session, actor: Actor, initiative_id: UUID) -> InitiativePage:
    """Take a page away from everybody, at once and whatever changed meanwhile."""
    get_initiative(session, actor, initiative_id, Permission.PUBLISH_INITIATIVE)
    page = find_page(session, actor, initiative_id)
    if not is_public(page):
        raise Conflict("Nobody outside the team can read this page.")
    return _withdraw(session, actor, page)


def _withdraw(session: Session, actor: Actor, page: InitiativePage) -> InitiativePage:
    page.withdrawn_on = clock.today()
    page.touch()
    note(session, actor, "initiative_page.withdrawn", page)
    session.flush()
    return page


def _free_code(session: Session) -> str:
    """Return a code that no page has, withdrawn ones neither: old posters lead nowhere rather than elsewhere."""
    while True:
        code = make_code()
        if session.scalar(select(InitiativePage.id).where(col(InitiativePage.code) == code)) is None:
            return code


def _refuse_names(
    session: Session, actor: Actor, initiative: Initiative, told: InitiativePageIn | InitiativePage
) -> None:
    """Refuse a text that names somebody with an account, of an institution, or an own resident who takes part.

    Whom a colleague looks after is not looked up: to be refused would tell that there is somebody of that name.
    """
    employees = [
        open_cell(session, Account, "display_name", key, None, cell) or ""
        for key, cell in session.execute(select(col(Account.id), col(Account.display_name)))
    ]
    officials = [
        open_cell(session, InstitutionContact, "name", key, None, cell) or ""
        for key, cell in session.execute(select(col(InstitutionContact.id), col(InstitutionContact.name)))
    ]
    residents = _names_of_participants(session, actor, initiative.id)
    for where in TEXTS:
        found = named_in(getattr(told, where), [*employees, *officials, *residents], [*employees, *officials])
        if found is not None:
            raise invalid(
                where, "names_somebody", "This names {who}. Leave the name out: the page names nobody.", who=found
            )


def _names_of_participants(session: Session, actor: Actor, initiative_id: UUID) -> list[str]:
    rows = session.execute(
        select(col(Resident.id), col(Resident.call_name), col(Resident.full_name))
        .join(Participant, col(Participant.resident_id) == Resident.id)
        .where(col(Participant.initiative_id) == initiative_id, looked_after_by(actor))
        .distinct()
    ).all()
    note_read(session, [row.id for row in rows])
    return [
        open_cell(session, Resident, column, row.id, row.id, getattr(row, column)) or ""
        for row in rows
        for column in ("call_name", "full_name")
    ]


def _takes_part(session: Session, initiative_id: UUID, resident_id: UUID) -> bool:
    now = select(Participant.id).where(
        col(Participant.initiative_id) == initiative_id,
        col(Participant.resident_id) == resident_id,
        col(Participant.until_on).is_(None),
    )
    return session.scalar(now) is not None


def _theme_named(session: Session, actor: Actor, theme_id: UUID, *, at: str) -> Theme:
    theme = session.get(Theme, theme_id)
    if theme is None or theme.area_id not in actor.area_ids:
        raise invalid(at, "unknown", "There is no such theme in your areas. Choose one from the list.")
    return theme


def _link(session: Session, initiative_id: UUID, theme_id: UUID) -> InitiativeTheme | None:
    return session.scalar(
        select(InitiativeTheme).where(
            col(InitiativeTheme.initiative_id) == initiative_id, col(InitiativeTheme.theme_id) == theme_id
        )
    )


def _not_before(where: str, day: date, earliest: date) -> date:
    if day < earliest:
        raise invalid(where, "too_early", "This day lies before {day}.", day=earliest.isoformat())
    return day
