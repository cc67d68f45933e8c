"""What a start asks for."""

import ipaddress
from dataclasses import dataclass

from chalicelib.domain.verification import TransactionContext


@dataclass(frozen=True, repr=False)
class StartRequest:
    """What to prove and for whom. With `phone_number` a new number is proved, without it the customer's own."""

    purpose: str
    phone_number: str | None = None
    region: str | None = None
    customer_id: str | None = None
    locale: str | None = None
    ip: str | None = None
    device_id: str | None = None
    context: TransactionContext | None = None
    android_app_hash: str | None = None

    @property
    def network(self) -> str | None:
        """The network of the IP that one subscriber has; None without an IP."""
        return self.ip and _network(self.ip)

    @property
    def client(self) -> dict[str, str]:
        """What is known of the device that asks, by the names of its throttles."""
        signs = {"ip": self.network, "device": self.device_id}
        return {name: sign for name, sign in signs.items() if sign}


@dataclass(frozen=True)
class Shown:
    """What may be seen of a number."""

    masked: str
    region: str
    test_number: str | None


NOTHING = Shown("", "", None)


def _network(ip: str) -> str:
    """The network that one subscriber has: the address itself, or the /64 of IPv6."""
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
