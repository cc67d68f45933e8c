"""Sends a code to the number of a customer whom the wallet knows by id alone."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Conflict, Expect, Insert, Write
from chalicelib.ports import Clock, CodeSecrets, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.concurrently import together_by_name
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.holding import Holding
from chalicelib.services.opening import Opening
from chalicelib.services.own_record import OwnRecord
from chalicelib.services.send_budgets import SAMPLE_CODE, SendBudgets, settled


@dataclass(frozen=True)
class SendKnownCode:
    """Backed by the verification that it serves: one SMS for one intended send."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnRecord
    opening: Opening
    codes: CodeSecrets
    deliver: DeliverCode
    budgets: SendBudgets

    def __call__(self, caller: Caller, verification_id: str) -> Send:
        """The intended send of this verification has been made once, and this is what is known of it.

        Raises:
            NotFound: not the caller's verification, or its customer has no such number.
            CustomerRestricted, CustomerPurged: there is nobody to send to.
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: nothing to send for.
            Throttled, SpendLimitReached: the caller opens too much, or a ceiling of money is reached.
            Contended: the send is not intended any more; somebody else took it.
        """
        at = self.clock.now()
        verification = self.own(caller, Verification, verification_id)
        text = code_text(verification, SAMPLE_CODE, self.policy)
        with Holding() as holding:
            money = self.budgets.of_message(holding, verification.test_number, verification.region, text, at)
            found = together_by_name(
                {
                    "admitted": lambda: self.opening.admit(caller, at),
                    "customer": lambda: existing(self.store, Customer, verification.customer_id or ""),
                    "secret": lambda: self.codes.secret(*verification.code_subject(verification.context)),
                    **money,
                }
            )
            entry = access(
                caller,
                found["customer"].id,
                "code",
                verification.purpose,
                "sms",
                (verification.id,),
                at,
                self.policy.rules.retention,
            )
            taken, customer = self._take(verification, found["customer"], entry, at)
            number = self.opening.open(customer.number, entry)
        sent = settled(taken, partial(self.deliver, taken, number, found["secret"]), holding)
        return sent.sends[len(taken.sends) - 1]

    def _take(
        self, verification: Verification, customer: Customer, entry: AccessLogEntry, at: datetime
    ) -> tuple[Verification, Customer]:
        # One SMS for one intent, whoever asks and however often; and none once a closure was answered.
        rules = self.policy.rules.verification
        while True:
            customer.require_reachable()
            if verification.tag not in customer.known_tags:
                raise NotFound
            also = partial(self._with_access, customer, entry)
            try:
                taken = changed(self.store, verification, lambda it: it.with_send_taken(at, rules), also)
                return taken, customer
            except Conflict as conflict:
                if not conflict.hit(Customer):
                    raise
                customer = existing(self.store, Customer, customer.id)

    def _with_access(self, customer: Customer, entry: AccessLogEntry, _: Verification) -> tuple[Write, ...]:
        return Expect(customer), Insert(entry)
