"""What it means when an AWS service answers an SMS with an error."""

from collections.abc import Mapping

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.domain.errors import SmsRefused, SmsThrottled

# SNS answers in one form or the other; both services also with the status alone.
THROTTLED = {"Throttling", "ThrottlingException", "Throttled", "ThrottledException", "TooManyRequestsException"}
TOO_MANY_REQUESTS = 429


def surely_not_sent(failure: ClientError, reasons: Mapping[str, str]) -> SmsThrottled | SmsRefused:
    """What to raise for it: a refusal is an answer.

    Args:
        reasons: words of `domain/receipt.py`, by the service's own code or, where it tells one, its reason.

    Raises:
        ClientError: the failure itself; a fault of the service may have come after the SMS.
    """
    status = failure.response["ResponseMetadata"]["HTTPStatusCode"]
    if status >= 500:
        raise failure
    code = aws.error_code(failure)
    if status == TOO_MANY_REQUESTS or code in THROTTLED:
        return SmsThrottled()
    return SmsRefused(reasons.get(str(failure.response.get("Reason")), reasons.get(code, "refused")))
