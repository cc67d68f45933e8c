"""Requests that go wrong with a number or a code in the wrong place: none of the answers may say it again."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.verification import Verification
from chalicelib.entrypoints.api.bodies import RevealBody, StartBody
from chalicelib.services.start_request import StartRequest
from tests.fakes import caller
from tests.prove.api import STAFF, WALLET, Api
from tests.prove.erasure import Life
from tests.worlds import World


def stumble(api: Api, life: Life) -> None:
    """Every request brings the customer's number, or a code, where it must not stand; all are refused."""
    number, digits, customer = life.number, life.number.lstrip("+"), life.customer
    signup = {"purpose": "signup", "client": {"device_id": "d"}}
    verification = api.started(number)
    code = api.world.sms_to(number)[-1].code
    check = f"/v1/verifications/{verification}/check"
    choice = {"decision": "given", "notice_version": 1, "locale": "en", "channels": ["sms"], "surface": "app"}
    consents = f"/v1/customers/{customer}/consents"
    pay = {"purpose": "transaction", "customer_id": customer, "client": {"device_id": "d"}}
    wrong: list[tuple[Any, str, str, Any, str | None]] = [
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": number + "9"}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": number, "region": "ZZ"}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": digits}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": f"{number};ext=1"}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": [number]}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": number, digits: 1}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": number, "locale": digits}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "purpose": number}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": number, "client": {"ip": digits}}, None),
        (WALLET, "POST", "/v1/verifications", {**signup, "phone_number": number}, digits + "-00"),
        (WALLET, "POST", "/v1/verifications", {**pay, "customer_id": digits}, None),
        (WALLET, "POST", "/v1/verifications", {**pay, "context": {"payee": f"call {number}"}}, None),
        (WALLET, "POST", "/v1/customers", {"verification_id": digits}, None),
        (WALLET, "POST", "/v1/customers", {"verification_id": verification, "customer_id": digits}, None),
        (WALLET, "POST", "/v1/customers", {"verification_id": verification, "on_conflict": number}, None),
        (WALLET, "GET", f"/v1/customers/{digits}", None, None),
        (WALLET, "GET", f"/v1/customers/{number}", None, None),
        (WALLET, "GET", f"/v1/{digits}", None, None),
        (WALLET, "GET", f"/v1/verifications/{digits}", None, None),
        (WALLET, "PUT", f"{consents}/{digits}", choice, None),
        (WALLET, "PUT", f"{consents}/marketing", {**choice, "surface": digits}, None),
        (WALLET, "PUT", f"{consents}/marketing", {**choice, "channels": [digits]}, None),
        (WALLET, "PUT", f"{consents}/marketing", {**choice, "notice_sha256": digits}, None),
        (STAFF, "POST", "/v1/contact-decisions", {"customer_id": digits, "purpose": "x", "channel": "sms"}, None),
        (STAFF, "POST", "/v1/reveals", {"contact_token": digits, "justification": f"to dial {number}"}, None),
        (STAFF, "POST", "/v1/messages", {"contact_token": digits, "template": digits}, None),
        (caller("staff", "call-centre"), "POST", "/v1/verifications", {**signup, "phone_number": number}, None),
        (None, "POST", "/v1/verifications", {**signup, "phone_number": number}, None),
        (WALLET, "DELETE", f"/v1/customers/{digits}", {"phone_number": number}, None),
        (WALLET, "POST", check, {"code": int(code)}, None),
        (WALLET, "POST", check, {"code": code + "0"}, None),
        (WALLET, "POST", check, {"code": code, code: code}, None),
        (WALLET, "POST", check, {"code": f"{(int(code) + 1) % 1_000_000:06d}"}, None),
        (WALLET, "POST", check, {"code": code}, code),
        (WALLET, "POST", f"/v1/verifications/{code}/check", {"code": code}, None),
    ]
    for of, method, path, body, key in wrong:
        reply = api.call(of, method, path, body, key=key)
        assert 400 <= reply.status < 500, (method, path, reply)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {number}"}
    for raw in (f'{{"phone_number": "{number}"', number, f'{{"a": "{number}", "a": 1}}', f'["{number}", "{code}"]'):
        assert api.transport.send("POST", "/v1/verifications", headers, raw.encode()).status == 401
        headers_with_token = {**headers, "Authorization": api.world.authorization(WALLET)}
        assert api.transport.send("POST", "/v1/verifications", headers_with_token, raw.encode()).status == 400
        plain = {**headers_with_token, "Content-Type": "text/plain"}
        assert api.transport.send("POST", "/v1/verifications", plain, raw.encode()).status == 415


def failing_calls(world: World, life: Life) -> list[Callable[[], object]]:
    """Calls of the use cases that end in an error, each with the number in its hands."""
    ringfence, number, digits = world.ringfence, life.number, life.number.lstrip("+")
    token = world.authorization(WALLET)
    choice = ConsentChoice(digits, "given", 1, "en", None, ("sms",), digits)
    start = partial(ringfence.start_verification, WALLET, token)
    return [
        partial(parse_phone_number, number + "9"),
        partial(parse_phone_number, digits, "US"),
        partial(parse_phone_number, digits, digits),
        partial(parse_phone_number, "not " + number),
        partial(start, StartRequest("signup", digits), None),
        partial(start, StartRequest("step_up", customer_id=digits), None),
        partial(ringfence.own, WALLET, Verification, digits),
        partial(ringfence.check_code, WALLET, digits, digits, None, None),
        partial(ringfence.bind_customer, WALLET, digits, digits, None),
        partial(ringfence.close_customer, digits, None),
        partial(ringfence.record_consent, WALLET, digits, choice, None),
        partial(ringfence.record_consent, WALLET, life.customer, choice, None),
        partial(ringfence.decide_contact, STAFF, ContactQuestion(digits, "marketing", "sms"), None),
        partial(ringfence.strongroom.reveal, token, digits, number, None),
        partial(ringfence.strongroom.reveal, f"Bearer {digits}", digits, number, None),
        partial(ringfence.strongroom.send_code, token, digits),
        partial(ringfence.adapters.tokens.verify, f"Bearer {number}"),
        partial(ringfence.adapters.pending.open, digits, number.encode()),
    ]


def things_that_hold_a_number(life: Life) -> list[object]:
    """Values that a program may print by mistake."""
    body = StartBody(purpose="signup", phone_number=life.number)
    return [
        parse_phone_number(life.number),
        [parse_phone_number(life.number)],
        StartRequest("signup", life.number),
        body,
        RevealBody(contact_token="ct_" + "x" * 43, justification="Customer asked for a call"),
        KeyedRequest("wallet-app", "POST /v1/verifications", "k" * 16, json.dumps(body.model_dump()).encode()),
    ]
