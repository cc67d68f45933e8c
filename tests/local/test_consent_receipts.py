"""A receipt of the running stack convinces who never asks the stack again: a JOSE library, and plain openssl."""

import json
import secrets
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.journey import new_number
from tests.consent_receipts import openssl_says, require_receipt, require_signed
from tests.local.stacks import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


def ask(url: str, token: str = "", body: Any = None, method: str = "GET", accept: str = "*/*") -> bytes:
    headers = {"Accept": accept, "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    sent = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, sent, headers, method=method), timeout=20) as answer:
        return bytes(answer.read())


@pytest.fixture(scope="module")
def record(stack: Stack) -> str:
    """The URL of the record of a customer who gave a consent and withdrew it."""
    api, token, number = stack.ports.api_url, stack.command("token", "--role", "wallet").stdout.strip(), new_number()
    started = json.loads(
        ask(f"{api}/v1/verifications", token, {"purpose": "signup", "phone_number": number, "locale": "en"}, "POST")
    )
    inbox = json.loads(ask(f"{stack.ports.desk_url}/inbox.json"))
    code = next(sms["body"][-6:] for sms in inbox if sms["to"] == number)
    ask(f"{api}/v1/verifications/{started['verification_id']}/check", token, {"code": code}, "POST")
    customer_id = f"receipt-{secrets.token_hex(8)}"
    ask(
        f"{api}/v1/customers",
        token,
        {"verification_id": started["verification_id"], "customer_id": customer_id},
        "POST",
    )
    said = {"notice_version": 1, "locale": "zh-CN", "surface": "signup_screen"}
    for decision in ({"decision": "given", "channels": ["sms"]}, {"decision": "withdrawn"}):
        ask(f"{api}/v1/customers/{customer_id}/consents/marketing", token, {**said, **decision}, "PUT")
    return f"{api}/v1/consent-records/{customer_id}.marketing/receipt"


def test_a_receipt_of_the_running_stack_is_checked_offline(stack: Stack, record: str, tmp_path: Path) -> None:
    officer = stack.command("token", "--role", "officer").stdout.strip()
    octets = ask(record, officer)
    token = ask(record, officer, accept="application/jose").decode()
    keys = json.loads(ask(f"{stack.ports.api_url}/.well-known/jwks.json"))
    # From here on nobody asks the stack.
    assert require_signed(token, keys) == octets
    assert openssl_says(token, keys, tmp_path) == "Verified OK"
    (said,) = require_receipt(octets)["records"]
    assert [event["event_state"] for event in said["events"]] == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    assert (said["pii_processing"]["language"], said["pii_processing"]["purpose"]) == ("zh-CN", "优惠与新功能")


def test_a_changed_receipt_convinces_nobody(stack: Stack, record: str, tmp_path: Path) -> None:
    officer = stack.command("token", "--role", "officer").stdout.strip()
    token = ask(record, officer, accept="application/jose").decode()
    keys = json.loads(ask(f"{stack.ports.api_url}/.well-known/jwks.json"))
    header, payload, signature = token.split(".")
    other = "A" if payload[100] != "A" else "B"
    forged = f"{header}.{payload[:100]}{other}{payload[101:]}.{signature}"
    with pytest.raises(Exception, match="Verification failed"):
        require_signed(forged, keys)
    assert openssl_says(forged, keys, tmp_path) != "Verified OK"
