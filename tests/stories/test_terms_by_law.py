"""Element 12: working together under clear agreements; the terms that the law sets between tenants and landlord."""

from datetime import UTC, datetime
from uuid import UUID

from bsa import clock
from bsa.database import Database

from tests.bsa.test_consultation import a_committee
from tests.cast import Cast
from tests.stories.conftest import Say, Visit, read


def on(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def given_a_recognised_committee(database: Database, cast: Cast) -> UUID:
    with database.writing() as session:
        return a_committee(session, cast.activator, cast).id


def test_given_a_plan_when_advice_and_reasons_come_then_nothing_is_carried_out_before_29_june(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    group_id = given_a_recognised_committee(database, cast)

    def written(path: str, **told: str) -> str:
        answer = marloes.fill_in(path, **told)
        assert answer.status_code == 303, answer.text
        return read(marloes, answer.headers["location"].partition("#")[0])

    with clock.standing_at(on(5, 6)):
        marloes = visit("activator")
        plan = {"group_id": str(group_id), "kind": "renovation", "subject": "Kozijnen", "begun_on": "2026-05-06"}
        page = written("/tracks", **plan)
        track = page.partition('href="/tracks/')[2][:36]
        assert say("The group can advise until") in page
        assert "17 jun" in page.lower()

    with clock.standing_at(on(6, 15)):
        marloes, joost = visit("activator"), visit("corporation")
        events = f"/tracks/{track}/events"
        page = written(events, kind="polled", happened_on="2026-06-12", homes="34", in_favour="26")
        poll = say("%(in_favour)s of %(homes)s homes agree: %(percent)s %%", in_favour=26, homes=34, percent=76)
        assert poll in page
        assert say("enough agree") in page
        written(events, kind="advised", happened_on="2026-06-15")
        page = read(joost, f"/tracks/{track}")
        assert say("The landlord answers the advice by") in page
        assert "29 jun" in page.lower()

    with clock.standing_at(on(6, 26)):
        marloes = visit("activator")
        page = written(events, kind="reasons_received", happened_on="2026-06-26", deviates="true")
        assert say("Not to be carried out before") in page
        assert '<time datetime="2026-06-29">' in page
        assert say("No sooner than three days after the group got the reasons.") in page
        assert "artikel 5 lid 3 onder c" in page

    with clock.standing_at(on(6, 29)):
        assert say("It may be carried out since") in read(visit("activator"), f"/tracks/{track}")


def test_given_a_landlord_who_is_silent_when_fourteen_days_are_over_then_the_team_is_told(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    group_id = given_a_recognised_committee(database, cast)
    with clock.standing_at(on(6, 15)):
        marloes = visit("activator")
        plan = {"group_id": str(group_id), "kind": "advice", "subject": "Huismeester weg", "begun_on": "2026-05-20"}
        marloes.fill_in("/tracks", **plan)
        track = read(marloes, "/tracks").partition('class="bsa-row" href="/tracks/')[2][:36]
        marloes.fill_in(f"/tracks/{track}/events", kind="advised", happened_on="2026-06-15")

    with clock.standing_at(on(6, 30)):
        marloes = visit("activator")
        page = read(marloes, f"/tracks/{track}")
        assert say("The landlord should have answered by") in page
        assert say("the day has passed") in page
        assert "/tracks?open=true" in read(marloes, "/reminders")
