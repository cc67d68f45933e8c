"""Where the page stands: on a stage of API Gateway, behind a domain of one's own, or on this machine."""

from dataclasses import dataclass

from chalice.app import Request

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Address:
    """An address's parts.

    Attributes:
        origin: scheme, host and port.
        prefix: what stands before the routes' own paths, e.g. `/prod`; may be empty.
    """

    origin: str
    prefix: str

    @property
    def is_secure(self) -> bool:
        """False only on this machine, where there is no TLS."""
        return self.origin.startswith("https:")


def address_of(request: Request) -> Address:
    """Where the request went to, as the browser sees it."""
    host = request.headers.get("host", "")
    is_here = host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK
    # API Gateway says how it was called, and knows nothing but TLS.
    scheme = request.headers.get("x-forwarded-proto", "http" if is_here else "https")
    # The path as it was asked for ends with the route's, segment by segment.
    whole, own = request.context["path"].rstrip("/").split("/"), request.path.strip("/").split("/")
    return Address(f"{scheme}://{host}", "/".join(whole[: len(whole) - len(own)]).rstrip("/"))
