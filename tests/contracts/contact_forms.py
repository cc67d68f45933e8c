"""Tokens, sessions and messages, and the items that they are in DynamoDB."""

from typing import Any

from chalicelib.domain.contact import ContactToken, Message
from chalicelib.domain.export_link import ExportLink
from chalicelib.domain.session import HandOver, Session
from tests.contracts.typed import AT, AT_SECONDS, LATER, LATER_ROUNDED_UP, numbers, texts

CONTACT_FORMS: list[tuple[Any, dict[str, Any]]] = [
    (
        ContactToken(
            "digest", "cus_1", "marketing", "sms", "call-centre", "ann", "b2", ("evt_1",), LATER, AT, version="a1"
        ),
        {
            **texts(pk="token#digest", digest="digest", customer_id="cus_1", purpose="marketing", channel="sms"),
            **texts(client_id="call-centre", subject="ann", ground="b2", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, used_at=AT_SECONDS),
            "evidence": {"L": [{"S": "evt_1"}]},
        },
    ),
    (
        Session("digest", "cus_1", "sms", LATER, "tag", "a1"),
        {
            **texts(pk="session#digest", digest="digest", customer_id="cus_1", strength="sms", tag="tag", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP),
        },
    ),
    (
        HandOver("digest", "cus_1", LATER, AT, "a1"),
        {
            **texts(pk="link#digest", digest="digest", customer_id="cus_1", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, used_at=AT_SECONDS),
        },
    ),
    (
        ExportLink("digest", "cus_1", "page", LATER, AT, "a1"),
        {
            **texts(pk="export#digest", digest="digest", customer_id="cus_1", form="page", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, used_at=AT_SECONDS),
        },
    ),
    (
        Message(
            *("msg_1", "app", "cus_1", "marketing", "offer", 2, 60_000, AT, LATER, "failed", "sns", "0-f", "spam"),
            key_id="number_1",
            version="a1",
        ),
        {
            **texts(pk="message#msg_1", id="msg_1", client_id="app", customer_id="cus_1", purpose="marketing"),
            **texts(template="offer", delivery="failed", sender="sns", message_id="0-f", reason="spam", version="a1"),
            **texts(key_id="number_1"),
            **numbers(parts="2", cost="60000", sent_at=AT_SECONDS, lapses_at=LATER_ROUNDED_UP),
        },
    ),
]
