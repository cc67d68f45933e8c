"""A customer's whole life, and the copies that backups keep of it."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_places import Item
from chalicelib.domain.wording import placeholders
from chalicelib.entrypoints.api.bodies import StartBody
from infra.local.places import DATA_TEMPLATE
from infra.local.provision import TABLE
from infra.local.purge_queue import purge_at_once
from infra.local.template import read_template
from tests.prove.api import STAFF, WALLET, Api
from tests.prove.attack import Tables
from tests.worlds import TABLES, World, fresh_number

# DynamoDB deletes what TTL marks "within a few days"; here within two.
TTL_AFTER = timedelta(days=2)
JUSTIFICATION = "Customer asked to be called back about the blocked payment"


@dataclass
class Life:
    """What a journey left behind in the tester's hands."""

    number: str
    customer: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def said(self) -> list[bytes]:
        """The bodies that held the number, as sent and as they are compared for idempotency."""
        holding = [body for body in self.bodies if "phone_number" in body]
        whole = [StartBody.model_validate(body).model_dump(mode="json") for body in holding]
        compared = [json.dumps([{}, body], sort_keys=True) for body in whole]
        return [text.encode() for text in (*map(json.dumps, holding), *compared)]


def live(api: Api, number: str | None = None) -> Life:
    """A customer signs up, consents, proves a payment, gets a message and a call, and has another proof half done."""
    life = Life(number or fresh_number())

    def keyed(path: str, body: dict[str, Any], status: int, of: Any = WALLET, method: str = "POST") -> dict[str, Any]:
        life.bodies.append(body)
        reply = api.call(of, method, path, body, key=f"journey-{secrets.token_hex(12)}")
        assert reply.status == status, reply
        return reply.body

    def code() -> str:
        return api.world.sms_to(life.number)[-1].code

    start = {"purpose": "signup", "phone_number": life.number, "client": {"device_id": secrets.token_hex(8)}}
    proof = keyed("/v1/verifications", start, 201)["verification_id"]
    keyed(f"/v1/verifications/{proof}/check", {"code": code()}, 200)
    life.customer = keyed("/v1/customers", {"verification_id": proof}, 201)["customer_id"]
    path = f"/v1/customers/{life.customer}/consents"
    given = {"decision": "given", "notice_version": 1, "locale": "en", "channels": ["sms", "call"], "surface": "signup"}
    for purpose in ("order_notice", "transaction_safety_call", "marketing"):
        keyed(f"{path}/{purpose}", given, 200, method="PUT")
    keyed(f"{path}/marketing", {**given, "decision": "withdrawn", "channels": []}, 200, method="PUT")
    step_up = {"purpose": "step_up", "customer_id": life.customer, "client": {"ip": "192.0.2.7"}}
    second = keyed("/v1/verifications", step_up, 201)["verification_id"]
    keyed(f"/v1/verifications/{second}/check", {"code": code()}, 200)
    again = {**start, "client": {"device_id": secrets.token_hex(8)}}
    keyed("/v1/verifications", again, 201)
    order = {"customer_id": life.customer, "purpose": "order_notice", "channel": "sms"}
    message = {"template": "order_shipped", "parameters": _parameters(api.world)}
    keyed("/v1/messages", {"contact_token": _token(api, order), **message}, 202, STAFF)
    call = {"customer_id": life.customer, "purpose": "transaction_safety_call", "channel": "call"}
    revealed = keyed("/v1/reveals", {"contact_token": _token(api, call), "justification": JUSTIFICATION}, 200, STAFF)
    assert revealed["phone_number"] == life.number
    return life


def _token(api: Api, question: dict[str, Any]) -> str:
    reply = api.call(STAFF, "POST", "/v1/contact-decisions", question)
    assert reply.body["decision"] == "permitted", reply
    return str(reply.body["contact_token"])


def _parameters(world: World) -> dict[str, str]:
    """What the template of an order that was shipped wants to be told."""
    text = world.ringfence.policy.texts["en"].contact["order_notice"]["order_shipped"]
    return {name: "x" for name in placeholders(text) if name != "company"}


def close(api: Api, life: Life) -> None:
    """The contract ends."""
    assert api.call(WALLET, "POST", f"/v1/customers/{life.customer}/closure", {}).status == 202


def purge(world: World) -> None:
    """The scheduled purge runs once, as of the world's time, and everything that was due is erased."""
    run = purge_at_once(world.ringfence)
    assert run.complete
    assert run.failures == {}


def let_ttl_run(world: World) -> None:
    """DynamoDB deletes the rows whose TTL ended long enough ago. Neither stand-in does that by the world's time."""
    before = (world.clock.now() - TTL_AFTER).timestamp()
    for table in TABLES:
        for row in world.rows(table):
            if "lapses_at" in row and float(row["lapses_at"]["N"]) < before:
                key: Item = {name: row[name] for name in ("pk", "sk") if name in row}
                aws.dynamodb().delete_item(TableName=f"{world.name}-{table}", Key=key)


def live_tables(world: World) -> dict[str, list[Item]]:
    """Every table as it is."""
    return {table: world.rows(table) for table in TABLES}


def recovery_days() -> dict[str, int]:
    """For how many days each table can be brought back, as infra/data.yaml says; 0 for not at all."""
    days = {}
    for resource in read_template(DATA_TEMPLATE, {"Name": "x"}):
        if resource.type == TABLE:
            recovery: Mapping[str, Any] = resource.properties["PointInTimeRecoverySpecification"]
            is_on = recovery["PointInTimeRecoveryEnabled"]
            name = str(resource.properties["TableName"]).removeprefix("x-")
            days[name] = int(recovery.get("RecoveryPeriodInDays", 35)) if is_on else 0
    return days


@dataclass
class Backups:
    """Point-in-time recovery: each state of a table, for as long as the table's period keeps it within reach."""

    world: World
    _states: list[tuple[datetime, dict[str, list[Item]]]] = field(default_factory=list)

    def note(self) -> None:
        """The tables are in this state from now on."""
        self._states.append((self.world.clock.now(), live_tables(self.world)))

    def within_reach(self) -> Tables:
        """Every row of every earlier state that can still be brought back now."""
        now, days = self.world.clock.now(), recovery_days()
        found: dict[str, list[Item]] = {}
        for position, (_, state) in enumerate(self._states):
            lasted_until = self._states[position + 1][0] if position + 1 < len(self._states) else now
            for table, rows in state.items():
                if days[table] and lasted_until > now - timedelta(days=days[table]):
                    found.setdefault(table, []).extend(rows)
        return found


def merged(*many: Tables) -> Tables:
    """All rows of all of them."""
    return {table: [row for tables in many for row in tables.get(table, [])] for table in TABLES}
