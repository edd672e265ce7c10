"""The noise: whole numbers near zero, looked up by a key, the same again for the same key and label.

A number k comes with a probability in proportion to exp(-k^2 / (2 variance)): the discrete Gaussian distribution of
Canonne, Kamath and Steinke (2020). The probabilities are worked out with sixty digits and kept as integers of 64 bits,
so that no machine rounds them otherwise, and anybody can check the table.
"""

import hmac
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal, localcontext
from functools import cache
from math import isqrt

DIGITS = 60
BITS = 64
FARTHEST = 10
"""Numbers farther from zero than so many standard deviations never come; beyond lies less than one in 10^22."""
METHOD = "sdc1"
"""Names the method in keys: other methods would have other keys."""


@cache
def thresholds(variance: int) -> tuple[int, ...]:
    """Return the cumulative probabilities of -K, -K + 1, ... K, in units of 2^-64."""
    with localcontext() as context:
        context.prec = DIGITS
        farthest = reach(variance)
        weights = [(Decimal(-k * k) / (2 * variance)).exp() for k in range(-farthest, farthest + 1)]
        whole, sofar, table = sum(weights), Decimal(0), []
        for weight in weights:
            sofar += weight
            table.append(int(sofar / whole * 2**BITS))
    return (*table[:-1], 2**BITS)


def reach(variance: int) -> int:
    """Return K, the farthest number from zero."""
    return isqrt(FARTHEST**2 * variance)


def noise(key: bytes, label: str, variance: int) -> int:
    """Return the noise of one cell: the first eight bytes of a keyed digest of its label, looked up."""
    draw = int.from_bytes(hmac.digest(key, label.encode(), "sha256")[: BITS // 8], "big")
    return bisect_right(thresholds(variance), draw) - reach(variance)


def label_of(table: str, area: str, cell: Iterable[str]) -> str:
    """Return the label of a cell: `T2|BU03630101|housing`."""
    return f"{table}|{area}|{'|'.join(cell)}"


def release_key(master: bytes, release: str, digest: str) -> bytes:
    """Return the key of one release. It is kept nowhere: the same counts give it again, other counts give another."""
    return hmac.digest(master, f"{METHOD}|{release}|{digest}".encode(), "sha256")


@cache
def margin95(variance: int) -> int:
    """Return how far 95 of 100 draws are from zero at most."""
    table, middle = thresholds(variance), reach(variance)
    within = (m for m in range(middle) if table[middle + m] - table[middle - m - 1] >= 2**BITS * 95 // 100)
    return next(within)
