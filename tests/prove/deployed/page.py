"""A browser at the deployed preference centre, and what it does there."""

import http.client
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.domain.spent import SHARDS, new_spent
from infra.local.journey import Journey
from infra.local.journey_client import Broken, Reply
from infra.local.journey_steps import PURPOSE, signup
from infra.local.tokens import Role
from tests.prove.deployed.deployment import Deployment


class Page:
    """It keeps the session's cookie and follows nothing by itself."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._prefix = parts.netloc, parts.path.rstrip("/")
        self._cookie = ""

    def get(self, path: str) -> Reply:
        """The answer; its body is the text of the page and where it leads."""
        return self._ask("GET", path, None)

    def post(self, path: str, **members: str) -> Reply:
        """The same for a form of the page at /preferences."""
        found = re.search(r'name="form_token" value="(\w+)"', str(self.get("/preferences").must(200).body["text"]))
        if found is None:
            raise Broken("the page has no form")
        return self._ask("POST", path, urlencode({"form_token": found[1], **members}))

    def _ask(self, method: str, path: str, body: str | None) -> Reply:
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        begun, connection = time.perf_counter(), http.client.HTTPConnection(self._host, timeout=60)
        connection.request(method, self._prefix + path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        cookie = answer.headers.get("Set-Cookie", "")
        if re.match("(__Host-)?ringfence_session=", cookie):
            self._cookie = cookie.partition(";")[0]
        members: dict[str, Any] = {"text": text, "leads_to": answer.headers.get("Location", "")}
        media_type = answer.headers.get("Content-Type", "")
        return Reply(answer.status, media_type, members, (time.perf_counter() - begun) * 1000, None)


def own_page(deployment: Deployment, journey: Journey) -> None:
    """A new customer came to their own page by a link, saw it, and left.

    Raises:
        Broken: an answer was not as it must be.
    """
    other, page = deployment.journey(), Page(deployment.url)
    signup(other)
    customer = deployment.caller(Role.CUSTOMER, other.known["customer"])
    link = customer.post(f"{other.customer}/preference-links").must(201).must_have("url", "expires_at")
    journey.step("a customer gets a link to their own page", link)
    token = str(link.body["url"]).partition("?")[2]
    journey.step("the link leads in", page.get(f"/preferences/enter?{token}").must(303))
    shown = page.get("/preferences").must(200)
    if f'id="{PURPOSE}"' not in shown.body["text"]:
        raise Broken("the page does not show the purposes")
    journey.step("the page shows every purpose", shown)
    journey.step("the customer sees who looked", customer.get(f"{other.customer}/access-log").must(200))
    journey.step("the customer signs out", page.post("/preferences/sign-out").must(303))


def code_for_page(deployment: Deployment) -> str:
    """A customer asked for a code of the page; returns the id of its verification.

    All shards of the money are there, so that one of them is moved.

    Raises:
        Broken: an answer was not as it must be.
    """
    journey, page, at = deployment.journey(), Page(deployment.url), datetime.now(UTC)
    signup(journey)
    deployment.plant("budgets", [replace(new_spent(str(shard), at), version="1") for shard in range(SHARDS)])
    asked = page.post("/preferences/number", phone_number=journey.number).must(303)
    return str(asked.body["leads_to"]).rpartition("/")[2]
