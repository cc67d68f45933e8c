"""What a function knows of its deployment is what its environment says, and what is missing is named."""

from dataclasses import replace
from typing import cast

import pytest

from chalicelib.adapters.eventbridge_bus import EventBridgeBus
from chalicelib.adapters.kms_signer import KmsSigner
from chalicelib.adapters.lambda_strongroom import LambdaStrongroom
from chalicelib.adapters.s3_archive import S3Archive
from chalicelib.adapters.sqs_send_queue import SqsSendQueue
from chalicelib.bootstrap import Adapters, Ringfence
from chalicelib.domain.sending_rules import EndUserMessaging, Senders, Webhook
from chalicelib.services.strongroom import StrongroomService
from chalicelib.settings import PACKAGED_POLICY, Settings, read_settings
from tests.clock import FixedClock
from tests.fakes import NOON

REQUIRED = {
    "RINGFENCE_NAME": "ringfence",
    "RINGFENCE_TENANT": "tests",
    "RINGFENCE_JWKS_URI": "https://issuer.example/jwks.json",
    "RINGFENCE_TOKEN_ISSUER": "https://issuer.example",
    "RINGFENCE_TOKEN_AUDIENCE": "ringfence",
}
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:ringfence-strongroom"
PARTS = ("tag", "code", "blind", "pending", "number", "ledger", "sign")


def wired(**more: str) -> Ringfence:
    return Ringfence(Adapters(read_settings({**REQUIRED, **more}), FixedClock(NOON)))


def test_everything_is_read() -> None:
    assert read_settings({**REQUIRED, "HOME": "/", "RINGFENCE_KEY_TAG": "arn:tag"}) == Settings(
        name="ringfence",
        tenant="tests",
        jwks_uri="https://issuer.example/jwks.json",
        token_issuer="https://issuer.example",
        token_audience="ringfence",
        keys={"tag": "arn:tag"},
        policy_folder=PACKAGED_POLICY,
        strongroom=None,
        send_queue=None,
    )


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_missing_is_named(name: str) -> None:
    without = {known: value for known, value in REQUIRED.items() if known != name}
    with pytest.raises(KeyError, match=name):
        read_settings(without)


def test_each_key_is_known_by_its_part() -> None:
    keys = {f"RINGFENCE_KEY_{part.upper()}": f"arn:{part}" for part in PARTS}
    assert read_settings({**REQUIRED, **keys}).keys == {part: f"arn:{part}" for part in PARTS}


def test_a_function_knows_the_keys_that_it_was_told_and_no_other() -> None:
    adapters = wired(RINGFENCE_KEY_CODE="arn:code").adapters
    assert adapters.codes is not None
    for part in ("index", "blinder", "pending", "sealer", "opener", "ledger", "signer"):
        with pytest.raises(KeyError):
            getattr(adapters, part)


def test_the_strongroom_is_in_this_process_unless_a_function_is_named() -> None:
    keys = {f"RINGFENCE_KEY_{part.upper()}": f"arn:{part}" for part in PARTS}
    assert isinstance(wired(**keys).strongroom, StrongroomService)
    assert wired(**keys).adapters.strongroom_function is None
    near = wired(**keys, RINGFENCE_STRONGROOM=ARN).strongroom
    assert cast("LambdaStrongroom", near) == LambdaStrongroom(ARN)


def test_each_sender_is_there_if_the_policy_sets_it_up() -> None:
    adapters = wired().adapters
    assert set(adapters.carriers) == {"sns"}
    assert adapters.feedback == {}
    senders = Senders(EndUserMessaging("pool-1"), Webhook("https://gateway.example/sms"))
    policy = replace(adapters.policy, rules=replace(adapters.policy.rules, senders=senders))
    adapters = wired().adapters
    vars(adapters)["policy"] = policy
    assert set(adapters.carriers) == {"sns", "end_user_messaging", "webhook"}
    # The very same: it carries the code and is told what became of it.
    assert cast("object", adapters.feedback["end_user_messaging"]) is adapters.carriers["end_user_messaging"]
    assert "/ringfence/webhook-secret" in repr(adapters.carriers["webhook"])


def test_former_signing_keys_follow_the_current_one() -> None:
    assert wired(RINGFENCE_KEY_SIGN="arn:one").adapters.signer == KmsSigner("arn:one")
    assert wired(RINGFENCE_KEY_SIGN="arn:two arn:one").adapters.signer == KmsSigner("arn:two", ("arn:one",))


def test_the_archive_is_the_bucket_that_the_function_is_told() -> None:
    assert wired(RINGFENCE_ANCHOR_BUCKET="bucket").adapters.archive == S3Archive("bucket")
    assert wired().adapters.archive == S3Archive(None)


def test_the_queue_is_the_one_that_the_function_is_told() -> None:
    assert wired(RINGFENCE_SEND_QUEUE="https://sqs/q").adapters.queue == SqsSendQueue("https://sqs/q")
    assert wired().adapters.queue == SqsSendQueue(None)


def test_the_bus_is_the_one_that_the_function_is_told() -> None:
    assert wired(RINGFENCE_EVENT_BUS="ringfence-consent").adapters.bus == EventBridgeBus("ringfence-consent")
    assert wired().adapters.bus == EventBridgeBus(None)


def test_who_only_orders_needs_no_key_to_open() -> None:
    ringfence = wired(RINGFENCE_STRONGROOM=ARN)
    assert isinstance(ringfence.strongroom, LambdaStrongroom)
    with pytest.raises(KeyError):
        _ = wired().strongroom
