"""The preference centre's use cases, with the words that tests tell their stories in."""

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.contact import Secret
from chalicelib.domain.customer import Customer
from chalicelib.domain.session import CLIENT, PURPOSE
from chalicelib.domain.standing import Shown
from chalicelib.services.current_session import Visit, current_session
from chalicelib.services.issue_link import Link
from chalicelib.services.start_request import StartRequest
from tests.fakes import caller
from tests.services.world import NUMBER, World, keyed

BROWSER = caller("customer", f"{CLIENT}.one", "browser")
OTHER_BROWSER = caller("customer", f"{CLIENT}.two", "browser")
TAP = "tap-0123456789abcdef"


class Page:
    """One browser at the page."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ringfence = world.ringfence

    def start(self, number: str = NUMBER, ip: str | None = "192.0.2.1", by: Caller = BROWSER) -> str:
        request = StartRequest(PURPOSE, number, locale="en", ip=ip)
        return self.ringfence.start_sign_in(by, request)

    def work(self) -> list[str | None]:
        """What the worker made of each message in the queue."""
        queue = self.world.adapters.queue
        waiting, queue.waiting = queue.waiting, []
        return [self.ringfence.deliver_queued(verification_id) for verification_id, _ in waiting]

    def check(self, verification_id: str, code: str, by: Caller = BROWSER) -> Secret:
        return self.ringfence.sign_in(by, verification_id, code)

    def by_sms(self, number: str = NUMBER) -> Secret:
        """A session of the number's customer, by the code on the phone."""
        verification_id = self.start(number)
        self.work()
        return self.check(verification_id, self.world.sender.last_code)

    def link(self, customer: Customer, key: str | None = None) -> Link:
        request = keyed(key, b"{}", "POST link")
        return self.ringfence.issue_link(customer.id, request)

    def enter(self, token: str) -> Secret:
        return self.ringfence.enter_by_link(token)

    def by_wallet(self, customer: Customer) -> Secret:
        """A session of the customer, by the wallet's link."""
        return self.enter(self.link(customer).token)

    def visit(self, token: str, act: str = "look") -> Visit:
        return current_session(self.world.store, token, act, self.world.adapters.clock.at)

    def end(self, token: str) -> None:
        self.ringfence.end_session(token)

    def choose(
        self, token: str, *channels: str, purpose: str = "marketing", key: str = TAP, sha256: str | None = None
    ) -> ConsentChoice:
        notice = self.world.policy.notices[purpose, 1, "en"]
        shown = Shown("en", 1, sha256 or notice.sha256)
        return self.ringfence.choose_in_session.choose(token, purpose, channels, shown, key)

    def refuse_optional(self, token: str) -> list[str]:
        """The purposes for which something had to be said."""
        return [event.purpose for event in self.ringfence.choose_in_session.refuse_optional(token, "en")]
