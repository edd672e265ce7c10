"""How alike texts are: on the evaluation set as the page says, and with the model only where it is installed."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bsa.suggestions.grouping import Rule, Told, groups
from bsa.suggestions.likeness import FEW, WITH_MEANING, WORDS_ALONE, Likeness, by_words, pairs, unit
from bsa.suggestions.meaning import encoder, packed, unpacked
from bsa.suggestions.wording import Splitter, names_in, stem

from evaluation.evaluate import about, count_common, put_into, read_needs, scores, table

ROOT = Path(__file__).parents[2]
RULE = Rule(needs=3, households=3, days=90)


def test_the_evaluation_set_is_as_large_and_as_mixed_as_it_should_be() -> None:
    said = read_needs()

    assert len(said) >= 300
    assert len({one.theme for one in said if not one.theme.startswith("alone")}) >= 12
    assert min(Counter(one.language for one in said).values()) >= 50
    assert max(Counter(one.words for one in said).values()) == 1


def test_the_page_says_what_is_measured_by_the_words_alone() -> None:
    page = (ROOT / "docs" / "suggestions.md").read_text(encoding="utf-8")
    said = read_needs()

    written = put_into(put_into(page, "set", about(said)), "words", table(said, WORDS_ALONE, None))

    assert written == page, "make evaluate"


def test_what_is_common_was_counted_in_this_evaluation_set() -> None:
    counted = (ROOT / "src" / "bsa" / "suggestions" / "common.json").read_text(encoding="utf-8")

    assert counted == count_common(read_needs()), "python evaluation/evaluate.py --count"


def test_the_model_is_a_quarter_better_across_languages_and_never_worse_in_dutch() -> None:
    encode = encoder()
    if encode is None:
        pytest.skip("The model of sentences is not installed: make semantic")
    said = read_needs()
    words, both = scores(said, WORDS_ALONE, None), scores(said, WITH_MEANING, encode)

    assert both["across languages"].f1 >= 1.25 * words["across languages"].f1
    assert both["Dutch"].f1 >= words["Dutch"].f1


def test_a_compound_is_seen_by_words_that_stand_by_themselves() -> None:
    splitter = Splitter(["Het achterpad", "Een lamp in de badkamer", "schimmel"])

    assert list(splitter.parts("badkamerschimmel")) == ["badkamer", "schimmel"]
    assert stem("lampen") == stem("lamp")
    assert names_in(["Ik belde Joost.", "Toen zei Joost niets."]) == {"joost"}


def test_many_are_compared_in_blocks_and_find_what_few_find() -> None:
    texts = [f"{word(number)} {word(number % 700 + 9000)} {word(number % 700 + 20000)}" for number in range(FEW + 600)]
    words, stems = by_words(texts)
    likeness = Likeness(words, stems, None, WORDS_ALONE)

    found = pairs(likeness, [0] * len(texts), 90)

    assert all((number, number + 700) in found for number in range(0, FEW - 700, 97))


def word(number: int) -> str:
    """Return a word of a number, like no other."""
    return "".join("bdfgklmnpr"[int(digit)] + "aeiou"[int(digit) % 5] for digit in str(number))


def test_who_was_told_too_long_after_each_other_is_not_compared() -> None:
    words, stems = by_words(["De lamp is kapot", "De lamp is kapot"])
    likeness = Likeness(words, stems, None, WORDS_ALONE)

    assert set(pairs(likeness, [0, 90], 90)) == {(0, 1)}
    assert pairs(likeness, [0, 91], 90) == {}


def test_a_chain_of_pairs_is_no_group() -> None:
    told = [Told(0, number) for number in range(4)]

    assert groups(told, {(0, 1): 1.5, (1, 2): 1.5, (2, 3): 1.5}, RULE) == []
    assert groups(told, {(0, 1): 1.5, (1, 2): 1.5, (0, 2): 1.1, (2, 3): 1.2}, RULE) == [[0, 1, 2]]


def test_a_vector_comes_back_as_it_was_put_away() -> None:
    vector = unit(np.arange(1, 9, dtype=np.float32)[None])[0]

    assert np.allclose(unpacked(packed(vector)), vector, atol=1e-3)
