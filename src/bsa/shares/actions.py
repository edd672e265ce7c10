"""Deeds about my part and their part.

Their part can become an ask. What goes along is the text that the resident approved, never the entry; the ask does not
know from whom it came.
"""

import re
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.asks.actions import draft_ask
from bsa.asks.shapes import AskIn
from bsa.errors import Conflict, Invalid, invalid
from bsa.events import note
from bsa.permissions import Actor, Permission
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import Resident, may_keep
from bsa.rows import not_later
from bsa.shares.models import OwnShare, ShareSide
from bsa.shares.queries import find_share, get_between_two
from bsa.shares.shapes import OwnShareIn, ShareAskIn


def write_share(session: Session, actor: Actor, resident_id: UUID, told: OwnShareIn) -> OwnShare:
    """Write an entry that the resident wrote, or that the two wrote together."""
    resident = _writable(session, actor, resident_id)
    if not may_keep("own_share.*", resident.level):
        raise Invalid(above_level("words", "own_share.*"))
    share = OwnShare(
        resident_id=resident.id,
        side=told.side,
        prompt=told.prompt,
        words=told.words,
        author=told.author,
        written_on=not_later("written_on", told.written_on or clock.today()),
        worker_id=actor.id,
    )
    session.add(share)
    # Not even on which side: the event outlives the entry, and others read events.
    note(session, actor, "own_share.written", share)
    session.flush()
    return share


def strike_share(session: Session, actor: Actor, share_id: UUID) -> OwnShare:
    """Strike an entry through; an ask that came of it stays, for it is the institution's to answer."""
    share = find_share(session, actor, share_id)
    _writable(session, actor, share.resident_id)
    # The resident is locked only now, so the entry may have been struck after it was found.
    session.refresh(share)
    if share.struck_at is not None:
        raise Conflict("This entry was struck already.")
    share.struck_at, share.struck_by_id = clock.now(), actor.id
    note(session, actor, "own_share.struck", share)
    session.flush()
    return share


def ask_for_their_part(session: Session, actor: Actor, share_id: UUID, told: ShareAskIn) -> OwnShare:
    """Draft an ask to an institution out of their part, in the words that the resident approved."""
    share = find_share(session, actor, share_id)
    resident = _writable(session, actor, share.resident_id)
    session.refresh(share)
    if share.struck_at is not None:
        raise Conflict("This entry was struck already.")
    if share.side is not ShareSide.THEIRS:
        raise Conflict("Only their part can become an ask. My part stays between the two of you.")
    if share.ask_id is not None:
        raise Conflict("This became an ask already.")
    not_later("approved_on", told.approved_on)
    _refuse_name(resident, told.approved_words)
    asked = AskIn(initiative_id=told.initiative_id, institution_id=told.institution_id, text=told.approved_words)
    share.ask_id = draft_ask(session, actor, asked).id
    # Without the key of the ask: from the ask, and from what happened, no way leads to the resident.
    note(session, actor, "own_share.asked", share, approved_on=told.approved_on)
    session.flush()
    return share


def _writable(session: Session, actor: Actor, resident_id: UUID) -> Resident:
    get_between_two(session, actor, resident_id)
    return changeable(session, actor, resident_id, Permission.WRITE_OWN_SHARE)


def _refuse_name(resident: Resident, words: str) -> None:
    """Refuse words for an institution that name the resident."""
    for name in (resident.call_name, resident.full_name):
        if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE):
            raise invalid(
                "approved_words",
                "names_resident",
                "This names the resident. Leave the name out: others read it.",
            )
