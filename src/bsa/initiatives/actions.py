"""Deeds about initiatives."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, MovedTo, NotFound, invalid
from bsa.events import note
from bsa.initiatives.models import Aim, Initiative, InitiativeTheme, Participant, Phase
from bsa.initiatives.queries import find_initiative, get_initiative
from bsa.initiatives.shapes import AimIn, InitiativeChange, InitiativeIn, ParticipantIn, PhaseIn, ReachedIn
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import changeable, consents_to
from bsa.residents.models import ConsentScope, Resident
from bsa.rows import not_later
from bsa.themes.models import Theme


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
    session.flush()
    return initiative


def add_participant(session: Session, actor: Actor, initiative_id: UUID, told: ParticipantIn) -> Participant:
    """Write down that a resident takes part; it needs the resident's consent to be introduced to the others."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.ADD_PARTICIPANT)
    resident = _resident_named(session, actor, told.resident_id, at="resident_id")
    if initiative.phase is Phase.STOPPED:
        raise Conflict("This initiative has stopped. Take it up again first.")
    if consents_to(session, resident.id, ConsentScope.TO_BE_INTRODUCED) is None:
        raise invalid(
            "resident_id",
            "consent_missing",
            "This resident has not agreed to be introduced to others. Ask first, and record the consent.",
        )
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


def _resident_named(session: Session, actor: Actor, resident_id: UUID, *, at: str) -> Resident:
    try:
        return changeable(session, actor, resident_id, Permission.ADD_PARTICIPANT)
    except (NotFound, MovedTo):
        raise invalid(at, "unknown", "There is no such resident among those you can see.") from None


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
