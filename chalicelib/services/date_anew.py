"""Dates every head by the policy in force, where an old policy's dates stand."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock

from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed
from chalicelib.services.judging import every, judged

# What a head is dated for if nothing is to be done for the customer.
NOTHING = "nothing"


@dataclass(frozen=True)
class DatingReport:
    """What was found.

    Attributes:
        seen: how many heads were looked at.
        due: of those whose dates were another policy's, what the next purge does for them, with how many times.
        later: the same for what is not due yet, and for those of whom nothing but the next re-verification has moved.
        failures: by kind of error. Begin again.
        complete: False if the heads could not be read to the end. Begin again.
    """

    seen: int
    due: Mapping[str, int]
    later: Mapping[str, int]
    failures: Mapping[str, int]
    complete: bool


@dataclass(frozen=True)
class DateAnew:
    """Each head is read and judged by itself, so that whatever stops a run, it is simply begun again.

    What a shorter policy makes due the next purge erases, and no earlier policy brings it back. So it is no job of the
    clock's: an officer looks first, and then says so.
    """

    policy: Policy
    clock: Clock
    store: Store

    def __call__(self, go: bool) -> DatingReport:
        """Every head has the dates of the policy in force. Without `go` nothing is changed: the report says what would.

        Source: PIPL 19, 47; GDPR 5(1)(e).
        """
        due, later, at = Counter[str](), Counter[str](), self.clock.now()
        # Heads are judged in threads, which cannot count by themselves.
        counting = Lock()

        def noted(head: Customer) -> None:
            is_due = head.due_at is not None and head.due_at <= at
            with counting:
                (due if is_due else later)[head.due_reason or NOTHING] += 1

        heads = judged(every(self.store, Customer), partial(self._judged, noted, go), lambda: True)
        return DatingReport(heads.seen, due, later, dict(heads.failures), heads.complete)

    def _judged(self, noted: Callable[[Customer], None], go: bool, customer_id: str) -> bool:
        head = self.store.get(Customer, customer_id)
        if head is not None and (after := dated(head, self.policy.rules)) is not head:
            noted(changed(self.store, head, lambda it: dated(it, self.policy.rules)) if go else after)
        # A finding would be kept, and they may be millions.
        return False
