"""Whatever happens while somebody is erased, nothing comes back, and nothing is certified twice."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.contact import ContactToken
from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import ContactTokenInvalid, RingfenceError, Unavailable
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert
from tests.fakes import bearer
from tests.services.staged_store import StagedAdapters
from tests.services.test_erase_customer import a_life, erase, law_on
from tests.services.world import OTHER_NUMBER, STAFF, World, at_once, only


def test_who_binds_the_number_in_that_moment_is_not_silenced() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    old = world.customer()
    world.close(old)
    proof = world.proved()
    adapters.store.before(Suppression, lambda: world.bind(proof))
    erase(world, old, never_again=True)
    assert not world.rows(Suppression)
    assert world.row(Customer, world.holder() or "").suppressed_at is None


def test_the_next_holder_keeps_everything(world: World) -> None:
    old = world.customer()
    world.close(old)
    world.later(seconds=1)
    new = world.customer()
    theirs = {place: row for place, row in world.store.rows.items() if place[0] in (TagHolder, ThrottleLog)}
    erase(world, old)
    assert {place: row for place, row in world.store.rows.items() if place[0] in (TagHolder, ThrottleLog)} == theirs
    assert world.row(Customer, new.id) == new


def test_many_at_once_agree_on_one_certificate(world: World) -> None:
    customer = world.customer()
    results = at_once(lambda _: erase(world, customer), 20)
    assert len({made.id for made in only(results, ErasureCertificate)}) == 1
    assert len(only(results, ErasureCertificate)) == 20


def use(world: World, token: str) -> None:
    with pytest.raises((ContactTokenInvalid, Unavailable)):
        world.ringfence.strongroom.reveal(bearer(STAFF), token, "A call back was asked for", None)


@pytest.mark.parametrize("kind", [Customer, WrappedKey, Verification, ContactToken, ErasureCertificate])
@pytest.mark.parametrize("act", ["withdraw", "code", "token", "message", "close", "sign in", "erase"])
def test_what_happens_in_between_brings_nothing_back(kind: type[object], act: str) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    world.say(customer)
    call, sms = world.token(customer, "call"), world.token(customer, "sms", "account_security")
    other = world.proved(OTHER_NUMBER)
    acts: dict[str, Callable[[], object]] = {
        "withdraw": lambda: world.say(customer, "withdrawn"),
        "code": lambda: world.start(None, purpose="step_up", customer_id=customer.id),
        "token": lambda: world.token(customer, "call", "account_security"),
        "message": lambda: world.ringfence.strongroom.send_message(bearer(STAFF), sms, "account_locked", {}, None),
        "close": lambda: world.close(customer),
        "sign in": lambda: world.ringfence.issue_link(customer.id, None),
        "erase": lambda: erase(world, customer),
    }

    def come_between() -> None:
        with suppress(RingfenceError, AssertionError):
            acts[act]()

    adapters.store.before(kind, come_between)
    made = erase(world, customer)
    assert [key.key_id for key in world.rows(WrappedKey) if key.customer_id == customer.id] == [LEDGER_KEY]
    head = world.row(Customer, customer.id)
    assert (head.status, head.tag, head.masked, head.number) == ("purged", None, None, None)
    assert world.rows(ErasureCertificate) == [made]
    use(world, call)
    assert world.damage(customer) is None
    assert world.bind(other).status == "active"


def test_a_number_that_is_erased_twice_from_a_backup_is_certified_once(world: World) -> None:
    customer = world.customer()
    head, key = world.row(Customer, customer.id), world.rows(WrappedKey)
    made = erase(world, customer)
    # As a restore brings them back.
    world.store.rows[Customer, (customer.id,)] = head
    world.store.commit(*(Insert(replace(it, version="")) for it in key if it.key_id != LEDGER_KEY))
    assert erase(world, customer) == made
    assert world.row(Customer, customer.id).status == "purged"
    assert [it.key_id for it in world.rows(WrappedKey)] == [LEDGER_KEY]


@pytest.mark.parametrize("applies", [False, True])
def test_an_erasing_that_dies_at_any_commit_is_ended_by_the_purge(applies: bool) -> None:
    at = 0
    while True:
        adapters = StagedAdapters()
        world = World(adapters)
        customer = a_life(world)
        store = adapters.store
        store.asked, store.fails_at, store.applies = 0, at, applies
        try:
            erase(world, customer)
            # The last commit was reached.
            break
        except Unavailable:
            pass
        store.fails_at = None
        if world.row(Customer, customer.id).is_open:
            assert world.row(Customer, customer.id).number is not None
        else:
            world.purge()
            assert world.row(Customer, customer.id).status == "purged"
            assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]
            assert len(world.rows(ErasureCertificate)) == 1
        at += 1
    assert at > 8


def test_a_law_that_is_turned_on_when_the_keys_are_gone_keeps_nothing() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    adapters.store.damaged = {Verification}
    with pytest.raises(Unavailable):
        erase(world, customer)
    adapters.store.damaged = set()
    law_on(world)
    assert world.purge().erased == {"erasure_asked": 1}
    assert world.row(Customer, customer.id).tag is None
