"""Starts a verification and sends its first code."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from chalicelib.domain.accepted_number import accepted_number
from chalicelib.domain.accounts import Accounts
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended, Unavailable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.phone_number import PhoneNumber, known_phone_number
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, CodeSecrets, Journal, NumberIndex, PendingNumbers, Store, Strongroom
from chalicelib.services.accounting import Accounting
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together, together_by_name
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.holding import Holding
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.intended_send import Started, send_known, started_before
from chalicelib.services.number_tags import tag_calls
from chalicelib.services.send_budgets import SAMPLE_CODE, Calls, SendBudgets, settled
from chalicelib.services.start_request import NOTHING, Shown, StartRequest
from chalicelib.services.throttle import Throttle


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
    budgets: SendBudgets
    accounting: Accounting
    journal: Journal

    def __call__(
        self, caller: Caller, authorization: str, request: StartRequest, keyed: KeyedRequest | None
    ) -> Verification:
        """A verification exists and its code was sent once.

        Args:
            authorization: the caller's own token, which the strongroom checks again.

        Raises:
            FieldInvalid: the Android app is not registered.
            PhoneNumberInvalid, PhoneNumberRefused: not a number to send to.
            NotFound, CustomerRestricted, CustomerPurged: no customer to send to.
            Throttled: too many starts, or openings, or too many of the country's or the prefix's sends stay unverified.
            SpendLimitReached: SMS have cost what they may.
            NotAuthenticated, NotPermitted, Contended: the strongroom does not open the number.
            IdempotencyKeyReused: the key was used with another body.

        Source: SP 800-63B-4 3.1.3.2; persisted before it is paid for.
        """
        self.policy.rules.verification.require_registered_app(request.android_app_hash)
        number = self._number(caller, request)
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

    def _number(self, caller: Caller, request: StartRequest) -> PhoneNumber | None:
        if request.phone_number is None:
            return None
        if self._test_number(caller, request.phone_number) is not None:
            # Of a range for fiction, which libphonenumber may not know.
            return known_phone_number(request.phone_number)
        return accepted_number(request.phone_number, request.region, self.policy.rules)

    def _test_number(self, caller: Caller, e164: str) -> str | None:
        return self.policy.rules.test_number(e164, caller.client_id, f"{self.clock.now():%Y-%m-%d}")

    def _start_new(
        self, caller: Caller, request: StartRequest, number: PhoneNumber, keyed: KeyedRequest | None
    ) -> Started:
        at = self.clock.now()
        shown = Shown(number.masked, number.region, self._test_number(caller, number.e164))
        fresh = self._fresh(caller, request, shown, request.locale, at)
        with Holding() as holding:
            found = together_by_name(
                {
                    **self._admissions(caller, request, shown, at),
                    **self._budgets(holding, caller, request, number, fresh),
                    **tag_calls(self.index, number),
                    "pending_number": partial(self.pending.seal, fresh.id, number),
                    "customer": lambda: request.customer_id and self._open(request.customer_id),
                }
            )
            self.budgets.require_room(found, number.region, at)
            tags = [found[version] for version in self.index.versions]
            intended = replace(fresh, pending_number=found["pending_number"]).tagged(tags)
            saved, secret = together(
                lambda: self._save(holding, intended, request, keyed, at, found),
                lambda: self.codes.secret(*intended.code_subject(request.context)),
            )
        return Started(saved, lambda: settled(saved, partial(self.deliver, saved, number, secret), holding))

    def _budgets(
        self, holding: Holding, caller: Caller, request: StartRequest, number: PhoneNumber, fresh: Verification
    ) -> Calls:
        if fresh.test_number is not None:
            self.journal.note("test_number", name=fresh.test_number, client=caller.client_id, step="start")
            # Nothing is sent, so nothing is spent; its own quota stands among the admissions.
            return {}
        at, text = fresh.started_at, code_text(fresh, SAMPLE_CODE, self.policy)
        return {
            **self.budgets.of_wallet(holding, caller.client_id, at),
            **self.budgets.of_first_send(holding, number, request.network, at),
            **self.budgets.of_money(holding, number.region, text, at),
        }

    def _start_known(
        self, caller: Caller, authorization: str, request: StartRequest, keyed: KeyedRequest | None
    ) -> Started:
        at = self.clock.now()
        customer_id = request.customer_id or ""
        with Holding() as holding:
            found = together_by_name(
                {
                    **self._admissions(caller, request, NOTHING, at),
                    **self.budgets.of_wallet(holding, caller.client_id, at),
                    "customer": lambda: self._customer(customer_id),
                }
            )
            customer: Customer = found["customer"]
            customer.require_reachable()
            locale = request.locale or customer.locale
            # Who can be reached has a mask and a tag.
            shown = Shown(customer.masked or "", customer.region or "", customer.test_number)
            fresh = self._fresh(caller, request, shown, locale, at)
            saved = self._save(holding, fresh.tagged(customer.known_tags), request, keyed, at)
        return Started(saved, partial(send_known, self.strongroom, authorization, saved))

    def _customer(self, customer_id: str) -> Customer:
        return existing(self.store, Customer, customer_id)

    def _open(self, customer_id: str) -> Customer:
        # Who has lost their number may prove another one.
        customer = self._customer(customer_id)
        customer.require_open()
        return customer

    def _admissions(self, caller: Caller, request: StartRequest, shown: Shown, at: datetime) -> Calls:
        # First in line wherever they stand, so that a throttled caller learns nothing else.
        subjects = request.client or {"caller": caller.client_id}
        if shown.test_number is not None:
            # A machine that tests has one address for all its tests.
            subjects = {"test_number": shown.test_number}
        return {
            name: partial(self.throttle.admit, self.throttle.keys(name, subject, at), at)
            for name, subject in subjects.items()
        }

    def _fresh(
        self,
        caller: Caller,
        request: StartRequest,
        shown: Shown,
        locale: str | None,
        at: datetime,
    ) -> Verification:
        """What will be saved, but for the number's tag and the number itself."""
        rules = self.policy.rules
        retention = rules.retention
        reason, seconds = "unverified_number", retention.unverified_number_seconds
        if request.phone_number is None:
            # The number is its customer's, and proved.
            reason, seconds = "finished_verification", retention.finished_verification_seconds
        return Verification(
            id=new_id("vrf"),
            client_id=caller.client_id,
            purpose=request.purpose,
            tag="",
            masked=shown.masked,
            region=shown.region,
            test_number=shown.test_number,
            locale=self.policy.sms_locale(locale),
            started_at=at,
            code_expires_at=at + timedelta(seconds=rules.verification.code_lifetime_seconds),
            due_at=at + timedelta(seconds=seconds),
            due_reason=reason,
            customer_id=request.customer_id,
            context=request.context,
            android_app_hash=request.android_app_hash,
            sends=(Send(at),),
        )

    def _save(
        self,
        holding: Holding,
        verification: Verification,
        request: StartRequest,
        keyed: KeyedRequest | None,
        at: datetime,
        found: Mapping[str, Any] = MappingProxyType({}),
    ) -> Verification:
        # One commit with the number's throttle: a refused start leaves no row, and twins with one key one row.
        tags = verification.tags
        # Used up before the number's own budget: a stranger shuts himself out, and not the owner. ASVS 5.0 6.1.1.
        by_client = [
            key
            for name, subject in request.client.items()
            for key in self.throttle.keys_of_any(
                "wrong_codes_by_client", [f"{name}|{subject}|{tag}" for tag in tags], at
            )
        ]
        accounts = Accounts(
            key=self.accounting.key(verification.id, at),
            lapses_at=verification.lapses_at,
            wrong_codes=(*self.throttle.keys_of_any("wrong_codes_for_number", tags, at), *by_client),
            country=found["country"].row if "country" in found else None,
            prefix=found["prefix"].row if "prefix" in found else None,
            ip=found.get("countries"),
        )
        write = Insert(verification)
        claim = self.idempotency.claim(keyed, verification.id, verification.tag, at)
        keys = () if verification.test_number else self.throttle.keys_of_any("number", tags, at)
        try:
            self.throttle.admit(keys, at, write, Insert(accounts), *claim, watched=by_client)
        except Contended:
            raise
        except Unavailable:
            # It may stand all the same, and a resend may send its code.
            holding.keep()
            raise
        # It stands, whatever becomes of its secret.
        holding.keep()
        return write.record
