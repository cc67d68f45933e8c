"""People who answer an SMS, to us or to the provider, and what the deployed functions make of it."""

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalicelib.domain.spent import SHARDS, new_spent
from infra.local.inbox import READ_BACK_PATH
from infra.local.journey import Journey, new_number
from infra.local.journey_client import Broken
from infra.local.journey_steps import LOCALE
from infra.local.tokens import Role
from tests.prove.deployed.advertising import PURPOSE, agree
from tests.prove.deployed.busy import sns_instead
from tests.prove.deployed.deployment import Deployment
from tests.replies import inbound_event


def hear_replies(deployment: Deployment) -> None:
    """A customer's no was heard and answered, and so was their wish to begin again; a stranger's no was kept.

    Raises:
        Broken: one was not.
    """
    journey = deployment.journey()
    agree(journey)
    for text, outcome in (("STOP", "stopped"), ("start", "start")):
        before = _received(deployment, journey.number)
        _must_be(_said(deployment, text, journey.number), {outcome: 1})
        _must_be({"answers": _received(deployment, journey.number) - before}, {"answers": 1})
        # The second answer finds every shard of the money there, and moves one.
        at = datetime.now(UTC)
        deployment.plant("budgets", [replace(new_spent(str(shard), at), version="1") for shard in range(SHARDS)])
    _must_be(_said(deployment, "STOP", new_number()), {"stopped": 1})


def agree_again(deployment: Deployment, journey: Journey) -> None:
    """A customer who agreed to advertising has said no by SMS, and yes again in person.

    Raises:
        Broken: it was not heard, or not lifted.
    """
    _must_be(_said(deployment, "STOP", journey.number), {"stopped": 1})
    path = f"{journey.customer}/consents/{PURPOSE}"
    given = {"decision": "given", "channels": ["sms"], "notice_version": 1, "locale": LOCALE, "surface": "walk"}
    question = {"customer_id": journey.known["customer"], "purpose": PURPOSE, "channel": "sms", "preview": True}
    journey.wallet.put(path, **given).must(200, status="given")
    refused = journey.staff.post("/v1/contact-decisions", **question).must(200, reason="suppressed")
    journey.step("what the wallet brings lifts no suppression", refused)
    in_person = deployment.caller(Role.CUSTOMER, journey.known["customer"])
    journey.step("the customer lifts it in person", in_person.put(path, **given).must(200, status="given"))
    permitted = journey.staff.post("/v1/contact-decisions", **question).must(200, decision="permitted")
    journey.step("and advertising is permitted again", permitted)


def read_opt_outs(deployment: Deployment) -> None:
    """A customer and a stranger on the provider's list want no advertising from us either.

    Raises:
        Broken: they were not found, or something failed.
    """
    journey = deployment.journey()
    agree(journey)
    with sns_instead(deployment, "opt_outs", _listing([journey.number, new_number()])):
        _must_be(deployment.run("opt_outs"), {"listed": 2, "new": 2, "failures": {}, "complete": True})


def _said(deployment: Deployment, text: str, number: str) -> dict[str, Any]:
    return deployment.invoke("inbound", inbound_event(text, number, datetime.now(UTC)))


def _received(deployment: Deployment, number: str) -> int:
    with urllib.request.urlopen(deployment.stack.ports.engine_url + READ_BACK_PATH, timeout=10) as answer:
        return len(json.load(answer)["sms_messages"].get(number, []))


def _must_be(report: dict[str, Any], expected: dict[str, Any]) -> None:
    if not report.items() >= expected.items():
        raise Broken(f"{report} is not {expected}")


def _listing(numbers: Sequence[str]) -> type[BaseHTTPRequestHandler]:
    """SNS's list of opt-outs, which the engine does not have; it asks for no permission."""
    members = "".join(f"<member>{number}</member>" for number in numbers)
    name = "ListPhoneNumbersOptedOut"
    body = f"<phoneNumbers>{members}</phoneNumbers>"
    said = f"<{name}Response><{name}Result>{body}</{name}Result></{name}Response>".encode()

    class _List(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "text/xml")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return _List
