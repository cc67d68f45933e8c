"""Tags of numbers under the keys of the blind index, of which two live while one takes the other's place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chalicelib.domain.customer import Customer


def version_of(tag: str) -> str:
    """The version of the key that made it: what stands before the dot."""
    return tag.partition(".")[0]


def under(versions: Sequence[str], tags: Iterable[str]) -> tuple[str, ...] | None:
    """Of one number's tags those under these versions, in their order; None if one is missing."""
    known = {version_of(tag): tag for tag in tags}
    return tuple(known[version] for version in versions) if known.keys() >= set(versions) else None


def retagged(customer: Customer, tags: Mapping[str, Sequence[str]]) -> Customer:
    """The customer's numbers have these tags, and nothing else of them is different.

    Args:
        tags: of a number, by the name of its data key, that in use first; a number that is not there keeps its own.
    """
    if customer.number is not None and customer.number.key_id in tags:
        tag, *others = tags[customer.number.key_id]
        customer = replace(customer, tag=tag, other_tags=tuple(others))
    change = customer.change
    if change is not None and change.other.number.key_id in tags:
        tag, *others = tags[change.other.number.key_id]
        other = replace(change.other, tag=tag, other_tags=tuple(others))
        customer = replace(customer, change=replace(change, other=other))
    return customer
