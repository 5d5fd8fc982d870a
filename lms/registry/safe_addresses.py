"""Where signed messages may be sent: public addresses over TLS, nowhere in the operator's own network. Pure.

The rule is applied to each address that a name resolves to, and the connection is then made to the very address
that was looked at (OWASP, Server-Side Request Forgery Prevention Cheat Sheet; IANA special-purpose registries).
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 500
LOWEST_FREE_PORT = 1025
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_NUMBER_LIKE = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.IGNORECASE)
_VISIBLE = re.compile(r"[!-~]+")
_V4_CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
    )
)
_V6_OPEN = ipaddress.ip_network("2000::/3")
# Within that: addresses that stand for others (Teredo, 6to4), documentation, and the blocks for protocols.
_V6_CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


class Unsafe(ValueError):
    """An address that nothing is sent to; the text is a word: see `FAULTS`."""


FAULTS = ("shape", "scheme", "user", "host", "port", "private")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: `host` as it is named in the certificate, `path` with the query."""

    host: str
    port: int
    path: str
    is_tls: bool


def target_of(url: str, *, is_loopback_allowed: bool = False) -> Target:
    """The parts of an endpoint's address. Raises Unsafe for what could be anything but a public https address.

    A host in numbers is taken only as it is written by everybody, so that no other way of writing one slips by.
    With `is_loopback_allowed`, for tests, http is taken as well, for this machine alone.
    """
    if len(url) > LONGEST_URL or not _VISIBLE.fullmatch(url) or "\\" in url:
        raise Unsafe("shape")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unsafe("shape") from None
    host = (parts.hostname or "").lower()
    is_here = is_loopback_allowed and host in ("127.0.0.1", "::1", "localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise Unsafe("scheme")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise Unsafe("user")
    if parts.fragment or "#" in url:
        raise Unsafe("shape")
    if not is_here:
        _check_host(host, is_bracketed=parts.netloc.startswith("["))
    port = port if port is not None else 443
    if port != 443 and not LOWEST_FREE_PORT <= port <= 65535:
        raise Unsafe("port")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path, parts.scheme == "https")


def _check_host(host: str, *, is_bracketed: bool) -> None:
    if is_bracketed or _NUMBER_LIKE.fullmatch(host):
        if "%" in host or not is_public(host):
            raise Unsafe("private")
        return
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise Unsafe("host")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network that stands for itself; False for what is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _V4_CLOSED)
    # Anything else embeds another address (mapped, NAT64) or never leaves the house.
    return found.scope_id is None and found in _V6_OPEN and not any(found in network for network in _V6_CLOSED)


def first_safe(addresses: Iterable[str], *, is_loopback_allowed: bool = False) -> str:
    """The address to connect to: the first one, if every one is public. Raises Unsafe.

    One private address among public ones refuses them all: an answer that mixes them is an attack or a mistake.
    """
    found = list(addresses)
    for one in found:
        if not is_public(one) and not (is_loopback_allowed and _is_loopback(one)):
            raise Unsafe("private")
    if not found:
        raise Unsafe("host")
    return found[0]


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
