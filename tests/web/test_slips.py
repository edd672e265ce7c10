"""Slips on pages: printed once, used on any telephone without an account, and clear about what went wrong."""

import re
from typing import Any
from uuid import UUID

import zxingcpp
from PIL import Image, ImageDraw

from bsa import clock
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.database import Database
from bsa.slips.models import SlipRound

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse, Browser

CODE = re.compile(r"<strong>(\w{4} \w{4} \w{3})</strong>")


def reported(database: Database, cast: Cast, line: Line) -> None:
    with database.writing() as session:
        version = session.get_one(Commitment, line.commitment_id).version
        told = CommitmentEventIn.model_validate({"kind": "claimed", "happened_on": clock.today()})
        enter_event(session, cast.activator, line.commitment_id, version, told)


def print_slips(activator: Browser, line: Line, **told: Any) -> Any:
    path = f"/commitments/{line.commitment_id}/slips"
    return activator.fill_in(
        path, **({"slips": 5, "version": activator.version(Commitment, line.commitment_id)} | told)
    )


def read_squares(page: str) -> list[str]:
    """Read the squares of a page as a telephone does: off the picture."""
    found = []
    for drawn in re.findall(r"<svg[^>]*bsa-square.*?</svg>", page):
        size = int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])  # type: ignore[index]
        image = Image.new("L", (size * 4, size * 4), 255)
        draw, x, y = ImageDraw.Draw(image), 0.0, 0.0
        for step, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.search(r' d="([^"]+)"', drawn)[1]):  # type: ignore[index]
            told = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
            if step == "h":
                draw.rectangle((x * 4, (y - 0.5) * 4, (x + told[0]) * 4 - 1, (y + 0.5) * 4 - 1), fill=0)
                x += told[0]
            else:
                x, y = (told[0], told[1]) if step == "M" else (x + told[0], y + told[1])
        found += [read.text for read in zxingcpp.read_barcodes(image)]
    return found


def test_slips_are_printed_with_a_square_that_a_telephone_reads(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    reported(database, cast, line)
    activator = browse("activator")
    assert "slips" in activator.get(f"/commitments/{line.commitment_id}").text

    sheet = print_slips(activator, line)

    assert sheet.status_code == 201
    codes = CODE.findall(sheet.text)
    assert len(codes) == 5
    assert read_squares(sheet.text) == [f"http://127.0.0.1:8000/judge#{code.replace(' ', '')}" for code in codes]
    assert "Wat vindt u?" in sheet.text
    assert "What do you say?" in sheet.text
    again = activator.get(f"/commitments/{line.commitment_id}/slips").text
    assert not any(code in again for code in codes)
    assert print_slips(activator, line).status_code == 409


def test_a_resident_judges_without_an_account_and_without_scripts(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    reported(database, cast, line)
    activator, anybody = browse("activator"), browse()
    code = CODE.findall(print_slips(activator, line).text)[0]

    assert "The code on your slip" in anybody.get("/judge").text
    asked = anybody.fill_in("/judge", code=code.lower())
    assert asked.status_code == 200
    assert "Onze ramen tochten niet meer." in asked.text
    assert anybody.fill_in("/judge/verdicts", code=code).status_code == 400
    done = anybody.fill_in("/judge/verdicts", code=code, verdict="kept")

    assert (done.status_code, done.headers["location"]) == (303, "/judge/thanks")
    assert "Your slip counts" in anybody.get("/judge/thanks").text
    for again in (anybody.fill_in("/judge", code=code), anybody.fill_in("/judge/verdicts", code=code, verdict="kept")):
        assert again.status_code == 409
        assert "used already" in again.text
    assert "bsa" not in anybody.cookies


def test_a_wrong_code_is_told_beside_the_field(browse: Browse) -> None:
    anybody = browse()
    for wrong in ("", "7K3M 9QRT 0X9", "00000000000"):
        answer = anybody.fill_in("/judge", code=wrong)
        assert answer.status_code == 400
        assert 'id="field-code-error"' in answer.text


def test_a_round_is_counted_with_what_was_said(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    reported(database, cast, line)
    activator, anybody = browse("activator"), browse()
    codes = CODE.findall(print_slips(activator, line, slips=6).text)
    page = f"/commitments/{line.commitment_id}/slips"
    path = re.search(r"/slip-rounds/[0-9a-f-]{36}", activator.get(page).text)[0]  # type: ignore[index]

    def version() -> int:
        with database.reading() as session:
            return session.get_one(SlipRound, UUID(path.rsplit("/")[-1])).version

    assert activator.fill_in(f"{path}/closing", version=version(), closes_window="true").status_code == 409
    for code in codes[:5]:
        anybody.fill_in("/judge/verdicts", code=code, verdict="not_kept")
    waiting = activator.get(page).text
    assert "5 slips were used" in waiting
    assert "bsa-bars" not in waiting
    told = {"version": version(), "closes_window": "true", "quote_1": "Het tocht nog", "public_1": "true"}
    assert activator.fill_in(f"{path}/closing", **(told | {"quote_2": "x" * 201})).status_code == 400
    assert activator.fill_in(f"{path}/closing", **told).status_code == 303
    shown = activator.get(f"/commitments/{line.commitment_id}").text
    assert "Judged by 5 households" in shown
    assert "Het tocht nog" in shown
    assert "time to judge is over" in anybody.fill_in("/judge", code=codes[5]).text


def test_more_slips_and_one_reminder(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    reported(database, cast, line)
    activator = browse("activator")
    codes = CODE.findall(print_slips(activator, line).text)
    page = activator.get(f"/commitments/{line.commitment_id}/slips").text
    path = re.search(r"/slip-rounds/[0-9a-f-]{36}", page)[0]  # type: ignore[index]
    assert activator.fill_in(f"{path}/slips", version=1, slips="veel").status_code == 400
    more = activator.fill_in(f"{path}/slips", version=1, slips=2, replaces="true")
    assert len(CODE.findall(more.text)) == 2
    assert browse().fill_in("/judge", code=codes[0]).status_code == 400
    reminder = activator.get(f"{path}/reminder").text
    assert "Hebt u uw briefje nog?" in reminder
    assert read_squares(reminder) == ["http://127.0.0.1:8000/judge"]


def test_who_does_not_hand_out_sees_how_many_were_used(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    reported(database, cast, line)
    teamleader = browse("teamleader")
    page = f"/commitments/{line.commitment_id}/slips"
    assert "Make slips" not in teamleader.get(page).text
    print_slips(browse("activator"), line)
    assert "0 slips were used" in teamleader.get(page).text
    assert browse("corporation").get(page).status_code == 403
    assert browse("stranger").get(page).status_code == 404
