"""What a customer may take along, and the end of it all."""

from datetime import timedelta

from chalicelib.bootstrap import ringfence
from chalicelib.domain.closing import closed
from chalicelib.domain.contact import Secret
from chalicelib.domain.holds import holding
from chalicelib.domain.schedule import purge_at
from chalicelib.entrypoints.web.choices import here
from chalicelib.entrypoints.web.page_request import PageRequest
from chalicelib.entrypoints.web.serving import Answer, page, see_other

# What was erased is in copies that DynamoDB keeps for a day: decision 0004.
COPIES_LIVE = timedelta(days=1)


def show(request: PageRequest) -> Answer:
    """Download, change of number, erasure."""
    visit = here(request, "erase")
    return page(request, "account.html", visit=visit)


def ask_erasure(request: PageRequest) -> Answer:
    """What erasing means, before it is done."""
    visit = here(request, "erase")
    rules, at = ringfence().policy.rules, ringfence().clock.now()
    then = closed(visit.customer, at, rules)
    purged_at = purge_at(then, rules)
    return page(
        request,
        "erasure.html",
        visit=visit,
        laws=holding(then, rules, at),
        purged_at=purged_at,
        gone_at=purged_at + COPIES_LIVE if purged_at else None,
        ledger_days=rules.retention.ledger_days,
    )


def erase(request: PageRequest) -> Answer:
    """The account is closed, and the browser signed out."""
    ringfence().close_customer(here(request, "erase").customer.id, None)
    return see_other(request, "/erased", Secret(""))


def ending(request: PageRequest) -> Answer:
    """Why the number of a customer whose contract has ended is kept, and until when; or that it is gone."""
    visit = here(request, "ending")
    rules, at = ringfence().policy.rules, ringfence().clock.now()
    return page(
        request,
        "ending.html",
        visit=visit,
        laws=holding(visit.customer, rules, at),
        purged_at=visit.customer.purged_at or purge_at(visit.customer, rules),
    )


def erased(request: PageRequest) -> Answer:
    """What happens after the closing, whoever reads it: no session is left that could say whose it was."""
    retention = ringfence().policy.rules.retention
    purged = timedelta(days=retention.lapsed_basis_days)
    return page(
        request,
        "erased.html",
        purged_days=purged.days,
        gone_days=(purged + COPIES_LIVE).days,
        ledger_days=retention.ledger_days,
    )
