"""The neighbourhood as a place in the demo: facts in the logbook, what is there, a photo each quarter, and a map.

The outlines are made up like the neighbourhoods themselves; they lie somewhere near Emmen, where nobody lives in them.
"""

import json
from datetime import date, timedelta
from functools import partial

from sqlmodel import Session

from bsa import clock
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.stage import COMPLEX, HERE, NEIGHBOURHOODS, Stage
from bsa.places.actions import draw_map, note_entry, note_feature, take_photo
from bsa.places.models import FeatureKind, LogbookKind
from bsa.places.outlines import read_outlines
from bsa.places.shapes import LogbookEntryIn, PhotoIn, PlaceFeatureIn
from bsa.quarters import quarter_of

CORNERS = (
    ((6.926, 52.772), (6.941, 52.774), (6.957, 52.771), (6.972, 52.773)),
    ((6.924, 52.763), (6.939, 52.764), (6.955, 52.762), (6.974, 52.764)),
    ((6.927, 52.753), (6.942, 52.755), (6.956, 52.752), (6.971, 52.754)),
)
"""Where three by two neighbourhoods meet, row by row."""

BLOCKS = {COMPLEX: (6.930, 52.766), "Veenhof": (6.946, 52.766), "Kadeflat": (6.962, 52.765)}
BLOCK = (0.005, 0.003)

FACTS: tuple[tuple[tuple[int, int], LogbookKind, str, str], ...] = (
    (
        (1, 14),
        LogbookKind.SERVICE,
        HERE,
        "De laatste supermarkt van de buurt is dicht. De dichtstbijzijnde is nu 2 km.",
    ),
    ((2, 12), LogbookKind.PUBLIC_SPACE, HERE, "Achter de Molenstraat brandt al weken geen lamp meer."),
    ((4, 2), LogbookKind.MEETING_PLACE, HERE, "Buurthuis De Wiek is voortaan ook op dinsdagavond open."),
    ((5, 7), LogbookKind.RULE, COMPLEX, "Het renovatieplan ligt er: 34 woningen, buitenkant en kozijnen."),
    ((7, 13), LogbookKind.EVENT, HERE, "Buurtmiddag in de tuin van De Wiek, met soep voor iedereen."),
    ((8, 19), LogbookKind.WORKS, COMPLEX, "Onderzoek naar asbest in de dakrand; de steigers komen later."),
    ((10, 5), LogbookKind.WORKS, COMPLEX, "De steigers staan. De eerste twaalf kozijnen zijn vervangen."),
    ((10, 28), LogbookKind.WORKS, COMPLEX, "De laatste kozijnen zitten erin; de steigers gaan weg."),
    ((3, 18), LogbookKind.SERVICE, "Nieuwe Veenbuurt", "De bus stopt niet meer op het plein na acht uur ’s avonds."),
    ((6, 3), LogbookKind.PUBLIC_SPACE, "De Turfgraaf", "Speelplein De Kluit heeft nieuwe schommels."),
)
"""Month and day, of which kind, where, and what happened."""

THERE: tuple[tuple[FeatureKind, str, str, str | None], ...] = (
    (FeatureKind.ASSET, HERE, "Buurthuis De Wiek", "Open van dinsdag tot vrijdag; keuken te gebruiken."),
    (FeatureKind.ASSET, HERE, "Tuin achter De Wiek", "Iedereen mag er werken en zitten."),
    (FeatureKind.ASSET, COMPLEX, "Gereedschapskist van de straat", "Staat in de berging, de sleutel hangt in De Wiek."),
    (FeatureKind.FINDING_PLACE, HERE, "Snackbar op de hoek", "Rond vijf uur; ook jongeren."),
    (FeatureKind.FINDING_PLACE, HERE, "Hek van De Wiekslag", "Ouders, om half drie."),
    (FeatureKind.NUISANCE, HERE, "Donker achterpad", None),
    (FeatureKind.ASSET, "Nieuwe Veenbuurt", "Jeu-de-boulesbaan", "Elke woensdagmiddag."),
)

PHOTOS: tuple[tuple[tuple[int, int], PhotoIn], ...] = (
    (
        (1, 27),
        PhotoIn(
            worse="De winkel is dicht, en het tocht in veel huizen.",
            people_talk_about="De stookkosten.",
            next_up="Langs de deuren in de Molenstraat.",
        ),
    ),
    (
        (5, 5),
        PhotoIn(
            better="Er is een groep: Molenbuurt Warm.",
            people_talk_about="Of het deze keer wel doorgaat met de kozijnen.",
            next_up="Het renovatieplan van de corporatie.",
        ),
    ),
    (
        (8, 11),
        PhotoIn(
            better="Mensen kennen elkaar van de tuin.",
            worse="Het achterpad is nog donker.",
            people_talk_about="Asbest.",
        ),
    ),
)
"""Month and day, and what changed; of the last quarter nobody took one yet."""


def tell_places(days: Days) -> None:
    """Draw the map, and put facts, what is there and the photos on their days."""
    days.add(day_of_story(date(2026, 1, 6), days.today), _draw)
    for (month, day), kind, where, words in FACTS:
        fact = LogbookEntryIn(kind=kind, words=words)
        days.add(day_of_story(date(2026, month, day), days.today), partial(_note, where=where, fact=fact))
    seen_on = day_of_story(date(2026, 1, 20), days.today)
    for number, (sort, where, name, about) in enumerate(THERE):
        told = PlaceFeatureIn(kind=sort, name=name, words=about)
        days.add(working_day(seen_on + timedelta(days=9 * number)), partial(_see, where=where, told=told))
    for (month, day), photo in PHOTOS:
        days.add(day_of_story(date(2026, month, day), days.today), partial(_take, photo=photo))


def outlines() -> bytes:
    """Return the outlines of the made-up neighbourhoods and blocks, as a file that an administrator would upload."""
    shapes = {}
    for number, name in enumerate(NEIGHBOURHOODS):
        row, column = divmod(number, 3)
        above, below = CORNERS[row], CORNERS[row + 1]
        shapes[name] = [above[column], above[column + 1], below[column + 1], below[column], above[column]]
    for name, (x, y) in BLOCKS.items():
        wide, high = BLOCK
        shapes[name] = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in shapes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _draw(session: Session, stage: Stage) -> None:
    draw_map(session, stage.actor("admin"), read_outlines(outlines()))


def _note(session: Session, stage: Stage, *, where: str, fact: LogbookEntryIn) -> None:
    note_entry(session, stage.actor("colleague" if where in (HERE, COMPLEX) else "teamleader"), stage[where], fact)


def _see(session: Session, stage: Stage, *, where: str, told: PlaceFeatureIn) -> None:
    note_feature(session, stage.actor("colleague"), stage[where], told)


def _take(session: Session, stage: Stage, *, photo: PhotoIn) -> None:
    # The days of the story are shifted; two of them never fall in one quarter, for they lie fourteen weeks apart.
    told = photo.model_copy(update={"quarter": quarter_of(clock.today())})
    take_photo(session, stage.actor("activator"), stage[HERE], told)
