"""The index's key is replaced under traffic, on DynamoDB's and KMS's own terms."""

import threading
from dataclasses import replace
from datetime import timedelta

import boto3

from chalicelib.bootstrap import Adapters, Ringfence
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NumberInUse, RingfenceError
from chalicelib.domain.inbound import InboundSms
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.services.judging import SHARES
from chalicelib.services.number_tags import suppressions_of, tags_of
from chalicelib.services.retag_numbers import RetagReport
from chalicelib.services.tag_holder import active_holder
from infra.local.purge_queue import purge_at_once
from tests.fakes import caller
from tests.prove.races import at_once
from tests.worlds import World, fresh_number, on_moto

LONGER_THAN_ANY_PROOF = timedelta(days=3)


def function(world: World, tag_keys: str) -> World:
    """The world, as the functions of a deployment see it that was told these keys."""
    adapters = world.ringfence.adapters
    settings = replace(adapters.settings, keys={**adapters.settings.keys, "tag": tag_keys})
    return replace(world, ringfence=Ringfence(Adapters(settings, world.clock)))


def tags(world: World, number: str) -> tuple[str, ...]:
    return tags_of(world.ringfence.adapters.index, parse_phone_number(number))


def stop(world: World, number: str) -> str:
    return world.ringfence.hear_reply(InboundSms(parse_phone_number(number), "STOP", world.clock.now()))


def bind(world: World, verification_id: str) -> Customer | RingfenceError:
    try:
        return world.ringfence.bind_customer(caller(), verification_id, None, None)
    except RingfenceError as refused:
        return refused


def retag(world: World) -> list[RetagReport]:
    return [world.ringfence.retag_numbers(share, lambda: True) for share in range(SHARES)]


def contested(live: list[World]) -> str:
    """A number of nobody's that said no to every deployment at once, and that customers of each bound at once."""
    number = fresh_number()
    said = at_once(2 * len(live), lambda nth: stop(live[nth % len(live)], number))
    assert set(said) <= {"stopped", "stopped_before"}
    proofs = [(it, it.proved(number).id) for it in (*live, *live)]
    outcomes = at_once(len(proofs), lambda nth: bind(*proofs[nth]))
    [bound] = [it for it in outcomes if isinstance(it, Customer)]
    assert all(isinstance(it, NumberInUse) for it in outcomes if it is not bound)
    assert bound.suppressed_at is not None
    return number


def demand_held(world: World, number: str) -> None:
    found = active_holder(world.store, tags(world, number))
    assert found is not None
    assert found.suppressed_at is not None
    assert any(row.stands for row in suppressions_of(world.store, tags(world, number)))


@on_moto
def test_nobody_is_lost_or_bound_twice_and_every_no_is_kept(world: World) -> None:
    made = boto3.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    old, new = world.ringfence.adapters.settings.keys["tag"], str(made["KeyMetadata"]["Arn"])
    before, known, used, after = (function(world, keys) for keys in (old, f"{old} {new}", f"{new} {old}", new))
    numbers = [contested(live) for live in ([before], [before, known], [known, used], [used])]
    late = [used.proved(number).id for number in numbers]
    done = threading.Event()

    def work(nth: int) -> object:
        if nth == 0:
            try:
                return retag(used)
            finally:
                done.set()
        while not done.is_set():
            for number in numbers:
                demand_held((known, used)[nth % 2], number)
        return bind(used, late[nth - 1])

    assert all(isinstance(it, NumberInUse) for it in at_once(1 + len(numbers), work)[1:])
    version = before.ringfence.adapters.index.versions[0]
    world.clock.at += LONGER_THAN_ANY_PROOF
    purge_at_once(used.ringfence, lambda: True)
    reports = retag(used)
    left = {kind: sum(it.former[kind].get(version, 0) for it in reports) for kind in reports[0].former}
    assert (left, sum(it.retagged for it in reports)) == (dict.fromkeys(left, 0), 0)
    for number in numbers:
        demand_held(after, number)
        assert isinstance(bind(after, after.proved(number).id), NumberInUse)
