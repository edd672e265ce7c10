"""The page of an initiative for residents, and its poster: a telephone reads it back to the right address."""

import re

import zxingcpp
from PIL import Image, ImageDraw

from tests.line import Line
from tests.web.conftest import Browse, Browser

TEXTS = {
    "title": "Molenbuurt Warm",
    "words": "Kom ook.\nNiets moet.",
    "when_next": "Dinsdag",
    "whom_to_call": "0591 12",
}


def drafted(browser: Browser, line: Line) -> str:
    path = f"/initiatives/{line.initiative_id}/page"
    assert browser.fill_in(path, **TEXTS).status_code == 303
    return path


def published(browser: Browser, line: Line) -> str:
    path = drafted(browser, line)
    assert browser.fill_in(f"{path}/publication", version="1", previewed="true").status_code == 303
    return path


def code_in(text: str) -> str:
    return str(re.findall(r'href="(/i/\w+)"', text)[0])


def read_square(page: str) -> str:
    """Paint the square of a page as a screen does, and read it as a telephone does."""
    svg = re.findall(r'<svg[^>]*class="bsa-square".*?</svg>', page, re.DOTALL)[0]
    size = int(float(re.findall(r'viewBox="0 0 (\d+)', svg)[0]))
    image = Image.new("L", (size * 8, size * 8), 255)
    pen, x, y = ImageDraw.Draw(image), 0.0, 0.0
    for word, first, second in re.findall(
        r"([Mmh])\s*(-?[\d.]+)(?:[ ,]+(-?[\d.]+))?", re.findall(r' d="([^"]+)"', svg)[0]
    ):
        if word == "h":
            pen.rectangle([x * 8, (y - 0.5) * 8, (x + float(first)) * 8 - 1, (y + 0.5) * 8 - 1], fill=0)
            x += float(first)
        else:
            x, y = (0.0, 0.0) if word == "M" else (x, y)
            x, y = x + float(first), y + float(second)
    (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def test_nobody_reads_it_before_a_person_read_the_preview(browse: Browse, line: Line) -> None:
    browser, anybody = browse("activator"), browse()
    assert 'value="Molenbuurt Warm"' in browser.get(f"/initiatives/{line.initiative_id}/page").text
    empty = browser.fill_in(f"/initiatives/{line.initiative_id}/page", title="Warm")
    assert empty.status_code == 400
    path = drafted(browser, line)
    assert "Nobody outside the team sees it yet." in browser.get(path).text
    assert browser.get(f"{path}/poster").status_code == 404
    assert browser.fill_in(f"{path}/publication", version="1").status_code == 400
    assert browser.fill_in(f"{path}/publication", version="0", previewed="true").status_code == 412

    assert browser.fill_in(f"{path}/publication", version="1", previewed="true").status_code == 303

    shown = anybody.get(code_in(browser.get(path).text))
    assert (shown.status_code, "Niets moet." in shown.text) == (200, True)
    assert browser.fill_in(f"{path}/withdrawal").status_code == 303
    gone = anybody.get(code_in(f'href="{shown.request.url.path}"'))
    assert gone.status_code == 404
    assert "This page is no longer there" in gone.text
    assert browser.fill_in(f"{path}/withdrawal").status_code == 409


def test_what_everybody_reads_is_shown_first_when_it_changes(browse: Browse, line: Line) -> None:
    browser = browse("activator")
    path = published(browser, line)
    code = code_in(browser.get(path).text)

    asked = browser.fill_in(f"{path}/edit", version="2", **TEXTS | {"title": "Heel warm"})
    assert asked.status_code == 409
    assert "Shall it say this from now on?" in asked.text
    assert "Heel warm" in asked.text
    assert "Heel warm" not in browse().get(code).text
    meant = browser.fill_in(f"{path}/edit", version="2", previewed="true", **TEXTS | {"title": "Heel warm"})

    assert meant.status_code == 303
    assert "Heel warm" in browse().get(code).text
    named = browser.fill_in(f"{path}/edit", version="3", **TEXTS | {"whom_to_call": "Colleague van de Cast"})
    assert named.status_code == 400
    assert "Leave the name out" in named.text


def test_a_cache_may_keep_it_for_readers_without_a_session_and_for_nobody_else(browse: Browse, line: Line) -> None:
    browser, anybody = browse("activator"), browse()
    code = code_in(browser.get(published(browser, line)).text)
    anybody.cookies.clear()

    answer = anybody.get(code)

    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert "set-cookie" not in answer.headers
    assert anybody.get(code, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert browser.get(code).headers["cache-control"] == "no-store"
    assert anybody.get(f"{code[:5]}-{code[5:].upper()}").status_code == 200


def test_a_telephone_reads_the_poster_back_to_the_right_address(browse: Browse, line: Line) -> None:
    browser = browse("activator")
    path = published(browser, line)
    code = code_in(browser.get(path).text)
    base = str(browser.app.state.database.settings.base_url).rstrip("/")  # type: ignore[attr-defined]

    poster = browser.get(f"{path}/poster").text

    assert read_square(poster) == base + code
    assert (base + code).partition("://")[2] in poster
    assert browse("stranger").get(f"{path}/poster").status_code == 404
