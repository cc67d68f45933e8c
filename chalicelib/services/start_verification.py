"""Starts a verification and sends its first code."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.phone_number import PhoneNumber, parse_phone_number, require_accepted
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Send, TransactionContext, Verification, context_digest
from chalicelib.ports import Clock, CodeSecrets, Insert, NumberIndex, PendingNumbers, Store, Strongroom
from chalicelib.services.concurrently import together
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.idempotency import Idempotency
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
            Throttled: too many starts.
            IdempotencyKeyReused: the key was used with another body.

        Source: SP 800-63B-4 3.1.3.2; persisted before it is paid for.
        """
        number = self._number(request)
        return self.idempotency.once(
            keyed, lambda: self._start(caller, authorization, request, number, keyed), self._rebuild
        )

    def _number(self, request: StartRequest) -> PhoneNumber | None:
        if request.phone_number is None:
            return None
        number = parse_phone_number(request.phone_number, request.region)
        rules = self.policy.rules.numbers
        require_accepted(number, rules.refused_regions, rules.refused_line_types)
        return number

    def _rebuild(self, verification_id: str) -> Verification:
        verification = self.store.get(Verification, verification_id)
        if verification is None:
            raise NotFound
        return verification

    def _start(
        self,
        caller: Caller,
        authorization: str,
        request: StartRequest,
        number: PhoneNumber | None,
        keyed: KeyedRequest | None,
    ) -> Verification:
        at = self.clock.now()
        if number is None:
            customer, *_ = together(lambda: self._customer(request), *self._admissions(caller, request, at))
            assert customer is not None
            assert customer.tag is not None
            assert customer.masked is not None
            verification = self._verification(
                caller, request, customer.tag, customer.masked, request.locale or customer.locale, at
            )
            self._save(verification, keyed, at)
            delivery = self.strongroom.send_code(authorization, verification.id)
            return verification.with_delivery(1, delivery)
        verification_id = new_id("vrf")
        tag, sealed, *_ = together(
            lambda: self.index.tag(number),
            lambda: self.pending.seal(verification_id, number),
            *self._admissions(caller, request, at),
            lambda: self._customer(request),
        )
        verification = replace(
            self._verification(caller, request, tag, number.masked, request.locale, at),
            id=verification_id,
            pending_number=sealed,
        )
        verification, secret = together(
            lambda: self._save(verification, keyed, at),
            lambda: self.codes.secret(verification_id, tag, request.purpose, context_digest(request.context)),
        )
        return self.deliver(verification, number, secret)

    def _customer(self, request: StartRequest) -> Customer | None:
        if request.customer_id is None:
            return None
        customer = self.store.get(Customer, request.customer_id)
        if customer is None:
            raise NotFound
        customer.require_active()
        return customer

    def _admissions(self, caller: Caller, request: StartRequest, at: datetime) -> list[Callable[[], None]]:
        subjects = {"ip": request.ip and _network(request.ip), "device": request.device_id}
        if request.ip is None and request.device_id is None:
            subjects = {"caller": caller.client_id}
        return [partial(self.throttle.admit, name, subject, at) for name, subject in subjects.items() if subject]

    def _verification(
        self, caller: Caller, request: StartRequest, tag: str, masked: str, locale: str | None, at: datetime
    ) -> Verification:
        rules = self.policy.rules
        return Verification(
            id=new_id("vrf"),
            client_id=caller.client_id,
            purpose=request.purpose,
            tag=tag,
            masked=masked,
            locale=self.policy.locale(locale),
            started_at=at,
            code_expires_at=at + timedelta(seconds=rules.verification.code_lifetime_seconds),
            due_at=at + timedelta(seconds=rules.retention.unverified_number_seconds),
            due_reason="unverified_number",
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
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else address)
