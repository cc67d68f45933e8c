"""The steps of a change of number: what each makes of a customer's head. Nothing here asks who may take them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.domain import freshness
from chalicelib.domain.customer import Customer
from chalicelib.domain.life_rules import ALL, NONE
from chalicelib.domain.number_change import BOTH, NEW_ONLY, SWAP, TAKE_OVER, NumberChange
from chalicelib.domain.rules import Rules

BEGUN, DONE, STOPPED, LAPSED = "begun", "done", "stopped", "lapsed"
# What befalls the customer whose number another one takes over.
CLAIMED, LOST = "claimed", "lost"
# Who proves a number so that it stays theirs is heard however new the proof before.
NO_REST = timedelta(0)


@dataclass(frozen=True)
class Turn:
    """What becomes of one customer's head when a number is won, lost or proved again.

    Attributes:
        ended: the purposes whose consent ends with it.
    """

    before: Customer
    after: Customer
    ended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step(Turn):
    """A turn that is a step of a change.

    Attributes:
        name: one of those above.
        change: as it stands, or as it was if it is over.
    """

    name: str = field(kw_only=True)
    change: NumberChange = field(kw_only=True)


def begun(customer: Customer, change: NumberChange, at: datetime, rules: Rules) -> Step:
    """The change has begun: it is in effect if both numbers were proved or there is none to tell, else it waits."""
    held = customer.held
    if change.kind == NEW_ONLY and held is None:
        return done(customer, change, at, rules)
    if change.kind != BOTH:
        return Step(customer, replace(customer, change=change), name=BEGUN, change=change)
    assert held is not None
    kept = replace(change, other=held, effective=True)
    after = replace(customer.having(change.other), change=kept)
    ended = _ended(customer, rules.number_change.keeps, at, rules)
    return Step(customer, after, ended, name=BEGUN, change=kept)


def done(customer: Customer, change: NumberChange, at: datetime, rules: Rules) -> Step:
    """The change is over, the customer has the new number, and nothing is kept of the old one."""
    if change.effective:
        return Step(customer, replace(customer, change=None), name=DONE, change=change)
    after = replace(customer.having(change.other), change=None)
    ended = _ended(customer, rules.number_change.keeps_without_old, at, rules)
    return Step(customer, after, ended, name=DONE, change=change)


def stopped(customer: Customer, change: NumberChange) -> Step:
    """The change came to nothing: the customer has the number from before it, and nothing is kept of the other one.

    Consents that ended with it stay ended: to come back they must be given again.
    """
    after = customer.having(change.other) if change.effective else customer
    return Step(customer, replace(after, change=None), name=STOPPED, change=change)


def claimed(holder: Customer, change: NumberChange, rules: Rules) -> Customer:
    """The holder's own page says that another customer asked to take their number over, until they prove it again."""
    return replace(holder, claimed_at=change.asked_at, claimed_until=change.ends_at(rules.number_change))


def lapsed(customer: Customer, change: NumberChange) -> Step:
    """What waited came to nothing, and nobody has stopped it."""
    return Step(customer, replace(customer, change=None), name=LAPSED, change=change)


def lost(holder: Customer, change: NumberChange) -> Step:
    """The holder has no number: another customer took it over, and nobody inherits anything."""
    return Step(holder, holder.having(None), name=LOST, change=change)


def swapped(customer: Customer, change: NumberChange, partner: Customer, at: datetime, rules: Rules) -> list[Step]:
    """Both have the other one's number.

    Args:
        change: the customer's, by which they proved the partner's number.
        partner: who waits for it.
    """
    assert partner.change is not None
    return [done(customer, change, at, rules), done(partner, partner.change, at, rules)]


def can_take(change: NumberChange, holder: Customer | None) -> bool:
    """True if nothing has come between the asking for a number and its taking: neither its holder's word nor another's.

    Args:
        holder: who has the number now, if anybody.
    """
    if holder is None:
        return True
    has_objected = holder.verified_at is not None and holder.verified_at > change.asked_at
    return (
        holder.id == change.holder_id
        and not has_objected
        and holder.held is not None
        and holder.held.has_tag(change.other.tags)
    )


def is_mutual(customer: Customer, partner: Customer, at: datetime) -> bool:
    """True if the partner still waits for the number of this customer, whether or not the clock is late to end that."""
    asked = partner.change
    return (
        asked is not None
        and (asked.kind, asked.holder_id) == (SWAP, customer.id)
        and at < asked.until
        and customer.held is not None
        and customer.held.has_tag(asked.other.tags)
    )


def ended_by_clock(customer: Customer, holder: Customer | None, at: datetime, rules: Rules) -> list[Step]:
    """The change is over, as it is when nobody has said anything more.

    Args:
        holder: who has the number that was to be taken over, if anybody.
    """
    change = customer.change
    assert change is not None
    if change.kind in (BOTH, NEW_ONLY):
        return [done(customer, change, at, rules)]
    take_over = rules.number_change.take_over
    if change.kind == TAKE_OVER and take_over.allowed and not take_over.step_up and can_take(change, holder):
        return [done(customer, change, at, rules), *([lost(holder, change)] if holder is not None else [])]
    return [lapsed(customer, change)]


def proved_again(customer: Customer, tags: Sequence[str], verified_at: datetime) -> Turn | None:
    """The number of these tags is the customer's, proved anew; None if it is not theirs.

    A change away from it is not over: that change is stopped.
    """
    change, held = customer.change, customer.held
    if change is not None and change.effective and change.other.has_tag(tags):
        back = stopped(customer, change)
        return replace(back, after=freshness.proved_again(back.after, tags, verified_at, NO_REST))
    if held is None or not held.has_tag(tags):
        return None
    fresh = freshness.proved_again(customer, tags, verified_at, NO_REST)
    if change is None or change.effective:
        return Turn(customer, fresh)
    return Step(customer, replace(fresh, change=None), name=STOPPED, change=change)


def _ended(customer: Customer, keeps: str, at: datetime, rules: Rules) -> tuple[str, ...]:
    """The purposes whose consent does not stay with the customer."""
    if keeps == ALL:
        return ()
    given: Sequence[str] = [
        purpose for purpose, it in customer.consents.items() if it.decision == "given" and not it.lapsed(at)
    ]
    return tuple(purpose for purpose in given if keeps == NONE or rules.is_commercial(purpose))
