"""How well likeness is told, on needs that were made up for this project: precision, recall and F1 of each method.

Pairs are those that the software would compare: of one area of life. The bars from which on two needs are alike were
chosen on one half of the needs (the even ones); what is reported is the other half. With `--write` the figures go
into docs/suggestions.md; with `--count` what is common in what people say is counted anew for the likeness itself.
"""

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bsa.suggestions.grouping import Rule, Told, groups
from bsa.suggestions.likeness import WITH_MEANING, WORDS_ALONE, Bar, Likeness, Rows, by_words, features_of, pairs, unit
from bsa.suggestions.meaning import encoder
from bsa.suggestions.wording import Splitter

HERE = Path(__file__).resolve().parent
NEEDS = HERE / "needs.toml"
PAGE = HERE.parent / "docs" / "suggestions.md"
COMMON = HERE.parent / "src" / "bsa" / "suggestions" / "common.json"
BEGIN, END = "<!-- {name}: written by make evaluate -->", "<!-- end of {name} -->"
LANGUAGES = ("nl", "en", "tr", "ar", "pl")
OFTEN = 3
"""What stands in fewer texts is not counted as common."""
RULE = Rule(needs=3, households=3, days=90)


@dataclass(frozen=True)
class Said:
    """A made-up need: which theme it is of, and in which language it was said."""

    life_area: str
    theme: str
    language: str
    words: str


@dataclass(frozen=True)
class Score:
    """How many pairs were rightly found, and how often."""

    found: int
    right: int
    wanted: int

    @property
    def precision(self) -> float:
        """How many of those found are right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """How many of those wanted were found."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Both in one number."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


Meanings = Callable[[Sequence[str]], Rows]


def read_needs() -> list[Said]:
    """Read the evaluation set."""
    told = tomllib.loads(NEEDS.read_text(encoding="utf-8"))
    themes = [(kind["life_area"], kind["key"], kind) for kind in told["theme"]]
    said = [
        Said(area, key, language, words)
        for area, key, kind in themes
        for language in LANGUAGES
        for words in kind.get(language, ())
    ]
    for number, kind in enumerate(told["alone"]):
        for language in LANGUAGES:
            for place, words in enumerate(kind.get(language, ())):
                said.append(Said(kind["life_area"], f"alone {number} {language} {place}", language, words))
    return said


def likeness_of(said: Sequence[Said], bar: Bar, meanings: Meanings | None) -> Likeness:
    """Return the likeness of needs, by their words, and by their meaning where there is a way to tell it."""
    texts = [one.words for one in said]
    words, stems = by_words(texts)
    return Likeness(words, stems, unit(meanings(texts)) if meanings else None, bar)


def scores(said: Sequence[Said], bar: Bar, meanings: Meanings | None) -> dict[str, Score]:
    """Compare the half that no bar was chosen on, and count: Dutch pairs, pairs across languages, and all."""
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for area in sorted({one.life_area for one in said}):
        here = [one for number, one in enumerate(said) if number % 2 and one.life_area == area]
        alike = pairs(likeness_of(here, bar, meanings), [0] * len(here), RULE.days)
        for down, one in enumerate(here):
            for right_of, other in enumerate(here[down + 1 :], start=down + 1):
                for kind in _kinds(one, other):
                    same = one.theme == other.theme
                    wanted[kind] += same
                    found[kind] += (down, right_of) in alike
                    right[kind] += same and (down, right_of) in alike
    return {kind: Score(found[kind], right[kind], wanted[kind]) for kind in ("Dutch", "across languages", "all")}


def suggested(said: Sequence[Said], bar: Bar, meanings: Meanings | None) -> tuple[int, int, int]:
    """Return how many groups would be suggested among all needs, in how many most are of one theme, how many themes."""
    many = good = 0
    themes: set[str] = set()
    for area in sorted({one.life_area for one in said}):
        here = [one for one in said if one.life_area == area]
        told = [Told(0, number) for number in range(len(here))]
        for group in groups(told, pairs(likeness_of(here, bar, meanings), [0] * len(here), RULE.days), RULE):
            theme, times = Counter(here[number].theme for number in group).most_common(1)[0]
            many += 1
            if times * 3 >= len(group) * 2:
                good += 1
                themes.add(theme)
    return many, good, len(themes)


def table(said: Sequence[Said], bar: Bar, meanings: Meanings | None) -> str:
    """Say in a table how well a method does."""
    lines = ["| pairs | precision | recall | F1 |", "| --- | --- | --- | --- |"]
    for kind, score in scores(said, bar, meanings).items():
        lines.append(f"| {kind} | {score.precision:.2f} | {score.recall:.2f} | {score.f1:.2f} |")
    many, good, themes = suggested(said, bar, meanings)
    of = len({one.theme for one in said if not one.theme.startswith("alone")})
    found = f"of which {good} are mostly one theme; {themes} of {of} themes were found."
    lines += ["", f"Groups that would be suggested among all needs: {many}, {found}"]
    return "\n".join(lines)


def about(said: Sequence[Said]) -> str:
    """Say what is in the evaluation set."""
    by_language = Counter(one.language for one in said)
    themes = {one.theme for one in said if not one.theme.startswith("alone")}
    alone = sum(one.theme.startswith("alone") for one in said)
    languages = ", ".join(f"{by_language[language]} {language}" for language in LANGUAGES)
    return f"{len(said)} needs ({languages}) in {len(themes)} themes, and {alone} that belong to none."


def count_common(said: Sequence[Said]) -> str:
    """Count in how many needs each word and each piece of a word stands."""
    texts = [one.words for one in said]
    splitter = Splitter(texts)
    counted = Counter(feature for text in texts for feature in features_of(text, splitter)[0])
    often = {feature: times for feature, times in sorted(counted.items()) if times >= OFTEN}
    return json.dumps({"texts": len(texts), "features": often}, ensure_ascii=False, separators=(",", ":")) + "\n"


def put_into(page: str, name: str, words: str) -> str:
    """Put a part that is written by this program into a page."""
    begin, end = BEGIN.format(name=name), END.format(name=name)
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{words}\n{end}{after}"


def main(asked: Sequence[str]) -> None:
    """Print how well each method does; write it down when asked to."""
    said = read_needs()
    if "--count" in asked:
        COMMON.write_text(count_common(said), encoding="utf-8")
    encode = encoder()
    parts = {"set": about(said), "words": table(said, WORDS_ALONE, None)}
    if encode is None:
        print("The model of sentences is not installed: `make evaluate-semantic` brings it and measures with it.")
    else:
        parts["meaning"] = table(said, WITH_MEANING, encode)
    for name, words in parts.items():
        print(f"\n{name}\n{words}")
    if "--write" in asked:
        page = PAGE.read_text(encoding="utf-8")
        for name, words in parts.items():
            page = put_into(page, name, words)
        PAGE.write_text(page, encoding="utf-8")


def _kinds(one: Said, other: Said) -> list[str]:
    if one.language != other.language:
        return ["across languages", "all"]
    return ["Dutch", "all"] if one.language == "nl" else ["all"]


if __name__ == "__main__":
    main(sys.argv[1:])
