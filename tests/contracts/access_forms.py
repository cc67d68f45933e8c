"""The rows that say who looked, and the items that they are in DynamoDB."""

from typing import Any

from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.previews import Previews
from chalicelib.domain.settlement import Settlement
from tests.contracts.typed import AT, AT_SECONDS, LATER, LATER_ROUNDED_UP, LATER_SECONDS, numbers, texts

# One place for an entry and its settlement, and one partition of the index.
PLACE = texts(sk="2026-11-21T12:00:00.250000+00:00#acc_1", access_bucket="2026-11-21T12#06", customer_id="cus_1")

ACCESS_FORMS: list[tuple[Any, dict[str, Any]]] = [
    (
        AccessLogEntry(
            id="acc_1",
            customer_id="cus_1",
            at=AT,
            action="reveal",
            purpose="marketing",
            channel="call",
            role="staff",
            client_id="call-centre",
            subject="ann",
            evidence=(),
            justification="a reason",
            ticket="T-1",
            approved_by="bob",
            lapses_at=LATER,
            version="a1",
        ),
        {
            **PLACE,
            **texts(pk="cus_1", id="acc_1", action="reveal", purpose="marketing", channel="call", role="staff"),
            **texts(
                client_id="call-centre",
                subject="ann",
                justification="a reason",
                ticket="T-1",
                approved_by="bob",
                version="a1",
            ),
            **numbers(at=AT_SECONDS, lapses_at=LATER_ROUNDED_UP),
            "evidence": {"L": []},
        },
    ),
    (
        Settlement("cus_1", "acc_1", AT, "request-1", 2, LATER, version="a1"),
        {
            **PLACE,
            **texts(pk="settlement#cus_1", entry_id="acc_1", request_id="request-1", version="a1"),
            **numbers(at=AT_SECONDS, retries="2", settled_at=LATER_SECONDS),
        },
    ),
    (
        DecisionLogEntry(
            "dec_1",
            "cus_1",
            AT,
            "marketing",
            "call",
            "staff",
            "call-centre",
            "ann",
            "quiet_hours",
            ("evt_1",),
            version="a1",
        ),
        {
            **texts(pk="cus_1", sk="2026-11-21T12:00:00.250000+00:00#dec_1", id="dec_1", customer_id="cus_1"),
            **texts(purpose="marketing", channel="call", role="staff", client_id="call-centre", subject="ann"),
            **texts(reason="quiet_hours", version="a1"),
            **numbers(at=AT_SECONDS),
            "evidence": {"L": [{"S": "evt_1"}]},
        },
    ),
    (
        Previews("cus_1#2026-11", "2026-11", LATER, 2, 1, "a1", 3),
        {
            **texts(pk="previews#cus_1#2026-11", key="cus_1#2026-11", month="2026-11", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, staff="2", wallet="1", moves="3"),
        },
    ),
]
