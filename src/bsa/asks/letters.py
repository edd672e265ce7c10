"""What stands in the letter to an institution: put together here, worded in `letter.nl.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bsa.asks.models import AskEventKind, Side, Source

WORDS = Path(__file__).with_name("letter.nl.toml")


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What the letter tells."""

    kind: AskEventKind
    voiced_by: Side
    source: Source
    area: str
    initiative: str
    institution: str
    organisation: str
    text: str
    reason: str | None
    day: date
    """When the ask was put."""
    reply_by: date
    link: str
    name: str | None
    """Whom it greets; without a name it greets whoever opens it."""


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter in words."""

    salutation: str
    subject: str
    body: str
    """From the salutation to the closing."""


def write_letter(facts: LetterFacts) -> LetterText:
    """Write the letter of an ask that is put, put again or escalated."""
    words = _words()
    voice, parts = words["team" if facts.voiced_by is Side.TEAM else "residents"], words["parts"]
    places = {
        "area": facts.area,
        "initiative": facts.initiative,
        "institution": facts.institution,
        "organisation": facts.organisation,
        "name": facts.name,
        "day": _in_dutch(facts.day),
        "reply_by": _in_dutch(facts.reply_by),
        "link": facts.link,
    }
    salutation = words["greeting_by_name" if facts.name else "greeting"]
    paragraphs = [salutation, voice[facts.kind.value], voice["question"]]
    paragraphs = [paragraph.format(**places) for paragraph in paragraphs]
    # What people wrote is put in as it is: it is no pattern with places.
    paragraphs.append(facts.text)
    if facts.kind is AskEventKind.ESCALATED and facts.reason:
        paragraphs += [parts["reason"], facts.reason]
    if facts.source in (Source.MEETING, Source.TELEPHONE):
        paragraphs.append(parts["spoken"].format(**places))
    paragraphs += [part.format(**places) for part in (parts["reply"], parts["link"], voice["closing"])]
    return LetterText(
        salutation=salutation.format(**places),
        subject=" ".join(words["subject"].format(**places).split()),
        body="\n\n".join(paragraphs) + "\n",
    )


def _in_dutch(day: date) -> str:
    return f"{day.day} {_words()['months'][day.month - 1]} {day.year}"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
