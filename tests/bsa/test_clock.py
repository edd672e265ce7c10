"""The clock: keys sort by the moment at which they were made, also while it stands."""

from datetime import timedelta
from itertools import pairwise
from uuid import RFC_4122

from bsa import clock

from tests.cast import NOW


def test_keys_sort_as_they_were_made_also_when_the_clock_is_stood_twice_and_long() -> None:
    made = []
    for _ in range(2):
        with clock.standing_at(NOW):
            made += [clock.new_id() for _ in range(10_000)]
    with clock.standing_at(NOW + timedelta(milliseconds=1)):
        made.append(clock.new_id())

    assert all(earlier < later for earlier, later in pairwise(made))


def test_a_key_tells_its_moment_and_its_kind() -> None:
    with clock.standing_at(NOW):
        key = clock.new_id()

    assert (key.version, key.variant) == (7, RFC_4122)
    assert key.int >> 80 == NOW.timestamp() * 1000
    assert (clock.new_id().version, clock.new_id().variant) == (7, RFC_4122)
