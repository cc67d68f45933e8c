"""The preference centre over HTTP on the fakes, and the people who use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

import app as application
from chalicelib.bootstrap import Ringfence, install
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Replace
from chalicelib.entrypoints.api.problems import gateway_problem
from chalicelib.services.start_request import StartRequest
from infra.local.gateway import Gateway
from infra.local.server import serve
from tests.fakes import MemoryAdapters, bearer, caller, memory_ringfence

NUMBER = "+8613800138000"
STRANGER = "+8613800138111"


def _problem(status: int, request_id: str) -> tuple[int, dict[str, str], str]:
    given, headers, body = gateway_problem(status, request_id)
    return given, {name: str(value) for name, value in headers.items()}, body


@cache
def gateway() -> Gateway:
    """The application behind the local gateway; whichever Ringfence is installed answers."""
    return Gateway(application.app, _problem)


@dataclass
class Site:
    """The page, and the world behind it."""

    url: str
    adapters: MemoryAdapters
    ringfence: Ringfence

    def customer(self, number: str = NUMBER) -> Customer:
        """A customer who holds the number."""
        wallet = caller()
        request = StartRequest("signup", number, device_id=number)
        started = self.ringfence.start_verification(wallet, bearer(wallet), request, None)
        code = self.code()
        self.ringfence.check_code(wallet, started.id, code, None, None)
        return self.ringfence.bind_customer(wallet, started.id, None, None)

    def code(self) -> str:
        """The code of the latest SMS."""
        return self.adapters.sender.last_code

    def work(self) -> None:
        """The worker has done what waited in the queue."""
        waiting, self.adapters.queue.waiting = self.adapters.queue.waiting, []
        for verification_id, _ in waiting:
            self.ringfence.deliver_queued(verification_id)

    def link(self, customer: Customer) -> str:
        """Where the wallet sends its customer."""
        token = self.ringfence.issue_link(customer.id, None).token
        return f"{self.url}/preferences/enter?token={token}"

    def say(self, customer: Customer, purpose: str, decision: str = "given", *channels: str) -> None:
        """A word of the customer in the app."""
        choice = ConsentChoice(purpose, decision, 1, "en", None, channels, "signup_screen")
        self.ringfence.record_consent(caller(), customer.id, choice, None)

    def make_young(self, customer: Customer) -> None:
        """The customer is under 14, as it now turns out."""
        store = self.adapters.store
        found = store.get(Customer, customer.id)
        assert found is not None
        store.commit(Replace(found, replace(found, under_14=True)))

    def later(self, **duration: float) -> None:
        self.adapters.clock.at += timedelta(**duration)


def memory_site(url: str = "") -> Site:
    """The page on fresh fakes."""
    adapters = MemoryAdapters()
    ringfence = memory_ringfence(adapters)
    install(ringfence)
    return Site(url, adapters, ringfence)


@contextmanager
def served_site() -> Iterator[Site]:
    """The same over HTTP, until the block ends."""
    server = serve(gateway(), 0)
    try:
        yield memory_site(f"http://127.0.0.1:{server.port}")
    finally:
        server.stop()
