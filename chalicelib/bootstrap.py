"""The only place that knows which adapter stands behind which port.

Everything is made when it is first asked for, and its module imported then: a function pays only for what it uses.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.ports import (
    Blinder,
    Clock,
    CodeSecrets,
    Journal,
    LedgerCipher,
    NumberIndex,
    NumberOpener,
    NumberSealer,
    PendingNumbers,
    SendQueue,
    SmsCarrier,
    SmsFeedback,
    Store,
    Strongroom,
    TokenVerifier,
)
from chalicelib.settings import Settings, read_settings

if TYPE_CHECKING:
    from chalicelib.adapters.end_user_messaging_carrier import EndUserMessagingCarrier
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.rules import Throttles
    from chalicelib.services.accounting import Accounting
    from chalicelib.services.bind_customer import BindCustomer
    from chalicelib.services.cancel_verification import CancelVerification
    from chalicelib.services.check_code import CheckCode
    from chalicelib.services.close_customer import CloseCustomer
    from chalicelib.services.consent_history import ConsentHistory
    from chalicelib.services.decide_contact import DecideContact
    from chalicelib.services.deliver_code import DeliverCode
    from chalicelib.services.deliver_queued import DeliverQueued
    from chalicelib.services.give_feedback import GiveFeedback
    from chalicelib.services.idempotency import Idempotency
    from chalicelib.services.moving_rows import MovingRows
    from chalicelib.services.own_verification import OwnVerification
    from chalicelib.services.pumping_guard import PumpingGuard
    from chalicelib.services.purge_customer import PurgeCustomer
    from chalicelib.services.purge_expired import PurgeExpired
    from chalicelib.services.record_consent import RecordConsent
    from chalicelib.services.record_receipt import RecordReceipt
    from chalicelib.services.resend_code import ResendCode
    from chalicelib.services.send_budgets import SendBudgets
    from chalicelib.services.sms_sender import SmsSender
    from chalicelib.services.spending import Spending
    from chalicelib.services.start_verification import StartVerification
    from chalicelib.services.sweep_keys import SweepKeys
    from chalicelib.services.throttle import Throttle
    from chalicelib.services.wallet_throttle import WalletThrottle


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

        return KmsNumberIndex(self.settings.keys["tag"], self.settings.tenant)

    @cached_property
    def codes(self) -> CodeSecrets:
        """The code key."""
        from chalicelib.adapters.kms_code_secrets import KmsCodeSecrets

        return KmsCodeSecrets(self.settings.keys["code"], self.settings.tenant)

    @cached_property
    def blinder(self) -> Blinder:
        """The blinding key."""
        from chalicelib.adapters.kms_blinder import KmsBlinder

        return KmsBlinder(self.settings.keys["blind"], self.settings.tenant)

    @cached_property
    def pending(self) -> PendingNumbers:
        """The pending key."""
        from chalicelib.adapters.kms_pending_numbers import KmsPendingNumbers

        return KmsPendingNumbers(self.settings.keys["pending"])

    @cached_property
    def sealer(self) -> NumberSealer:
        """The number key, to seal with."""
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_numbers import FIELD, KmsNumberSealer

        return KmsNumberSealer(KmsDataKeys(self.settings.keys["number"], FIELD))

    @cached_property
    def opener(self) -> NumberOpener:
        """The number key, to open with."""
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_numbers import FIELD, KmsNumberOpener

        return KmsNumberOpener(KmsDataKeys(self.settings.keys["number"], FIELD))

    @cached_property
    def ledger(self) -> LedgerCipher:
        """The ledger key."""
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_ledger_cipher import KmsLedgerCipher

        return KmsLedgerCipher(KmsDataKeys(self.settings.keys["ledger"], "ledger"))

    @cached_property
    def carriers(self) -> Mapping[str, SmsCarrier]:
        """The ways to a phone, by the policy's names."""
        from chalicelib.adapters.sns_carrier import SnsCarrier

        rules = self.policy.rules
        carriers: dict[str, SmsCarrier] = {"sns": SnsCarrier(rules.sms), **self._end_user_messaging}
        if rules.senders.webhook:
            from chalicelib.adapters.ssm_secret import SsmSecret
            from chalicelib.adapters.webhook_carrier import WebhookCarrier

            secrets = SsmSecret(f"/{self.settings.name}/webhook-secret")
            carriers["webhook"] = WebhookCarrier(rules.senders.webhook, secrets, self.clock)
        return carriers

    @property
    def feedback(self) -> Mapping[str, SmsFeedback]:
        """The carriers that want to know which codes were entered, by the policy's names."""
        return self._end_user_messaging

    @cached_property
    def _end_user_messaging(self) -> "Mapping[str, EndUserMessagingCarrier]":
        rules = self.policy.rules
        if rules.senders.end_user_messaging is None:
            return {}
        from chalicelib.adapters.end_user_messaging_carrier import EndUserMessagingCarrier

        return {"end_user_messaging": EndUserMessagingCarrier(rules.sms, rules.senders.end_user_messaging)}

    @cached_property
    def queue(self) -> SendQueue:
        """SQS."""
        from chalicelib.adapters.sqs_send_queue import SqsSendQueue

        return SqsSendQueue(self.settings.send_queue)

    @cached_property
    def journal(self) -> Journal:
        """The log."""
        from chalicelib.adapters.journal import LogJournal

        return LogJournal()

    @cached_property
    def strongroom_function(self) -> Strongroom | None:
        """Lambda, if the deployment names a function."""
        if self.settings.strongroom is None:
            return None
        from chalicelib.adapters.lambda_strongroom import LambdaStrongroom

        return LambdaStrongroom(self.settings.strongroom)


def _use_case(module: str, name: str) -> Any:
    """A service, imported and wired when it is first asked for."""

    def make(self: "Ringfence") -> Any:
        return self.wired(getattr(import_module(f"chalicelib.services.{module}"), name))

    return cached_property(make)


class Ringfence:
    """The use cases. Each is a dataclass whose fields are named after the adapter or the use case that fills them."""

    sender: "SmsSender" = _use_case("sms_sender", "SmsSender")
    throttle: "Throttle" = _use_case("throttle", "Throttle")
    rows: "MovingRows" = _use_case("moving_rows", "MovingRows")
    guard: "PumpingGuard" = _use_case("pumping_guard", "PumpingGuard")
    wallet: "WalletThrottle" = _use_case("wallet_throttle", "WalletThrottle")
    spending: "Spending" = _use_case("spending", "Spending")
    budgets: "SendBudgets" = _use_case("send_budgets", "SendBudgets")
    accounting: "Accounting" = _use_case("accounting", "Accounting")
    idempotency: "Idempotency" = _use_case("idempotency", "Idempotency")
    own: "OwnVerification" = _use_case("own_verification", "OwnVerification")
    deliver: "DeliverCode" = _use_case("deliver_code", "DeliverCode")
    deliver_queued: "DeliverQueued" = _use_case("deliver_queued", "DeliverQueued")
    give_feedback: "GiveFeedback" = _use_case("give_feedback", "GiveFeedback")
    start_verification: "StartVerification" = _use_case("start_verification", "StartVerification")
    resend_code: "ResendCode" = _use_case("resend_code", "ResendCode")
    check_code: "CheckCode" = _use_case("check_code", "CheckCode")
    cancel_verification: "CancelVerification" = _use_case("cancel_verification", "CancelVerification")
    bind_customer: "BindCustomer" = _use_case("bind_customer", "BindCustomer")
    close_customer: "CloseCustomer" = _use_case("close_customer", "CloseCustomer")
    history: "ConsentHistory" = _use_case("consent_history", "ConsentHistory")
    record_consent: "RecordConsent" = _use_case("record_consent", "RecordConsent")
    record_receipt: "RecordReceipt" = _use_case("record_receipt", "RecordReceipt")
    decide_contact: "DecideContact" = _use_case("decide_contact", "DecideContact")
    purge_customer: "PurgeCustomer" = _use_case("purge_customer", "PurgeCustomer")
    purge_expired: "PurgeExpired" = _use_case("purge_expired", "PurgeExpired")
    sweep_keys: "SweepKeys" = _use_case("sweep_keys", "SweepKeys")

    def __init__(self, adapters: Adapters) -> None:
        self.adapters = adapters

    @cached_property
    def strongroom(self) -> Strongroom:
        """The function where it is one of its own; in that function, and locally, this process."""
        if self.adapters.strongroom_function is not None:
            return self.adapters.strongroom_function
        from chalicelib.services.strongroom import StrongroomService

        return self.wired(StrongroomService)

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

    def wired(self, kind: type[T]) -> T:
        """One of `kind`, its fields filled from here and from the adapters by their names."""
        return kind(**{field.name: self._part(field.name) for field in fields(kind) if field.init})  # type: ignore[arg-type]

    def _part(self, name: str) -> Any:
        return getattr(self if hasattr(type(self), name) else self.adapters, name)


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
