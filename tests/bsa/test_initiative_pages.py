"""The public page of an initiative: approved by a person, withdrawn with one tap, and naming nobody."""

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotFound, Question, Stale
from bsa.events import Event
from bsa.initiatives.actions import add_participant, change_page, draft_page, move_phase, publish_page, withdraw_page
from bsa.initiatives.codes import UNFIT, make_code, read_code
from bsa.initiatives.models import Initiative, InitiativePage, Phase
from bsa.initiatives.naming import named_in
from bsa.initiatives.queries import show_page, show_public_initiative
from bsa.initiatives.shapes import InitiativePageChange, InitiativePageIn, PhaseIn, PublicationIn
from bsa.institutions.actions import record_contact
from bsa.institutions.models import Mandate
from bsa.institutions.shapes import InstitutionContactIn

from tests.bsa.test_initiatives import an_initiative, introduced, takes_part
from tests.cast import Cast

TEXTS = {"title": "Molenbuurt Warm", "words": "Samen maken we de straat warm. Kom ook.", "where": "Buurthuis De Wiek"}
READ = PublicationIn(previewed=True)


def texts(**more: str) -> InitiativePageIn:
    return InitiativePageIn.model_validate(TEXTS | more)


def changed(previewed: bool = False, **more: str) -> InitiativePageChange:
    return InitiativePageChange.model_validate(TEXTS | more | {"previewed": previewed})


@pytest.fixture
def initiative(session: Session, cast: Cast) -> Initiative:
    """Start an initiative."""
    return an_initiative(session, cast)


@pytest.fixture
def page(session: Session, cast: Cast, initiative: Initiative) -> InitiativePage:
    """Draft its page."""
    return draft_page(session, cast.activator, initiative.id, texts())


def kinds(session: Session) -> list[str]:
    query = select(Event.kind).where(col(Event.subject_kind) == "initiative_page")
    return list(session.scalars(query.order_by(col(Event.created_at), col(Event.id))))


def test_a_page_is_public_once_a_person_read_it_and_until_it_is_withdrawn(
    session: Session, cast: Cast, initiative: Initiative, page: InitiativePage
) -> None:
    with pytest.raises(NotFound):
        show_public_initiative(session, page.code)
    with pytest.raises(Invalid) as refused:
        publish_page(session, cast.teamleader, initiative.id, 1, PublicationIn())
    assert refused.value.faults[0].where == ("previewed",)

    publish_page(session, cast.teamleader, initiative.id, 1, READ)
    shown = show_public_initiative(session, page.code)
    assert (shown.title, shown.area_name, shown.where) == ("Molenbuurt Warm", "Oude Molenbuurt", "Buurthuis De Wiek")
    assert show_page(session, cast.activator, initiative.id).public
    with pytest.raises(Conflict):
        publish_page(session, cast.teamleader, initiative.id, None, READ)

    withdraw_page(session, cast.colleague, initiative.id)
    with pytest.raises(NotFound):
        show_public_initiative(session, page.code)
    with pytest.raises(Conflict):
        withdraw_page(session, cast.colleague, initiative.id)
    publish_page(session, cast.activator, initiative.id, None, READ)
    assert show_public_initiative(session, page.code).code == shown.code
    named = [f"initiative_page.{kind}" for kind in ("drafted", "published", "withdrawn", "published")]
    assert kinds(session) == named


def test_what_everybody_reads_is_changed_only_after_it_was_shown(
    session: Session, cast: Cast, initiative: Initiative, page: InitiativePage
) -> None:
    change_page(session, cast.activator, initiative.id, 1, changed(title="Warm"))
    publish_page(session, cast.activator, initiative.id, 2, READ)

    with pytest.raises(Question) as asked:
        change_page(session, cast.activator, initiative.id, 3, changed(title="Heel warm"))
    assert asked.value.answer == "previewed"
    assert show_public_initiative(session, page.code).title == "Warm"
    change_page(session, cast.activator, initiative.id, 3, changed(True, title="Heel warm"))

    assert show_public_initiative(session, page.code).title == "Heel warm"
    with pytest.raises(Stale):
        change_page(session, cast.activator, initiative.id, 3, changed(True))
    with pytest.raises(Conflict):
        draft_page(session, cast.activator, initiative.id, texts())


@pytest.mark.parametrize("name", ["stranger", "corporation", "policy", "privacy", "admin"])
def test_nobody_but_the_team_has_to_do_with_it(
    session: Session, cast: Cast, initiative: Initiative, page: InitiativePage, name: str
) -> None:
    other = cast.actors[name]
    for deed in (
        lambda: show_page(session, other, initiative.id),
        lambda: change_page(session, other, initiative.id, None, changed()),
        lambda: publish_page(session, other, initiative.id, None, READ),
        lambda: withdraw_page(session, other, initiative.id),
    ):
        with pytest.raises(NotFound):
            deed()


def test_it_names_no_employee_no_official_and_no_resident_who_takes_part(
    session: Session, cast: Cast, initiative: Initiative
) -> None:
    hendriks = InstitutionContactIn(name="Joost Hendriks", mandate=Mandate.OPERATIONAL)
    record_contact(session, cast.activator, cast.corporation_id, hendriks)
    add_participant(session, cast.activator, initiative.id, takes_part(introduced(session, cast, "Geert")))

    for where, words in (
        ("words", "Vraag naar Geert."),
        ("whom_to_call", "Bel joost hendriks"),
        ("where", "Bij Joost"),
        ("when_next", "Als Colleague van de Cast er is"),
    ):
        with pytest.raises(Invalid) as refused:
            draft_page(session, cast.activator, initiative.id, texts(**{where: words}))
        assert [(fault.where, fault.code) for fault in refused.value.faults] == [((where,), "names_somebody")]
    assert session.info["residents_read"]
    # A colleague does not look after Geert, and does not hear that there is one.
    draft_page(session, cast.colleague, initiative.id, texts(words="Vraag naar Geert."))
    session.expire_all()
    with pytest.raises(Invalid):
        publish_page(session, cast.activator, initiative.id, None, READ)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bel Marloes Winter.", "Marloes Winter"),
        ("bel marloes winter", "marloes winter"),
        ("Bel Marloes!", "Marloes"),
        ("een marloesje", None),
        ("Wil je ook? Kom langs.", None),
        ("De roos van de straat", None),
        ("Vraag naar Roos", "Roos"),
        (None, None),
    ],
)
def test_a_name_is_found_as_people_write_it(text: str | None, found: str | None) -> None:
    names = ["Marloes Winter", "Wil de Vries"]
    name = named_in(text, [*names, "Roos"], names)
    assert (name and name.lower()) == (found and found.lower())


def test_a_page_goes_away_with_an_initiative_that_stops(
    session: Session, cast: Cast, initiative: Initiative, page: InitiativePage
) -> None:
    publish_page(session, cast.activator, initiative.id, None, READ)

    told = PhaseIn(phase=Phase.STOPPED, since=clock.today(), lesson="Het was mooi")
    move_phase(session, cast.activator, initiative.id, initiative.version, told)

    with pytest.raises(NotFound):
        show_public_initiative(session, page.code)
    with pytest.raises(Conflict):
        publish_page(session, cast.activator, initiative.id, None, READ)


def test_it_is_told_when_the_sentences_are_long(session: Session, cast: Cast, initiative: Initiative) -> None:
    draft_page(session, cast.activator, initiative.id, texts())
    assert not show_page(session, cast.activator, initiative.id).long_sentences

    change_page(session, cast.activator, initiative.id, None, changed(words="woord " * 40))

    assert show_page(session, cast.activator, initiative.id).long_sentences


def test_a_code_can_be_read_aloud_and_typed_as_one_heard_it(session: Session, page: InitiativePage) -> None:
    codes = {make_code() for _ in range(200)}
    assert len(codes) > 190
    assert not any(UNFIT.search(code) for code in codes)
    assert all(len(code) == 6 and code.isalpha() for code in codes)
    assert read_code(" Ba-mo LI ") == "bamoli"
    assert len(page.code) == 6
