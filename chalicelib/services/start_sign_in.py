"""Starts the proof of a number on the preference centre, the same way whether anybody here has the number or not."""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain.accepted_number import accepted_number
from chalicelib.domain.accounts import Accounts
from chalicelib.domain.caller import Caller
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, NumberIndex, PendingNumbers, SendQueue, Store
from chalicelib.services.accounting import Accounting
from chalicelib.services.concurrently import together
from chalicelib.services.number_tags import tags_of
from chalicelib.services.start_request import StartRequest
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True)
class StartSignIn:
    """Nothing here asks whose the number is: a worker does, behind the answer, and sends only to a customer."""

    policy: Policy
    clock: Clock
    store: Store
    throttle: Throttle
    index: NumberIndex
    pending: PendingNumbers
    accounting: Accounting
    queue: SendQueue

    def __call__(self, caller: Caller, request: StartRequest) -> str:
        """The id of a verification whose send waits in the queue.

        Args:
            caller: the browser, under a client id of its own; only the same one can check the code.
            request: with number, region, locale and IP.

        Raises:
            PhoneNumberInvalid, PhoneNumberRefused: not a number to send to, whoever has it.
            Throttled: too many starts from the network, for the number, or of the one for the other; or too many wrong
                codes of the one for the other.
            Unavailable: it could not be saved or queued.
        """
        number, at = accepted_number(request.phone_number or "", request.region, self.policy.rules), self.clock.now()
        # Before KMS is paid for: nobody had to prove anything to come here.
        network = request.network or ""
        self.throttle.admit(self.throttle.keys("page_ip", network, at), at)
        verification_id = new_id("vrf")
        tags, sealed = together(lambda: tags_of(self.index, number), lambda: self.pending.seal(verification_id, number))
        rules = self.policy.rules
        verification = Verification(
            id=verification_id,
            client_id=caller.client_id,
            purpose=request.purpose,
            tag=tags[0],
            other_tags=tags[1:],
            masked=number.masked,
            region=number.region,
            locale=self.policy.sms_locale(request.locale),
            started_at=at,
            code_expires_at=at + timedelta(seconds=rules.verification.code_lifetime_seconds),
            due_at=at + timedelta(seconds=rules.retention.unverified_number_seconds),
            due_reason="unverified_number",
            pending_number=sealed,
            sends=(Send(at, "queued"),),
        )
        # ASVS 5.0 6.1.1: the stranger shuts himself out, and not the owner.
        pairs = [f"ip|{network}|{tag}" for tag in tags]
        by_client = self.throttle.keys_of_any("wrong_codes_by_client", pairs, at)
        accounts = Accounts(
            key=self.accounting.key(verification_id, at),
            lapses_at=verification.lapses_at,
            wrong_codes=(*self.throttle.keys_of_any("wrong_codes_for_number", tags, at), *by_client),
        )
        keys = (
            *self.throttle.keys_of_any("page_number_by_ip", pairs, at),
            *self.throttle.keys_of_any("page_number", tags, at),
        )
        self.throttle.admit(keys, at, Insert(verification), Insert(accounts), watched=by_client)
        self.queue.put(verification_id)
        return verification_id
