"""The one session, its clients, and what their failures mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from botocore.session import Session, get_session

from chalicelib.domain.errors import Unavailable

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# An answer later than this is of no use to somebody who holds a phone; API Gateway itself gives up after 29 s.
CONNECT_SECONDS = 2
READ_SECONDS = 5
# A contact that could do without the answer waits no longer.
LOOKUP_SECONDS = 2
# The strongroom makes calls of its own; it is given less time than this.
ORDER_SECONDS = 25
# A fixed user agent saves a quarter of botocore's time for each call.
USER_AGENT = "ringfence"
# One for each thread that may call at the same time.
CONNECTIONS = 64


# The first request's parallel calls would otherwise each make a client, the dearest part of a cold start.
_MAKING = RLock()


@cache
def _session() -> Session:
    # One, since a second one costs 50 ms; and botocore's, since boto3's adds 20 ms and nothing that a client needs.
    return get_session()


def events() -> "BaseEventHooks":
    """Where to listen to every call of clients made from now on."""
    with _MAKING:
        return _session().get_component("event_emitter")  # type: ignore[no-any-return]


@cache
def _client(service: Any, attempts: int, read_seconds: int, region: str | None) -> Any:
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        max_pool_connections=CONNECTIONS,
        parameter_validation=False,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent=USER_AGENT,
    )
    return _session().create_client(service, region_name=region, config=config)


def _the_client(service: str, attempts: int, read_seconds: int = READ_SECONDS, region: str | None = None) -> Any:
    with _MAKING:
        return _client(service, attempts, read_seconds, region)


def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client. It repeats a call by itself: every write that is given to it can bear that."""
    return _the_client("dynamodb", attempts=3)  # type: ignore[no-any-return]


def dynamodb_once() -> "DynamoDBClient":
    """The DynamoDB client for what must not happen twice: one attempt."""
    return _the_client("dynamodb", attempts=1)  # type: ignore[no-any-return]


def kms() -> "KMSClient":
    """The KMS client."""
    return _the_client("kms", attempts=3)  # type: ignore[no-any-return]


def sns() -> "SNSClient":
    """The SNS client. One attempt: Publish has no idempotency, and a repeated one is a second SMS."""
    return _the_client("sns", attempts=1)  # type: ignore[no-any-return]


def opt_outs(region: str) -> "SNSClient":
    """The SNS client of a region, for its list of opt-outs: what is asked of it can be asked again."""
    return _the_client("sns", attempts=3, region=region)  # type: ignore[no-any-return]


def own_region() -> str:
    """The region that this process runs in."""
    return str(_session().get_config_variable("region"))


def sms_voice() -> "PinpointSMSVoiceV2Client":
    """The client of End User Messaging. One attempt, as for SNS."""
    return _the_client("pinpoint-sms-voice-v2", attempts=1)  # type: ignore[no-any-return]


def carrier_lookup() -> "PinpointSMSVoiceV2Client":
    """The client of End User Messaging for what a contact can do without: it waits for it for a moment only."""
    return _the_client("pinpoint-sms-voice-v2", attempts=1, read_seconds=LOOKUP_SECONDS)  # type: ignore[no-any-return]


def sqs() -> "SQSClient":
    """The SQS client. A message that is there twice does no harm."""
    return _the_client("sqs", attempts=3)  # type: ignore[no-any-return]


def eventbridge() -> "EventBridgeClient":
    """The EventBridge client. An event that is said twice does no harm; two attempts, since a reveal waits for them."""
    return _the_client("events", attempts=2)  # type: ignore[no-any-return]


def s3() -> "S3Client":
    """The S3 client. What it puts is put once, however often it is repeated."""
    return _the_client("s3", attempts=3)  # type: ignore[no-any-return]


def ssm() -> "SSMClient":
    """The client of Parameter Store."""
    return _the_client("ssm", attempts=3)  # type: ignore[no-any-return]


def functions() -> "LambdaClient":
    """The Lambda client. One attempt: an order that is repeated could be carried out twice."""
    return _the_client("lambda", attempts=1, read_seconds=ORDER_SECONDS)  # type: ignore[no-any-return]


def forget() -> None:
    """Session and clients are made anew: for a process that changes the account it talks to."""
    with _MAKING:
        _session.cache_clear()
        _client.cache_clear()


def error_code(failure: ClientError) -> str:
    """The service's name for what went wrong."""
    details: dict[str, Any] = dict(failure.response.get("Error", {}))
    return str(details.get("Code", ""))


@contextmanager
def translated() -> Iterator[None]:
    """Whatever AWS fails at inside leaves as Unavailable, naming the operation and the kind of error only.

    A botocore exception's text may quote the request, so it is not passed on.

    Raises:
        Unavailable: whatever AWS failed at.
    """
    try:
        yield
    except ClientError as failure:
        raise Unavailable(f"{failure.operation_name}: {error_code(failure)}") from None
    except (BotoCoreError, ResponseParserError) as failure:
        raise Unavailable(type(failure).__name__) from None
