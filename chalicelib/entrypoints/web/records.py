"""What was said, and who looked."""

from functools import partial

from chalicelib.bootstrap import ringfence
from chalicelib.domain.gate import PERMITTING
from chalicelib.domain.reasons import sentence
from chalicelib.entrypoints.web.choices import here
from chalicelib.entrypoints.web.page_request import PageRequest
from chalicelib.entrypoints.web.serving import Answer, page
from chalicelib.services.read_access_log import MOST_ENTRIES


def history(request: PageRequest) -> Answer:
    """Every word of the customer, the latest first."""
    visit = here(request, "history")
    events = ringfence().history(visit.customer.id)
    return page(
        request,
        "history.html",
        visit=visit,
        events=list(reversed(events)),
        title_of=titles(request),
    )


def access_log(request: PageRequest) -> Answer:
    """Each time the number was opened or somebody asked whether they may, the latest first."""
    visit = here(request, "access_log")
    log = ringfence().read_access_log(visit.customer.id)
    return page(
        request,
        "access_log.html",
        visit=visit,
        log=log,
        most=MOST_ENTRIES,
        permitting=PERMITTING,
        sentence=partial(sentence, locale=request.locale),
        title_of=titles(request),
    )


def titles(request: PageRequest) -> dict[str, str]:
    """What each purpose is called, by the notice in force."""
    policy = ringfence().policy
    current = (
        (name, policy.notice(name, it.notice_version, request.locale)) for name, it in policy.rules.purposes.items()
    )
    return {name: notice.title for name, notice in current if notice is not None}
