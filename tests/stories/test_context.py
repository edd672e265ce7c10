"""Element 2: joining in with somebody's language, reading and life experience; strengths before problems."""

from uuid import UUID

from babel import Locale

from bsa.database import Database
from bsa.people.models import Language
from bsa.residents.models import Resident

from tests.cast import Cast, a_dossier
from tests.stories.conftest import Say, Visit, read


def given_selam(database: Database, cast: Cast) -> UUID:
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Selam").id


def test_given_how_somebody_likes_it_when_the_record_opens_then_its_head_says_so_in_one_line(
    database: Database, cast: Cast, visit: Visit, say: Say, language: Language
) -> None:
    selam, marloes = given_selam(database, cast), visit("activator")

    marloes.fill_in(
        f"/residents/{selam}/edit",
        preferred_language="ti",
        reading_comfort="prefers_call",
        contact_window="na tienen",
        version=marloes.version(Resident, selam),
    )

    tigrinya = Locale(language.value).languages["ti"]
    line = "; ".join(["na tienen", say("would rather be called"), say("speaks %(language)s", language=tigrinya)])
    assert line in read(marloes, f"/residents/{selam}")


def test_given_somebody_who_would_rather_not_read_when_a_letter_is_chosen_then_it_is_asked_first(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    selam, marloes = given_selam(database, cast), visit("activator")
    edit = f"/residents/{selam}/edit"
    marloes.fill_in(edit, reading_comfort="prefers_visit", version=marloes.version(Resident, selam))

    asked = marloes.fill_in(edit, contact_channel="letter", version=marloes.version(Resident, selam))

    assert asked.status_code == 409
    assert say("This resident would rather not read. Can you call, or go there, instead of writing?") in asked.text
    assert say("Yes, by letter even so") in asked.text
    even_so = {"contact_channel": "letter", "even_so": "true", "version": marloes.version(Resident, selam)}
    assert marloes.fill_in(edit, **even_so).status_code == 303


def test_given_strengths_when_the_lifeworld_opens_then_they_come_before_what_pinches(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    selam, marloes = given_selam(database, cast), visit("activator")
    marloes.fill_in(f"/residents/{selam}/sketch-lines", words="De post stapelt zich op", prompt="pinches")
    marloes.fill_in(
        f"/residents/{selam}/assets", words="Was kok op een schip", kind="experience", wants_to_share="true"
    )

    page = read(marloes, f"/residents/{selam}/lifeworld")

    assert page.index("Was kok op een schip") < page.index(say("Pinches")) < page.index("De post stapelt zich op")
    assert say("wants to share it") in page


def test_given_what_was_written_down_when_it_goes_to_somebody_who_would_rather_not_read_then_it_can_be_read_aloud(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    selam, marloes = given_selam(database, cast), visit("activator")
    marloes.fill_in(f"/residents/{selam}/sketch-lines", words="Zondag eet ik bij mijn zus", prompt="goes_well")
    marloes.fill_in(f"/residents/{selam}/sketch-lines", words="Lijkt me moe", voice="worker")
    rather_not = {"reading_comfort": "prefers_visit", "version": marloes.version(Resident, selam)}
    marloes.fill_in(f"/residents/{selam}/edit", **rather_not)

    asked = marloes.get(f"/residents/{selam}/sheet")

    assert (asked.status_code, say("Read it aloud together") in asked.text) == (409, True)
    sheet = read(marloes, f"/residents/{selam}/sheet?aloud=true")
    assert say("These are your own words. Is something not right? Say so, and we change it.") in sheet
    assert "Zondag eet ik bij mijn zus" in sheet
    assert "Lijkt me moe" not in sheet


def test_given_no_reason_at_all_then_nobody_asks_where_somebody_comes_from(
    database: Database, cast: Cast, visit: Visit
) -> None:
    selam, marloes = given_selam(database, cast), visit("activator")

    for page in (f"/residents/{selam}/edit", "/residents/new", f"/residents/{selam}/lifeworld"):
        words = read(marloes, page).lower()
        for field in ("nationality", "ethnicity", "religion", "nationaliteit", "afkomst", "herkomst", "geloof"):
            assert field not in words
