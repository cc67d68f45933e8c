"""Keys under which nothing is sealed that is still kept."""

from collections.abc import Callable, Sequence

from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import Contended
from chalicelib.domain.writes import Absent, Conflict, Expect, Remove, Write
from chalicelib.ports import Store

# Each round that is lost was won by somebody who changed the same customer.
MOST_ROUNDS = 5


def removal(store: Store, customer_id: str, key_id: str) -> Sequence[Write]:
    """What removes the key if it is an orphan, and is refused if it is none any more; nothing if it is none now."""
    customer = store.get(Customer, customer_id)
    if customer is not None and key_id in customer.key_ids:
        return ()
    key = store.get(WrappedKey, customer_id, key_id)
    if key is None:
        return ()
    reason = Absent(Customer, (customer_id,)) if customer is None else Expect(customer)
    return Remove(key), reason


def certain(store: Store, finding: Callable[[], Sequence[Write]]) -> bool:
    """Whether there is a finding, which was true when its writes were committed.

    Raises:
        Contended: others changed the same customer all the time.
    """
    for _ in range(MOST_ROUNDS):
        writes = finding()
        try:
            if writes:
                store.commit(*writes)
            return bool(writes)
        except Conflict:
            continue
    raise Contended
