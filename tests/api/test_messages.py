"""Messages: sent without the number being seen, counted, and followed by the system that sent them."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bootstrap import ringfence
from chalicelib.domain.contact import Message
from chalicelib.domain.receipt import REASONS, Receipt
from chalicelib.domain.writes import Insert
from tests.api.world import CUSTOMER_ID, NUMBER, OTHER_STAFF, OTHER_WALLET, STAFF, WALLET, Api, Reply
from tests.domain.samples import NOON
from tests.fakes import bearer, caller

OTHER_SYSTEM = bearer(caller("staff", "marketing", "agent-one"))


def offered(api: Api, title: str = "Free tea") -> Reply:
    api.consent("marketing")
    token = api.decide("marketing", "sms").body["contact_token"]
    return api.send(token, template="offer", parameters={"offer_title": title, "offer_end_date": "1 May"})


def read(api: Api, message_id: Any, token: str = STAFF) -> Reply:
    return api.call("GET", f"/v1/messages/{message_id}", token)


def test_a_message_is_sent_and_nobody_sees_the_number(api: Api, customer_id: str) -> None:
    reply = offered(api)
    assert reply.status == 202
    assert reply.body == {
        "message_id": reply.body["message_id"],
        "status": "accepted",
        "status_reason": None,
        "parts": 1,
        "price_usd": "0.03",
        "sent_at": "2026-11-21T12:00:00Z",
    }
    assert (api.adapters.sender.sent[-1].number, "Free tea" in api.adapters.sender.sent[-1].body) == (NUMBER, True)
    assert NUMBER[3:] not in reply.everything


def test_each_part_is_paid_for(api: Api, customer_id: str) -> None:
    reply = offered(api, "茶" * 60)
    assert (reply.body["parts"], reply.body["price_usd"]) == (3, "0.09")


@pytest.mark.parametrize("outcome", ["failed", "opted_out"])
def test_what_was_not_sent_is_said_and_costs_nothing(api: Api, customer_id: str, outcome: str) -> None:
    api.adapters.sender.outcome = outcome
    reply = offered(api)
    assert (reply.status, reply.body["status"], reply.body["price_usd"]) == (202, outcome, "0.00")
    assert reply.body == read(api, reply.body["message_id"]).body


def test_a_message_is_followed(api: Api, customer_id: str) -> None:
    sent = offered(api).body
    assert read(api, sent["message_id"]).body == sent
    message_id = f"message-{len(api.adapters.sender.sent)}"
    assert ringfence().record_receipt(Receipt(message_id, "delivered", "by_carrier"))
    reply = read(api, sent["message_id"])
    assert reply.status == 200
    assert reply.body == {**sent, "status": "delivered", "status_reason": REASONS["by_carrier"]}
    assert ringfence().record_receipt(Receipt(message_id, "delivered"))
    assert read(api, sent["message_id"]).body == {**sent, "status": "delivered"}


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_a_sentence(api: Api, reason: str) -> None:
    until = NOON.replace(day=24)
    sent = Message("msg_1", "call-centre", CUSTOMER_ID, "marketing", "offer", 1, 0, NOON, until, "failed")
    api.adapters.store.commit(Insert(replace(sent, reason=reason)))
    reply = read(api, "msg_1")
    assert (reply.body["status"], reply.body["status_reason"]) == ("failed", REASONS[reason])


def test_a_message_is_its_system_s(api: Api, customer_id: str) -> None:
    message_id = offered(api).body["message_id"]
    assert read(api, message_id, OTHER_STAFF).status == 200
    for stranger in (OTHER_SYSTEM, WALLET, OTHER_WALLET):
        reply = read(api, message_id, stranger)
        assert (reply.status, reply.problem) == (404, "not-found")
    api.pass_time(hours=72)
    assert read(api, message_id).status == 404


def test_a_wallet_reads_what_it_sent(api: Api, customer_id: str) -> None:
    token = api.decide("account_security", "sms", WALLET).body["contact_token"]
    sent = api.send(token, WALLET).body
    assert read(api, sent["message_id"], WALLET).body == sent
    assert read(api, sent["message_id"]).status == 404
