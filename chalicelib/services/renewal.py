"""A right code for a customer's own number, as the newest proof of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import proved_again
from chalicelib.domain.rules import Rules
from chalicelib.domain.schedule import dated
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Replace, Write

Rule = Callable[[Customer, Sequence[str], datetime], Customer]


def renewal(
    customer: Customer | None, proof: Verification, rules: Rules, rule: Rule = proved_again
) -> tuple[Write, ...]:
    """What belongs into the commit of a proof, so that the customer's head knows of it.

    Args:
        customer: who may have the number, as they stand; None if nobody does.
        proof: verified; whose number it proves, its tags say.
        rule: what such a proof says of them.
    """
    if customer is None or proof.verified_at is None:
        return ()
    after = rule(customer, proof.tags, proof.verified_at)
    return () if after is customer else (Replace(customer, dated(after, rules)),)
