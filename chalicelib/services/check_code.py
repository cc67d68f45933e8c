"""Checks a code."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts import Accounts
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CodeIncorrect, FieldInvalid
from chalicelib.domain.one_time_code import codes_match, derive_code
from chalicelib.domain.policy import Policy
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import TransactionContext, Verification
from chalicelib.domain.writes import Conflict, Remove, Write
from chalicelib.ports import Clock, CodeSecrets, Journal, Store
from chalicelib.services.accounting import Accounting
from chalicelib.services.changing import changed, existing
from chalicelib.services.concurrently import together, together_by_name
from chalicelib.services.holding import Holding, quietly
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.own_record import OwnRecord
from chalicelib.services.renewal import renewal
from chalicelib.services.send_budgets import SendBudgets
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True)
class CheckCode:
    """The attempt is reserved before the codes are compared, so that no number of parallel guesses gets one more."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnRecord
    idempotency: Idempotency
    codes: CodeSecrets
    throttle: Throttle
    budgets: SendBudgets
    accounting: Accounting
    journal: Journal

    def __call__(
        self,
        caller: Caller,
        verification_id: str,
        code: str,
        context: TransactionContext | None,
        keyed: KeyedRequest | None,
    ) -> Verification:
        """The number is proved by this very request; a customer's own is proved again.

        Args:
            code: what the person typed.
            context: for a transaction, what the code must belong to; the derivation uses what is presented here.

        Raises:
            NotFound: not the caller's verification.
            FieldInvalid: a context where there is none, or none where there is one; no attempt is spent.
            CodeIncorrect: wrong; the attempt is spent.
            Throttled: too many wrong codes for the number, or of this client for it; no attempt is spent.
            VerificationLocked, VerificationExpired, VerificationSpent, VerificationCancelled: too late.
            IdempotencyKeyReused: the key was used with another body.

        Source: SP 800-63B-4 3.1.3.2; RTS 2018/389 art. 4(3)(b), 5; ASVS 5.0 6.5.1.
        """
        at = self.clock.now()
        verification, accounts = together(
            lambda: self.own(caller, Verification, verification_id), lambda: self.accounting.of(verification_id, at)
        )
        if (context is None) != (verification.context is None):
            raise FieldInvalid("/context", "must be there exactly if the verification was started with one")
        counting = Counting(self.throttle, self._wrong_codes(verification, accounts, at), at)
        reserved, secret, customer = together(
            lambda: self._reserve(verification, counting, keyed),
            lambda: self.codes.secret(*verification.code_subject(context)),
            lambda: self._customer(verification),
        )
        if not codes_match(self._expected(verification, secret, at), code):
            raise CodeIncorrect(max(0, self.policy.rules.verification.attempts - reserved.attempt))
        return self._prove(reserved, customer, accounts, counting)

    def _customer(self, verification: Verification) -> Customer | None:
        """Whose own number it is; None if it came along with the start."""
        if verification.customer_id is None or verification.pending_number is not None:
            return None
        return self.store.get(Customer, verification.customer_id)

    def _expected(self, verification: Verification, secret: bytes, at: datetime) -> str:
        if verification.test_number is None:
            return derive_code(secret)
        rules = self.policy.rules
        self.journal.note("test_number", name=verification.test_number, client=verification.client_id, step="check")
        # What is no test number any more has no code at all.
        return rules.test_code(verification.test_number, verification.client_id, f"{at:%Y-%m-%d}") or ""

    def _wrong_codes(self, verification: Verification, accounts: Accounts | None, at: datetime) -> tuple[str, ...]:
        if accounts is not None:
            return accounts.wrong_codes
        return self.throttle.keys_of_any("wrong_codes_for_number", verification.tags, at)

    def _reserve(self, verification: Verification, counting: "Counting", keyed: KeyedRequest | None) -> "Reserved":
        # A repeated request evaluates the attempt that it reserved the first time, and the same guess: nothing is
        # learnt twice and nothing is spent twice.
        return self.idempotency.once(
            keyed,
            lambda: self._reserve_next(verification, counting, keyed),
            self._reserved_before,
        )

    def _reserve_next(self, verification: Verification, counting: "Counting", keyed: KeyedRequest | None) -> "Reserved":
        # Every attempt counts as a wrong code until it is known to be right.
        reserved = changed(
            counting,
            verification,
            lambda it: it.with_attempt(counting.at, self.policy.rules.verification),
            lambda it: self.idempotency.claim(keyed, f"{it.id}#{it.attempts}", it.tag, counting.at),
        )
        return Reserved(reserved, reserved.attempts)

    def _reserved_before(self, earlier: str) -> "Reserved":
        verification_id, attempt = earlier.split("#")
        return Reserved(existing(self.store, Verification, verification_id), int(attempt))

    def _prove(
        self, reserved: "Reserved", customer: Customer | None, accounts: Accounts | None, counting: "Counting"
    ) -> Verification:
        verification, attempt = reserved.verification, reserved.attempt
        at, rules = self.clock.now(), self.policy.rules

        def prove() -> Verification:
            head = customer
            while True:
                try:
                    return changed(
                        self.store,
                        verification,
                        lambda it: it.proved(attempt, at, rules.retention),
                        # A success clears the count. Source: SP 800-63B-4.
                        lambda it, head=head: [*map(Remove, counting.logs), *renewal(head, it, rules)],  # type: ignore[misc]
                    )
                except Conflict as conflict:
                    if conflict.hit(Customer):
                        head = conflict.current(Customer)
                    else:
                        # Another code for the number was tried meanwhile; each is one fewer that may be.
                        counting.read(self.store)

        if verification.proved_by == attempt:
            return prove()
        if not counting.logs:
            # An earlier request reserved the attempt, and did not get so far as to clear the count.
            counting.read(self.store)
        with Holding() as holding:
            due = self.budgets.of_right_code(holding, accounts, verification)
            # A credit that fails leaves the budgets stricter, and the person proved.
            calls = {"proved": prove} | {name: quietly(call) for name, call in due.items()}
            proved: Verification = together_by_name(calls)["proved"]
        return proved


@dataclass(frozen=True)
class Reserved:
    """A verification in which an attempt is reserved, and which one."""

    verification: Verification
    attempt: int


@dataclass
class Counting:
    """Commits with one more wrong code in every log that counts it, for the verification's number and by its client."""

    throttle: Throttle
    keys: tuple[str, ...]
    at: datetime
    logs: tuple[ThrottleLog, ...] = ()

    def commit(self, *writes: Write) -> None:
        """The writes have happened, and the logs are as they stand since.

        Raises:
            Throttled: too many wrong codes; the attempt is not spent.
            Conflict: one of the writes was refused.
        """
        self.logs = self.throttle.admit(self.keys, self.at, *writes)

    def read(self, store: Store) -> None:
        """The logs are as they stand now."""
        found = (store.get(ThrottleLog, key) for key in self.keys)
        self.logs = tuple(log for log in found if log is not None)
