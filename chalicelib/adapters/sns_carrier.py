"""SMS through SNS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.adapters.sms_refusals import surely_not_sent
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.sending_rules import SmsRules

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

# Most refusals come later, in a receipt: SNS takes nearly everything that it can read.
REASONS: Mapping[str, str] = {"OptedOut": "opted_out", "OptedOutException": "opted_out"}


@dataclass(frozen=True)
class SnsCarrier:
    """One Publish, one attempt: SNS cannot tell a repeated call from a second SMS."""

    rules: SmsRules

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:  # noqa: ARG002
        """SNS took it once; returns its message id.

        Raises:
            SmsThrottled, SmsRefused: surely not sent.
        """
        try:
            answer = aws.sns().publish(PhoneNumber=number.e164, Message=body, MessageAttributes=self._attributes())
        except ClientError as failure:
            raise surely_not_sent(failure, REASONS) from None
        return answer["MessageId"]

    def _attributes(self) -> "dict[str, MessageAttributeValueTypeDef]":
        return {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
            "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": self.rules.sender_id},
            "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": self.rules.max_price_usd},
        }
