"""How often someone may do something: so many at once, and so many an hour after that."""

import ipaddress
import math
from datetime import datetime, timedelta

from starlette.requests import Request

KEYS = 100_000
"""Remembered at the most; those who may do as much again as a newcomer are forgotten first."""

IPV6_NETWORK = 64
"""Bits that a home or a library has for itself; the rest it hands out as it likes."""


class Buckets:
    """A bucket for each key, in the memory of this process. `per_hour` 0 is no limit."""

    def __init__(self, at_once: int, per_hour: int) -> None:
        self._between = timedelta(hours=1) / per_hour if per_hour else timedelta()
        self._room = self._between * at_once
        self._full_at: dict[str, datetime] = {}

    def take(self, key: str, now: datetime) -> int:
        """0, and one less for the key; or the seconds until there is one again."""
        if not self._between:
            return 0
        full_at = max(self._full_at.get(key, now), now) + self._between
        if full_at - now > self._room:
            return max(1, math.ceil((full_at - now - self._room).total_seconds()))
        if len(self._full_at) >= KEYS:
            self._full_at = {each: at for each, at in self._full_at.items() if at > now}
        self._full_at[key] = full_at
        return 0


def network_of(request: Request) -> str:
    """The address, or for IPv6 the network it is in; empty where none is known.

    Behind a front door this is what X-Forwarded-For says, which the server believes only then (ENGAGE_BEHIND_PROXY).
    """
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(address), IPV6_NETWORK), strict=False))
        address = address.ipv4_mapped
    return str(address)
