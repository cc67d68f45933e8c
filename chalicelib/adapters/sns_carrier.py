"""SMS through SNS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.domain.errors import SmsRefused, SmsThrottled
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.sending_rules import SmsRules

THROTTLED = {"Throttling", "ThrottlingException", "ThrottledException"}

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef


@dataclass(frozen=True)
class SnsCarrier:
    """One Publish, one attempt: SNS cannot tell a repeated call from a second SMS."""

    rules: SmsRules

    def attempt(self, number: PhoneNumber, body: str, reference: str) -> str:  # noqa: ARG002
        """SNS took it once; returns its message id.

        Raises:
            SmsThrottled, SmsRefused: surely not sent.
        """
        try:
            answer = aws.sns().publish(PhoneNumber=number.e164, Message=body, MessageAttributes=self._attributes())
        except ClientError as failure:
            # A refusal is an answer; a fault of the service may have come after the SMS.
            if failure.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise
            if aws.error_code(failure) in THROTTLED:
                raise SmsThrottled from None
            raise SmsRefused("refused") from None
        return answer["MessageId"]

    def _attributes(self) -> "dict[str, MessageAttributeValueTypeDef]":
        return {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
            "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": self.rules.sender_id},
            "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": self.rules.max_price_usd},
        }
