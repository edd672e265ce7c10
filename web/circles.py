"""Where things lie on a circle, for pictures that the server draws: y goes down, and an angle of 0 degrees is up."""

from math import cos, radians, sin


def point(centre: float, radius: float, degrees: float) -> tuple[float, float]:
    """Return the place at a distance from the centre of a square picture, clockwise from straight up."""
    angle = radians(degrees)
    return round(centre + radius * sin(angle), 1), round(centre - radius * cos(angle), 1)


def ring_segment(centre: float, inner: float, outer: float, start: float, end: float) -> str:
    """Return the path of a piece of a ring between two angles less than half a turn apart."""
    (ax, ay), (bx, by) = point(centre, outer, start), point(centre, outer, end)
    (cx, cy), (dx, dy) = point(centre, inner, end), point(centre, inner, start)
    return f"M{ax} {ay}A{outer} {outer} 0 0 1 {bx} {by}L{cx} {cy}A{inner} {inner} 0 0 0 {dx} {dy}Z"
