"""Everything that is held, at every age, and none of it that is not the customer's."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import NotFound
from chalicelib.domain.ledger import LedgerEvent, commit_to
from chalicelib.domain.writes import Remove
from chalicelib.services.export_customer import Export, ExportCustomer
from tests.fakes import bearer
from tests.services.world import NUMBER, OTHER_NUMBER, STAFF, WALLET, World


def export(world: World, customer: Customer) -> Export:
    return world.ringfence.export_customer(customer.id)


def said(made: Export) -> list[tuple[str, str]]:
    events = [ConsentEvent.from_canonical(it.words.payload) for it in made.links if it.words]
    return [(event.purpose, event.event_type) for event in events]


def test_every_event_comes_with_what_it_committed_to(world: World) -> None:
    ada, bob = world.customer(NUMBER), world.customer(OTHER_NUMBER)
    world.say(ada)
    world.say(bob, "refused")
    world.say(ada, "withdrawn")
    made = export(world, ada)
    assert said(made) == [("order_notice", "given"), ("order_notice", "withdrawn")]
    for opened in made.links:
        assert opened.words is not None
        assert commit_to(opened.words.salt, opened.words.payload) == opened.link.commitment
    assert len({opened.words.salt for opened in made.links if opened.words}) == 2
    assert made.customer == world.row(Customer, ada.id)
    assert (made.readable, made.exported_at) == (True, world.adapters.clock.at)


def test_somebody_without_events_has_an_export_too(world: World) -> None:
    made = export(world, world.customer())
    assert (made.links, made.accesses, made.readable) == ((), (), True)


def test_nobody_has_none(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.export_customer("cus_nobody")


def test_who_looked_is_in_it(world: World) -> None:
    customer, other = world.customer(NUMBER), world.customer(OTHER_NUMBER)
    for each in (customer, other):
        world.say(each)
        token = world.token(each, "call")
        world.ringfence.strongroom.reveal(bearer(STAFF), token, "the courier is lost", None)
    (entry,) = export(world, customer).accesses
    assert (entry.customer_id, entry.justification) == (customer.id, "the courier is lost")
    assert len(world.rows(AccessLogEntry)) == 2


def test_after_the_number_is_gone_the_word_is_still_there(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.close(customer)
    world.later(days=31)
    world.purge()
    made = export(world, customer)
    assert (made.customer.status, made.customer.masked, made.readable) == ("purged", None, True)
    assert said(made)[0] == ("order_notice", "given")


def test_after_the_ledger_key_is_gone_the_links_alone_are_left(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.close(customer)
    for days in (31, world.policy.rules.retention.ledger_days + 1):
        world.later(days=days)
        world.purge()
    made = export(world, customer)
    assert world.store.get(WrappedKey, customer.id, LEDGER_KEY) is None
    assert not made.readable
    assert made.links
    assert all(it.words is None for it in made.links)


def test_an_event_that_was_damaged_is_handed_out_unread(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.say(customer, "withdrawn")
    place = (LedgerEvent, (customer.id, "000000000001"))
    link: Any = world.store.rows[place]
    world.store.rows[place] = replace(link, sealed=link.sealed[:-1])
    made = export(world, customer)
    assert [it.words is None for it in made.links] == [True, False]
    assert made.readable


def test_what_lies_beyond_a_rewound_head_is_handed_out(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    rewound = world.row(Customer, customer.id)
    world.say(customer, "withdrawn")
    world.store.rows[Customer, (customer.id,)] = rewound
    made = export(world, customer)
    assert (made.customer.ledger_sequence, len(made.links)) == (1, 2)


def test_a_key_that_goes_while_it_is_read_is_gone_for_the_head_too(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.close(customer)
    world.later(days=31)
    world.purge()
    world.later(days=world.policy.rules.retention.ledger_days + 1)

    class Interrupted:
        """The ledger's retention ends between two reads."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.store, name)

        def get(self, kind: Any, *key: str) -> Any:
            if kind is Customer:
                world.purge()
            return world.store.get(kind, *key)

    store: Any = Interrupted()
    made = ExportCustomer(world.policy, world.adapters.clock, store, world.adapters.ledger)(customer.id)
    assert world.store.get(WrappedKey, customer.id, LEDGER_KEY) is None
    assert (made.readable, made.customer.status, made.customer.consents) == (False, "purged", {})
    assert all(it.words is None for it in made.links)


def test_a_key_that_was_taken_away_leaves_the_consents_stated(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.store.commit(Remove(world.row(WrappedKey, customer.id, LEDGER_KEY)))
    made = export(world, customer)
    assert (made.readable, made.customer.status) == (False, "active")
    assert made.customer.consents


def test_receipts_and_requests_and_holds_are_in_it(world: World) -> None:
    customer, other = world.customer(NUMBER), world.customer(OTHER_NUMBER)
    world.say(customer)
    world.say(customer, "refused", "marketing")
    asked = [
        world.ringfence.receive_rights_request(WALLET, it.id, "correction", None, None) for it in (customer, other)
    ]
    made = export(world, customer)
    assert made.requests == (asked[0],)
    assert [json.loads(it) for it in made.receipts] == [
        json.loads(world.ringfence.issue_receipt(customer.id, purpose)) for purpose in ("order_notice", "marketing")
    ]
    assert made.holds == ()


def test_of_a_chain_that_is_damaged_there_are_no_receipts(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    place = (LedgerEvent, (customer.id, "000000000001"))
    link: Any = world.store.rows[place]
    world.store.rows[place] = replace(link, hash="0" * 64)
    assert export(world, customer).receipts == ()


def test_a_law_that_holds_is_named_with_its_end(world: World) -> None:
    rules = world.policy.rules
    on = {name: replace(hold, on=name == "e_commerce") for name, hold in rules.holds.items()}
    world.adapters.policy = replace(world.policy, rules=replace(rules, holds=on))
    customer = world.close(world.customer())
    (hold,) = export(world, customer).holds
    assert (hold.name, hold.until) == ("e_commerce", world.adapters.clock.at + timedelta(days=1096))
