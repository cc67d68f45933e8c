"""What is to be done for a customer, and when: written into the head whenever one of its facts changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import reverification
from chalicelib.domain.holds import law_holds
from chalicelib.domain.rules import Rules

CONSENT_EXPIRED = "consent_expired"
NUMBER_CHANGE_ENDED = "number_change_ended"
REVIEW_OVERDUE = "review_overdue"
LEDGER_RETENTION_ENDED = "ledger_retention_ended"
# Why a contract ended, or the last basis with it.
ACCOUNT_CLOSED, ERASURE_ASKED = "account_closed", "erasure_asked"
INACTIVE, LAST_BASIS_WITHDRAWN, NEVER_PROVED = "inactive", "last_basis_withdrawn", "never_proved"
# After these the customer can still come back, and nothing is erased before the policy's days are over. The others
# have waited already, or were the customer's own wish.
WITH_GRACE = (ACCOUNT_CLOSED, INACTIVE)

Rule = Callable[[Customer, Rules], datetime | None]


def _consent_expired(customer: Customer, _: Rules) -> datetime | None:
    """A consent ends by itself."""
    given = [it.valid_until for it in customer.consents.values() if it.decision == "given"]
    return min((until for until in given if until is not None), default=None)


def _number_change_ended(customer: Customer, rules: Rules) -> datetime | None:
    """The time of a change of number is over."""
    return customer.change.ends_at(rules.number_change) if customer.change is not None else None


def _inactive(customer: Customer, rules: Rules) -> datetime | None:
    """Nothing was heard of the customer for too long."""
    days = rules.retention.inactive_days
    return max(customer.created_at, customer.seen_at or customer.created_at) + timedelta(days=days) if days else None


def _never_proved(customer: Customer, rules: Rules) -> datetime | None:
    """An imported number was not proved."""
    days = rules.retention.imported_days
    return customer.created_at + timedelta(days=days) if days and customer.status == "imported" else None


def _last_basis_withdrawn(customer: Customer, rules: Rules) -> datetime | None:
    """No purpose rests on the contract, and no consent stands."""
    if any(purpose.basis == "contract" for purpose in rules.purposes.values()):
        return None
    if any(state.decision == "given" for state in customer.consents.values()):
        return None
    since = max((state.event_time for state in customer.consents.values()), default=customer.created_at)
    return since + timedelta(days=rules.retention.lapsed_basis_days)


def _review_overdue(customer: Customer, _: Rules) -> datetime | None:
    """Nobody has asked again whether an officer's hold is needed, and that was not said yet."""
    return min((case.review_at for case in customer.cases if case.overdue_at is None), default=None)


# While the contract runs: the earliest counts.
OPEN: Mapping[str, Rule] = {
    CONSENT_EXPIRED: _consent_expired,
    NUMBER_CHANGE_ENDED: _number_change_ended,
    INACTIVE: _inactive,
    NEVER_PROVED: _never_proved,
    LAST_BASIS_WITHDRAWN: _last_basis_withdrawn,
    REVIEW_OVERDUE: _review_overdue,
}


def erased_at(customer: Customer, rules: Rules) -> datetime | None:
    """When the number of a customer whose contract has ended may go; None while a case holds it.

    Source: PIPL 47; GDPR 17(3).
    """
    assert customer.closed_at is not None
    if customer.cases:
        return None
    days = rules.retention.lapsed_basis_days if customer.closed_for in WITH_GRACE else 0
    grace = customer.wish.asked_at if customer.wish else customer.closed_at + timedelta(days=days)
    return max([grace, customer.released_at or grace, *(it.until for it in law_holds(customer, rules))])


def purge_at(customer: Customer, rules: Rules) -> datetime | None:
    """When a restricted customer's number goes, as things stand; None of any other, and while a case holds it."""
    return erased_at(customer, rules) if customer.status == "restricted" else None


def due(customer: Customer, rules: Rules) -> tuple[datetime, str] | None:
    """The next thing that the clock has to do for the customer, and why; None if there is nothing."""
    if customer.status == "purged":
        return _ledger_due(customer, rules)
    if customer.status == "restricted":
        if customer.cases:
            at = _review_overdue(customer, rules)
            return (at, REVIEW_OVERDUE) if at is not None else None
        at = erased_at(customer, rules)
        return (at, customer.closed_for or ACCOUNT_CLOSED) if at is not None else None
    dates = {reason: rule(customer, rules) for reason, rule in OPEN.items()}
    return min(((at, reason) for reason, at in dates.items() if at is not None), default=None)


def dated(customer: Customer, rules: Rules) -> Customer:
    """The head says when the clock must look at the customer next, and when the number is to be proved again."""
    at, reason = due(customer, rules) or (None, None)
    again_at, why = reverification(customer, rules) or (None, None)
    after = replace(customer, due_at=at, due_reason=reason, reverify_at=again_at, reverify_reason=why)
    return customer if after == customer else after


def _ledger_due(customer: Customer, rules: Rules) -> tuple[datetime, str] | None:
    if customer.ledger_erased_at is not None:
        return None
    assert customer.purged_at is not None
    return customer.purged_at + timedelta(days=rules.retention.ledger_days), LEDGER_RETENTION_ENDED
