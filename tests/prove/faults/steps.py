"""The requests of the one flow, and the customer at each point of it."""

import secrets
from typing import Any

from tests.prove.api import COLLEAGUE, STAFF, WALLET, Reply
from tests.prove.faults.stage import Life, Stage
from tests.prove.faults.wire import Call, Fault

OFFER = {"offer_title": "Half fees", "offer_end_date": "Friday"}
READY = {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"}
JUSTIFICATION = "Customer asked to be called back"
AGREED = {"decision": "given", "notice_version": 1, "locale": "en", "channels": ["sms", "call"], "surface": "signup"}
WITHDRAWN = {**AGREED, "decision": "withdrawn", "channels": []}


def new_key() -> str:
    """An Idempotency-Key that nobody used."""
    return f"key-{secrets.token_hex(12)}"


def start(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    life = stage.life
    body = {"purpose": "signup", "phone_number": life.number, "client": {"device_id": life.device}}
    return _keeping(stage, stage.call(WALLET, "POST", "/v1/verifications", body, key, fault))


def start_again(stage: Stage, _: str | None, fault: Fault | None = None) -> Reply:
    return start(stage, stage.life.key, fault)


def deliver(stage: Stage, _: str | None, fault: Fault | None = None) -> Reply:
    return stage.work(fault)


def step_up(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    body = {"purpose": "step_up", "customer_id": stage.life.customer, "client": {"device_id": stage.life.device}}
    return _keeping(stage, stage.call(WALLET, "POST", "/v1/verifications", body, key, fault))


def _keeping(stage: Stage, reply: Reply) -> Reply:
    if reply.status == 201:
        stage.life.verification = reply.body["verification_id"]
    return reply


def resend(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return stage.call(WALLET, "POST", f"/v1/verifications/{stage.life.verification}/resend", {}, key, fault)


def check_right(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return _check(stage, stage.codes[-1], key, fault)


def check_wrong(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return _check(stage, f"{(int(stage.codes[-1]) + 1) % 1_000_000:06d}", key, fault)


def _check(stage: Stage, code: str, key: str | None, fault: Fault | None) -> Reply:
    path = f"/v1/verifications/{stage.life.verification}/check"
    return stage.call(WALLET, "POST", path, {"code": code}, key, fault)


def cancel(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return stage.call(WALLET, "DELETE", f"/v1/verifications/{stage.life.verification}", {}, key, fault)


def bind(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    reply = stage.call(WALLET, "POST", "/v1/customers", {"verification_id": stage.life.verification}, key, fault)
    if reply.status == 201:
        stage.life.customer = reply.body["customer_id"]
    return reply


def agree(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return _say(stage, AGREED, key, fault)


def withdraw(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return _say(stage, WITHDRAWN, key, fault)


def _say(
    stage: Stage, said: dict[str, Any], key: str | None, fault: Fault | None, purpose: str = "order_notice"
) -> Reply:
    return stage.call(WALLET, "PUT", f"/v1/customers/{stage.life.customer}/consents/{purpose}", said, key, fault)


def read_history(stage: Stage) -> Reply:
    path = f"/v1/customers/{stage.life.customer}/consents/marketing/history"
    return stage.call(WALLET, "GET", path, {}, None)


def decide(
    stage: Stage, key: str | None, fault: Fault | None = None, channel: str = "sms", purpose: str = "order_notice"
) -> Reply:
    body = {"customer_id": stage.life.customer, "purpose": purpose, "channel": channel}
    reply = stage.call(STAFF, "POST", "/v1/contact-decisions", body, key, fault)
    if reply.status == 200 and reply.body["contact_token"]:
        stage.life.token = reply.body["contact_token"]
    return reply


def message(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    body = {"contact_token": stage.life.token, "template": "order_ready", "parameters": READY}
    return stage.call(STAFF, "POST", "/v1/messages", body, key, fault)


def decide_on_offer(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return decide(stage, key, fault, purpose="marketing")


def offer(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    body = {"contact_token": stage.life.token, "template": "offer", "parameters": OFFER}
    return stage.call(STAFF, "POST", "/v1/messages", body, key, fault)


def reveal(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    body = {"contact_token": stage.life.token, "justification": JUSTIFICATION}
    return stage.call(STAFF, "POST", "/v1/reveals", body, key, fault)


def decide_for_minor(stage: Stage) -> Reply:
    """By contract: a child agrees to nothing alone."""
    return decide(stage, None, channel="call", purpose="account_security")


def wish(stage: Stage) -> Reply:
    reply = demand(reveal(stage, None), 409)
    stage.life.approval = reply.body["approval_id"]
    return reply


def approve(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    path = f"/v1/reveal-approvals/{stage.life.approval}"
    return stage.call(COLLEAGUE, "POST", path, {"customer_id": stage.life.customer}, key, fault)


def close(stage: Stage, key: str | None, fault: Fault | None = None) -> Reply:
    return stage.call(WALLET, "POST", f"/v1/customers/{stage.life.customer}/closure", {}, key, fault)


def purge(stage: Stage, _: str | None, fault: Fault | None = None) -> Reply:
    return stage.purge(fault)


def nobody(stage: Stage) -> None:
    """A number that was never seen."""
    stage.life = Life()


def started(stage: Stage) -> None:
    """A signup that waits for its code, and may have it sent again."""
    nobody(stage)
    demand(start(stage, None), 201)
    stage.later(seconds=30)


def started_under_a_key(stage: Stage) -> None:
    """A signup whose wallet did not hear the answer."""
    nobody(stage)
    stage.life.key = new_key()
    demand(start(stage, stage.life.key), 201)


def queued(stage: Stage) -> None:
    """A signup whose SMS waits in the queue, since SNS was too busy."""
    nobody(stage)
    reply = demand(start(stage, None, Fault("throttled", Call("api", "Publish", 1))), 201)
    assert reply.body["delivery"] == "queued"
    stage.later(seconds=2)


def proved(stage: Stage) -> None:
    """A proof that nobody has bound."""
    started(stage)
    demand(check_right(stage, None), 200)


def customer(stage: Stage) -> None:
    """A customer who has said nothing yet."""
    proved(stage)
    demand(bind(stage, None), 201)


def stepping_up(stage: Stage) -> None:
    """A customer whose second verification may be sent again."""
    customer(stage)
    stage.life.heard = len(stage.codes)
    demand(step_up(stage, None), 201)
    stage.later(seconds=30)


def agreed(stage: Stage) -> None:
    """A customer who agreed to be told of orders."""
    customer(stage)
    demand(agree(stage, None), 200)


def allowed(stage: Stage, channel: str) -> None:
    """A token for one contact is in the caller's hands."""
    agreed(stage)
    demand(decide(stage, None, channel=channel), 200)


def willing(stage: Stage) -> None:
    """A customer who agreed to advertising, of which there is only so much."""
    customer(stage)
    demand(_say(stage, AGREED, None, None, "marketing"), 200)


def offered(stage: Stage) -> None:
    """A share of the cap is reserved."""
    willing(stage)
    demand(decide_on_offer(stage, None), 200)


def wished(stage: Stage) -> None:
    """A child's number that somebody wants to be shown."""
    customer(stage)
    demand(stage.call(WALLET, "PUT", f"/v1/customers/{stage.life.customer}/age", {"under_14": True}, None), 200)
    demand(decide_for_minor(stage), 200)
    wish(stage)


def agreed_by_two(stage: Stage) -> None:
    """A token for a child's number, and a colleague's word that it may be shown."""
    wished(stage)
    demand(approve(stage, None), 200)


def closed_a_day_ago(stage: Stage) -> None:
    """A customer with claims, whose number is due to be erased, and whose last verification is not."""
    customer(stage)
    demand(agree(stage, new_key()), 200)
    stage.life.heard = len(stage.codes)
    demand(step_up(stage, new_key()), 201)
    demand(close(stage, None), 202)
    stage.later(minutes=1)
    demand(check_right(stage, None), 200)
    stage.later(minutes=1439)


def closed_for_years(stage: Stage) -> None:
    """A customer whose number is gone and whose ledger key is due."""
    closed_a_day_ago(stage)
    demand(stage.purge(), 200)
    stage.later(days=1095)


def agreed_a_year_ago(stage: Stage) -> None:
    """A customer who agreed to marketing, which ends by itself today."""
    willing(stage)
    stage.later(days=365)


def a_day_later(stage: Stage) -> None:
    """A number that nobody proved, and that is due."""
    started(stage)
    stage.later(days=1)


def demand(reply: Reply, *statuses: int) -> Reply:
    """The reply, which has one of these statuses."""
    assert reply.status in statuses, f"{reply.status} {reply.problem}"
    return reply
