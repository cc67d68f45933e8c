"""The replay on DynamoDB's stand-ins: an old copy of the customers' table is put back under the running tables."""

from typing import Any

import boto3

from chalicelib.adapters.dynamodb_places import Item
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from tests.fakes import caller
from tests.worlds import World, fresh_number, on_aws


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
