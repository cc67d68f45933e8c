"""What the strongroom keeps of reveals, and the items that they are in DynamoDB."""

from typing import Any

from chalicelib.domain.reveal_approval import RevealApproval, RevealWish
from chalicelib.domain.reveals import Shown, Watch
from tests.contracts.typed import AT, AT_SECONDS, LATER, LATER_ROUNDED_UP, LATER_SECONDS, numbers, texts

WISH = RevealWish("call-centre", "ann", "cus_1", "account_security", "a reason", "CASE-7")

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
        RevealApproval(WISH, "0f", LATER, "bob", AT, "a1"),
        {
            **texts(pk=f"approval#{WISH.key}", nonce="0f", approved_by="bob", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, used_at=AT_SECONDS),
            "wish": {
                "M": {
                    **texts(client_id="call-centre", subject="ann", customer_id="cus_1", purpose="account_security"),
                    **texts(justification="a reason", ticket="CASE-7"),
                }
            },
        },
    ),
]
