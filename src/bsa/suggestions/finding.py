"""Finding needs that may share a question: what the software does by itself, at night and after a new need.

No person reads anything here, and nothing that was read is told: a suggestion holds which needs, and the words that
at least three households used. What it is shown as depends on who looks (see `queries`). What shame or danger comes
first in is never brought together, nor what is of somebody whose data is restricted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Select, delete, exists, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, Level
from bsa.areas.queries import lies_within
from bsa.database import Database
from bsa.events import Event, note
from bsa.needs.models import LifeArea, Need, NeedLayer
from bsa.needs.queries import may_be_passed_on
from bsa.residents.models import Resident
from bsa.sealing import note_read, open_cell, open_rows
from bsa.suggestions.grouping import Rule, Told, groups
from bsa.suggestions.likeness import WITH_MEANING, WORDS_ALONE, Likeness, Rows, by_words, pairs, unit
from bsa.suggestions.meaning import METHOD, make_vectors, unpacked
from bsa.suggestions.models import NeedVector, SuggestedNeed, Suggestion, SuggestionState
from bsa.suggestions.permissible import may_be_brought_together
from bsa.suggestions.wording import names_in, stem, words_of
from bsa.themes.models import Theme, ThemeNeed

HOUSEHOLDS_FOR_A_WORD = 3
"""A word is shown when so many needs of so many households hold it: never the rare word of one person."""
MOST_WORDS = 6
MOST_AT_A_PLACE = 12
"""When more than so many needs of one area of life are told at one place, the place alone says nothing."""
SAME = 2 / 3
"""From this overlap on a set of needs is the same as one on which somebody decided."""
AT_A_TIME = 500
"""So many vectors are read at a time."""
LATELY = timedelta(minutes=10)
"""Needs told so long ago are looked at again: this is done each minute, and twice does no harm."""


@dataclass(frozen=True)
class Candidate:
    """A need that may be brought together with others."""

    need_id: UUID
    resident_id: UUID
    household: UUID
    """The household; of a resident without one, the resident."""
    area_id: UUID
    fine: bool
    """Whether it is kept at a complex or a place."""
    life_area: LifeArea
    opened_on: date
    words: str
    """What may be passed on of it."""
    stated: bool
    """Whether that holds the stated question, whose meaning its vector tells."""


@dataclass(frozen=True)
class Looked:
    """What was seen in a neighbourhood, before anything is written down."""

    candidates: dict[UUID, Candidate]
    found: list[list[Candidate]]


def find_everywhere(database: Database) -> int:
    """Make the vectors that are missing and look for suggestions in every neighbourhood; return how many are new."""
    make_vectors(database)
    with database.reading() as session:
        places = list(session.scalars(select(col(Area.id)).where(col(Area.level) == Level.NEIGHBOURHOOD)))
    return _find_in(database, places)


def find_after_new_needs(database: Database) -> int:
    """Do so where a need was told just now."""
    with database.reading() as session:
        around = list(
            session.scalars(
                select(col(Area.id)).where(
                    col(Area.level) == Level.NEIGHBOURHOOD,
                    exists().where(
                        col(Event.kind) == "need.recorded",
                        col(Event.created_at) >= clock.now() - LATELY,
                        lies_within(col(Event.area_id), col(Area.id)),  # type: ignore[arg-type]
                    ),
                )
            )
        )
    if not around:
        return 0
    make_vectors(database)
    return _find_in(database, around)


def find_suggestions(session: Session, area_id: UUID) -> list[Suggestion]:
    """Look for suggestions in one neighbourhood; what nobody decided on yet follows what is true now."""
    return _write_down(session, area_id, _look(session, area_id))


def shared_words(group: Sequence[Candidate]) -> str | None:
    """Return the words that enough households used, the commonest first, as people wrote them; names are left out."""
    names = names_in(one.words for one in group)
    needs: dict[str, set[UUID]] = defaultdict(set)
    households: dict[str, set[UUID]] = defaultdict(set)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for one in group:
        for word in words_of(one.words):
            if word not in names:
                root = stem(word)
                needs[root].add(one.need_id)
                households[root].add(one.household)
                written[root][word] += 1
    enough = [root for root in needs if min(len(needs[root]), len(households[root])) >= HOUSEHOLDS_FOR_A_WORD]
    enough.sort(key=lambda root: (-len(households[root]), -len(root), root))
    commonest = [min(written[root], key=lambda word: (-written[root][word], word)) for root in enough[:MOST_WORDS]]
    return " ".join(commonest) or None


def _find_in(database: Database, areas: Iterable[UUID]) -> int:
    found = 0
    for area_id in areas:
        # Looking takes seconds where there is much, in which others must be able to write.
        with database.reading() as session:
            looked = _look(session, area_id)
        with database.writing() as session:
            found += len(_write_down(session, area_id, looked))
    return found


def _look(session: Session, area_id: UUID) -> Looked:
    """Find what may belong together, and change nothing."""
    rule = _rule(session)
    candidates = _candidates(session, area_id)
    some = _by_life_area(candidates)
    return Looked(candidates, [group for alike in some for group in _groups_of(session, alike, rule)])


def _write_down(session: Session, area_id: UUID, looked: Looked) -> list[Suggestion]:
    """Make suggestions of what was found, where it still holds and nobody decided on it; return the new ones."""
    rule = _rule(session)
    still = {
        (row.id, row.resident_id)
        for row in session.execute(_may_be_candidates(area_id, col(Need.id), col(Need.resident_id)))
    }
    candidates = {one.need_id: one for one in looked.candidates.values() if (one.need_id, one.resident_id) in still}
    found = [[one for one in group if one.need_id in candidates] for group in looked.found]
    still_open = list(
        session.scalars(
            select(Suggestion)
            .where(col(Suggestion.area_id) == area_id, col(Suggestion.state) == SuggestionState.OPEN)
            .order_by(col(Suggestion.id))
        )
    )
    decided = _decided_sets(session, area_id)
    members = _members(session, [one.id for one in still_open])
    made = []
    for group in found:
        keys = {one.need_id for one in group}
        if not _enough(group, rule) or any(len(keys & needs) >= SAME * len(keys) for needs in decided):
            continue
        known = next((one for one in still_open if _overlap(keys, members[one.id]) >= 1 / 2), None)
        if known is not None:
            still_open.remove(known)
            _follow(session, known, members[known.id], group, candidates)
        else:
            made.append(_make(session, area_id, group))
    _drop_what_no_longer_holds(session, still_open, members, candidates, rule)
    session.flush()
    return made


def _rule(session: Session) -> Rule:
    settings = session.info["settings"]
    return Rule(settings.suggestion_needs, settings.suggestion_households, settings.suggestion_days)


def _enough(group: Sequence[Candidate], rule: Rule) -> bool:
    return len(group) >= rule.needs and len({one.household for one in group}) >= rule.households


def _may_be_candidates(area_id: UUID, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Return the query of the layers that may be compared in an area."""
    return (
        select(*columns)
        .select_from(Need)
        .join(Resident, col(Resident.id) == Need.resident_id)
        .join(NeedLayer, col(NeedLayer.need_id) == Need.id)
        .where(lies_within(col(Need.area_id), area_id), may_be_brought_together(), may_be_passed_on())
    )


def _candidates(session: Session, area_id: UUID) -> dict[UUID, Candidate]:
    """Return what may be brought together in an area, in the order in which it was told."""
    wanted = _may_be_candidates(
        area_id,
        col(Need.id),
        col(Need.resident_id),
        func.coalesce(Resident.household_id, Resident.id).label("household"),
        col(Need.area_id),
        col(Area.level),
        col(Need.life_area),
        col(Need.opened_on),
        col(NeedLayer.id).label("layer_id"),
        col(NeedLayer.depth),
        col(NeedLayer.words),
    )
    rows = session.execute(
        wanted.join(Area, col(Area.id) == Need.area_id).order_by(
            col(Need.opened_on), col(Need.id), col(NeedLayer.depth)
        )
    ).all()
    note_read(session, {row.resident_id for row in rows})
    found: dict[UUID, Candidate] = {}
    for row in rows:
        words = open_cell(session, NeedLayer, "words", row.layer_id, row.resident_id, row.words) or ""
        before = found.get(row.id)
        found[row.id] = Candidate(
            need_id=row.id,
            resident_id=row.resident_id,
            household=row.household,
            area_id=row.area_id,
            fine=row.level in (Level.COMPLEX, Level.PLACE),
            life_area=row.life_area,
            opened_on=row.opened_on,
            words=f"{before.words}\n{words}" if before else words,
            stated=row.depth == 0 or (before is not None and before.stated),
        )
    return found


def _by_life_area(candidates: dict[UUID, Candidate]) -> Iterable[list[Candidate]]:
    by_area: dict[LifeArea, list[Candidate]] = defaultdict(list)
    for one in candidates.values():
        by_area[one.life_area].append(one)
    return (by_area[life_area] for life_area in sorted(by_area))


def _groups_of(session: Session, some: list[Candidate], rule: Rule) -> list[list[Candidate]]:
    """Return the groups within one area of life: first by what was said, then by where it was said."""
    if len(some) < rule.needs:
        return []
    words, stems = by_words([one.words for one in some])
    meaning = _meanings(session, some)
    likeness = Likeness(words, stems, meaning, WORDS_ALONE if meaning is None else WITH_MEANING)
    told = [Told(one.opened_on.toordinal(), one.household) for one in some]
    found = groups(told, pairs(likeness, [one.day for one in told], rule.days), rule)
    taken = {number for group in found for number in group}
    for group in _at_one_place(some, taken, rule):
        found.append(group)
    return [[some[number] for number in group] for group in found]


def _at_one_place(some: list[Candidate], taken: set[int], rule: Rule) -> Iterable[list[int]]:
    """Return what was told at one complex or place within the days of the rule, where that is not many."""
    at_place: dict[UUID, list[int]] = defaultdict(list)
    for number, one in enumerate(some):
        if one.fine and number not in taken:
            at_place[one.area_id].append(number)
    for numbers in at_place.values():
        last = some[numbers[-1]].opened_on
        lately = [number for number in numbers if (last - some[number].opened_on).days <= rule.days]
        households = {some[number].household for number in lately}
        if rule.needs <= len(lately) <= MOST_AT_A_PLACE and len(households) >= rule.households:
            yield lately


def _meanings(session: Session, some: list[Candidate]) -> Rows | None:
    """Return what the stated questions mean; a row of zeros where it is not known, or may not be passed on."""
    numbers = {one.need_id: number for number, one in enumerate(some) if one.stated}
    wanted = list(numbers)
    meaning: Rows | None = None
    for begin in range(0, len(wanted), AT_A_TIME):
        for row in session.execute(
            select(col(NeedVector.id), col(NeedVector.need_id), col(NeedVector.resident_id), col(NeedVector.numbers))
            .where(col(NeedVector.method) == METHOD)
            .where(col(NeedVector.need_id).in_(wanted[begin : begin + AT_A_TIME]))
        ):
            number = numbers[row.need_id]
            # Merged meanwhile with another record, it is sealed under another key: then the next time.
            if row.resident_id == some[number].resident_id:
                vector = unpacked(open_cell(session, NeedVector, "numbers", row.id, row.resident_id, row.numbers) or "")
                if meaning is None:
                    meaning = np.zeros((len(some), len(vector)), dtype=np.float32)
                meaning[number] = vector
    return None if meaning is None else unit(meaning)


def _decided_sets(session: Session, area_id: UUID) -> list[set[UUID]]:
    """Return the sets of needs of which somebody said yes or no, and those that hang on one theme already."""
    decided = session.execute(
        select(col(SuggestedNeed.suggestion_id), col(SuggestedNeed.need_id))
        .join(Suggestion, col(Suggestion.id) == SuggestedNeed.suggestion_id)
        .where(col(Suggestion.area_id) == area_id, col(Suggestion.state) != SuggestionState.OPEN)
    ).all()
    linked = session.execute(
        select(col(ThemeNeed.theme_id), col(ThemeNeed.need_id))
        .join(Theme, col(Theme.id) == ThemeNeed.theme_id)
        .where(lies_within(col(Theme.area_id), area_id), col(Theme.closed_on).is_(None))
    ).all()
    sets: dict[UUID, set[UUID]] = defaultdict(set)
    for key, need_id in [*decided, *linked]:
        sets[key].add(need_id)
    return list(sets.values())


def _members(session: Session, suggestion_ids: list[UUID]) -> dict[UUID, set[UUID]]:
    rows = session.execute(
        select(col(SuggestedNeed.suggestion_id), col(SuggestedNeed.need_id)).where(
            col(SuggestedNeed.suggestion_id).in_(suggestion_ids)
        )
    )
    found: dict[UUID, set[UUID]] = {key: set() for key in suggestion_ids}
    for key, need_id in rows:
        found[key].add(need_id)
    return found


def _overlap(one: set[UUID], other: set[UUID]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def _make(session: Session, area_id: UUID, group: list[Candidate]) -> Suggestion:
    suggestion = Suggestion(
        area_id=area_id,
        life_area=group[0].life_area,
        state=SuggestionState.OPEN,
        found_on=clock.today(),
        words=shared_words(group),
    )
    session.add(suggestion)
    session.flush()
    _add_needs(session, suggestion, group)
    note(session, None, "suggestion.found", suggestion, life_area=suggestion.life_area, needs=len(group))
    return suggestion


def _follow(
    session: Session,
    suggestion: Suggestion,
    there: set[UUID],
    group: list[Candidate],
    candidates: dict[UUID, Candidate],
) -> None:
    """Add to an open suggestion what belongs to it by now; what can no longer be brought together goes."""
    _forget_needs(session, suggestion, there - candidates.keys())
    new = [one for one in group if one.need_id not in there]
    _add_needs(session, suggestion, new)
    words = shared_words([candidates[key] for key in (there & candidates.keys()) | {one.need_id for one in new}])
    _say(session, suggestion, words, touched=bool(new))


def _drop_what_no_longer_holds(
    session: Session,
    still_open: list[Suggestion],
    members: dict[UUID, set[UUID]],
    candidates: dict[UUID, Candidate],
    rule: Rule,
) -> None:
    for suggestion in still_open:
        there = [candidates[key] for key in members[suggestion.id] if key in candidates]
        if not _enough(there, rule):
            session.execute(delete(SuggestedNeed).where(col(SuggestedNeed.suggestion_id) == suggestion.id))
            session.delete(suggestion)
        else:
            _forget_needs(session, suggestion, members[suggestion.id] - candidates.keys())
            _say(session, suggestion, shared_words(there), touched=False)


def _say(session: Session, suggestion: Suggestion, words: str | None, *, touched: bool) -> None:
    open_rows(session, [suggestion])
    if words != suggestion.words:
        suggestion.words = words
    if touched:
        suggestion.touch()


def _add_needs(session: Session, suggestion: Suggestion, group: Iterable[Candidate]) -> None:
    session.add_all(
        SuggestedNeed(suggestion_id=suggestion.id, need_id=one.need_id, resident_id=one.resident_id) for one in group
    )


def _forget_needs(session: Session, suggestion: Suggestion, gone: set[UUID]) -> None:
    if gone:
        session.execute(
            delete(SuggestedNeed).where(
                col(SuggestedNeed.suggestion_id) == suggestion.id, col(SuggestedNeed.need_id).in_(gone)
            )
        )
