"""Which adapter stands behind which port.

Each is made when it is first asked for, and its module imported then: a function pays only for what it uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.ports import (
    Archive,
    Blinder,
    Capacity,
    Clock,
    CodeSecrets,
    EventBus,
    ImportBox,
    Journal,
    LedgerCipher,
    NumberIndex,
    NumberLookup,
    NumberOpener,
    NumberSealer,
    PendingNumbers,
    ProviderOptOuts,
    PurgeQueue,
    SendQueue,
    Signer,
    SmsCarrier,
    SmsFeedback,
    Store,
    Strongroom,
    TokenVerifier,
)
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.adapters.end_user_messaging_carrier import EndUserMessagingCarrier
    from chalicelib.domain.policy import Policy


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
        """The tag keys."""
        from chalicelib.adapters.key_ring import KeyRing
        from chalicelib.adapters.kms_number_index import KmsNumberIndex

        return KmsNumberIndex(KeyRing.read(self.settings.keys["tag"]), self.settings.tenant)

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
        from chalicelib.adapters.key_ring import KeyRing
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_numbers import FIELD, KmsNumberSealer

        return KmsNumberSealer(KmsDataKeys(KeyRing.read(self.settings.keys["number"]), FIELD))

    @cached_property
    def opener(self) -> NumberOpener:
        """The number key, to open with."""
        from chalicelib.adapters.key_ring import KeyRing
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_numbers import FIELD, KmsNumberOpener

        return KmsNumberOpener(KmsDataKeys(KeyRing.read(self.settings.keys["number"]), FIELD))

    @cached_property
    def ledger(self) -> LedgerCipher:
        """The ledger key."""
        from chalicelib.adapters.key_ring import KeyRing
        from chalicelib.adapters.kms_data_keys import KmsDataKeys
        from chalicelib.adapters.kms_ledger_cipher import KmsLedgerCipher

        return KmsLedgerCipher(KmsDataKeys(KeyRing.read(self.settings.keys["ledger"]), "ledger"))

    @cached_property
    def signer(self) -> Signer:
        """The signing key."""
        from chalicelib.adapters.kms_signer import KmsSigner

        current, *former = self.settings.keys["sign"].split()
        return KmsSigner(current, tuple(former))

    @cached_property
    def archive(self) -> Archive:
        """S3."""
        from chalicelib.adapters.s3_archive import S3Archive

        return S3Archive(self.settings.anchor_bucket)

    @cached_property
    def import_box(self) -> ImportBox:
        """S3."""
        from chalicelib.adapters.s3_import_box import S3ImportBox

        return S3ImportBox(self.settings.import_bucket)

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
    def lookup(self) -> NumberLookup:
        """End User Messaging, whoever carries the SMS."""
        from chalicelib.adapters.end_user_messaging_lookup import EndUserMessagingLookup

        return EndUserMessagingLookup()

    @cached_property
    def opt_outs(self) -> ProviderOptOuts:
        """SNS."""
        from chalicelib.adapters.sns_opt_outs import SnsOptOuts

        return SnsOptOuts()

    @cached_property
    def queue(self) -> SendQueue:
        """SQS."""
        from chalicelib.adapters.sqs_send_queue import SqsSendQueue

        return SqsSendQueue(self.settings.send_queue)

    @cached_property
    def purges(self) -> PurgeQueue:
        """SQS."""
        from chalicelib.adapters.sqs_purge_queue import SqsPurgeQueue

        return SqsPurgeQueue(self.settings.purge_queue, self.settings.dead_purge_queue)

    @cached_property
    def capacity(self) -> Capacity:
        """What DynamoDB says of each call from now on."""
        from chalicelib.adapters.dynamodb_capacity import DynamoDBCapacity

        return DynamoDBCapacity()

    @cached_property
    def bus(self) -> EventBus:
        """EventBridge."""
        from chalicelib.adapters.eventbridge_bus import EventBridgeBus

        return EventBridgeBus(self.settings.event_bus)

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
