"""Doing things at the same moment, each in a thread of its own."""

import threading
from collections.abc import Callable


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all deeds in threads of their own at the same moment; return what came of each."""
    barrier = threading.Barrier(len(deeds))
    found: list[object] = [None] * len(deeds)

    def do(place: int) -> None:
        barrier.wait()
        try:
            deeds[place]()
        except Exception as error:  # noqa: BLE001 - what came of it
            found[place] = error

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
