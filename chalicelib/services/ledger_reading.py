"""Reads the head and the chain of one moment."""

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.ports import Store
from chalicelib.services.changing import existing

# Of a chain that grows, each round that fails has seen an event come while it read the links, and another before.
MOST_ROUNDS = 5


def head_and_chain(store: Store, head: Customer) -> tuple[Customer, list[LedgerEvent]]:
    """A head and all the links of its customer that are there, as they stood at one moment.

    No link is left out, so that none that a rewound head does not reach goes missing in silence. If the two do not fit
    together although nobody is adding, they are what is there, and the chain is damaged.

    Args:
        head: as it was read last.

    Raises:
        NotFound: the customer is gone.
        Contended: others wrote to the same customer without pause.
    """
    for _ in range(MOST_ROUNDS):
        links = store.history(LedgerEvent, head.id)
        if len(links) == head.ledger_sequence:
            return head, links
        before, head = head, existing(store, Customer, head.id)
        if len(links) == head.ledger_sequence:
            return head, links
    # Only now: an event reaches the two tables in one commit, and yet not at the same instant.
    if head.ledger_sequence != before.ledger_sequence:
        raise Contended
    return head, links
