"""The only place that knows which adapter stands behind which port.

Everything is made when it is first asked for, and its module imported then: a function pays only for what it uses.
"""

import os
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.ports import (
    Blinder,
    Clock,
    CodeSecrets,
    LedgerCipher,
    NumberIndex,
    NumberOpener,
    NumberSealer,
    PendingNumbers,
    SmsSender,
    Store,
    TokenVerifier,
)
from chalicelib.settings import Settings, read_settings

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy, Throttles
    from chalicelib.services.bind_customer import BindCustomer
    from chalicelib.services.cancel_verification import CancelVerification
    from chalicelib.services.check_code import CheckCode
    from chalicelib.services.close_customer import CloseCustomer
    from chalicelib.services.consent_history import ConsentHistory
    from chalicelib.services.decide_contact import DecideContact
    from chalicelib.services.deliver_code import DeliverCode
    from chalicelib.services.idempotency import Idempotency
    from chalicelib.services.own_verification import OwnVerification
    from chalicelib.services.purge_customer import PurgeCustomer
    from chalicelib.services.purge_expired import PurgeExpired
    from chalicelib.services.record_consent import RecordConsent
    from chalicelib.services.resend_code import ResendCode
    from chalicelib.services.start_verification import StartVerification
    from chalicelib.services.strongroom import StrongroomService
    from chalicelib.services.throttle import Throttle


T = TypeVar("T")


@dataclass(frozen=True)
class Adapters:
    """The world as AWS provides it."""

    settings: Settings
    clock: Clock

    @cached_property
    def policy(self) -> "Policy":
        """The policy folder, read and checked."""
        from chalicelib.adapters.policy_files import read_policy

        return read_policy(self.settings.policy_folder)

    @cached_property
    def store(self) -> Store:
        """DynamoDB."""
        from chalicelib.adapters.dynamodb_store import DynamoDBStore

        return DynamoDBStore(self.settings.name, self.clock)

    @cached_property
    def tokens(self) -> TokenVerifier:
        """The token issuer's public keys."""
        from chalicelib.adapters.jwt_verifier import JwtVerifier

        settings = self.settings
        return JwtVerifier(settings.jwks_uri, settings.token_issuer, settings.token_audience, self.clock)

    @cached_property
    def index(self) -> NumberIndex:
        """The tag key."""
        from chalicelib.adapters.kms_number_index import KmsNumberIndex

        return KmsNumberIndex(self._alias("tag"), self.settings.tenant)

    @cached_property
    def codes(self) -> CodeSecrets:
        """The code key."""
        from chalicelib.adapters.kms_code_secrets import KmsCodeSecrets

        return KmsCodeSecrets(self._alias("code"), self.settings.tenant)

    @cached_property
    def blinder(self) -> Blinder:
        """The blinding key."""
        from chalicelib.adapters.kms_blinder import KmsBlinder

        return KmsBlinder(self._alias("blind"), self.settings.tenant)

    @cached_property
    def pending(self) -> PendingNumbers:
        """The pending key."""
        from chalicelib.adapters.kms_pending_numbers import KmsPendingNumbers

        return KmsPendingNumbers(self._alias("pending"))

    @cached_property
    def sealer(self) -> NumberSealer:
        """The number key, to seal with."""
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_numbers import FIELD, KmsNumberSealer

        return KmsNumberSealer(KmsDataKeys(self._alias("number"), FIELD))

    @cached_property
    def opener(self) -> NumberOpener:
        """The number key, to open with."""
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_numbers import FIELD, KmsNumberOpener

        return KmsNumberOpener(KmsDataKeys(self._alias("number"), FIELD))

    @cached_property
    def ledger(self) -> LedgerCipher:
        """The ledger key."""
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_ledger_cipher import KmsLedgerCipher

        return KmsLedgerCipher(KmsDataKeys(self._alias("ledger"), "ledger"))

    @cached_property
    def sender(self) -> SmsSender:
        """SNS."""
        from chalicelib.adapters.sns_sender import SnsSender

        return SnsSender(self.policy.rules.sms)

    def _alias(self, key: str) -> str:
        return f"alias/{self.settings.name}-{key}"


@dataclass(frozen=True)
class Ringfence:
    """The use cases. Each is a dataclass whose fields are named after the adapter or the use case that fills them."""

    adapters: Adapters

    def _wired(self, kind: type[T]) -> T:
        return kind(**{field.name: self._part(field.name) for field in fields(kind)})  # type: ignore[arg-type]

    def _part(self, name: str) -> Any:
        return getattr(self if hasattr(type(self), name) else self.adapters, name)

    @property
    def policy(self) -> "Policy":
        """The policy in force."""
        return self.adapters.policy

    @property
    def store(self) -> Store:
        """For views that show one record as it is."""
        return self.adapters.store

    @property
    def limits(self) -> "Throttles":
        """The policy's sliding limits."""
        return self.policy.rules.throttles

    @cached_property
    def throttle(self) -> "Throttle":
        from chalicelib.services.throttle import Throttle

        return self._wired(Throttle)

    @cached_property
    def idempotency(self) -> "Idempotency":
        from chalicelib.services.idempotency import Idempotency

        return self._wired(Idempotency)

    @cached_property
    def own(self) -> "OwnVerification":
        from chalicelib.services.own_verification import OwnVerification

        return self._wired(OwnVerification)

    @cached_property
    def deliver(self) -> "DeliverCode":
        from chalicelib.services.deliver_code import DeliverCode

        return self._wired(DeliverCode)

    @cached_property
    def strongroom(self) -> "StrongroomService":
        from chalicelib.services.strongroom import StrongroomService

        return self._wired(StrongroomService)

    @cached_property
    def start_verification(self) -> "StartVerification":
        from chalicelib.services.start_verification import StartVerification

        return self._wired(StartVerification)

    @cached_property
    def resend_code(self) -> "ResendCode":
        from chalicelib.services.resend_code import ResendCode

        return self._wired(ResendCode)

    @cached_property
    def check_code(self) -> "CheckCode":
        from chalicelib.services.check_code import CheckCode

        return self._wired(CheckCode)

    @cached_property
    def cancel_verification(self) -> "CancelVerification":
        from chalicelib.services.cancel_verification import CancelVerification

        return self._wired(CancelVerification)

    @cached_property
    def bind_customer(self) -> "BindCustomer":
        from chalicelib.services.bind_customer import BindCustomer

        return self._wired(BindCustomer)

    @cached_property
    def close_customer(self) -> "CloseCustomer":
        from chalicelib.services.close_customer import CloseCustomer

        return self._wired(CloseCustomer)

    @cached_property
    def history(self) -> "ConsentHistory":
        from chalicelib.services.consent_history import ConsentHistory

        return self._wired(ConsentHistory)

    @cached_property
    def record_consent(self) -> "RecordConsent":
        from chalicelib.services.record_consent import RecordConsent

        return self._wired(RecordConsent)

    @cached_property
    def decide_contact(self) -> "DecideContact":
        from chalicelib.services.decide_contact import DecideContact

        return self._wired(DecideContact)

    @cached_property
    def purge_customer(self) -> "PurgeCustomer":
        from chalicelib.services.purge_customer import PurgeCustomer

        return self._wired(PurgeCustomer)

    @cached_property
    def purge_expired(self) -> "PurgeExpired":
        from chalicelib.services.purge_expired import PurgeExpired

        return self._wired(PurgeExpired)


_installed: list[Ringfence] = []


def ringfence() -> Ringfence:
    """The process's one Ringfence, made from the environment when it is first needed."""
    if not _installed:
        from chalicelib.adapters.clock import SystemClock

        install(Ringfence(Adapters(read_settings(os.environ), SystemClock())))
    return _installed[0]


def install(instance: Ringfence) -> None:
    """This instance serves from now on: for a job as of another instant, and for tests."""
    _installed[:] = [instance]
