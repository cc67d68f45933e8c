"""A customer who agreed to advertising, of which there is only so much."""

from infra.local.journey import Journey, new_number
from infra.local.journey_client import Broken, Reply
from infra.local.journey_steps import LOCALE, catalogue, new_day, signup

# The policy's that has a cap and an end.
PURPOSE = "marketing"
OFFER = {"template": "offer", "parameters": {"offer_title": "Half fees", "offer_end_date": "31 December"}}


def agree(journey: Journey) -> None:
    """A new customer, where it is day, agreed to advertising by SMS.

    Raises:
        Broken: an answer was not as it must be.
    """
    journey.number, journey.sms_seen = new_number(), 0
    for stage in (catalogue, signup, new_day):
        stage(journey)
    given = {"decision": "given", "channels": ["sms"], "notice_version": 1, "locale": LOCALE, "surface": "walk"}
    said = journey.wallet.put(f"{journey.customer}/consents/{PURPOSE}", **given)
    journey.step("consent to advertising", said.must(200, status="given"))


def advertise(journey: Journey) -> None:
    """A preview was counted, one offer was sent, and the customer sees both.

    Raises:
        Broken: an answer was not as it must be.
    """
    journey.step("a preview", _ask(journey, preview=True))
    permitted = _ask(journey).must_have("contact_token")
    journey.step("an offer is permitted", permitted)
    token = permitted.body["contact_token"]
    journey.step("the offer goes out", journey.staff.post("/v1/messages", contact_token=token, **OFFER).must(202))
    log = journey.officer.get(f"{journey.customer}/access-log").must(200)
    if not log.body["previews"] or [it["reason"] for it in log.body["decisions"]] != ["consent_given"]:
        raise Broken("not all that happened is in the access log")
    journey.step("the log has the preview, the decision and the offer", log)


def _ask(journey: Journey, **members: bool) -> Reply:
    question = {"customer_id": journey.known["customer"], "purpose": PURPOSE, "channel": "sms", **members}
    return journey.staff.post("/v1/contact-decisions", **question).must(200, decision="permitted")
