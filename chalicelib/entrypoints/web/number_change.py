"""A change of number, to whoever can stop it: the customer, and whoever has the number that it takes away."""

from contextlib import suppress

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import NotFound
from chalicelib.domain.session import FORMER
from chalicelib.entrypoints.web.choices import here
from chalicelib.entrypoints.web.page_request import PageRequest
from chalicelib.entrypoints.web.serving import Answer, page, see_other

ACT = "stop_change"
STOPPED = "stopped"


def show(request: PageRequest) -> Answer:
    """That the number changes or has changed, and until when that can be stopped; or that it was."""
    visit = here(request, ACT)
    # The former number's session outlives the change only if the number has come back.
    is_stopped = request.query.get("say") == STOPPED or visit.session.strength == FORMER
    return page(request, "number_change.html", visit=visit, change=visit.customer.change, is_stopped=is_stopped)


def stop(request: PageRequest) -> Answer:
    """The account has the number from before the change."""
    visit = here(request, ACT)
    # A second tap, or one that came too late: the page says how it stands.
    with suppress(NotFound):
        ringfence().stop_number_change(visit.customer.id, None, request.form.get("change", ""))
    return see_other(request, f"/number-change?say={STOPPED}")
