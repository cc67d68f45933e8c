"""Writes down what became of an SMS, and what that says of its customer's number."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalicelib.domain.customer import Customer
from chalicelib.domain.outcome import S, heard, tells
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.writes import Conflict, Replace, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed


@dataclass(frozen=True)
class NoteOutcome:
    """One commit of both: a receipt that comes twice, or whose first writing was lost half-way, counts once."""

    policy: Policy
    clock: Clock
    store: Store

    def __call__(self, sent_for: S, rule: Callable[[S], S], also: Callable[[S], Iterable[Write]] = lambda _: ()) -> S:
        """The message or verification is as the rule makes it, and its customer's head has heard the news in that.

        Args:
            rule, also: as `changed` takes them.

        Raises:
            NotFound: the message or verification is gone.
            Conflict: one of the writes of `also` was refused.
        """
        while True:
            try:
                return self._noted(sent_for, rule, also)
            except Conflict as conflict:
                if not conflict.hit(Customer):
                    raise
                # Somebody changed the head meanwhile, and perhaps both.
                sent_for = conflict.current(type(sent_for)) or sent_for

    def _noted(self, sent_for: S, rule: Callable[[S], S], also: Callable[[S], Iterable[Write]]) -> S:
        before: S = sent_for

        def told(current: S) -> S:
            nonlocal before
            before = current
            return rule(current)

        return changed(self.store, sent_for, told, lambda after: (*also(after), *self._heard(before, after)))

    def _heard(self, before: S, after: S) -> Iterable[Write]:
        # Most news is that a carrier took the SMS, or is of a number that is nobody's yet: they cost no read.
        customer = self.store.get(Customer, after.customer_id or "") if tells(before, after) else None
        if customer is None:
            return ()
        rules = self.policy.rules
        head = heard(customer, before, after, self.clock.now(), rules.freshness)
        return () if head is customer else (Replace(customer, dated(head, rules)),)
