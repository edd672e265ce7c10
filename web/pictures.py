"""The picture that goes along when somebody shares the list of a neighbourhood: drawn here, with counts."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from web.pages import STATIC

SIZE = (1200, 630)
FONT = STATIC / "vendor" / "noto-sans" / "noto-sans-latin-wght-normal.woff2"
PAPER, INK, SOFT, PETROL, SUN = "#faf6ef", "#20302f", "#55605d", "#0d5a5f", "#f0b64c"
EDGE = 72

Count = tuple[int, str, str]
"""A number, its word, and its colour."""


@lru_cache(maxsize=200)
def share_picture(organisation: str, title: str, counts: Sequence[Count]) -> bytes:
    """Draw the picture, as PNG: a title, and under it each number with its word."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 24), fill=PETROL)
    draw.rectangle((0, 24, SIZE[0], 32), fill=SUN)
    draw.text((EDGE, 72), organisation, font=_font(34, 500), fill=SOFT)
    place = 128
    for line in _lines(draw, title, _font(64, 750), SIZE[0] - 2 * EDGE)[:2]:
        draw.text((EDGE, place), line, font=_font(64, 750), fill=PETROL)
        place += 80
    width = (SIZE[0] - 2 * EDGE) // max(len(counts), 1)
    for number, (count, word, colour) in enumerate(counts):
        left = EDGE + number * width
        draw.rectangle((left, 352, left + width - 24, 362), fill=colour)
        draw.text((left, 374), str(count), font=_font(110, 750), fill=INK)
        for row, part in enumerate(_lines(draw, word, _font(32, 500), width - 24)[:2]):
            draw.text((left, 512 + row * 40), part, font=_font(32, 500), fill=INK)
    # Few colours: a small file.
    out = BytesIO()
    image.quantize(64).save(out, "PNG")
    return out.getvalue()


@lru_cache(maxsize=8)
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONT, size)
    font.set_variation_by_axes([weight])
    return font


def _lines(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a text into lines that fit."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font=font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
