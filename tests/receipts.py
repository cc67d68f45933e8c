"""What AWS writes about an SMS, as its guides document it, and how CloudWatch Logs hands it over."""

import base64
import gzip
import json
from typing import Any

MESSAGE_ID = "34d9b400-c6dd-5444-820d-fbeb0f1f54cf"
# Of the range that is kept for fiction.
DESTINATION = "+14255550156"


def sns_log(status: str = "SUCCESS", response: Any = "Message has been accepted by phone carrier") -> dict[str, Any]:
    """A delivery status log of SNS."""
    return {
        "notification": {"messageId": MESSAGE_ID, "timestamp": "2016-06-28 00:40:34.558"},
        "delivery": {
            "phoneCarrier": "My Phone Carrier",
            "mnc": 270,
            "numberOfMessageParts": 1,
            "destination": DESTINATION,
            "priceInUSD": 0.00645,
            "smsType": "Transactional",
            "mcc": 310,
            "providerResponse": response,
            "dwellTimeMs": 599,
            "dwellTimeMsUntilDeviceAck": 1344,
        },
        "status": status,
    }


def event(kind: str = "TEXT_DELIVERED", *, final: bool = True, reference: str | None = None) -> dict[str, Any]:
    """An event of End User Messaging."""
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": 1686975103470,
        "isFinal": final,
        "originationPhoneNumber": "+12065550152",
        "destinationPhoneNumber": DESTINATION,
        "isInternationalSend": False,
        "mcc": "310",
        "mnc": "800",
        "messageId": MESSAGE_ID,
        "messageRequestTimestamp": 1686975103170,
        "messageEncoding": "GSM",
        "messageType": "TRANSACTIONAL",
        "messageStatus": kind.removeprefix("TEXT_"),
        "messageStatusDescription": f"Message to {DESTINATION} has been accepted by phone carrier",
        "context": {"reference": reference} if reference else {"account": "bar"},
        "totalMessageParts": 1,
        "totalMessagePrice": 0.09582,
        "totalCarrierFee": 0.0,
    }


def batch(*messages: Any, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    """What a subscribed function is handed; a message that is no text is written as JSON."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in messages]
    return packed(
        {
            "messageType": kind,
            "owner": "123456789012",
            "logGroup": "sns/eu-west-1/123456789012/DirectPublishToPhoneNumber",
            "logStream": "2ecd9bb6-8d2d-4d4a-9c8a-1f6f5b1d5a52",
            "subscriptionFilters": ["receipts"],
            "logEvents": [
                {"id": f"{number:056d}", "timestamp": 1467074434558, "message": line}
                for number, line in enumerate(lines)
            ],
        }
    )


def packed(document: Any) -> dict[str, Any]:
    """Any JSON, as CloudWatch Logs packs it."""
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()}}
