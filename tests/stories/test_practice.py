"""Element 8: a safe situation to practise unsafe moments; and at the meeting, the most time for residents."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from bsa.database import Database
from bsa.practice.models import PracticeMoment, SpeakingOrder

from tests.bsa.test_lifecycle import an_initiative
from tests.bsa.test_practice import takes_part
from tests.cast import NOW, Cast, a_dossier
from tests.stories.conftest import Say, Visit, read

TODAY = NOW.date().isoformat()
MEETING = (NOW.date() + timedelta(days=5)).isoformat()


def given_geert_who_speaks(database: Database, cast: Cast) -> tuple[UUID, UUID]:
    with database.writing() as session:
        geert = a_dossier(session, cast.activator, cast.here_id, "Geert")
        initiative = an_initiative(session, cast)
        takes_part(session, cast.activator, geert, initiative)
        return geert.id, initiative


def test_given_a_scary_meeting_when_it_is_practised_first_then_there_is_a_card_and_the_next_bit_is_bolder(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    (geert, initiative), marloes = given_geert_who_speaks(database, cast), visit("activator")

    plan = {"scary_thing": "Twee minuten praten", "stop_word": "koffie", "planned_on": TODAY}
    planned = marloes.fill_in(f"/residents/{geert}/practice", **plan, initiative_id=initiative)
    moment = planned.headers["location"]

    card = read(marloes, f"{moment}/card")
    for words in ("Twee minuten praten", "koffie", say("I say it, and everybody stops. Nobody asks why.")):
        assert words in card
    assert "Geert" not in card

    page = read(marloes, moment)
    for outcome in ("it worked", "partly", "not today"):
        assert say(outcome) in page
    went = {"version": "1", "outcome": "not_today", "next_bit_bolder": "Alleen voor Marloes", "held_on": TODAY}
    assert marloes.fill_in(f"{moment}/debrief", **went).status_code == 303
    assert say("Next, a bit bolder: %(words)s", words="Alleen voor Marloes") in read(marloes, moment)


def test_given_practice_when_an_institution_or_a_colleague_looks_then_there_is_nothing_to_see(
    database: Database, cast: Cast, visit: Visit
) -> None:
    (geert, _), marloes = given_geert_who_speaks(database, cast), visit("activator")
    marloes.fill_in(f"/residents/{geert}/practice", scary_thing="Zonnebloem", planned_on=TODAY)
    with database.reading() as session:
        moment = session.scalars(select(PracticeMoment.id)).one()

    for name in ("colleague", "stranger", "teamleader", "corporation", "rival", "policy", "privacy", "admin"):
        somebody = visit(name)
        for path in (f"/residents/{geert}/practice", f"/practice-moments/{moment}", f"/practice-moments/{moment}/card"):
            answer = somebody.get(path)
            assert answer.status_code in (403, 404)
            assert "Zonnebloem" not in answer.text


def test_given_a_meeting_when_residents_have_less_time_then_the_order_is_refused_with_the_sums(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    (geert, initiative), marloes = given_geert_who_speaks(database, cast), visit("activator")
    assert "Geert" in read(marloes, f"/initiatives/{initiative}/speaking-orders/new")
    path = f"/initiatives/{initiative}/speaking-orders"
    turns = {"resident_id": [str(geert), ""], "side": ["resident", "institution"], "who": ["", "Carla"]}

    refused = marloes.fill_in(path, meeting_on=MEETING, **turns, minutes=["2", "5"])
    moved = marloes.fill_in(path, meeting_on=MEETING, **turns, minutes=["5", "1"], move="down-0", name=["Geert", ""])
    done = marloes.fill_in(path, meeting_on=MEETING, **turns, minutes=["5", "1"])

    assert refused.status_code == 400
    sums = say("Residents have {residents} minutes together, all others {others}. Give the residents the most time.")
    assert sums.format(residents=2, others=5) in refused.text
    assert moved.status_code == 200
    assert moved.text.index("Carla") < moved.text.index('class="bsa-turn__name">Geert')
    assert say("Not saved yet.") in moved.text
    with database.reading() as session:
        assert len(session.scalars(select(SpeakingOrder)).all()) == 1
    sheet = read(marloes, f"{done.headers['location']}/sheet")
    assert "Geert" in sheet
    assert say("a resident") in read(visit("teamleader"), f"{done.headers['location']}/sheet")
