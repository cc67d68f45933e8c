"""Starts a verification and sends its first code."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.phone_number import PhoneNumber, parse_phone_number, require_accepted
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Send, TransactionContext, Verification
from chalicelib.ports import Clock, CodeSecrets, Insert, NumberIndex, PendingNumbers, Store, Strongroom
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.intended_send import Started, send_known, started_before
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True, repr=False)
class StartRequest:
    """What to prove and for whom. With `phone_number` a new number is proved, without it the customer's own."""

    purpose: str
    phone_number: str | None = None
    region: str | None = None
    customer_id: str | None = None
    locale: str | None = None
    ip: str | None = None
    device_id: str | None = None
    context: TransactionContext | None = None
    android_app_hash: str | None = None


@dataclass(frozen=True)
class StartVerification:
    """Everything is saved and every throttle reserved before an SMS is paid for."""

    policy: Policy
    clock: Clock
    store: Store
    throttle: Throttle
    idempotency: Idempotency
    index: NumberIndex
    pending: PendingNumbers
    codes: CodeSecrets
    deliver: DeliverCode
    strongroom: Strongroom

    def __call__(
        self, caller: Caller, authorization: str, request: StartRequest, keyed: KeyedRequest | None
    ) -> Verification:
        """A verification exists and its code was sent once.

        Args:
            authorization: the caller's own token, which the strongroom checks again.

        Raises:
            PhoneNumberInvalid, PhoneNumberRefused: not a number to send to.
            NotFound, CustomerRestricted, CustomerPurged: no customer to send to.
            Throttled: too many starts, or openings.
            NotAuthenticated, NotPermitted, Contended: the strongroom does not open the number.
            IdempotencyKeyReused: the key was used with another body.

        Source: SP 800-63B-4 3.1.3.2; persisted before it is paid for.
        """
        number = self._number(request)
        started = self.idempotency.once(
            keyed,
            lambda: (
                self._start_new(caller, request, number, keyed)
                if number
                else self._start_known(caller, authorization, request, keyed)
            ),
            lambda earlier: started_before(existing(self.store, Verification, earlier), self.strongroom, authorization),
        )
        return started.send() if started.send else started.verification

    def _number(self, request: StartRequest) -> PhoneNumber | None:
        if request.phone_number is None:
            return None
        number = parse_phone_number(request.phone_number, request.region)
        rules = self.policy.rules.numbers
        require_accepted(number, rules.refused_regions, rules.refused_line_types)
        return number

    def _start_new(
        self, caller: Caller, request: StartRequest, number: PhoneNumber, keyed: KeyedRequest | None
    ) -> Started:
        at = self.clock.now()
        verification_id = new_id("vrf")
        *_, tag, sealed, _ = together(
            *self._admissions(caller, request, at),
            lambda: self.index.tag(number),
            lambda: self.pending.seal(verification_id, number),
            lambda: request.customer_id and self._customer(request.customer_id),
        )
        fresh = self._fresh(
            verification_id, caller, request, (tag, number.masked, number.region, sealed), request.locale, at
        )
        saved, secret = together(
            lambda: self._save(fresh, keyed, at), lambda: self.codes.secret(*fresh.code_subject(request.context))
        )
        return Started(saved, lambda: self.deliver(saved, number, secret))

    def _start_known(
        self, caller: Caller, authorization: str, request: StartRequest, keyed: KeyedRequest | None
    ) -> Started:
        at = self.clock.now()
        customer_id = request.customer_id or ""
        *_, customer = together(*self._admissions(caller, request, at), lambda: self._customer(customer_id))
        locale = request.locale or customer.locale
        fresh = self._fresh(
            new_id("vrf"), caller, request, (customer.tag, customer.masked, customer.region, None), locale, at
        )
        saved = self._save(fresh, keyed, at)
        return Started(saved, partial(send_known, self.strongroom, authorization, saved))

    def _customer(self, customer_id: str) -> Customer:
        customer = existing(self.store, Customer, customer_id)
        customer.require_active()
        return customer

    def _admissions(self, caller: Caller, request: StartRequest, at: datetime) -> list[Callable[[], None]]:
        # First in line wherever they stand, so that a throttled caller learns nothing else.
        subjects = {"ip": request.ip and _network(request.ip), "device": request.device_id}
        if request.ip is None and request.device_id is None:
            subjects = {"caller": caller.client_id}
        return [partial(self.throttle.admit, name, subject, at) for name, subject in subjects.items() if subject]

    def _fresh(
        self,
        verification_id: str,
        caller: Caller,
        request: StartRequest,
        number: tuple[str, str, str, bytes | None],
        locale: str | None,
        at: datetime,
    ) -> Verification:
        rules = self.policy.rules
        tag, masked, region, sealed = number
        retention = rules.retention
        reason, seconds = "unverified_number", retention.unverified_number_seconds
        if sealed is None:
            # The number is its customer's, and proved.
            reason, seconds = "finished_verification", retention.finished_verification_seconds
        return Verification(
            id=verification_id,
            client_id=caller.client_id,
            purpose=request.purpose,
            tag=tag,
            masked=masked,
            region=region,
            pending_number=sealed,
            locale=self.policy.locale(locale),
            started_at=at,
            code_expires_at=at + timedelta(seconds=rules.verification.code_lifetime_seconds),
            due_at=at + timedelta(seconds=seconds),
            due_reason=reason,
            customer_id=request.customer_id,
            context=request.context,
            android_app_hash=request.android_app_hash,
            sends=(Send(at),),
        )

    def _save(self, verification: Verification, keyed: KeyedRequest | None, at: datetime) -> Verification:
        # One commit with the number's throttle: a refused start leaves no row, and twins with one key one row.
        write = Insert(verification)
        claim = self.idempotency.claim(keyed, verification.id, verification.tag, at)
        self.throttle.admit("number", verification.tag, at, write, *claim)
        return write.record


def _network(ip: str) -> str:
    """The network that one subscriber has: the address itself, or the /64 of IPv6."""
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
