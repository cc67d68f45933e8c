"""After an old copy of the certificates or cases was put back; and what an old copy of customers lets in once more."""

from dataclasses import replace

import pytest

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.contact import ContactToken
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import ContactTokenInvalid, CustomerExists
from chalicelib.domain.import_row import read_row
from chalicelib.domain.rights import RightsRequest
from chalicelib.domain.witness import Witness, agree, witness_of
from tests.fakes import bearer
from tests.importing import BATCH, part, row
from tests.services.restoring import copy, forgotten, found, put_back
from tests.services.staged_store import StagedAdapters
from tests.services.test_erase_customer import by_customer, erase
from tests.services.test_holds import cases_on, place
from tests.services.world import OFFICER, STAFF, World

PART = "parts/imp_1/1.json"
READY = {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"}


@pytest.fixture
def world() -> World:
    world = World(StagedAdapters())
    cases_on(world)
    return world


def test_a_certificate_is_made_again_of_what_the_head_knows(world: World) -> None:
    customer = world.customer()
    old = copy(world, "certificates")
    first = erase(world, customer)
    put_back(world, "certificates", old)
    assert found(world, "certificates") == {"certificate_lost": 1}
    again = world.row(ErasureCertificate, customer.id)
    same = {"id", "version", "erased", "kept"}
    assert replace(again, **{name: getattr(first, name) for name in same}) == first
    assert again.erased == {}
    assert {(it.what, it.until) for it in first.kept} <= {(it.what, it.until) for it in again.kept}
    assert erase(world, customer) == again


def test_on_it_the_next_restore_rests(world: World) -> None:
    customer = world.customer()
    heads, old = copy(world, "customers"), copy(world, "certificates")
    erase(world, customer)
    put_back(world, "certificates", old)
    found(world, "certificates")
    put_back(world, "customers", heads)
    assert found(world, "customers") == {"erased": 1}
    assert world.row(Customer, customer.id).status == "purged"


def test_who_was_erased_is_not_held_again_by_an_old_witness(world: World) -> None:
    customer = world.customer()
    hold = place(world, customer)
    old = copy(world, "certificates")
    world.ringfence.change_holds.lift(OFFICER, customer.id, hold.id, None)
    erase(world, customer)
    put_back(world, "certificates", old)
    assert found(world, "certificates") == {"certificate_lost": 1, "witness_old": 1}
    assert not world.rows(Witness)


def test_a_witness_says_again_what_the_head_does(world: World) -> None:
    held, closed = world.customer(), world.customer("+8613123456789")

    def since() -> None:
        place(world, held)
        world.close(closed)

    assert forgotten(world, "certificates", since) == {"witness_old": 2}
    for customer in (held, closed):
        head = world.row(Customer, customer.id)
        assert agree(world.row(Witness, customer.id), witness_of(head))


def test_what_was_certified_so_long_ago_that_it_ended_is_not_certified_again(world: World) -> None:
    customer = world.customer()
    old = copy(world, "certificates")
    erase(world, customer)
    world.later(days=world.policy.rules.retention.report_days)
    put_back(world, "certificates", old)
    assert not found(world, "certificates")


@pytest.mark.parametrize("kind", ["erasure", "objection", "access"])
def test_a_request_that_is_open_again_is_answered_again_and_does_nothing_twice(world: World, kind: str) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing", channels=("sms",))
    receive, grant = world.ringfence.receive_rights_request, world.ringfence.grant_right
    request = receive(by_customer(customer), customer.id, kind, None, None)
    if request.is_open:
        request = grant(by_customer(customer), request)
    before = {key: it for key, it in world.store.rows.items() if key[0] is not RightsRequest}
    world.store.rows[RightsRequest, (request.id,)] = replace(
        request, status="open", closed_at=None, due_at=request.answer_by, lapses_at=None
    )
    again = grant(by_customer(customer), world.row(RightsRequest, request.id))
    assert again.status == "answered"
    assert {key: it for key, it in world.store.rows.items() if key[0] is not RightsRequest} == before


def test_a_part_of_an_import_is_not_brought_twice(world: World) -> None:
    lying = world.adapters.import_box.objects
    old = copy(world, "customers")
    lying[PART] = part(row())
    report = world.ringfence.import_rows(PART)
    assert report is not None
    assert report.imported == 1
    keys = world.rows(WrappedKey)
    put_back(world, "customers", old)
    assert found(world, "customers") == {"head_lost": 1, "words": 1}
    # What is told again of a part that was worked off finds none.
    assert world.ringfence.import_rows(PART) is None
    lying[PART] = part(row())
    report = world.ringfence.import_rows(PART)
    assert report is not None
    assert (report.imported, report.present, [it.field for it in report.flaws]) == (0, 0, ["/customer_id"])
    assert world.rows(WrappedKey) == keys
    assert not world.rows(TagHolder)
    assert [it.event_type for it in world.ringfence.history("wallet-7")] == ["given"]


def test_nor_does_an_import_bring_back_who_was_erased(world: World) -> None:
    read = read_row(row(), world.policy, world.adapters.clock.now())
    world.ringfence.import_customer(read, BATCH)
    old = copy(world, "customers")
    erase(world, world.row(Customer, "wallet-7"))
    put_back(world, "customers", old)
    found(world, "customers")
    with pytest.raises(CustomerExists):
        world.ringfence.import_customer(read, BATCH)
    assert world.row(Customer, "wallet-7").status == "purged"


@pytest.mark.parametrize("since", ["used", "withdrawn", "closed"])
def test_no_token_of_the_lost_time_works_once_more(world: World, since: str) -> None:
    customer = world.customer()
    world.say(customer)
    old = copy(world, "customers")
    token = world.token(customer)

    def send() -> None:
        world.ringfence.strongroom.send_message(bearer(STAFF), token, "order_ready", READY, None)

    if since == "used":
        send()
    elif since == "withdrawn":
        world.say(customer, "withdrawn")
    else:
        world.close(customer)
    sent = world.sent
    put_back(world, "customers", old)
    found(world, "customers")
    with pytest.raises(ContactTokenInvalid):
        send()
    assert world.sent == sent
    assert len(world.rows(ContactToken)) == 1
