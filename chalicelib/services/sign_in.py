"""Opens a session by the code that a customer's phone received."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Secret, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CodeIncorrect
from chalicelib.domain.freshness import objected
from chalicelib.domain.policy import Policy
from chalicelib.domain.session import FORMER, PURPOSE, SESSION_LIFETIME, Session, new_token
from chalicelib.domain.writes import Conflict, Insert, Replace
from chalicelib.ports import Clock, Store
from chalicelib.services.check_code import CheckCode
from chalicelib.services.renewal import renewal
from chalicelib.services.tag_holder import holder_or_former


@dataclass(frozen=True)
class SignIn:
    """The proof is spent in the commit that makes the session.

    It vouches for nobody: who was given a recycled number, or has a stolen SIM, comes in here, too. It only objects.
    """

    policy: Policy
    clock: Clock
    store: Store
    check_code: CheckCode

    def __call__(self, caller: Caller, verification_id: str, code: str) -> Secret:
        """The token of a session that may look, refuse and withdraw; or, by a former number, stop the change from it.

        Args:
            caller: the browser that started it.

        Raises:
            NotFound: another browser's verification.
            CodeIncorrect: wrong, as is any code for a number that no customer has.
            Throttled, VerificationLocked, VerificationExpired, VerificationSpent: too late or too often.
            Contended: the same proof was used a moment earlier.
        """
        proved = self.check_code(caller, verification_id, code, None, None)
        customer = holder_or_former(self.store, proved.tags)
        rules, at = self.policy.rules, self.clock.now()
        if customer is None:
            raise CodeIncorrect(max(0, rules.verification.attempts - proved.attempts))
        spent = proved.spent(PURPOSE, at, rules.verification, rules.retention)
        token = new_token()
        number = customer.answering_to(proved.tags)
        assert number is not None
        strength = "sms" if number.tag == customer.tag else FORMER
        opened = Session(token_digest(token), customer.id, strength, at + SESSION_LIFETIME, number.tag)
        head: Customer | None = customer
        while True:
            try:
                self.store.commit(Replace(proved, spent), Insert(opened), *renewal(head, proved, rules, objected))
                return token
            except Conflict as conflict:
                if not conflict.only(Customer):
                    raise
                head = conflict.current(Customer)
