"""The pages of tasks, money and aims."""

import csv
import io
import re

import pytest
from pydantic_core import PydanticCustomError

from web.tasks import cents_in, harmless

from tests.cast import NOW
from tests.line import Line
from tests.web.conftest import Browse, Browser

TODAY = NOW.date().isoformat()


def planned(browser: Browser, line: Line, what: str = "Zaal regelen", **more: str) -> str:
    path = f"/initiatives/{line.initiative_id}/tasks"
    assert browser.fill_in(path, what=what, **more).status_code == 303
    return str(re.findall(rf'href="(/tasks/[^"]+)"[^>]*>.*?{what}', browser.get(path).text)[0])


def test_a_task_is_planned_taken_up_and_done_and_a_mistake_keeps_what_was_typed(browse: Browse, line: Line) -> None:
    browser = browse("activator")
    path = f"/initiatives/{line.initiative_id}/tasks"
    wrong = browser.fill_in(path, what="Zaal regelen", by_on="morgen")
    assert wrong.status_code == 400
    assert 'value="Zaal regelen"' in wrong.text
    task = planned(browser, line, by_on="2026-03-20")
    assert "late, by 20 March 2026" in browser.get(f"/initiatives/{line.initiative_id}").text

    taken = browser.fill_in(f"{task}/uptake", version="1")
    assert taken.status_code == 303
    assert "You took it up" in browser.get(path).text
    assert browser.fill_in(f"{task}/completion", version="2", done_on=TODAY).status_code == 400
    stale = browser.fill_in(f"{task}/completion", version="1", who_did_it="together", done_on=TODAY)
    assert stale.status_code == 412
    assert 'value="together" checked' in stale.text
    done = browser.fill_in(f"{task}/completion", version="2", who_did_it="together", done_on=TODAY)
    assert done.status_code == 303
    assert "Together" in browser.get(task).text
    again = browser.fill_in(f"{task}/dropping", version="3")
    assert again.status_code == 409
    assert "This task is done or dropped already." in again.text


def test_a_task_is_changed_let_go_dropped_and_put_back(browse: Browse, line: Line) -> None:
    browser = browse("teamleader")
    task = planned(browser, line)
    for version, deed, fields in (
        ("1", "", {"what": "Buurthuis regelen", "by_on": ""}),
        ("2", "/uptake", {}),
        ("3", "/letting-go", {}),
        ("4", "/dropping", {}),
        ("5", "/reopening", {}),
    ):
        assert browser.fill_in(f"{task}{deed}", version=version, **fields).status_code == 303
    assert "Buurthuis regelen" in browser.get(task).text
    refused = browser.fill_in(task, version="6", what="")
    assert refused.status_code == 400
    assert "Fill this in." in refused.text


def test_money_is_typed_as_people_write_it_and_comes_out_for_a_spreadsheet(browse: Browse, line: Line) -> None:
    browser, path = browse("activator"), f"/initiatives/{line.initiative_id}"
    wrong = browser.fill_in(f"{path}/budget-lines", kind="cost", what="Verf", amount="tien", booked_on=TODAY)
    assert wrong.status_code == 400
    assert "Write an amount in euros, such as 12,50." in wrong.text
    assert 'value="tien"' in wrong.text
    for kind, what, amount, paid in (("income", "Fonds", "1.250", "true"), ("cost", "=2+3", "12,5", "")):
        sent = {"kind": kind, "what": what, "amount": amount, "booked_on": TODAY, "paid": paid}
        assert browser.fill_in(f"{path}/budget-lines", **sent).status_code == 303

    page = browser.get(f"{path}/budget").text
    assert "€1,237.50" in page
    file = browser.get(f"{path}/budget.csv")
    assert file.headers["content-disposition"] == 'attachment; filename="budget.csv"'
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows == [
        ["Day", "Comes or goes", "What", "Amount in euros", "Paid"],
        [TODAY, "goes out", "'=2+3", "-12,50", "no"],
        [TODAY, "comes in", "Fonds", "1250,00", "yes"],
    ]
    one = re.findall(r'href="(/budget-lines/[^"]+)"', page)[0]
    assert 'value="12,50"' in browser.get(one).text
    sent = {"kind": "cost", "what": "Verf", "amount": "15", "booked_on": TODAY, "paid": "true"}
    assert browser.fill_in(one, version="1", **sent).status_code == 303
    assert browser.fill_in(one, version="1", **sent).status_code == 412
    assert browser.fill_in(f"{one}/removal", version="2").status_code == 303
    assert browser.get(one).status_code == 404


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12,50", 1250),
        ("12.5", 1250),
        ("€ 1.250", 125_000),
        ("1.250,05", 125_005),
        ("3.000,-", 300_000),
        ("7", 700),
        (" 0,05 ", 5),
    ],
)
def test_an_amount_is_read(typed: str, cents: int) -> None:
    assert cents_in(typed) == cents


@pytest.mark.parametrize("typed", ["tien", "1,234", "1.2.3", "-5", "12,5,0", "1e9"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(PydanticCustomError):
        cents_in(typed)


def test_no_text_is_a_formula() -> None:
    assert [harmless(text) for text in ("=1", "+1", "-1", "@x", "x=1")] == ["'=1", "'+1", "'-1", "'@x", "x=1"]


def test_how_far_the_group_is_stands_in_a_picture_and_in_a_table(browse: Browse, line: Line) -> None:
    browser, path = browse("activator"), f"/initiatives/{line.initiative_id}"
    browser.fill_in(f"{path}/aims", text="Iedereen warm")
    aim = re.findall(r'href="(/aims/[^"]+)"', browser.get(path).text)[0]
    assert "The group did not look yet." in browser.get(aim).text
    assert browser.fill_in(f"{aim}/scores", scored_on=TODAY).status_code == 400

    assert browser.fill_in(f"{aim}/scores", level="-1", scored_on=TODAY).status_code == 303

    page = browser.get(aim).text
    assert 'role="img"' in page
    assert "−1: on the way" in page
    assert "The group says: on the way" in browser.get(path).text
    score = re.findall(r'action="(/aims/[^"]+/removal)"', page)[0]
    assert browser.fill_in(score).status_code == 303
    assert 'role="img"' not in browser.get(aim).text.partition("<main")[2].partition("</main")[0]
