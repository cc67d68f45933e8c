"""The stages of the journey: each makes its calls and holds every answer against the HTTP contract."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.jobs import run_job
from infra.local.journey import Journey
from infra.local.journey_client import Broken, Caller, Reply
from infra.local.places import Ports

# It keeps no holidays: the journey is walked on those too.
PURPOSE = "order_notice"
LOCALE = "en"
TEMPLATE = "order_ready"
PARAMETERS = {"order_reference": "A-12", "pickup_place": "Harbour Street 1", "pickup_until": "31 December"}
# Past the 30 days after which a lapsed basis is purged.
DAYS_TO_PURGE = 31


def catalogue(journey: Journey) -> None:
    """The API is alive, and says what a number may be used for and in which words."""
    journey.step("the API is alive", journey.public.get("/healthz").must(200))
    purposes = journey.public.get(f"/v1/purposes?locale={LOCALE}").must(200).must_have("purposes")
    journey.step("the catalogue lists the purposes", purposes)
    found = {each["purpose"]: each for each in purposes.body["purposes"]}
    if PURPOSE not in found:
        raise Broken(f"the catalogue has no purpose {PURPOSE}")
    version = found[PURPOSE]["notice_version"]
    notice = (
        journey.public.get(f"/v1/notices/{PURPOSE}/{version}?locale={LOCALE}").must(200).must_have("text", "sha256")
    )
    journey.known |= {"notice_version": version, "notice_sha256": notice.body["sha256"]}
    journey.step("the notice has its exact text and hash", notice)


def new_device() -> dict[str, str]:
    """What a wallet knows of a device that was never seen: without it all journeys share one small bucket."""
    return {"device_id": f"journey-{secrets.token_hex(8)}"}


def signup(journey: Journey) -> None:
    """A number is proved by SMS and belongs to a customer; a wrong code and a second use of the proof are refused."""
    started = journey.wallet.post(
        "/v1/verifications",
        purpose="signup",
        phone_number=journey.number,
        locale=LOCALE,
        client=new_device(),
    ).must(201, status="pending", phone_number_masked=journey.masked)
    started.must_have("verification_id", "expires_at", "resend_at", "sends_remaining", "attempts_remaining", "delivery")
    journey.step("a verification starts", started)
    verification = f"/v1/verifications/{started.body['verification_id']}"
    code = _code(journey.next_sms())
    wrong = journey.wallet.post(f"{verification}/check", code=_another(code))
    journey.step("a wrong code is refused", wrong.must_be_problem(422, "code-incorrect", attempts_remaining=4))
    right = (
        journey.wallet.post(f"{verification}/check", code=code).must(200, status="verified").must_have("verified_at")
    )
    journey.step("the code from the phone is right", right)
    customer = journey.wallet.post("/v1/customers", verification_id=started.body["verification_id"])
    customer.must(201, status="active", phone_number_masked=journey.masked).must_have("customer_id", "verified_at")
    journey.step("the number belongs to a customer", customer)
    journey.known["customer"] = customer.body["customer_id"]
    again = journey.wallet.post("/v1/customers", verification_id=started.body["verification_id"])
    journey.step("the proof is spent", again.must_be_problem(409, "verification-spent"))
    read = journey.staff.get(journey.customer).must(200, phone_number_masked=journey.masked)
    _must_not_tell(journey, read)
    journey.step("staff see the customer, the number masked", read)


def consent(journey: Journey) -> None:
    """Contact is refused before consent, and consent is recorded."""
    new_day(journey)
    refused = _ask(journey, "sms").must(200, decision="refused", reason="consent_missing")
    journey.step("before consent, contact is refused", refused)
    given = journey.wallet.put(
        f"{journey.customer}/consents/{PURPOSE}",
        decision="given",
        channels=["sms", "call"],
        locale=LOCALE,
        surface="journey",
        notice_version=journey.known["notice_version"],
        notice_sha256=journey.known["notice_sha256"],
    )
    given.must(200, status="given").must_have("record_id", "event_time")
    journey.step(f"consent to {PURPOSE} by sms and call", given)


def new_day(journey: Journey) -> None:
    """The customer is where it is noon, so that nothing is refused because it is night."""
    # POSIX counts zones westwards. Source: tz database, etcetera.
    zone = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    here = journey.wallet.put(f"{journey.customer}/time-zone", time_zone=zone).must(200, time_zone=zone)
    journey.step("the customer is where it is day now", here)


def message(journey: Journey) -> None:
    """A message reaches the phone without the number being seen; its permission is used up."""
    decision = _permitted(journey, "sms")
    journey.step("contact by sms is permitted", decision)
    message = {"contact_token": decision.body["contact_token"], "template": TEMPLATE, "parameters": PARAMETERS}
    sent = journey.staff.post("/v1/messages", **message).must(202).must_have("message_id", "status")
    _must_not_tell(journey, sent)
    journey.step("the message goes out, nobody saw the number", sent)
    journey.known["message"] = sent.body["message_id"]
    text = journey.next_sms()["body"]
    if not all(value in text for value in PARAMETERS.values()) or re.search(r"[{}]|\b\d{6}\b", text):
        raise Broken("the SMS is not the template with its parameters and nothing else")
    again = journey.staff.post("/v1/messages", **message)
    journey.step("the token cannot be used again", again.must_be_problem(409, "contact-token-invalid"))


def reveal(journey: Journey) -> None:
    """Staff saw the number once, with a reason."""
    decision = _permitted(journey, "call")
    journey.step("contact by call is permitted", decision)
    because = "Journey: the customer asked to be called back about the order"
    revealed = journey.staff.post("/v1/reveals", contact_token=decision.body["contact_token"], justification=because)
    journey.step("the reveal gives back exactly the number", revealed.must(200, phone_number=journey.number))


def step_up(journey: Journey) -> None:
    """The customer confirmed an act, the wallet knowing only the id."""
    started = journey.wallet.post(
        "/v1/verifications",
        purpose="step_up",
        customer_id=journey.known["customer"],
        locale=LOCALE,
        client=new_device(),
    )
    started.must(201, status="pending", phone_number_masked=journey.masked).must_have("verification_id")
    journey.step("step-up starts from the customer's id alone", started)
    code = _code(journey.next_sms())
    checked = journey.wallet.post(f"/v1/verifications/{started.body['verification_id']}/check", code=code)
    journey.step("step-up is verified", checked.must(200, status="verified"))


def withdraw(journey: Journey) -> None:
    """Consent ended, and contact with it, at once."""
    withdrawn = journey.wallet.put(
        f"{journey.customer}/consents/{PURPOSE}",
        decision="withdrawn",
        locale=LOCALE,
        surface="journey",
        notice_version=journey.known["notice_version"],
    )
    journey.step("consent is withdrawn", withdrawn.must(200, status="withdrawn"))
    refused = _ask(journey, "sms").must(200, decision="refused", reason="consent_withdrawn").must_have("evidence")
    journey.step("at once, contact is refused", refused)
    journey.step("the history shows both events", _history(journey, "given", "withdrawn"))


def close(journey: Journey) -> None:
    """The account is closed and the number restricted."""
    closed = journey.wallet.post(f"{journey.customer}/closure").must(202, status="restricted")
    journey.step("the account is closed, the number restricted", closed)
    refused = _ask(journey, "sms", purpose="account_security")
    journey.step("not even for security", refused.must(200, decision="refused", reason="customer_restricted"))


def purge(journey: Journey, ports: Ports) -> None:
    """The number is erased when its time is up, and what was agreed can still be shown."""
    at = datetime.now(UTC) + timedelta(days=DAYS_TO_PURGE)
    report = run_job("purge", at, ports)
    journey.console.print(f"    the purge ran as if it were {at:%Y-%m-%d}: {report}", markup=False, soft_wrap=True)
    journey.step("the customer is purged", journey.wallet.get(journey.customer).must(200, status="purged"))
    runs = journey.officer.get("/v1/purge-runs").must(200).must_have("purge_runs")
    if report["run_id"] not in [run.get("run_id") for run in runs.body["purge_runs"]]:
        raise Broken("the purge run is not among the officer's")
    journey.step("the officer sees the purge run", runs)
    journey.step("the history outlives the number", _history(journey, "given", "withdrawn", caller=journey.officer))


def _history(journey: Journey, *expected: str, caller: Caller | None = None) -> Reply:
    history = (caller or journey.wallet).get(f"{journey.customer}/consents/{PURPOSE}/history").must(200)
    decisions = [event.get("event_type") for event in history.body.get("events", [])]
    if decisions != list(expected):
        raise Broken(f"the history says {decisions}, not {list(expected)}")
    return history


def _ask(journey: Journey, channel: str, purpose: str = PURPOSE) -> Reply:
    return journey.staff.post(
        "/v1/contact-decisions", customer_id=journey.known["customer"], purpose=purpose, channel=channel
    )


def _permitted(journey: Journey, channel: str) -> Reply:
    return _ask(journey, channel).must(200, decision="permitted").must_have("contact_token", "expires_at", "evidence")


def _must_not_tell(journey: Journey, reply: Reply) -> None:
    if journey.number[-8:] in str(reply.body):
        raise Broken("the answer tells the number")


def _code(sms: dict[str, Any]) -> str:
    found = re.search(r"#(\d{6})\b", sms["body"])
    if found is None:
        raise Broken("the SMS carries no code of six digits")
    return found[1]


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
