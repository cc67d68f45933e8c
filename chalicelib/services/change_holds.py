"""Changes the holds that officers placed on a customer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CaseHoldsOff, FieldInvalid
from chalicelib.domain.holds import CaseHold, case_of, lifted, lifting, placed, reviewed
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.writes import Insert, Write
from chalicelib.ports import Clock, Journal, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.witnessing import witnessed


@dataclass(frozen=True)
class ChangeHolds:
    """A hold on an open customer forbids erasing and nothing else; no hold ends by itself."""

    policy: Policy
    clock: Clock
    store: Store
    journal: Journal
    idempotency: Idempotency

    def place(
        self, officer: Caller, customer_id: str, reason: str, review_at: datetime, keyed: KeyedRequest | None
    ) -> CaseHold:
        """The customer cannot be erased, whoever asks and whatever is due, until the hold is lifted.

        Args:
            reason: for officers; the customer is told that there is a case, and not which.
            review_at: when somebody must ask again whether it is needed.

        Raises:
            NotFound: there is no such customer.
            CaseHoldsOff: the policy has none.
            CustomerPurged: there is nothing left to hold.
            FieldInvalid: the review is not in the time that the policy allows.
            IdempotencyKeyReused: the key was used with another body.

        Source: GDPR 17(3)(e), 18(1)(c); PIPL 47(2).
        """
        at = self.clock.now()
        if not self.policy.rules.case_holds.on:
            raise CaseHoldsOff
        self._require_near(review_at, at)
        hold = CaseHold(new_id("hold"), officer.subject, reason, at, review_at)
        customer, hold_id = self._changed(customer_id, hold.id, partial(placed, hold=hold), "placed", keyed)
        return case_of(customer, hold_id)

    def review(self, customer_id: str, hold_id: str, review_at: datetime, keyed: KeyedRequest | None) -> CaseHold:
        """The hold is still needed, and is to be looked at again then.

        Raises:
            NotFound: there is no such customer or hold.
            FieldInvalid: the review is not in the time that the policy allows.
            IdempotencyKeyReused: the key was used with another body.
        """
        self._require_near(review_at, self.clock.now())
        rule = partial(reviewed, hold_id=hold_id, review_at=review_at)
        customer, _ = self._changed(customer_id, hold_id, rule, "reviewed", keyed)
        return case_of(customer, hold_id)

    def lift(self, officer: Caller, customer_id: str, hold_id: str, keyed: KeyedRequest | None) -> None:
        """The hold is over, and who lifted it can be shown. With the last one, an ended contract's number goes.

        Raises:
            NotFound: there is no such customer or hold.
            IdempotencyKeyReused: the key was used with another body.
        """

        def shown(customer: Customer, at: datetime) -> list[Write]:
            return [Insert(lifting(customer, hold_id, officer.subject, at, self.policy.rules))]

        rule = partial(lifted, hold_id=hold_id, at=self.clock.now())
        self._changed(customer_id, hold_id, rule, "lifted", keyed, shown)

    def _changed(
        self,
        customer_id: str,
        hold_id: str,
        rule: Callable[[Customer], Customer],
        done: str,
        keyed: KeyedRequest | None,
        others: Callable[[Customer, datetime], Sequence[Write]] = lambda _customer, _at: (),
    ) -> tuple[Customer, str]:
        def attempt() -> tuple[Customer, str]:
            at, rules = self.clock.now(), self.policy.rules
            customer = existing(self.store, Customer, customer_id)
            also = (*self.idempotency.claim(keyed, hold_id, customer_id, at), *others(customer, at))
            after = changed(
                self.store,
                customer,
                lambda it: dated(rule(it), rules),
                lambda it: (*also, *witnessed(self.store, it)),
            )
            self.journal.note("hold", hold=hold_id, done=done)
            return after, hold_id

        return self.idempotency.once(
            keyed, attempt, lambda earlier: (existing(self.store, Customer, customer_id), earlier)
        )

    def _require_near(self, review_at: datetime, at: datetime) -> None:
        longest = timedelta(days=self.policy.rules.case_holds.longest_review_days)
        if not at < review_at <= at + longest:
            raise FieldInvalid("/review_at", f"must be in the next {longest.days} days")
