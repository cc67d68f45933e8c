"""What a purge that is cut short has done already, and how it counts."""

from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import LEDGER_KEY, WrappedKey
from tests.services.staged_store import StagedAdapters
from tests.services.test_purge import purging_at_once
from tests.services.world import KEY, World


def test_whatever_stops_a_purge_the_number_cannot_be_opened_any_more() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.bind(world.proved(), key=KEY)
    purging_at_once(world)
    world.close(customer)
    adapters.store.damaged = {Claim}
    assert world.purge().failures == {"Unavailable": 1}
    assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]
    adapters.store.damaged = set()
    assert world.purge().erased == {"last_basis_lapsed": 1}


def test_a_step_up_that_nobody_finished_is_no_unverified_number(world: World) -> None:
    customer = world.customer()
    world.start(None, purpose="step_up", customer_id=customer.id)
    world.later(days=1)
    assert world.purge().erased == {"finished_verification": 2}
