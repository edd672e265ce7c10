"""Pictures of figures as SVG: the same for pages, for the printed report and to take along. No colour stands alone.

A sheet is as wide as a telephone, so that what is written on it can be read there. What is hidden is hatched and says
so; it is never drawn as nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log10
from xml.sax.saxutils import escape, quoteattr

WIDE = 320
INK, SOFT, LINE, PAPER, PETROL, TINT, BRICK = (
    "#20302f",
    "#55605d",
    "#d9cfbf",
    "#ffffff",
    "#0d5a5f",
    "#e0efec",
    "#a44423",
)
FONT = "Noto Sans Variable, Noto Sans, Segoe UI, sans-serif"
A_LETTER = 7.6
"""So wide is a letter of a label, about."""
HIDDEN_WIDTH = 30


@dataclass(frozen=True)
class Mark:
    """One number to draw. Without a value it says what stands in its place."""

    label: str
    value: int | None
    text: str
    margin: int = 0
    planned: int | None = None
    planned_text: str = ""


@dataclass(frozen=True)
class Tile:
    """One area of a tile map."""

    label: str
    value: int | None
    text: str
    group: str = ""


@dataclass(frozen=True)
class Stack:
    """One bar that is made of parts, a number for each category."""

    label: str
    values: Sequence[int]


def bars(name: str, title: str, marks: Sequence[Mark], planned: str = "") -> str:
    """Draw a bar for each number, with its margin as a whisker; an outline where something was planned (`planned`)."""
    top = _nice(max((max((one.value or 0) + one.margin, one.planned or 0) for one in marks), default=1))
    high, parts = 44, [_hatch(name)]

    def at(value: float) -> float:
        return round(max(value, 0) / top * (WIDE - 2), 1)

    for number, one in enumerate(marks):
        y = number * high
        told = one.text if one.planned is None else f"{one.text} / {one.planned_text}"
        parts += [
            _text(0, y + 15, _short(one.label, WIDE - 12 - len(told) * 8.4)),
            _text(WIDE, y + 15, told, "end", bold=True),
        ]
        parts.append(f'<rect x="0.5" y="{y + 21.5}" width="{WIDE - 1}" height="14" fill="{PAPER}" stroke="{LINE}"/>')
        if one.planned is not None:
            width = at(one.planned)
            parts.append(
                f'<rect x="0.5" y="{y + 19.5}" width="{width}" height="18" fill="none" stroke="{BRICK}"'
                ' stroke-width="2" stroke-dasharray="5 3"/>'
            )
        if one.value is None:
            parts.append(_hidden(name, 0.5, y + 21.5, HIDDEN_WIDTH, 14))
        elif one.value:
            parts.append(f'<rect x="0.5" y="{y + 21.5}" width="{at(one.value)}" height="14" fill="{PETROL}"/>')
        if one.value is not None and one.margin:
            left, right, middle = at(one.value - one.margin), at(one.value + one.margin), y + 28.5
            parts.append(_whisker(f"M{left} {middle}H{right}M{left} {middle - 5}v10M{right} {middle - 5}v10"))
    high = len(marks) * high
    if planned:
        parts.append(
            f'<rect x="1" y="{high + 5}" width="24" height="12" fill="none" stroke="{BRICK}" stroke-width="2"'
            f' stroke-dasharray="5 3"/>{_text(32, high + 15, planned, size=13)}'
        )
    return _sheet(name, title, high + (24 if planned else 0), parts)


def line(name: str, title: str, marks: Sequence[Mark]) -> str:
    """Draw numbers over time, oldest first, with their margins; `label` has the two lines under a point."""
    high, left, foot = 210, 40, 168
    top = _nice(max(((one.value or 0) + one.margin for one in marks), default=1))
    step = (WIDE - left - 36) / max(len(marks) - 1, 1)
    parts = [_hatch(name)]

    def y_of(value: float) -> float:
        return round(foot - max(value, 0) / top * (foot - 14), 1)

    for part in range(3):
        value = top * part // 2
        parts.append(f'<path d="M{left - 6} {y_of(value)}H{WIDE}" stroke="{LINE}" fill="none"/>')
        parts.append(_text(left - 10, y_of(value) + 5, str(value), "end", size=13))
    places = [
        round(left + 12 + (step * number if len(marks) > 1 else (WIDE - left) / 2 - 12), 1)
        for number in range(len(marks))
    ]
    for (x, one), (next_x, following) in pairwise(zip(places, marks, strict=True)):
        if one.value is not None and following.value is not None:
            d = f"M{x} {y_of(one.value)}L{next_x} {y_of(following.value)}"
            parts.append(f'<path d="{d}" stroke="{PETROL}" stroke-width="2.5" fill="none"/>')
    for x, one in zip(places, marks, strict=True):
        if one.value is None:
            parts.append(_hidden(name, x - 13, foot - 16, 26, 16))
            parts.append(_text(x, foot - 21, one.text, "middle", size=13))
        else:
            up, down = y_of(one.value + one.margin), y_of(one.value - one.margin)
            if one.margin:
                parts.append(_whisker(f"M{x} {up}V{down}M{x - 5} {up}h10M{x - 5} {down}h10"))
            parts.append(f'<circle cx="{x}" cy="{y_of(one.value)}" r="5" fill="{PETROL}" stroke="{PAPER}"/>')
        for number, words in enumerate(one.label.split("\n")):
            parts.append(_text(x, foot + 18 + 16 * number, words, "middle", size=13))
    return _sheet(name, title, high, parts)


def stacked(name: str, title: str, rows: Sequence[Stack], categories: Sequence[str]) -> str:
    """Draw a bar for each row, made of a part for each category, with the patterns of the categories under it."""
    top = max((sum(row.values) for row in rows), default=0) or 1
    parts, y = [_patterns(name)], 0
    for row in rows:
        parts += [
            _text(0, y + 15, _short(row.label, WIDE - 40)),
            _text(WIDE, y + 15, str(sum(row.values)), "end", bold=True),
        ]
        x = 0.5
        for number, value in enumerate(row.values):
            if value:
                width = round(value / top * (WIDE - 1), 1)
                parts.append(_filled(name, number, x, y + 21.5, width, 16))
                x = round(x + width, 1)
        y += 46
    for number, category in enumerate(categories):
        parts += [_filled(name, number, 0.5, y + 4.5, 20, 14), _text(28, y + 16, category, size=13)]
        y += 22
    return _sheet(name, title, y + 2, parts)


def tiles(name: str, title: str, areas: Sequence[Tile]) -> str:
    """Draw a tile for each area, in groups: the number, and a pattern that says how much that is."""
    bounds = bounds_of([one.value for one in areas])
    parts, y, groups = [_hatch(name), _patterns(name)], 0, list(dict.fromkeys(one.group for one in areas))
    wide, high = 102, 76
    for group in groups:
        if group:
            parts.append(_text(0, y + 16, _short(group, WIDE), bold=True))
            y += 24
        inside = [one for one in areas if one.group == group]
        for number, one in enumerate(inside):
            x, row = number % 3 * (wide + 6), y + number // 3 * (high + 6)
            parts += [*_tile(name, one, x, row, wide, high, bounds)]
        y += ceil(len(inside) / 3) * (high + 6) + 6
    return _sheet(name, title, y, parts)


def bounds_of(values: Sequence[int | None]) -> tuple[int, int]:
    """Return from what number on an area has some, and from what number on many: a third of the areas each."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return 1, 1
    return known[len(known) // 3], known[2 * len(known) // 3]


def step_of(value: int | None, bounds: tuple[int, int]) -> int | None:
    """Return which of three steps a number is at; None where it is hidden."""
    return None if value is None else (value >= bounds[0]) + (value >= bounds[1] and bounds[1] > bounds[0])


def _tile(name: str, one: Tile, x: int, y: int, wide: int, high: int, bounds: tuple[int, int]) -> Iterator[str]:
    step = step_of(one.value, bounds)
    fill = f"url(#{name}-hidden)" if step is None else (PAPER, f"url(#{name}-4)", f"url(#{name}-1)")[step]
    yield f'<rect x="{x + 0.5}" y="{y + 0.5}" width="{wide - 1}" height="{high - 1}" fill="{fill}" stroke="{INK}"/>'
    # What is written stands on paper, not on the pattern.
    yield f'<rect x="{x + 5}" y="{y + 7}" width="{wide - 10}" height="{high - 14}" rx="4" fill="{PAPER}"/>'
    yield _text(x + wide / 2, y + 29, one.text, "middle", bold=True, size=17)
    for number, words in enumerate(_two_lines(one.label, int((wide - 12) / 6.4))):
        yield _text(x + wide / 2, y + 47 + 15 * number, words, "middle", size=12)


def _sheet(name: str, title: str, high: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bsa-drawing" viewBox="0 0 {WIDE} {high}" width="{WIDE}"'
        f' height="{high}" role="img" aria-label={quoteattr(title)}>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", *, bold: bool = False, size: int = 14) -> str:
    weight = ' font-weight="650"' if bold else ""
    aside = "" if anchor == "start" else f' text-anchor="{anchor}"'
    look = f'font-family="{FONT}" font-size="{size}"{weight}{aside} fill="{INK}"'
    return f'<text x="{x}" y="{y}" {look}>{escape(words)}</text>'


def _short(words: str, room: float, letter: float = A_LETTER) -> str:
    most = max(int(room / letter), 4)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _two_lines(words: str, most: int) -> list[str]:
    """Break a name into two lines at most."""
    if len(words) <= most:
        return [words]
    first, _, rest = words[: most + 1].rpartition(" ")
    rest += words[most + 1 :]
    if not first:
        # One long word.
        first, rest = words[: most - 1] + "-", words[most - 1 :]
    return [first, rest if len(rest) <= most else rest[: most - 1] + "…"]


def _whisker(d: str) -> str:
    # Twice: a pale edge first, so that it can be seen on the bar too.
    return (
        f'<path d="{d}" stroke="{PAPER}" stroke-width="4" fill="none"/>'
        f'<path d="{d}" stroke="{INK}" stroke-width="1.5" fill="none"/>'
    )


def _hidden(name: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="url(#{name}-hidden)" stroke="{SOFT}"/>'


def _hatch(name: str) -> str:
    return _pattern(f"{name}-hidden", PAPER, f'<path d="M-2 2 2-2M0 8 8 0M6 10l4-4" stroke="{SOFT}" fill="none"/>')


def _patterns(name: str) -> str:
    """Return six fills that can be told apart without colours."""
    drawn = (
        (PETROL, ""),
        (TINT, f'<path d="M-2 2 2-2M0 8 8 0M6 10l4-4" stroke="{PETROL}" stroke-width="1.6" fill="none"/>'),
        ("#fbe8de", f'<path d="M0 0 8 8M0 8 8 0" stroke="{BRICK}" fill="none"/>'),
        ("#fdf0d2", '<path d="M0 2h8M0 6h8" stroke="#7c4a03" fill="none"/>'),
        (PAPER, f'<circle cx="4" cy="4" r="1.6" fill="{PETROL}"/>'),
        (PAPER, f'<path d="M2 0v8M6 0v8" stroke="{SOFT}" stroke-width="0.8" fill="none"/>'),
    )
    return "".join(_pattern(f"{name}-{number}", paper, inside) for number, (paper, inside) in enumerate(drawn))


def _pattern(name: str, paper: str, inside: str) -> str:
    return (
        f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{paper}"/>{inside}</pattern>'
    )


def _filled(name: str, number: int, x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="url(#{name}-{number % 6})" stroke="{INK}"/>'


def _nice(value: int) -> int:
    """Return a round number, at least this large and even, for the end of a scale."""
    if value <= 10:
        return 10
    unit = 10 ** int(log10(value))
    return next(int(unit * factor) for factor in (1, 2, 3, 4, 5, 6, 8, 10) if unit * factor >= value)
