"""Where messages may go: to addresses that everybody can reach, and to the networks that the installation names.

A partner says where its messages go, so it could name a machine behind our own walls. What a name means is asked at
each sending, and all that it means must be allowed; the connection then goes to exactly the address that was looked at.
"""

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

from bsa.errors import invalid
from bsa.settings import Mode, Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Says which addresses a name has."""

HERE_ONLY = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
TRANSLATED = IPv6Network("64:ff9b::/96")
"""Addresses of the older kind, written as ones of the newer (NAT64)."""

NOBODYS = (
    # For the agreements of a network with itself; some clouds tell a machine its secrets there.
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("fec0::/10"),
    IPv6Network("3fff::/20"),
)
"""What is for no receiver either, and not every Python knows that."""


class PrivateAddress(Exception):
    """A name means an address that messages may not go to."""


def networks_of(settings: Settings) -> tuple[Network, ...]:
    """Return the networks of partners that are allowed though not everybody can reach them."""
    return tuple(ip_network(part) for part in settings.partner_networks.replace(" ", "").split(",") if part)


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def allowed_address(host: str, port: int, networks: Iterable[Network], resolve: Resolve) -> str:
    """Return the address to connect to for a name; raise `PrivateAddress` when any that it means is not allowed."""
    there, within = resolve(host, port), tuple(networks)
    if not there or not all(_is_allowed(_read(address), within) for address in there):
        raise PrivateAddress
    return there[0]


def check_url(url: str, settings: Settings) -> None:
    """Refuse an address to which nothing may be sent, as far as that can be seen without asking anybody.

    What a name means is seen by the worker: nothing leaves from inside a request.
    """
    parts = _split(url)
    if parts.scheme != "https" and settings.mode is Mode.PRODUCTION:
        raise invalid("url", "https", "Messages go over https only. Give an address that begins with https.")
    host, networks = parts.hostname or "", networks_of(settings)
    name = host.rstrip(".").lower()
    of_our_own = not networks and (name == "localhost" or name.endswith(HERE_ONLY))
    if of_our_own or not all(_is_allowed(address, networks) for address in _written(host)):
        raise invalid(
            "url",
            "private_address",
            "Messages go to public addresses only, and this one is not. If it lies in the network of your "
            "municipality, ask the administrator to allow that network.",
        )


def host_of(url: str) -> str:
    """Return the name of the machine in an address."""
    return urlsplit(url).hostname or ""


def _split(url: str) -> SplitResult:
    wrong = invalid(
        "url", "url", "Give a whole address, such as https://partner.example/bsa, without a name or a password in it."
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise wrong
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise wrong
    return parts


def _written(host: str) -> list[Address]:
    """Return the address that a host is, in whichever of its odd forms; none when it is a name."""
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [_read(str(place[0])) for *_, place in found]


def _read(text: str) -> Address:
    return ip_address(text.partition("%")[0])


def _is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Tell whether messages may go to an address: everybody's, or within one of the networks."""
    meant = _inside(address)
    if any(meant in network for network in networks if network.version == meant.version):
        return True
    private = meant.is_multicast or meant.is_reserved or meant.is_unspecified or meant.is_link_local
    private = private or any(meant in network for network in NOBODYS if network.version == meant.version)
    return meant.is_global and not private


def _inside(address: Address) -> Address:
    """Return the older address that a newer one carries, when it carries one."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None) or address
