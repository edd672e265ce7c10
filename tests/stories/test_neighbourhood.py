"""Element 10: the neighbourhood as the place where one is found and from where one goes on, told without persons."""

from tests.cast import Cast
from tests.grounds import geojson, square
from tests.line import Line
from tests.stories.conftest import Say, Visit, read
from tests.web.conftest import Browser
from tests.web.test_places import upload


def given_a_shop_that_closed(marloes: Browser, cast: Cast) -> str:
    path = f"/neighbourhoods/{cast.here_id}"
    fact = {"words": "De laatste winkel is dicht", "kind": "service", "happened_on": "2026-03-24"}
    assert marloes.fill_in(f"{path}/logbook", **fact).status_code == 303
    return path


def test_given_a_place_that_changes_when_one_writes_a_sentence_then_a_colleague_reads_it_on_the_neighbourhood_page(
    cast: Cast, line: Line, visit: Visit, say: Say
) -> None:
    path = given_a_shop_that_closed(visit("activator"), cast)
    daan = visit("colleague")

    page = read(daan, path)

    assert "De laatste winkel is dicht" in page
    assert say("The place itself") in page
    # What plays and who acts comes first; the place stands below it, and no resident stands anywhere.
    for heading in ("Next steps", "What people do here", "What plays here", "Commitments"):
        if say(heading) + "</h2>" in page:
            assert page.index(say(heading) + "</h2>") < page.index(say("The place itself") + "</h2>")
    assert "Geert" not in page
    hint = read(daan, f"{path}/logbook")
    assert say("A fact, in a sentence. About the place and never about persons: no names.") in hint


def test_given_a_new_quarter_when_nobody_looked_back_then_the_team_is_reminded_until_one_sentence_is_there(
    cast: Cast, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    path = given_a_shop_that_closed(marloes, cast)
    reminded = say("%(area)s: what changed this quarter?", area="Oude Molenbuurt")
    assert reminded in read(marloes, "/reminders")

    assert say("What got better?") in read(marloes, f"{path}/photos")
    assert marloes.fill_in(f"{path}/photos", people_talk_about="De stookkosten").status_code == 303

    assert reminded not in read(visit("colleague"), "/reminders")
    assert "De stookkosten" in read(marloes, path)


def test_given_a_drawn_neighbourhood_when_something_was_promised_then_the_map_says_so_in_a_number_a_pattern_and_a_table(
    cast: Cast, line: Line, visit: Visit, say: Say
) -> None:
    outline = geojson(square(6.9, 52.78, code="BU0114ZZ01"))
    assert upload(visit("admin"), outline).status_code == 200

    marloes = visit("activator")
    page = read(marloes, f"/neighbourhoods/{cast.here_id}/map?show=open_commitments")

    told = say(
        "Map of %(area)s: %(what)s. The table below says the same.",
        area="Oude Molenbuurt",
        what=say("Open commitments"),
    )
    assert f'aria-label="{told}"' in page
    assert 'fill="url(#step-few)"' in page
    assert f"{say('All of %(area)s', area='Oude Molenbuurt')}</th>" in page
    assert say("What people do and what was promised, by area. Never a door, never a count of residents.") in page


def test_given_outlines_with_doors_when_an_administrator_uploads_them_then_nothing_is_kept_and_each_is_named(
    cast: Cast, visit: Visit, say: Say
) -> None:
    door = {"type": "Feature", "properties": {"name": "14"}, "geometry": {"type": "Point", "coordinates": [6.9, 52.78]}}
    home = square(6.9, 52.78, 0.0001, name="Nummer 14")

    answer = upload(visit("admin"), geojson(door, home, square(6.9, 52.78, code="BU0114ZZ01")))

    assert answer.status_code == 400
    for words, number in (
        ("Feature {number}: only a Polygon or a MultiPolygon is taken; no points, no lines, no doors.", 1),
        ("Feature {number}: this is as small as a home. Draw the block or the place; doors are never kept.", 2),
    ):
        assert say(words).format(number=number) in answer.text
    assert '<svg class="bsa-map"' not in read(visit("activator"), f"/neighbourhoods/{cast.here_id}/map")
