"""Partners: somebody is referred, the referrer knows that it was seen, and hears what came of it as was agreed."""

import re
from typing import Any
from uuid import UUID

from sqlmodel import select

from bsa.database import Database
from bsa.needs.models import Need
from bsa.referrals.models import Referral
from bsa.residents.actions import raise_level
from bsa.residents.models import Informed, RegistrationLevel, Resident
from bsa.residents.shapes import LevelIn

from tests.cast import NOW, Cast
from tests.line import Line
from tests.referred import referred
from tests.stories.conftest import Say, Visit, read
from tests.web.conftest import Browser

TODAY = NOW.date().isoformat()
WORDS = "Ik ken hier niemand"
VIEW = "Is sinds de verhuizing veel alleen"
SAMIRA: dict[str, Any] = {
    "question": WORDS,
    "resident.call_name": "Samira",
    "resident.contact.channel": "phone",
    "resident.contact.value": "06 12 34 56 78",
    "area_code": "BU0114ZZ01",
    "resident_knows": "true",
    "feedback": "status_and_outcome",
    "urgency": "normal",
    "referrer.name": "Dokter Vos",
    "referrer.role": "huisarts",
    "referrer.callback": "0591 55 51 11",
    "consent_share.given_on": TODAY,
    "consent_share.how": "spoken",
    "consent_share.by_whom": "Dokter Vos",
    "consent_share.scope": ["name", "contact", "question", "referrer_view"],
    "referrer_view": VIEW,
    "external_ref": "R-SAMIRA",
}


def fill_in(browser: Browser, database: Database, path: str, **fields: Any) -> str:
    """Send a form of a referral as it is drawn now, and return where one goes on."""
    with database.reading() as session:
        version = session.get_one(Referral, UUID(path.split("/")[2])).version
    answer = browser.fill_in(path, version=version, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_given_somebody_who_knows_nobody_when_the_doctor_refers_then_both_hear_what_came_of_it(
    database: Database, visit: Visit, say: Say, line: Line
) -> None:
    doctor, marloes = visit("corporation"), visit("activator")

    # The doctor sees first what the team will see, and sends it.
    look = doctor.fill_in("/referrals", **SAMIRA, look="1")
    assert look.status_code == 200
    assert say("This is what the team will see") in look.text
    referral = doctor.fill_in("/referrals", **SAMIRA).headers["location"]
    assert doctor.fill_in("/referrals", **SAMIRA).headers["location"] == referral
    assert say("sent, not seen yet") in read(doctor, referral)

    # It waits on Marloes' day, without a word of what it says; opened, the resident's own words come first.
    day = read(marloes, "/day")
    assert say("Referrals to decide") in day
    assert WORDS not in day
    inbox = read(marloes, "/referrals")
    assert say("Referral from %(institution)s", institution="De Veenhoek") in inbox
    assert WORDS not in inbox
    opened = read(marloes, referral)
    assert opened.index(WORDS) < opened.index(VIEW) < opened.index("0591 55 51 11") < opened.index(say("I take it on"))

    # One tap to take it on; the resident is registered without typing anything twice.
    fill_in(marloes, database, f"{referral}/acceptance")
    fill_in(marloes, database, f"{referral}/attempts", reached="true")
    told = {"part": "new", "register_as.informed_on": TODAY, "register_as.informed_how": "spoken"}
    fill_in(marloes, database, f"{referral}/resident", **told)
    with database.reading() as session:
        assert len(session.scalars(select(Resident)).all()) == 3
    heard = read(doctor, referral)
    assert say("under way") in heard.lower()
    assert "Activator van de Cast" in heard

    # Samira joins what residents do together: an own question with an answer of many.
    closed = {"outcome": "joined_initiative", "initiative_id": line.initiative_id}
    fill_in(marloes, database, f"{referral}/outcome", **closed)
    assert say("joined an initiative") in read(doctor, referral)
    message = read(doctor, f"{referral}/message")
    assert len(re.findall(r"<p>[^<]+</p>", message.partition("<article")[2].partition("</article>")[0])) == 3
    portal = read(doctor, "/portal")
    assert say("%(part)d of %(whole)d", part=1, whole=1) in portal
    assert say("of your referrals the team decided in time") in portal


def test_given_a_referral_that_does_not_fit_when_it_is_declined_then_the_doctor_reads_what_may_help_and_tries_again(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        referral = f"/referrals/{referred(session, cast, externalRef='HIS-1').id}"
    doctor, marloes = visit("corporation"), visit("activator")

    bare = marloes.fill_in(f"{referral}/refusal", version=version_of(database, referral), reason="better_elsewhere")
    assert bare.status_code == 400
    fill_in(marloes, database, f"{referral}/refusal", reason="better_elsewhere", words="De inloop op dinsdag")

    heard = read(doctor, referral)
    assert say("What could help instead") in heard
    assert "De inloop op dinsdag" in heard
    again = read(doctor, f"/referrals/new?retry_of={referral.rpartition('/')[2]}")
    assert "Samira" in again
    assert WORDS in again
    # What was told is filled in; that the resident agrees is asked anew.
    assert not re.search(r'name="resident_knows"[^>]*checked', again)
    assert not re.search(r'name="feedback"[^>]*checked', again)


def test_given_a_resident_who_says_no_when_it_is_written_down_then_nobody_asks_why(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        referral = f"/referrals/{referred(session, cast).id}"
    marloes = visit("activator")

    page = read(marloes, f"{referral}/withdrawal")
    assert say("The resident says no") in page
    assert 'name="reason"' not in page
    fill_in(marloes, database, f"{referral}/withdrawal", by_side="resident")

    assert say("withdrawn") in read(visit("corporation"), referral).lower()


def test_given_a_mistake_when_the_doctor_says_so_then_what_it_said_is_gone_and_its_days_stay(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        referral = f"/referrals/{referred(session, cast).id}"
    doctor = visit("corporation")

    fill_in(doctor, database, f"{referral}/error", reason="wrong_person")

    for page in (read(doctor, referral), read(visit("activator"), referral)):
        assert say("entered by mistake").casefold() in page.casefold()
        assert WORDS not in page
        assert "Samira" not in page


def test_given_geert_who_wants_help_with_money_when_marloes_refers_together_then_only_what_he_chose_goes_along(
    database: Database, cast: Cast, visit: Visit, say: Say, line: Line
) -> None:
    with database.reading() as session:
        need = session.scalars(select(Need).where(Need.resident_id == line.resident_id)).one().id
    marloes, partner = visit("activator"), visit("corporation")
    assert say("For a referral somebody has to be known by name here.") in read(marloes, f"/needs/{need}/referrals/new")
    with database.writing() as session:
        version = session.get_one(Resident, line.resident_id).version
        told = LevelIn(level=RegistrationLevel.DOSSIER, informed_on=NOW.date(), informed_how=Informed.SHEET)
        raise_level(session, cast.activator, line.resident_id, version, told)
    form = read(marloes, f"/needs/{need}/referrals/new")
    assert re.search(r'value="visit_together" checked', form)

    fields: dict[str, Any] = {
        "institution_id": cast.corporation_id,
        "depths": ["0"],
        "handover": "visit_together",
        "feedback": "status_and_outcome",
        "urgency": "normal",
        "our_view": "Hij komt graag samen",
    } | {name: value for name, value in SAMIRA.items() if name.startswith("consent_share")}
    look = marloes.fill_in(f"/needs/{need}/referrals", **fields, look="1")
    assert say("This is all that %(institution)s will see", institution="De Veenhoek") in look.text
    sent = marloes.fill_in(f"/needs/{need}/referrals", **fields)
    referral = sent.headers["location"]
    assert say("Referral to %(institution)s", institution="De Veenhoek") in read(
        marloes, f"/residents/{line.resident_id}"
    )

    assert say("Referred to you") in read(partner, "/portal")
    opened = read(partner, referral)
    assert "Hij komt graag samen" in opened
    assert say("a visit together") in opened
    deeper = ("leef in één kamer", "luisteren toch niet")
    assert [words for words in deeper if words in opened] == []
    fill_in(partner, database, f"{referral}/acceptance")
    assert say("taken on") in read(marloes, referral).lower()


def test_given_another_institution_when_it_looks_then_there_is_nothing(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.writing() as session:
        referral = f"/referrals/{referred(session, cast).id}"
    rival = visit("rival")

    assert rival.get(referral).status_code == 404
    assert referral not in rival.get("/referrals").text


def version_of(database: Database, referral: str) -> int:
    """Return the version that a form carries now."""
    with database.reading() as session:
        return session.get_one(Referral, UUID(referral.split("/")[2])).version
