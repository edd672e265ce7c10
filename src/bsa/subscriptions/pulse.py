"""The pulse of the worker: each second it looks whether there is something new, and hands out what is due."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread

from bsa.database import Database
from bsa.subscriptions.delivering import LEASE, Ticket, serve, take_due
from bsa.subscriptions.spreading import spread

SECONDS = 1.0

log = logging.getLogger(__name__)


class Pulse(Thread):
    """Puts new messages in line and hands out tickets for what is due, until it is stopped.

    Whom `hand_out` gives a ticket to serves it, here or in another process; a ticket that got lost runs out, and then
    another is handed out.
    """

    def __init__(
        self,
        database: Database,
        hand_out: Callable[[Ticket], object],
        seconds: float = SECONDS,
        lease: timedelta = LEASE,
    ) -> None:
        super().__init__(name="pulse", daemon=True)
        self._database, self._hand_out, self._seconds, self._lease = database, hand_out, seconds, lease
        self._stopped = Event()

    def run(self) -> None:
        """Beat until stopped; a beat that fails is named in the log, and the next one comes."""
        while not self._stopped.wait(self._seconds):
            try:
                self.beat()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next beat must come
                log.error("The pulse missed a beat: %s.", type(error).__name__)

    def beat(self) -> None:
        """Look once."""
        spread(self._database)
        for ticket in take_due(self._database, lease=self._lease):
            self._hand_out(ticket)

    def goes_on(self) -> bool:
        """Tell whether it was not stopped."""
        return not self._stopped.is_set()

    def stop(self) -> None:
        """Stop, and wait until the beat that is going on is over."""
        self._stopped.set()
        self.join()


class Courier(Pulse):
    """A pulse that serves in threads of its own: for the demo, which is one process."""

    def __init__(
        self, database: Database, threads: int = 4, seconds: float = SECONDS, lease: timedelta = LEASE
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="courier")
        super().__init__(database, self._serve, seconds, lease)

    def stop(self) -> None:
        """Stop, and wait until the requests that are going on are over."""
        super().stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _serve(self, ticket: Ticket) -> None:
        self._pool.submit(self._serve_well, ticket)

    def _serve_well(self, ticket: Ticket) -> None:
        try:
            serve(self._database, ticket, lease=self._lease, goes_on=self.goes_on)
        except Exception as error:  # noqa: BLE001 - its lease runs out, and it is served again
            log.error("Messages were not delivered: %s.", type(error).__name__)
