"""What a bad request is, and how a table of them is written."""

from dataclasses import dataclass
from typing import Any

from tests.api.world import CUSTOMER_ID, STAFF, WALLET

INVALID = (422, "invalid-request")
NOT_A_NUMBER = (422, "phone-number-invalid")
REFUSED_NUMBER = (422, "phone-number-refused")
MALFORMED = (400, "malformed-json")
MEDIA_TYPE = (415, "unsupported-media-type")
TOO_LARGE = (413, "content-too-large")
MISSING = (404, "not-found")
TOKEN = (409, "contact-token-invalid")

STARTS = "/v1/verifications"
CHECK = "/v1/verifications/$verification/check"
CUSTOMERS = "/v1/customers"
CONSENT = "/v1/customers/$customer/consents/marketing"
AGE = "/v1/customers/$customer/age"
LOCALE = "/v1/customers/$customer/locale"
NUMBERS = "/v1/customers/$customer/phone-number"
DECISIONS = "/v1/contact-decisions"
MESSAGES = "/v1/messages"
REVEALS = "/v1/reveals"
RIGHTS = "/v1/customers/$customer/rights-requests"
DECIDED = f"/v1/rights-requests/rr_{'0' * 32}"

# What no answer and no log line may repeat, wherever it stood in the request.
MARKER = "Zq7Marker"


@dataclass(frozen=True)
class Bad:
    """A request that must be refused.

    Attributes:
        body: an object, or bytes that are sent as they are. `$customer`, `$verification`, `$proved`, `$sms_token`,
            `$call_token` and `$used_token` stand for what the test has prepared.
        answer: status and problem.
        pointers: of the `errors` in the answer, in order.
        content_type: None sends none.
    """

    name: str
    path: str
    body: Any
    answer: tuple[int, str]
    pointers: tuple[str, ...] = ()
    method: str = "POST"
    token: str = WALLET
    content_type: str | None = "application/json"


def start(name: str, answer: tuple[int, str] = INVALID, *pointers: str, **members: Any) -> Bad:
    """A signup whose members are these; without `phone_number` it has none."""
    return Bad(name, STARTS, {"purpose": "signup", **members}, answer, pointers)


def consent(name: str, answer: tuple[int, str] = INVALID, *pointers: str, **members: Any) -> Bad:
    """A consent to marketing, good but for these members; None takes a member away."""
    body = {
        "decision": "given",
        "notice_version": 1,
        "locale": "en",
        "channels": ["sms"],
        "surface": "screen",
        **members,
    }
    body = {member: value for member, value in body.items() if value is not None}
    return Bad(f"consent: {name}", CONSENT, body, answer, pointers, method="PUT")


def decision(name: str, answer: tuple[int, str] = INVALID, *pointers: str, **members: Any) -> Bad:
    """A contact question, good but for these members."""
    body = {"customer_id": CUSTOMER_ID, "purpose": "marketing", "channel": "sms", **members}
    return Bad(name, DECISIONS, body, answer, pointers, token=STAFF)


def message(name: str, answer: tuple[int, str] = INVALID, *pointers: str, **members: Any) -> Bad:
    """A message about a new sign-in, good but for these members."""
    body = {
        "contact_token": "$sms_token",
        "template": "new_device_login",
        "parameters": {"device_name": "Tablet", "local_time": "noon"},
        **members,
    }
    return Bad(name, MESSAGES, body, answer, pointers, token=STAFF)


def reveal(name: str, answer: tuple[int, str] = INVALID, *pointers: str, **members: Any) -> Bad:
    """A reveal, good but for these members."""
    body = {"contact_token": "$call_token", "justification": "Customer asked for a call back", **members}
    return Bad(name, REVEALS, body, answer, pointers, token=STAFF)
