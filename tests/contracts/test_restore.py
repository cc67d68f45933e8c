"""The replay on DynamoDB's stand-ins: an old copy of the customers' table is put back under the running tables."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.adapters.dynamodb_places import Item
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import HoldActive
from chalicelib.domain.gate import PERMITTING, ContactQuestion
from chalicelib.domain.number_choice import NumberWish
from chalicelib.services.replay_customer import TABLES
from chalicelib.services.start_request import StartRequest
from infra.local.places import DATA_TEMPLATE
from infra.local.purge_queue import purge_at_once
from infra.local.template import read_template
from tests.fakes import caller
from tests.worlds import World, fresh_number, on_aws, on_moto

OFFICER = caller("officer", "privacy-office", "olga")
STAFF = caller("staff", "call-centre", "ann")
TEMPLATES = [it.properties for it in read_template(DATA_TEMPLATE, {})]
# Each with the names of its keys.
BACKED_UP = [
    (it["TableName"].removeprefix("ringfence-"), tuple(key["AttributeName"] for key in it["KeySchema"]))
    for it in TEMPLATES
    if it.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
]


def rewind(world: World, table: str, old: list[Item], names: tuple[str, ...]) -> None:
    """The table holds what it held when `old` was read."""
    dynamodb: Any = boto3.client("dynamodb")
    for item in world.rows(table):
        dynamodb.delete_item(TableName=f"{world.name}-{table}", Key={name: item[name] for name in names})
    for item in old:
        dynamodb.put_item(TableName=f"{world.name}-{table}", Item=item)


def say(world: World, customer: Customer, decision: str) -> None:
    channels = ("sms",) if decision == "given" else ()
    choice = ConsentChoice("marketing", decision, 1, "en", None, channels, "signup_screen")
    world.ringfence.record_consent(caller(), customer.id, choice, None)


def replay(world: World, table: str, *ours: Customer) -> set[tuple[str, str]]:
    """What was found of these customers: other tests' rows are in the tables, too."""
    found: list[tuple[str, str]] = []
    assert world.ringfence.restore(table, True, lambda *finding: found.append(finding)).complete
    return {(customer_id, finding) for customer_id, finding in found if customer_id in {it.id for it in ours}}


@on_aws
def test_an_old_copy_of_the_customers_undoes_nothing(world: World) -> None:
    withdrawn, gone = world.customer(fresh_number()), world.customer(fresh_number())
    say(world, withdrawn, "given")
    world.ringfence.close_customer(gone.id, None)
    old = world.rows("customers")
    say(world, withdrawn, "withdrawn")
    late = world.customer(fresh_number())
    closed = world.store.get(Customer, gone.id)
    assert closed is not None
    world.ringfence.purge_customer(closed)
    rewind(world, "customers", old, ("pk",))
    found = replay(world, "customers", withdrawn, gone, late)
    assert found == {(withdrawn.id, "words"), (gone.id, "erased"), (late.id, "head_lost")}
    assert not replay(world, "customers", withdrawn, gone, late)
    heads = {it.id: it for it in (world.store.get(Customer, each.id) for each in (withdrawn, gone, late)) if it}
    assert heads[withdrawn.id].consents["marketing"].decision == "withdrawn"
    assert (heads[gone.id].status, heads[gone.id].number) == ("purged", None)
    assert (heads[late.id].status, heads[late.id].number) == ("unreachable", None)
    assert world.ringfence.history(withdrawn.id)[-1].event_type == "withdrawn"
    assert world.store.get(TagHolder, str(withdrawn.tag)) is not None


@on_aws
def test_an_old_copy_of_the_keys_opens_nothing(world: World) -> None:
    kept, gone = world.customer(fresh_number()), world.customer(fresh_number())
    old = world.rows("keys")
    world.ringfence.close_customer(gone.id, None)
    closed = world.store.get(Customer, gone.id)
    assert closed is not None
    world.ringfence.purge_customer(closed)
    rewind(world, "keys", old, ("pk", "sk"))
    assert replay(world, "keys", kept, gone) == {(gone.id, "key_came_back")}
    assert {it.key_id for it in world.store.history(WrappedKey, gone.id)} == {"ledger"}
    assert len(world.store.history(WrappedKey, kept.id)) == 2


class Lives:
    """Customers who did something that no restore may undo."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.withdrawn, self.gone, self.closed, self.held, self.wished, self.changed = (
            world.customer(fresh_number()) for _ in range(6)
        )
        say(world, self.withdrawn, "given")

    def go_on(self) -> None:
        ringfence = self.world.ringfence
        say(self.world, self.withdrawn, "withdrawn")
        ringfence.erase_customer(OFFICER, self.gone.id, False, None)
        ringfence.close_customer(self.closed.id, None)
        for customer in (self.held, self.wished):
            self.hold(customer)
        with pytest.raises(HoldActive):
            ringfence.erase_customer(OFFICER, self.wished.id, False, None)
        proof, old = self.proved("number_change", fresh_number()), self.proved("step_up", None)
        authorization = self.world.authorization(caller())
        ringfence.change_number(caller(), authorization, self.changed.id, NumberWish(proof, old, "refuse"), None)

    def hold(self, customer: Customer) -> None:
        holds, rules = self.world.ringfence.change_holds, self.world.ringfence.policy.rules
        on = replace(holds.policy, rules=replace(rules, case_holds=replace(rules.case_holds, on=True)))
        review_at = self.world.clock.now() + timedelta(days=90)
        replace(holds, policy=on).place(OFFICER, customer.id, "A dispute about an order", review_at, None)

    def proved(self, purpose: str, number: str | None) -> str:
        before, wallet = len(self.world.inbox()), caller()
        request = StartRequest(purpose, number, customer_id=self.changed.id)
        started = self.world.ringfence.start_verification(wallet, self.world.authorization(wallet), request, None)
        code = self.world.inbox()[before].code
        return self.world.ringfence.check_code(wallet, started.id, code, None, None).id

    def head(self, customer: Customer) -> Customer:
        found = self.world.store.get(Customer, customer.id)
        assert found is not None
        return found

    def refused(self, customer: Customer, purpose: str) -> bool:
        question = ContactQuestion(customer.id, purpose, "sms")
        return self.world.ringfence.decide_contact(STAFF, question, None).decision.reason not in PERMITTING

    def undone(self) -> list[str]:
        """What does not stand any more of all that happened, now and after the purge that follows."""
        ended, gone = (self.closed, self.wished), self.gone
        now = {
            "withdrawal": self.refused(self.withdrawn, "marketing"),
            "erasure": self.head(gone).status == "purged" and self.key_ids(gone) == {"ledger"},
            "certificate": self.world.store.get(ErasureCertificate, gone.id) is not None,
            "end": all(self.refused(it, "account_security") for it in ended),
            "tag": all(self.world.store.get(TagHolder, str(it.tag)) is None for it in ended),
            "wish": self.head(self.wished).wish is not None,
            "change": self.head(self.changed).number != self.changed.number,
            "hold": self.is_held(self.wished),
        }
        self.world.clock.at += timedelta(days=60)
        purge_at_once(self.world.ringfence)
        later = {
            "end, purged": self.head(self.closed).status == "purged",
            "hold, purged": all(self.head(it).number == it.number for it in (self.held, self.wished)),
            "keys under hold": all(len(self.key_ids(it)) == 2 for it in (self.held, self.wished)),
        }
        return [what for what, stands in (now | later).items() if not stands]

    def is_held(self, customer: Customer) -> bool:
        try:
            self.world.ringfence.erase_customer(OFFICER, customer.id, False, None)
        except HoldActive:
            return True
        return False

    def key_ids(self, customer: Customer) -> set[str]:
        return {it.key_id for it in self.world.store.history(WrappedKey, customer.id)}


@on_moto
@pytest.mark.parametrize(("table", "names"), BACKED_UP, ids=[table for table, _ in BACKED_UP])
def test_an_old_copy_of_any_table_undoes_nothing(world: World, table: str, names: tuple[str, ...]) -> None:
    lives = Lives(world)
    old = world.rows(table)
    lives.go_on()
    rewind(world, table, old, names)
    if table in TABLES:
        replay(world, table)
    assert lives.undone() == []
