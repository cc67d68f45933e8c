"""Which change of number a customer may have."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NumberChangePending, NumberInUse, TakeOverRefused
from chalicelib.domain.number_change import BOTH, NEW_ONLY, SWAP, TAKE_OVER, NumberChange
from chalicelib.domain.number_steps import Step, can_take, done, lost
from chalicelib.domain.rules import Rules

# What a wallet may ask for if another customer has the number.
REFUSE = "refuse"
ON_CONFLICT = (REFUSE, SWAP, TAKE_OVER)


@dataclass(frozen=True)
class NumberWish:
    """What is asked for.

    Attributes:
        verification_id: proves the new number.
        old_verification_id: proves the number that the customer has; None without its phone.
        on_conflict: one of ON_CONFLICT, for when another customer has the new number.
    """

    verification_id: str
    old_verification_id: str | None = None
    on_conflict: str = REFUSE


def kind_of(
    customer: Customer,
    tags: Sequence[str],
    partner: Customer | None,
    is_old_proved: bool,
    on_conflict: str,
    rules: Rules,
) -> str:
    """The kind of change to a number that was proved.

    A household that shares a number loses no account by accident: to ask for it is not enough.

    Args:
        tags: all that are known of the number.
        partner: who has it now, if anybody; waiting for it counts.
        on_conflict: one of ON_CONFLICT.

    Raises:
        NumberInUse: another customer has it and keeps it.
        TakeOverRefused: the policy lets nobody take a number over.
    """
    if partner is None:
        return BOTH if is_old_proved else NEW_ONLY
    # Who waits for a number, or has just left it, can give it to nobody; and who has none cannot swap.
    has_it = partner.held is not None and partner.held.has_tag(tags)
    if not has_it or on_conflict == REFUSE or (on_conflict == SWAP and customer.held is None):
        raise NumberInUse
    if on_conflict == TAKE_OVER and not rules.number_change.take_over.allowed:
        raise TakeOverRefused
    return on_conflict


def completed(
    customer: Customer,
    change: NumberChange,
    partner: Customer | None,
    tags: Sequence[str],
    verified_at: datetime,
    on_conflict: str,
    at: datetime,
    rules: Rules,
) -> list[Step]:
    """The take-over is done: its number was proved once more after the hold.

    Args:
        change: the customer's, which is not over.
        partner: who has the number now, if anybody.
        verified_at: when it was proved once more.
        on_conflict: one of ON_CONFLICT, as it was said with that proof.

    Raises:
        NumberChangePending: the change is another one, or its time has not come or is over.
        TakeOverRefused: the policy lets nobody take a number over any more.
        NumberInUse: its holder has proved it since, or another customer has it; or who has it is to keep it.
    """
    is_time = change.until <= verified_at and at < change.ends_at(rules.number_change)
    if change.kind != TAKE_OVER or not change.other.has_tag(tags) or not is_time:
        raise NumberChangePending
    if not rules.number_change.take_over.allowed:
        raise TakeOverRefused
    is_asked_again = on_conflict == TAKE_OVER or partner is None
    if not is_asked_again or not can_take(change, partner):
        raise NumberInUse
    # What waited through a rotation knows fewer tags than its proof; its row and its stop are under any of them.
    proved = replace(change, other=replace(change.other.known_by(tags), verified_at=verified_at))
    return [done(customer, proved, at, rules), *([lost(partner, change)] if partner is not None else [])]
