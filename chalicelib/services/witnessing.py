"""Keeps a customer's witness true."""

from chalicelib.domain.customer import Customer
from chalicelib.domain.witness import Witness, agree, is_silent, witness_of
from chalicelib.domain.writes import Insert, Remove, Replace, Write
from chalicelib.ports import Store


def first_witness(head: Customer) -> list[Write]:
    """What belongs into the commit in which the customer comes into being."""
    said = witness_of(head)
    return [] if is_silent(said) else [Insert(said)]


def witnessed(store: Store, head: Customer) -> list[Write]:
    """What belongs into the commit in which the head comes to say this; nothing if its witness says so already.

    Whoever is quicker changes head and witness, so that of two commits one is refused.
    """
    row = store.get(Witness, head.id)
    if head.status == "purged":
        # A certificate speaks for them.
        return [] if row is None else [Remove(row)]
    if row is None:
        return first_witness(head)
    said = witness_of(head)
    return [] if agree(row, said) else [Replace(row, said)]
