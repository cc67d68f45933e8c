"""SMS through AWS End User Messaging."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.adapters.sms_refusals import surely_not_sent
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.sending_rules import EndUserMessaging, SmsRules

# How long a carrier may try to reach the phone. The service takes nothing below 5 seconds.
SHORTEST_LIFE_SECONDS = 5
LIFE_SECONDS = 600

# Source: its API reference, `Reason` of ConflictException, ValidationException and ServiceQuotaExceededException.
REASONS: Mapping[str, str] = {
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": "opted_out",
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": "blocked",
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": "blocked",
    "DESTINATION_COUNTRY_BLOCKED": "blocked",
    "PRICE_OVER_THRESHOLD": "too_expensive",
    "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT": "quota",
}


@dataclass(frozen=True)
class EndUserMessagingCarrier:
    """One SendTextMessage, one attempt: like SNS, it cannot tell a repeated call from a second SMS."""

    rules: SmsRules
    account: EndUserMessaging

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:
        """The service took it once; returns its message id.

        A code is not delivered once it is worth nothing, and the service is told later whether it was entered.

        Raises:
            SmsThrottled, SmsRefused: surely not sent.
        """
        account = self.account
        request: dict[str, Any] = {
            "DestinationPhoneNumber": number.e164,
            "OriginationIdentity": account.origination_identity,
            "MessageBody": body,
            "MessageType": "TRANSACTIONAL",
            "MaxPrice": self.rules.max_price_usd,
            "TimeToLive": max(SHORTEST_LIFE_SECONDS, code_seconds or LIFE_SECONDS),
            "Context": {"reference": reference},
            "MessageFeedbackEnabled": code_seconds is not None,
        }
        if account.configuration_set:
            request["ConfigurationSetName"] = account.configuration_set
        if account.protect_configuration_id:
            request["ProtectConfigurationId"] = account.protect_configuration_id
        try:
            answer = aws.sms_voice().send_text_message(**request)
        except ClientError as failure:
            raise surely_not_sent(failure, REASONS) from None
        return answer["MessageId"]

    def tell(self, message_id: str, *, received: bool) -> None:
        """The service knows whether the code was entered.

        Raises:
            Unavailable: it did not take it.
        """
        with aws.translated():
            aws.sms_voice().put_message_feedback(
                MessageId=message_id, MessageFeedbackStatus="RECEIVED" if received else "FAILED"
            )
