"""What the strongroom keeps of reveals, and the items that they are in DynamoDB."""

from typing import Any

from chalicelib.domain.reveal_approval import RevealApproval
from chalicelib.domain.reveals import Shown, Watch
from tests.contracts.typed import AT, AT_SECONDS, LATER, LATER_ROUNDED_UP, LATER_SECONDS, numbers, texts

REVEAL_FORMS: list[tuple[Any, dict[str, Any]]] = [
    (
        Watch("digest of a person", (Shown(AT, "cus_1", "mac of a prefix"),), LATER, LATER, "a1"),
        {
            **texts(pk="watch#digest of a person", key="digest of a person", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, paused_until=LATER_SECONDS),
            "shown": {"L": [{"M": {**texts(customer_id="cus_1", prefix="mac of a prefix"), **numbers(at=AT_SECONDS)}}]},
        },
    ),
    (
        RevealApproval(
            key="digest of a wish",
            nonce="0f",
            client_id="call-centre",
            subject="ann",
            customer_id="cus_1",
            purpose="account_security",
            justification="a reason",
            ticket="CASE-7",
            lapses_at=LATER,
            approved_by="bob",
            used_at=AT,
            version="a1",
        ),
        {
            **texts(pk="approval#digest of a wish", key="digest of a wish", nonce="0f", client_id="call-centre"),
            **texts(subject="ann", customer_id="cus_1", purpose="account_security", justification="a reason"),
            **texts(ticket="CASE-7", approved_by="bob", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, used_at=AT_SECONDS),
        },
    ),
]
