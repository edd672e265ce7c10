"""Pages of closing a quarter: each form once as it should be, once with a mistake, once in the wrong state."""

from uuid import UUID

from bsa.closing.models import SocietalTask
from bsa.database import Database

from tests.cast import Cast
from tests.quarters import close_quarters, tell_inhabitants
from tests.web.conftest import Browse


def test_without_public_figures_the_page_says_what_is_missing(browse: Browse) -> None:
    leader = browse("teamleader")
    page = leader.get("/closings/new?period=2025-Q4").text
    assert "bsa statistics inhabitants" in page
    assert "Count the quarter" not in page
    refused = leader.fill_in("/closings", period="2025-Q4", key="a")
    assert refused.status_code == 409
    assert "bsa statistics inhabitants" in refused.text


def test_a_quarter_that_is_not_over_is_not_counted(browse: Browse, database: Database) -> None:
    with database.writing() as session:
        tell_inhabitants(session, 2025)
    leader = browse("teamleader")
    page = leader.get("/closings/new?period=2026-Q1").text
    assert "This quarter is not over yet." in page
    assert "Count the quarter" not in page
    assert leader.fill_in("/closings", period="2026-Q1", key="a").status_code == 400
    assert leader.get("/closings/new?period=never").status_code == 200
    privacy = browse("privacy")
    assert "Count the quarter" not in privacy.get("/closings/new?period=2026-Q1").text


def test_each_step_keeps_what_was_typed_and_says_what_is_wrong(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        keys = close_quarters(session, cast)
    leader = browse("teamleader")
    closing = f"/closings/{keys['drawn_quarter']}"

    empty = leader.fill_in(f"{closing}/explanations/{keys['agreed_task']}", words="")
    assert (empty.status_code, "Fill this in." in empty.text) == (400, True)
    late = leader.fill_in(
        f"{closing}/stories", title="Later", words="Nog te vertellen", consented_on="2027-01-01", consent_how="spoken"
    )
    assert (late.status_code, "Nog te vertellen" in late.text) == (400, True)
    silent = leader.fill_in(f"{closing}/publication", previewed="true")
    assert (silent.status_code, "Bewoners die meedoen" in silent.text) == (409, True)
    unseen = leader.fill_in(f"{closing}/publication")
    assert unseen.status_code == 400
    early = leader.fill_in(f"{closing}/finality")
    assert (early.status_code, "Publish it first." in early.text) == (409, True)
    gone = leader.fill_in(f"{closing}/stories/{keys['story']}/removal")
    assert gone.status_code == 303
    assert "De tuin is van ons" not in leader.get(closing).text
    listed = leader.get("/closings").text
    assert "waits for your words" in listed
    assert "published" in listed


def test_tasks_are_agreed_changed_and_dropped(browse: Browse, database: Database, cast: Cast) -> None:
    policy = browse("policy")
    told = {"year": "2026", "name": "Samen eten", "planned": "120", "life_areas": ["social_contacts"]}
    wrong = policy.fill_in("/societal-tasks", **told | {"planned": "veel"})
    assert (wrong.status_code, 'value="Samen eten"' in wrong.text, "Write a whole number." in wrong.text) == (
        400,
        True,
        True,
    )
    assert policy.fill_in("/societal-tasks", **told).status_code == 303
    again = policy.fill_in("/societal-tasks", **told)
    assert (again.status_code, "There is a task with this name" in again.text) == (400, True)
    page = policy.get("/societal-tasks").text
    key = page.partition("/societal-tasks/")[2][:36]
    path = f"/societal-tasks/{key}"
    emptied = policy.fill_in(path, name="", planned="", version="1")
    assert (emptied.status_code, emptied.text.count('class="utrecht-form-field-error-message')) == (400, 2)
    with database.reading() as session:
        task = session.get_one(SocietalTask, UUID(key))
        version = str(task.version)
    assert policy.fill_in(path, version="0", name="Samen koken", planned="100").status_code == 412
    # No box ticked: every resident counts.
    assert policy.fill_in(path, version=version, name="Samen koken", planned="100").status_code == 303
    with database.reading() as session:
        changed = session.get_one(SocietalTask, task.id)
        assert (changed.name, changed.planned, changed.life_areas) == ("Samen koken", 100, [])
    assert policy.fill_in(f"{path}/removal", version=str(changed.version)).status_code == 303
    assert "Nothing was written down yet" in policy.get("/societal-tasks").text


def test_the_privacy_officer_chooses_the_profile_seeing_what_it_means(browse: Browse) -> None:
    privacy, leader = browse("privacy"), browse("teamleader")
    page = privacy.get("/statistics-profile").text
    assert "± 12" in page
    assert "± 9" in page
    assert privacy.fill_in("/statistics-profile", profile="standard", words="").status_code == 400
    assert privacy.fill_in("/statistics-profile", profile="standard", words="Na overleg.").status_code == 303
    seen = leader.get("/statistics-profile").text
    assert "Na overleg." in seen
    assert "Choose this" not in seen
    assert leader.fill_in("/statistics-profile", profile="strict", words="Toch").status_code == 403
