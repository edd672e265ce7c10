"""Squares that a telephone reads from paper, drawn here: no other server hears of it."""

import segno
from markupsafe import Markup


def square(text: str, *, correction: str = "m") -> Markup:
    """Draw a text as a QR code: an SVG without words; what it leads to stands beside it in letters."""
    drawn = segno.make(text, error=correction, micro=False).svg_inline(
        scale=1, border=2, omitsize=True, svgclass="bsa-square", lineclass=None
    )
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S704 - digits only
