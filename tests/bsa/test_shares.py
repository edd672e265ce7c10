"""My part and their part: between the resident and the assigned worker, and for everybody else it is not there."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa.asks.actions import discard_draft
from bsa.asks.models import Ask, AskState
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound
from bsa.events import Event
from bsa.lifecycle.actions import step_down
from bsa.lifecycle.queries import losses
from bsa.permissions import Actor
from bsa.residents.actions import assign_worker, release_worker, restrict_resident
from bsa.residents.models import RegistrationLevel, Resident, WorkerPart
from bsa.residents.queries import find_resident
from bsa.residents.shapes import LevelIn, WorkerIn
from bsa.sealing import SealedCell
from bsa.shapes import Listing
from bsa.shares.actions import ask_for_their_part, strike_share, write_share
from bsa.shares.models import Author, OwnShare, SharePrompt, ShareSide
from bsa.shares.queries import list_own_shares, show_share
from bsa.shares.shapes import OwnShareIn, ShareAskIn

from tests.bsa.test_lifecycle import an_initiative
from tests.cast import Cast, a_dossier, a_resident

TODAY = date(2026, 3, 24)
TOMORROW = TODAY + timedelta(days=1)
ALL = Listing()
OTHERS = ("colleague", "stranger", "teamleader", "corporation", "rival", "policy", "privacy", "admin")


def an_entry(side: ShareSide = ShareSide.THEIRS, **more: object) -> OwnShareIn:
    told = {"side": side, "prompt": "keeps_it", "words": "Ze bellen nooit terug", "author": "together"}
    return OwnShareIn.model_validate(told | more)


def an_ask(
    session: Session, cast: Cast, words: str = "Bel bewoners binnen een week terug", **more: object
) -> ShareAskIn:
    told = {
        "institution_id": cast.corporation_id,
        "initiative_id": an_initiative(session, cast),
        "approved_words": words,
        "approved_on": TODAY,
    }
    return ShareAskIn.model_validate(told | more)


def stand_in(session: Session, cast: Cast, resident: Resident) -> Actor:
    wanted = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, wanted)
    return cast.colleague


def test_an_entry_is_written_with_the_resident_and_listed_in_its_column(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    mine = write_share(session, cast.activator, resident.id, an_entry(ShareSide.MINE, words="Ik bel niet"))
    theirs = write_share(session, cast.activator, resident.id, an_entry())

    listed = list_own_shares(session, cast.activator, resident.id, ALL).items
    assert [(one.id, one.side, one.words) for one in listed] == [
        (theirs.id, ShareSide.THEIRS, "Ze bellen nooit terug"),
        (mine.id, ShareSide.MINE, "Ik bel niet"),
    ]
    assert [one.allowed_actions for one in listed] == [["write_own_share", "draft_ask"], ["write_own_share"]]
    assert (listed[0].prompt, listed[0].author, listed[0].written_on) == (
        SharePrompt.KEEPS_IT,
        Author.TOGETHER,
        TODAY,
    )


def test_a_worker_alone_cannot_be_the_author() -> None:
    with pytest.raises(ValidationError, match="author"):
        an_entry(author="worker")


def test_a_bsn_is_refused() -> None:
    with pytest.raises(ValidationError, match="BSN"):
        an_entry(words="mijn nummer is 111222333")


def test_below_a_dossier_and_for_a_day_to_come_nothing_is_written(session: Session, cast: Cast) -> None:
    alias = a_resident(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid) as refused:
        write_share(session, cast.activator, alias.id, an_entry())
    assert refused.value.faults[0].code == "above_level"

    resident = a_dossier(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid) as refused:
        write_share(session, cast.activator, resident.id, an_entry(written_on=TOMORROW))
    assert refused.value.faults[0].code == "in_future"
    assert session.scalars(select(OwnShare)).all() == []


def test_while_restricted_nothing_is_written_or_struck(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry())
    restrict_resident(session, cast.activator, resident.id, resident.version)

    with pytest.raises(Conflict):
        write_share(session, cast.activator, resident.id, an_entry())
    with pytest.raises(Conflict):
        strike_share(session, cast.activator, share.id)
    assert show_share(session, cast.activator, share.id).allowed_actions == []


@pytest.mark.parametrize("name", OTHERS)
def test_for_everybody_else_an_entry_is_not_there(session: Session, cast: Cast, name: str) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry())
    somebody = cast.actors[name]

    for read in (lambda: show_share(session, somebody, share.id), lambda: strike_share(session, somebody, share.id)):
        with pytest.raises(NotFound):
            read()
    with pytest.raises((NotFound, NotAllowed)):
        list_own_shares(session, somebody, resident.id, ALL)
    with pytest.raises((NotFound, NotAllowed)):
        write_share(session, somebody, resident.id, an_entry())
    with pytest.raises(NotFound):
        ask_for_their_part(session, somebody, share.id, an_ask(session, cast))


def test_a_stand_in_reads_the_record_but_not_this_and_is_not_told_that_there_is_any(
    session: Session, cast: Cast
) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    colleague = stand_in(session, cast, resident)

    def what_the_stand_in_sees() -> object:
        with pytest.raises(NotAllowed) as refused:
            list_own_shares(session, colleague, resident.id, ALL)
        return str(refused.value), losses(session, colleague, resident.id, RegistrationLevel.ALIAS)

    before = what_the_stand_in_sees()
    share = write_share(session, cast.activator, resident.id, an_entry())

    assert what_the_stand_in_sees() == before
    with pytest.raises(NotFound):
        show_share(session, colleague, share.id)
    mine = {loss.field: loss.count for loss in losses(session, cast.activator, resident.id, RegistrationLevel.ALIAS)}
    assert mine["own_share.*"] == 1


def test_who_is_released_reads_it_no_more(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry())
    wanted = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.ASSIGNED)
    resident = assign_worker(session, cast.activator, resident.id, wanted)
    assert show_share(session, cast.colleague, share.id).words == "Ze bellen nooit terug"

    (mine,) = [worker for worker in resident.workers if worker.account_id == cast.activator.id]
    release_worker(session, cast.colleague, resident.id, mine.id)
    session.expire_all()

    with pytest.raises(NotFound):
        show_share(session, cast.activator, share.id)


def test_an_entry_is_struck_once_and_stays_readable(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry())

    strike_share(session, cast.activator, share.id)

    shown = show_share(session, cast.activator, share.id)
    assert shown.struck_at is not None
    assert (shown.words, shown.allowed_actions) == ("Ze bellen nooit terug", [])
    with pytest.raises(Conflict):
        strike_share(session, cast.activator, share.id)
    with pytest.raises(Conflict):
        ask_for_their_part(session, cast.activator, share.id, an_ask(session, cast))


def test_their_part_becomes_an_ask_in_the_approved_words_alone(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry())

    ask_for_their_part(session, cast.activator, share.id, an_ask(session, cast))

    ask = session.get_one(Ask, share.ask_id)
    assert (ask.text, ask.state) == ("Bel bewoners binnen een week terug", AskState.DRAFT)
    assert show_share(session, cast.activator, share.id).ask_id == ask.id
    for event in session.scalars(select(Event).where(col(Event.subject_id).in_([ask.id, share.id]))):
        said = repr(event.facts)
        assert str(resident.id) not in said
        assert str(ask.id) not in said
        assert str(share.id) not in said
    with pytest.raises(Conflict):
        ask_for_their_part(session, cast.activator, share.id, an_ask(session, cast))


def test_what_was_not_approved_or_names_the_resident_is_refused(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id, "Man van nr. 14")
    share = write_share(session, cast.activator, resident.id, an_entry())

    for asked, code in (
        (an_ask(session, cast, "Bel de man van nr. 14 terug"), "names_resident"),
        (an_ask(session, cast, approved_on=TOMORROW), "in_future"),
    ):
        with pytest.raises(Invalid) as refused:
            ask_for_their_part(session, cast.activator, share.id, asked)
        assert refused.value.faults[0].code == code
    with pytest.raises(ValidationError):
        an_ask(session, cast, approved_on=None)


def test_my_part_never_becomes_an_ask(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry(ShareSide.MINE))

    with pytest.raises(Conflict, match="Only their part"):
        ask_for_their_part(session, cast.activator, share.id, an_ask(session, cast))


def test_a_draft_that_is_discarded_gives_their_part_back(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry())
    ask_for_their_part(session, cast.activator, share.id, an_ask(session, cast))
    ask = session.get_one(Ask, share.ask_id)

    discard_draft(session, cast.activator, ask.id, ask.version)
    session.expire_all()

    assert show_share(session, cast.activator, share.id).ask_id is None


def test_its_events_say_that_and_nothing_else(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    share = write_share(session, cast.activator, resident.id, an_entry())
    strike_share(session, cast.activator, share.id)

    events = session.scalars(select(Event).where(col(Event.subject_id) == share.id).order_by(col(Event.id))).all()
    assert [(one.kind, one.area_id, one.facts) for one in events] == [
        ("own_share.written", None, {}),
        ("own_share.struck", None, {}),
    ]


def test_the_words_are_sealed_with_the_residents_key(database: Database, cast: Cast, standing_clock: None) -> None:
    with database.writing() as session:
        resident = a_dossier(session, cast.activator, cast.here_id)
        share_id = write_share(session, cast.activator, resident.id, an_entry()).id
    with database.reading() as session:
        assert isinstance(session.get_one(OwnShare, share_id).words, SealedCell)


def test_a_step_down_takes_every_entry_along(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    write_share(session, cast.activator, resident.id, an_entry())

    step_down(session, cast.activator, resident.id, None, LevelIn(level=RegistrationLevel.KNOWN))

    assert session.scalars(select(OwnShare)).all() == []
    assert find_resident(session, cast.activator, resident.id).level is RegistrationLevel.KNOWN
