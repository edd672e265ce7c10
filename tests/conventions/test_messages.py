"""The words of the pages: both catalogues hold every message of the sources, whole, and residents can read theirs."""

import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from web.languages import LOCALES
from web.places import MENU

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "web" / "templates"

PLACE = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
END_OF_SENTENCE = re.compile(r"(?<=[.!?])\s+")
TO_A_WORKER = re.compile(r"\b(je|jij|jou|jouw|jullie)\b", re.IGNORECASE)

MOST_WORDS = 15
"""The most words that the sentences of a page for residents may have on average."""

ROOM_IN_THE_BAR = 13
"""The characters of a label that fit under its icon in the bar at the bottom of a phone."""


def forms(words: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the one form of a message, or its singular and plural."""
    return (words or "",) if isinstance(words, str | None) else tuple(words)


def name(message: Message) -> tuple[str, ...]:
    return (message.context or "", *forms(message.id))


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Give what is said; the header, the message without a name, is left out."""
    return (message for message in catalogue if message.id)


def places(words: str) -> list[str]:
    return sorted(PLACE.findall(words))


def faults_of(message: Message, same: bool) -> Iterator[str]:
    asked, said = forms(message.id), forms(message.string)
    if message.fuzzy:
        yield f"fuzzy: {asked[0]}"
    if len(said) != len(asked) or not all(words.strip() for words in said):
        yield f"empty: {asked[0]}"
    elif [places(words) for words in said] != [places(words) for words in asked]:
        yield f"other places: {asked[0]}"
    elif same and said != asked:
        yield f"other words than in the sources: {asked[0]}"


def faults_in(catalogue: Catalog, sources: Catalog) -> list[str]:
    """Tell what is wrong with a catalogue beside the messages of the sources."""
    wanted, held = ({name(message) for message in messages(each)} for each in (sources, catalogue))
    return [
        *(f"missing, run make messages: {' | '.join(filter(None, gone))}" for gone in sorted(wanted - held)),
        *(
            f"nowhere in the sources, run make messages: {' | '.join(filter(None, old))}"
            for old in sorted(held - wanted)
        ),
        *(fault for message in messages(catalogue) for fault in faults_of(message, str(catalogue.locale) == "en")),
    ]


def catalogue_of(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "bsa.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Take the messages out of the sources with the very command of the Makefile, into a file of the test."""
    found = re.search(r"pybabel (.*? extract .*?[^\\])\n", (ROOT / "Makefile").read_text(), re.DOTALL)
    assert found
    kept = tmp_path_factory.mktemp("messages") / "bsa.pot"
    words = [word for word in shlex.split(found[1].replace("\\\n", " ")) if not word.startswith("--output-file=")]
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", *words, f"--output-file={kept}"], cwd=ROOT, check=True
    )
    with kept.open("rb") as file:
        return read_po(file)


def test_the_messages_of_all_storeys_are_found(sources: Catalog) -> None:
    files = {place for message in messages(sources) for place, _ in message.locations}

    assert len(list(messages(sources))) > 1000
    assert {file.partition("/")[0] for file in files} == {"src", "api", "web"}
    assert any(file.startswith("web/templates/") for file in files)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_catalogue_is_whole(language: str, sources: Catalog) -> None:
    assert faults_in(catalogue_of(language), sources) == []


# --- planted faults ---------------------------------------------------------------------------------------------------

SOUND = """
msgid "Wait {seconds} seconds."
msgstr "Wacht {seconds} seconden."

msgid "The question of %(name)s"
msgstr "De vraag van %(name)s"

msgid "%(num)d day"
msgid_plural "%(num)d days"
msgstr[0] "%(num)d dag"
msgstr[1] "%(num)d dagen"
"""

PLANTED = {
    "missing": ('msgid "The question of %(name)s"\nmsgstr "De vraag van %(name)s"', ""),
    "nowhere in the sources": ('msgid "The', 'msgid "Old"\nmsgstr "Oud"\n\nmsgid "The'),
    "empty": ('"De vraag van %(name)s"', '""'),
    "empty in the plural": ('msgstr[1] "%(num)d dagen"', 'msgstr[1] ""'),
    "fuzzy": ('msgid "Wait', '#, fuzzy\nmsgid "Wait'),
    "other places": ("{seconds} seconden", "even"),
    "other places by another name": ("van %(name)s", "van %(naam)s"),
    "other places in the plural": ("%(num)d dagen", "dagen"),
}


def read(text: str, language: str = "nl") -> Catalog:
    return read_po(io.BytesIO(text.encode()), locale=language)


def test_a_sound_catalogue_is_let_through() -> None:
    assert faults_in(read(SOUND), read(SOUND)) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str) -> None:
    sound, broken = PLANTED[fault]
    assert sound in SOUND

    (found,) = faults_in(read(SOUND.replace(sound, broken)), read(SOUND))

    assert fault.startswith(re.split("[:,]", found)[0])


def test_english_that_differs_from_its_message_is_found() -> None:
    assert "other words than in the sources: The question of %(name)s" in faults_in(read(SOUND, "en"), read(SOUND))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_entry_taken_out_of_a_catalogue_is_found(language: str, sources: Catalog) -> None:
    catalogue = catalogue_of(language)
    catalogue.delete("My day")

    assert faults_in(catalogue, sources) == ["missing, run make messages: My day"]


# --- words for residents ----------------------------------------------------------------------------------------------


def pages_for_residents() -> list[str]:
    """Return the templates of what residents read, with the parts that they draw."""
    own = [*TEMPLATES.glob("public/*.html"), *TEMPLATES.glob("texts/*.html")]
    drawn = {
        part for page in own for part in re.findall(r'(?:from|import|include) "(parts/\w+\.html)"', page.read_text())
    }
    return sorted({str(page.relative_to(TEMPLATES)) for page in own} | drawn)


def said_on(page: str, catalogue: Catalog) -> list[str]:
    where = f"web/templates/{page}"
    return [
        words
        for message in messages(catalogue)
        if where in {place for place, _ in message.locations}
        for words in forms(message.string)
    ]


def average_length(texts: list[str]) -> float:
    """Return how many words the sentences have on average; labels, which end without a mark, are no sentences."""
    sentences = [one for text in texts if text.endswith((".", "!", "?")) for one in END_OF_SENTENCE.split(text)]
    return sum(len(one.split()) for one in sentences) / len(sentences) if sentences else 0


def test_the_pages_for_residents_are_known() -> None:
    assert {"public/index.html", "public/show.html", "texts/privacy.html", "texts/accessibility.html"} <= set(
        pages_for_residents()
    )
    assert "parts/promise.html" in pages_for_residents()


@pytest.mark.parametrize("page", pages_for_residents())
def test_sentences_for_residents_are_short(page: str) -> None:
    """This is a proxy: short sentences are a part of level B1. Whether residents understand it, only they can tell."""
    assert average_length(said_on(page, catalogue_of("nl"))) <= MOST_WORDS


@pytest.mark.parametrize("page", pages_for_residents())
def test_residents_are_called_u(page: str) -> None:
    assert [words for words in said_on(page, catalogue_of("nl")) if TO_A_WORKER.search(words)] == []


def test_long_sentences_and_a_word_to_a_worker_are_found() -> None:
    assert average_length(["Dit is kort. " + "woord " * 30 + "op.", "Een label dat niet meetelt"]) == 17
    assert TO_A_WORKER.search("Kies je buurt.")
    assert not TO_A_WORKER.search("Kies uw buurt; dit is een object.")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_places_of_the_menu_fit_in_the_bar(language: str) -> None:
    catalogue = catalogue_of(language)
    labels = [forms(catalogue[label].string)[0] for places in MENU.values() for _, label, _, _ in places]

    assert [label for label in labels if not 0 < len(label) <= ROOM_IN_THE_BAR] == []
