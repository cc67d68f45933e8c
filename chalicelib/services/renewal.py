"""A right code for a customer's own number, as the newest proof of it."""

from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import proved_again
from chalicelib.domain.rules import Rules
from chalicelib.domain.schedule import dated
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Replace, Write


def renewal(customer: Customer | None, proof: Verification, rules: Rules) -> tuple[Write, ...]:
    """What belongs into the commit of a proof, so that the customer's head knows of it.

    Args:
        customer: who may have the number, as they stand; None if nobody does.
        proof: verified; whose number it proves, its tags say.
    """
    if customer is None or proof.verified_at is None:
        return ()
    after = proved_again(customer, proof.tags, proof.verified_at)
    return () if after is customer else (Replace(customer, dated(after, rules)),)
