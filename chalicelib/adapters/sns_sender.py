"""SMS through SNS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.rules import SmsRules

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef


@dataclass(frozen=True)
class SnsSender:
    """One Publish, one attempt: SNS cannot tell a repeated call from a second SMS."""

    rules: SmsRules

    def send(self, number: PhoneNumber, body: str) -> str:
        """One attempt was made, and this is its outcome: accepted, failed (surely not sent) or unknown."""
        try:
            aws.sns().publish(PhoneNumber=number.e164, Message=body, MessageAttributes=self._attributes())
        except ClientError as failure:
            # A refusal is an answer; a fault of the service may have come after the SMS.
            status = failure.response["ResponseMetadata"]["HTTPStatusCode"]
            return "failed" if status < 500 else "unknown"
        except Exception:
            # No answer, or half of one, or none that can be read.
            return "unknown"
        return "accepted"

    def _attributes(self) -> "dict[str, MessageAttributeValueTypeDef]":
        return {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
            "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": self.rules.sender_id},
            "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": self.rules.max_price_usd},
        }
