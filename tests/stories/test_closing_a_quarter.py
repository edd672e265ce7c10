"""A quarter is closed: what was planned beside what was reached, a sentence, a story, and figures for everybody."""

from bsa.database import Database

from tests.cast import Cast
from tests.quarters import tell_inhabitants
from tests.stories.conftest import Say, Visit, read
from tests.web.conftest import Browser


def sent(browser: Browser, path: str, **told: str) -> str:
    answer = browser.fill_in(path, **told)
    assert answer.status_code == 303, (path, answer.text[-2000:])
    return str(answer.headers["location"].partition("#")[0])


def test_given_a_plan_when_the_team_leader_closes_the_quarter_then_everybody_reads_figures_that_never_change(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    # Given: the municipality agreed on a task, and public figures say how many people live where.
    with database.writing() as session:
        tell_inhabitants(session, 2024)
    policy = visit("policy")
    told = {"year": "2025", "name": "Bewoners die meedoen", "planned": "400"}
    assert told["name"] in read(policy, sent(policy, "/societal-tasks", **told))

    # When: the team leader looks what will be published, and counts; pressing twice counts once.
    leader, anybody = visit("teamleader"), visit("")
    page = read(leader, "/closings/new?period=2025-Q4")
    assert say("Tables about residents") in page
    key = page.partition('name="key" value="')[2].partition('"')[0]
    form = {"period": "2025-Q4", "municipality": "GM0114", "key": key}
    closing = sent(leader, "/closings", **form)
    assert sent(leader, "/closings", **form) == closing
    page = read(leader, closing)
    assert say("Why does it differ?") in page
    assert anybody.get("/figures/2025-Q4/report").status_code == 404

    # Nothing is published before the difference is explained.
    assert leader.fill_in(f"{closing}/publication", previewed="true").status_code == 409
    task = page.partition("/explanations/")[2][:36]
    sent(leader, f"{closing}/explanations/{task}", words="Wij begonnen pas in november.")
    story = {"title": "De tuin is van ons", "words": "Nu schoffelen we elke dinsdag.", "consent_how": "spoken"}
    sent(leader, f"{closing}/stories", **story, consented_on="2026-03-20")
    page = read(leader, f"{closing}/report")
    assert story["title"] in page
    assert say("Publish this?") in page
    sent(leader, f"{closing}/publication", previewed="true")

    # Then: everybody reads it, the same each time, and nobody below ten is in it.
    page = read(anybody, "/figures/2025-Q4/report")
    assert "Wij begonnen pas in november." in page
    assert story["words"] in page
    assert say("Nobody can be found in these figures.").split()[0] in read(anybody, "/figures")
    first = anybody.get("/figures/2025-Q4/report.pdf")
    assert first.headers["content-type"] == "application/pdf"
    assert anybody.get("/figures/2025-Q4/report.pdf").content == first.content
    again = leader.fill_in(f"{closing}/explanations/{task}", words="Anders.")
    assert again.status_code == 409

    # A mistake takes a revision with a reason, beside what was published; then it is definitive.
    revision = sent(leader, "/closings", **form | {"key": "again", "reason": "Een straat was vergeten."})
    assert revision != closing
    sent(leader, f"{revision}/explanations/{task}", words="Wij begonnen pas in november.")
    sent(leader, f"{revision}/publication", previewed="true")
    page = read(leader, sent(leader, f"{revision}/finality"))
    assert say("revision %(number)s", number=2) in page
    assert "Een straat was vergeten." in read(anybody, "/figures/2025-Q4/report")
    assert "Een straat was vergeten." not in read(anybody, "/figures/2025-Q4/report?revision=1")
