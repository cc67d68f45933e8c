"""Rights requests and lifted holds, and the items that they are in DynamoDB."""

from typing import Any

from chalicelib.domain.holds import LiftedHold
from chalicelib.domain.rights import RightsRequest
from tests.contracts.typed import AT, AT_SECONDS, LATER, LATER_ROUNDED_UP, LATER_SECONDS, numbers, texts

CASE_FORMS: list[tuple[Any, dict[str, Any]]] = [
    (
        RightsRequest(
            id="rr_1",
            customer_id="cus_1",
            kind="access",
            asked_by="officer",
            locale="en",
            received_at=AT,
            answer_by=LATER,
            details="all of it",
            status="refused",
            extended_at=AT,
            extended_for="complex",
            closed_at=AT,
            closed_by="ann",
            refused_for="not_held",
            note="a note",
            due_at=LATER,
            lapses_at=LATER,
            version="a1",
        ),
        {
            **texts(pk="request#rr_1", id="rr_1", customer_id="cus_1", kind="access", asked_by="officer", locale="en"),
            **texts(details="all of it", status="refused", extended_for="complex", closed_by="ann"),
            **texts(refused_for="not_held", note="a note", due_bucket="20", version="a1"),
            **numbers(received_at=AT_SECONDS, answer_by=LATER_SECONDS, extended_at=AT_SECONDS, closed_at=AT_SECONDS),
            **numbers(due_at=LATER_SECONDS, lapses_at=LATER_ROUNDED_UP),
        },
    ),
    (
        LiftedHold("lift_1", "cus_1", "hold_1", "ann", "a dispute", AT, "bob", LATER, LATER, "a1"),
        {
            **texts(pk="lifted#lift_1", id="lift_1", customer_id="cus_1", hold_id="hold_1", officer="ann"),
            **texts(reason="a dispute", lifted_by="bob", version="a1"),
            **numbers(placed_at=AT_SECONDS, lifted_at=LATER_SECONDS, lapses_at=LATER_ROUNDED_UP),
        },
    ),
]
