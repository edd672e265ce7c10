"""How much is taken from one caller: counted in each process by itself, told on every answer (`RateLimit`).

A caller is the account of the token that was sent, once it was found good; before that, and without a token, it is the
address. The counting is our own: the library that was meant for it (`limits`) starts a thread to look for what has
passed after nearly each request; here that is done when there is time.
"""

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Lock
from typing import Any

from fastapi import Request

from api.errors import QuotaExceeded

MINUTE = 60
MANY = 10_000
"""So many counts and tokens are kept at most; what has passed goes first."""


@dataclass(frozen=True, slots=True)
class Policy:
    """So many requests in so many seconds, under a name."""

    name: str
    quota: int
    window: int = MINUTE

    def __str__(self) -> str:
        return f'"{self.name}";q={self.quota};w={self.window}'


@dataclass(frozen=True, slots=True)
class Count:
    """What is left of a policy for one caller, and in how many seconds it begins anew."""

    policy: Policy
    left: int
    seconds: int

    def __str__(self) -> str:
        return f'"{self.policy.name}";r={max(self.left, 0)};t={self.seconds}'


class Counter:
    """Counts requests by policy and caller in windows that begin with the first request in them."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], list[float]] = {}
        self._lock = Lock()

    def take(self, policy: Policy, caller: str) -> Count:
        """Count one request; what is left is below zero when that was one too many."""
        now = time.monotonic()
        with self._lock:
            window = self._windows.get((policy.name, caller))
            if window is None or window[0] <= now:
                if len(self._windows) >= MANY:
                    self._forget(now)
                window = self._windows[policy.name, caller] = [now + policy.window, 0]
            window[1] += 1
            return Count(policy, policy.quota - int(window[1]), max(1, int(window[0] - now + 0.999)))

    def _forget(self, now: float) -> None:
        self._windows = {key: window for key, window in self._windows.items() if window[0] > now}
        if len(self._windows) >= MANY:
            self._windows.clear()


class Known:
    """Whose tokens were found good lately: known by a digest, so that no token is kept."""

    def __init__(self) -> None:
        self._accounts: dict[bytes, str] = {}

    def account(self, token: str) -> str | None:
        """Return the account of a token that was found good before."""
        return self._accounts.get(_digest(token))

    def remember(self, token: str, account: str) -> None:
        """Remember that a token was found good."""
        if len(self._accounts) >= MANY:
            self._accounts.clear()
        self._accounts[_digest(token)] = account


@dataclass(slots=True)
class Use:
    """What one request uses up: who is asking as far as is known, and what was counted."""

    counter: Counter
    caller: str
    quota: int
    """How many requests a minute are taken of one caller in all."""
    counts: list[Count] = field(default_factory=list)

    def take(self, policy: Policy) -> None:
        """Count the request under a policy; refuse it when it is one too many."""
        count = self.counter.take(policy, self.caller)
        self.counts.append(count)
        if count.left < 0:
            raise QuotaExceeded(policy.name, count.seconds)

    def headers(self) -> dict[str, str]:
        """Return what the answer says of it."""
        return {
            "RateLimit-Policy": ", ".join(str(count.policy) for count in self.counts),
            "RateLimit": ", ".join(str(count) for count in self.counts),
        }


SHARES = {"searches": 5, "referrals": 10, "exports": 20}
"""What costs more, or may do more harm: each is at most such a part (a fifth) of all that is taken of one caller."""


def limited(name: str) -> Callable[[Request], Coroutine[Any, Any, None]]:
    """Limit an operation beside all others: `@router.post("", dependencies=[Depends(limited("searches"))])`."""
    share = SHARES[name]

    async def take(request: Request) -> None:
        use: Use | None = request.scope.get("bsa.use")
        if use is not None:
            use.take(Policy(name, max(1, use.quota // share)))

    return take


def address_in(host: str) -> str:
    """Return the address by which a caller is known.

    Of the newer kind every household has more addresses than can be counted, all with the same first half.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False))


def _digest(token: str) -> bytes:
    return blake2b(token.encode(errors="replace"), digest_size=16).digest()
