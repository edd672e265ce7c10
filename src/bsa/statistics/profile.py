"""How strongly figures are protected: variances, thresholds and what a resident's budget is.

There is a floor under every value. A profile that is looser than the floor is refused; a stricter one is fine. The
strict profile holds unless a privacy officer chooses the standard one in writing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction

from bsa.errors import N_, Conflict


class TooLoose(Conflict):
    """A setting would protect less than the floor."""

    message = N_(
        "{setting} may not be {value}: figures would be protected less than {floor}. Choose {floor} or stricter."
    )


FLOOR = {"neighbourhood_variance": 20, "district_variance": 100}
"""Where the floor is lower than the default; elsewhere the default is the floor."""


@dataclass(frozen=True)
class Profile:
    """The parameters of the protection; the defaults are the strict profile."""

    neighbourhood_variance: int = 40
    """Variance of the noise on each count of a neighbourhood, in residents squared."""
    district_variance: int = 200
    """The same for each count of a district and of the municipality."""
    shown_from: int = 10
    """A smaller number is not shown."""
    attributes_from: int = 20
    """Where a neighbourhood has fewer residents (as published), nothing else is shown about them."""
    share_of_at_least: int = 50
    """Percentages are given of this many and more."""
    share_between: int = 5
    """Percentages under this, and over a hundred less this, are not told apart."""
    neighbourhood_inhabitants: int = 100
    """Smaller neighbourhoods are put together; inhabitants as published for the year before."""
    district_inhabitants: int = 500
    """The same for districts."""
    release_budget: Fraction = Fraction(60, 100)
    """What one release may tell about one resident at most, as a squared shift in standard deviations (mu squared)."""
    year_budget: Fraction = Fraction(220, 100)
    """The same for all releases about one calendar year."""
    sensitive_budget: Fraction = Fraction(40, 100)
    """The same for one sensitive thing about one resident, such as one need, in one calendar year."""

    def __post_init__(self) -> None:
        """Refuse what protects less than the floor."""
        for field in fields(self):
            value, floor = getattr(self, field.name), FLOOR.get(field.name, field.default)
            looser = value > floor if field.name.endswith("_budget") else value < floor
            if looser:
                raise TooLoose(setting=field.name, value=str(value), floor=str(floor))


def strictest(profiles: Iterable[Profile]) -> Profile:
    """Return the profile that in everything protects as much as each of these."""
    ones = list(profiles)
    return Profile(
        **{
            field.name: (min if field.name.endswith("_budget") else max)(getattr(one, field.name) for one in ones)
            for field in fields(Profile)
        }
    )


STRICT = Profile()
"""Holds by default."""
STANDARD = Profile(neighbourhood_variance=20, district_variance=100)
"""What a privacy officer may choose instead, in writing: figures are more exact, and tell more."""
