"""Bad requests to start a verification."""

from typing import Any

from tests.api.bad_input import INVALID, MARKER, NOT_A_NUMBER, REFUSED_NUMBER, STARTS, Bad, start
from tests.api.world import CUSTOMER_ID, NUMBER

CONTEXT = {"amount": "12.50", "currency": "EUR", "payee": "Corner Shop"}


def _transaction(name: str, *pointers: str, **context: Any) -> Bad:
    body = {"purpose": "transaction", "customer_id": CUSTOMER_ID, "context": {**CONTEXT, **context}}
    return Bad(name, STARTS, body, INVALID, pointers)


NUMBERS = [
    start("number impossible", NOT_A_NUMBER, "/phone_number", phone_number="+861380013800"),
    start("number of no plan", NOT_A_NUMBER, "/phone_number", phone_number="+99913800138000"),
    start("number too long for E.164", NOT_A_NUMBER, "/phone_number", phone_number="+8613800138000138001"),
    start("number that is text", NOT_A_NUMBER, "/phone_number", phone_number=f"+{MARKER}"),
    start("number with an extension", NOT_A_NUMBER, "/phone_number", phone_number="+8613800138000;ext=5"),
    start("number with a spoken extension", NOT_A_NUMBER, "/phone_number", phone_number="+8613800138000 ext. 77"),
    start("number national without a region", NOT_A_NUMBER, "/phone_number", phone_number="13800138000"),
    start("number with 00 for +", NOT_A_NUMBER, "/phone_number", phone_number="008613800138000"),
    start("number of another region", NOT_A_NUMBER, "/region", phone_number="+8613800138000", region="GB"),
    start("number of no region", NOT_A_NUMBER, "/region", phone_number="+8613800138000", region="XX"),
    start("number longer than any", INVALID, "/phone_number", phone_number="+" + "8613800138000" * 3),
    start("number empty", INVALID, "/phone_number", phone_number=""),
    start("number as an integer", INVALID, "/phone_number", phone_number=8613800138000),
    start("number as a list", INVALID, "/phone_number", phone_number=[NUMBER]),
    start("number toll-free", REFUSED_NUMBER, "/phone_number", phone_number="+18005550199"),
    start("number premium", REFUSED_NUMBER, "/phone_number", phone_number="+19002345678"),
    start("number fixed", REFUSED_NUMBER, "/phone_number", phone_number="+441212345678"),
    start("region in small letters", INVALID, "/region", phone_number=NUMBER, region="cn"),
    start("region as a name", INVALID, "/region", phone_number=NUMBER, region=f"{MARKER}"),
    start("region as a number", INVALID, "/region", phone_number=NUMBER, region=86),
]

MEMBERS = [
    start("no number", INVALID, "/phone_number"),
    start("purpose unknown", INVALID, "/purpose", phone_number=NUMBER, purpose=MARKER),
    start("purpose as a list", INVALID, "/purpose", phone_number=NUMBER, purpose=["signup", MARKER]),
    start("purpose null", INVALID, "/purpose", phone_number=NUMBER, purpose=None),
    Bad("purpose missing", STARTS, {"phone_number": NUMBER}, INVALID, ("/purpose",)),
    start("member unknown", INVALID, "", phone_number=NUMBER, **{MARKER: "x"}),
    start("member whose name is a number", INVALID, "", phone_number=NUMBER, **{"+8613800138111": "x"}),
    start("member with a known name elsewhere", INVALID, "/payee", phone_number=NUMBER, payee=MARKER),
    start("nested member unknown", INVALID, "/client", phone_number=NUMBER, client={MARKER: "x"}),
    start("nested member named by a number", INVALID, "/client", phone_number=NUMBER, client={"8613800138111": 1}),
    start("client as a string", INVALID, "/client", phone_number=NUMBER, client=MARKER),
    start("locale bad", INVALID, "/locale", phone_number=NUMBER, locale=f"{MARKER}!"),
    start("locale as a path", INVALID, "/locale", phone_number=NUMBER, locale="../../zh-CN"),
    start("ip bad", INVALID, "/client/ip", phone_number=NUMBER, client={"ip": "203.0.113.256"}),
    start("ip as a network", INVALID, "/client/ip", phone_number=NUMBER, client={"ip": "203.0.113.0/24"}),
    start("ip too long", INVALID, "/client/ip", phone_number=NUMBER, client={"ip": "1" * 46}),
    start("ip as an integer", INVALID, "/client/ip", phone_number=NUMBER, client={"ip": 3405803785}),
    start("device empty", INVALID, "/client/device_id", phone_number=NUMBER, client={"device_id": ""}),
    start("device too long", INVALID, "/client/device_id", phone_number=NUMBER, client={"device_id": MARKER * 20}),
    start("hash too short", INVALID, "/android_app_hash", phone_number=NUMBER, android_app_hash="FA+9qCX9VS"),
    start("hash too long", INVALID, "/android_app_hash", phone_number=NUMBER, android_app_hash="FA+9qCX9VSuu"),
    start("hash of nobody's app", INVALID, "/android_app_hash", phone_number=NUMBER, android_app_hash="FA+9qCX9VSu"),
    start("hash of other letters", INVALID, "/android_app_hash", phone_number=NUMBER, android_app_hash="FA+9qCX9V-u"),
    start("customer of a signup", INVALID, "/customer_id", phone_number=NUMBER, customer_id=CUSTOMER_ID),
    start("context for a signup", INVALID, "/context", phone_number=NUMBER, context=CONTEXT),
    start("customer id that reads as a number", INVALID, "/customer_id", purpose="step_up", customer_id="13800138000"),
    start("customer id with separators", INVALID, "/customer_id", purpose="step_up", customer_id="138-0013-8000"),
    start("customer id too short", INVALID, "/customer_id", purpose="step_up", customer_id="abcdefg"),
    start("customer id with a slash", INVALID, "/customer_id", purpose="step_up", customer_id=f"{MARKER}/x"),
    start("customer missing for a step-up", INVALID, "/customer_id", purpose="step_up"),
    start("customer missing for a change", INVALID, "/customer_id", purpose="number_change", phone_number=NUMBER),
    start("customer missing for a guardian", INVALID, "/customer_id", purpose="guardian", phone_number=NUMBER),
    start("number missing for a guardian", INVALID, "/phone_number", purpose="guardian", customer_id=CUSTOMER_ID),
    start("number missing for a change", INVALID, "/phone_number", purpose="number_change", customer_id=CUSTOMER_ID),
    start("number for a step-up", INVALID, "/phone_number", purpose="step_up", customer_id=CUSTOMER_ID,
          phone_number=NUMBER),
    start("region without a number", INVALID, "/region", purpose="step_up", customer_id=CUSTOMER_ID, region="CN"),
    start("context missing for a transaction", INVALID, "/context", purpose="transaction", customer_id=CUSTOMER_ID),
    start("lone surrogate in a value", INVALID, "/locale", phone_number=NUMBER, locale="\ud800"),
    start("lone surrogate in a name", INVALID, "", phone_number=NUMBER, **{"\ud800": "x"}),
    start("two members bad", INVALID, "/region", "/locale", phone_number=NUMBER, region="china", locale=MARKER + "?"),
]  # fmt: skip

TRANSACTIONS = [
    _transaction("amount negative", "/context/amount", amount="-1.00"),
    _transaction("amount as a float", "/context/amount", amount=12.5),
    _transaction("amount with a comma", "/context/amount", amount="12,50"),
    _transaction("amount with five decimals", "/context/amount", amount="1.00001"),
    _transaction("amount of thirteen digits", "/context/amount", amount="1234567890123"),
    _transaction("amount not ASCII", "/context/amount", amount="１２"),
    _transaction("amount with a line break", "/context/amount", amount="12.50\n"),
    _transaction("currency small", "/context/currency", currency="eur"),
    _transaction("currency long", "/context/currency", currency="EURO"),
    _transaction("payee empty", "/context/payee", payee=""),
    _transaction("payee too long", "/context/payee", payee=MARKER * 7),
    _transaction("payee with a number", "/context/payee", payee="Call +86 138 0013 8111"),
    _transaction("payee with a full-width number", "/context/payee", payee="请拨打１３８００１３８１１１"),
    _transaction("payee with an Arabic number", "/context/payee", payee="١٣٨٠٠١٣٨١١١"),
    _transaction("payee with a spaced-out number", "/context/payee", payee="138 - 0013 - 8111"),
    _transaction("payee with a line break", "/context/payee", payee=f"Shop\n{MARKER}"),
    _transaction("payee with a hidden turn", "/context/payee", payee="Shop\u202e"),
    _transaction("context with another member", "/context", note=MARKER),
]
