"""SMS through a provider's gateway of one's own, ordered by a signed webhook.

Source: Standard Webhooks 1.0.0, "Webhook Headers" and "Signature scheme".
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from urllib3 import PoolManager, Timeout

from chalicelib.adapters import aws
from chalicelib.domain.errors import SmsRefused, SmsThrottled
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.sending_rules import Webhook
from chalicelib.ports import Clock

TOO_MANY_REQUESTS = 429
LONGEST_ANSWER = 16384
# The standard's own minimum, in octets.
SHORTEST_SECRET = 24
# It becomes a key of ours.
MESSAGE_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_.:-]{1,100}")


@dataclass(frozen=True)
class WebhookCarrier:
    """One POST, one attempt, to the policy's URL and to none that it points to.

    Attributes:
        secrets: reads the signing secrets: `whsec_` and base64, more than one while they change.
    """

    webhook: Webhook
    secrets: Callable[[], str]
    clock: Clock

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:
        """The gateway took it once; returns its message id.

        Raises:
            SmsThrottled, SmsRefused: surely not sent.
            ValueError: an answer that is none, or a secret that is none.
        """
        order: dict[str, str | int] = {"to": number.e164, "text": body, "reference": reference}
        if code_seconds is not None:
            order["time_to_live_seconds"] = code_seconds
        content = json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = int(self.clock.now().timestamp())
        # A resend is another SMS under the same reference, and a receiver drops an id that it has seen.
        headers = _signed(f"{reference}_{timestamp}", timestamp, content, self.secrets())
        with _connections().request(
            "POST",
            self.webhook.url,
            body=content,
            headers=headers,
            redirect=False,
            retries=False,
            timeout=Timeout(connect=aws.CONNECT_SECONDS, read=aws.READ_SECONDS),
            preload_content=False,
        ) as answer:
            status, said = answer.status, answer.read(LONGEST_ANSWER)
        return _message_id(status, said, number)


def _signed(webhook_id: str, timestamp: int, content: bytes, secrets: str) -> dict[str, str]:
    signed = f"{webhook_id}.{timestamp}.".encode() + content
    keys = [base64.b64decode(secret.removeprefix("whsec_"), validate=True) for secret in secrets.split()]
    if not keys or min(map(len, keys)) < SHORTEST_SECRET:
        raise ValueError
    macs = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
    return {
        "content-type": "application/json",
        "user-agent": aws.USER_AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{mac}" for mac in macs),
    }


def _message_id(status: int, said: bytes, number: PhoneNumber) -> str:
    if status == TOO_MANY_REQUESTS:
        raise SmsThrottled
    if 400 <= status < 500:
        raise SmsRefused("refused")
    if 200 <= status < 300:
        found = json.loads(said)["message_id"]
        if MESSAGE_ID.fullmatch(found) and not number.stands_in(found):
            return str(found)
    raise ValueError


@cache
def _connections() -> PoolManager:
    return PoolManager(maxsize=aws.CONNECTIONS)
