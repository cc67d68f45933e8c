"""What AWS fails at becomes Unavailable, without a word of the request: an error may be logged, a number may not."""

import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ParamValidationError

from chalicelib.adapters import aws
from chalicelib.adapters.eventbridge_bus import EventBridgeBus
from chalicelib.adapters.kms_blinder import KmsBlinder
from chalicelib.domain.customer import TagHolder, WrappedKey
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Remove, Replace
from tests.contracts.records import a_holder, a_verification, fresh
from tests.contracts.test_event_bus import SAID
from tests.contracts.wire import Answer, intercepted, response, text_of
from tests.fakes import NOON
from tests.worlds import World, on_moto

SECRET = "13800138000"
NUMBER = parse_phone_number(f"+86{SECRET}")


def echo_as_refusal(request: AWSPreparedRequest, _: int) -> Answer:
    """AWS's validation messages quote what they refuse."""
    body = f'{{"__type":"x#ValidationException","message":"bad value {SECRET}: {text_of(request)[:200]!a}"}}'
    return response(request, 400, body.replace("'", "").encode(), "application/x-amz-json-1.0")


def fail_with_the_request(request: AWSPreparedRequest, _: int) -> Answer:
    """And so do botocore's own."""
    raise ParamValidationError(report=f"{SECRET} {text_of(request)}")


def calls(world: World) -> dict[str, Callable[[], object]]:
    """Every call of every adapter that goes to AWS."""
    adapters, store = world.ringfence.adapters, world.store
    holder = replace(a_holder(SECRET, SECRET), version=SECRET)
    verification = replace(a_verification(tag=SECRET), version=SECRET)
    key = WrappedKey(SECRET, "ledger", SECRET.encode())
    sealed, number_key = adapters.sealer.envelope(SECRET).seal(NUMBER), adapters.sealer.envelope(SECRET).key
    return {
        "get": partial(store.get, TagHolder, SECRET),
        "insert": partial(store.commit, Insert(a_holder(SECRET, SECRET))),
        "replace": partial(store.commit, Replace(holder, holder)),
        "remove": partial(store.commit, Remove(holder)),
        "transaction": partial(store.commit, Remove(holder), Replace(verification, verification)),
        "history": partial(store.history, WrappedKey, SECRET),
        "due": lambda: list(store.due(Verification, SECRET, NOON)),
        "owned": lambda: list(store.owned(Verification, SECRET)),
        "tag": partial(adapters.index.tag, NUMBER, adapters.index.versions[0]),
        "pending seal": partial(adapters.pending.seal, SECRET, NUMBER),
        "pending open": partial(adapters.pending.open, SECRET, SECRET.encode()),
        "code secret": partial(adapters.codes.secret, SECRET, SECRET, SECRET, SECRET),
        "blind": partial(KmsBlinder(f"alias/{SECRET}", SECRET).mac, SECRET, SECRET.encode(), NOON),
        "envelope": partial(adapters.sealer.envelope, SECRET),
        "number open": partial(adapters.opener.open, SECRET, sealed, number_key),
        "ledger key": partial(adapters.ledger.new_key, SECRET),
        "ledger unlock": partial(adapters.ledger.unlock, key),
        "announce": partial(EventBridgeBus(SECRET).publish, [replace(SAID, purpose=SECRET)]),
    }


@on_moto
@pytest.mark.parametrize("fault", [echo_as_refusal, fail_with_the_request], ids=lambda each: str(each.__name__))
def test_an_adapter_that_fails_says_nothing_of_the_request(
    world: World, fault: Callable[[AWSPreparedRequest, int], Answer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    attempts = calls(world)
    clients = aws.dynamodb(), aws.kms(), aws.eventbridge()
    with ExitStack() as stack:
        wires = [stack.enter_context(intercepted(client, fault)) for client in clients]
        for name, call in attempts.items():
            with pytest.raises(Unavailable) as caught:
                call()
            failure = caught.value
            said = [str(failure), repr(failure), repr(failure.args), repr(vars(failure))]
            assert not any(SECRET in text for text in [*said, "".join(traceback.format_exception(failure))]), name
    assert sum(wire.attempts for wire in wires) >= len(attempts)
    assert SECRET not in caplog.text


@on_moto
def test_the_fault_really_echoes(world: World) -> None:
    # The counter-test: without the translation the number would be in the exception.
    with intercepted(aws.kms(), echo_as_refusal), pytest.raises(Exception, match=SECRET):
        aws.kms().encrypt(KeyId=f"alias/{world.name}-pending", Plaintext=SECRET.encode())
    with intercepted(aws.dynamodb(), fail_with_the_request), pytest.raises(Exception, match=SECRET):
        aws.dynamodb().get_item(TableName=f"{world.name}-keys", Key={"pk": {"S": SECRET}, "sk": {"S": SECRET}})


@on_moto
def test_a_transaction_that_aws_cancels_for_another_reason_says_nothing(world: World) -> None:
    def cancelled(request: AWSPreparedRequest, _: int) -> Answer:
        body = (
            '{"__type":"x#TransactionCanceledException","message":"cancelled [ValidationError]","CancellationReasons":'
            f'[{{"Code":"ValidationError","Message":"{SECRET} is too large"}},{{"Code":"None"}}]}}'
        )
        return response(request, 400, body.encode(), "application/x-amz-json-1.0")

    with intercepted(aws.dynamodb(), cancelled) as wire, pytest.raises(Unavailable) as caught:
        world.store.commit(Insert(a_holder(fresh(), SECRET)), Insert(a_holder()))
    assert wire.attempts == 1
    assert SECRET not in "".join(traceback.format_exception(caught.value))
