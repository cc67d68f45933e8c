"""What CloudTrail would have of the calls to KMS that a world on moto really makes.

Source: KMS developer guide, "Decrypt" and "ReEncrypt" under "Examples of AWS KMS log entries".
"""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber

from chalicelib.adapters import aws
from infra.local.environment import REGION
from tests.contracts.wire import Answer, intercepted, response
from tests.worlds import World

ROLE = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/ringfence-StrongroomRole-1A2B3C"
MALLORY = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:user/mallory"
STRONGROOM = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE:ringfence-Strongroom",
    "arn": f"arn:aws:sts::{DEFAULT_ACCOUNT_ID}:assumed-role/ringfence-StrongroomRole-1A2B3C/ringfence-Strongroom",
    "accountId": DEFAULT_ACCOUNT_ID,
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "accountId": DEFAULT_ACCOUNT_ID}},
}
SOMEBODY = {"type": "IAMUser", "arn": MALLORY, "accountId": DEFAULT_ACCOUNT_ID, "userName": "mallory"}
# As CloudTrail spells the parameters that it tells; ciphertexts and plaintexts it leaves out.
TOLD = {
    "KeyId": "keyId",
    "EncryptionContext": "encryptionContext",
    "SourceEncryptionContext": "sourceEncryptionContext",
    "DestinationEncryptionContext": "destinationEncryptionContext",
    "DestinationKeyId": "destinationKeyId",
}
REFUSAL = b'{"__type": "KMSInvalidStateException", "message": "pending deletion"}'


@dataclass
class Trail:
    """A record for each try of a call.

    Attributes:
        identity: whoever calls from now on.
        losing: so many of the next decrypts of numbers happen, and their answers are lost.
        refusing: KMS refuses decrypts of numbers.
    """

    world: World
    arns: dict[str, str]
    records: list[dict[str, Any]] = field(default_factory=list)
    identity: dict[str, Any] = field(default_factory=lambda: STRONGROOM)
    losing: int = 0
    refusing: bool = False

    def answer(self, request: AWSPreparedRequest, _: int) -> Answer:
        """The try was made, and stands in the records."""
        operation = _text(request.headers["X-Amz-Target"]).partition(".")[2]
        asked = json.loads(_text(request.body))
        opens = operation == "Decrypt" and asked.get("EncryptionContext", {}).get("field") == "number"
        if opens and self.refusing:
            made = response(request, 400, REFUSAL, "application/x-amz-json-1.1")
            made.headers["x-amzn-requestid"] = str(uuid4())
        else:
            stubbed = botocore_stubber("before-send", request)
            assert isinstance(stubbed, AWSResponse)
            made = stubbed
        self.records.append(self._record(operation, asked, request, made))
        if opens and self.losing:
            self.losing -= 1
            raise ReadTimeoutError(endpoint_url=request.url)
        return made

    def last(self, name: str = "Decrypt") -> dict[str, Any]:
        """The newest record of this operation."""
        return next(record for record in reversed(self.records) if record["eventName"] == name)

    def write(self, folder: Path) -> Path:
        """The records lie below the folder as a trail's bucket has them: by region and day, the older ones packed."""
        own = folder / "AWSLogs" / DEFAULT_ACCOUNT_ID / "CloudTrail" / REGION / "2026" / "11" / "21"
        own.mkdir(parents=True)
        half = len(self.records) // 2
        first, second = ({"Records": part} for part in (self.records[:half], self.records[half:]))
        (own / "first.json.gz").write_bytes(gzip.compress(json.dumps(first).encode()))
        (own / "second.json").write_text(json.dumps(second))
        digests = folder / "AWSLogs" / DEFAULT_ACCOUNT_ID / "CloudTrail-Digest"
        digests.mkdir()
        (digests / "digest.json.gz").write_bytes(gzip.compress(b'{"logFiles": []}'))
        return folder

    def _record(
        self, operation: str, asked: dict[str, Any], request: AWSPreparedRequest, made: AWSResponse
    ) -> dict[str, Any]:
        key = str(asked.get("SourceKeyId") or asked["KeyId"])
        record = {
            "eventVersion": "1.11",
            "userIdentity": self.identity,
            "eventTime": f"{self.world.clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": "kms.amazonaws.com",
            "eventName": operation,
            "awsRegion": REGION,
            "sourceIPAddress": "192.0.2.1",
            "userAgent": _text(request.headers["User-Agent"]),
            "requestParameters": {
                **{TOLD[name]: value for name, value in asked.items() if name in TOLD},
                "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
            },
            "responseElements": None,
            "requestID": made.headers["x-amzn-requestid"],
            "eventID": str(uuid4()),
            "readOnly": True,
            "resources": [{"accountId": DEFAULT_ACCOUNT_ID, "type": "AWS::KMS::Key", "ARN": self.arns.get(key, key)}],
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": DEFAULT_ACCOUNT_ID,
            "eventCategory": "Management",
        }
        if made.status_code != 200:
            record |= {"errorCode": "KMSInvalidStateException", "errorMessage": "pending deletion"}
        return record


@contextmanager
def recorded(world: World) -> Iterator[Trail]:
    """Every try of a call to KMS is recorded until the block ends. On moto only."""
    keys = world.ringfence.adapters.settings.keys.values()
    arns = {key: aws.kms().describe_key(KeyId=key)["KeyMetadata"]["Arn"] for key in keys}
    trail = Trail(world, arns)
    with intercepted(aws.kms(), trail.answer):
        yield trail


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
