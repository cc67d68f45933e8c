"""A record of each kind, and the item that it is in DynamoDB."""

from typing import Any

from chalicelib.domain.accounts import Accounts, CountriesOfIp
from chalicelib.domain.anchor import Anchor
from chalicelib.domain.certificate import ErasureCertificate, Kept
from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import TagHolder, WrappedKey
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.holds import CaseHold
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.meter import Meter
from chalicelib.domain.spent import Spent
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.throttle import OpeningLog, ThrottleLog
from chalicelib.domain.traffic import Counts, Traffic
from chalicelib.domain.verification import Send, TransactionContext, Verification
from chalicelib.domain.witness import Witness
from tests.contracts.access_forms import ACCESS_FORMS
from tests.contracts.case_forms import CASE_FORMS
from tests.contracts.contact_forms import CONTACT_FORMS
from tests.contracts.customer_form import CUSTOMER_FORMS
from tests.contracts.purge_forms import PURGE_FORMS
from tests.contracts.reveal_forms import REVEAL_FORMS
from tests.contracts.typed import (
    AT,
    AT_SECONDS,
    HASH,
    LATER,
    LATER_ROUNDED_UP,
    LATER_SECONDS,
    numbers,
    texts,
)

NOTHING_COUNTED = {"M": {"slots": {"L": [{"N": "0"}] * 12}, "hours": {"L": [{"N": "0"}] * 25}}}

FORMS: list[tuple[Any, dict[str, Any]]] = [
    (
        Verification(
            id="vrf_1",
            client_id="wallet-app",
            purpose="transaction",
            tag="v1.tag",
            masked="+86*********01",
            region="CN",
            locale="en",
            started_at=AT,
            code_expires_at=LATER,
            due_at=AT,
            due_reason="unverified_number",
            pending_number=b"\x00sealed",
            customer_id="cus_1",
            context=TransactionContext("10.00", "CNY", "Ada"),
            android_app_hash="FA+9qCX9VSu",
            attempts=2,
            sends=(Send(AT, "accepted", "sns", "0-f", "by_carrier"), Send(LATER)),
            verified_at=LATER,
            proved_by=2,
            other_tags=("v0.tag",),
            version="a1",
        ),
        {
            "other_tags": {"L": [{"S": "v0.tag"}]},
            **texts(pk="vrf_1", id="vrf_1", client_id="wallet-app", purpose="transaction", tag="v1.tag"),
            **texts(masked="+86*********01", region="CN", locale="en", due_reason="unverified_number", due_bucket="22"),
            **texts(customer_id="cus_1", android_app_hash="FA+9qCX9VSu", status="pending", version="a1"),
            **numbers(started_at=AT_SECONDS, code_expires_at=LATER_SECONDS, due_at=AT_SECONDS),
            **numbers(verified_at=LATER_SECONDS, attempts="2", proved_by="2", lapses_at=LATER_ROUNDED_UP),
            "pending_number": {"B": b"\x00sealed"},
            "context": {"M": texts(amount="10.00", currency="CNY", payee="Ada")},
            "sends": {
                "L": [
                    {
                        "M": {
                            **numbers(at=AT_SECONDS),
                            **texts(delivery="accepted", sender="sns", message_id="0-f", reason="by_carrier"),
                        }
                    },
                    {"M": {**numbers(at=LATER_SECONDS), **texts(delivery="intended")}},
                ]
            },
        },
    ),
    (
        Dispatch("0-f", "vrf_1", LATER, "a1"),
        {
            **texts(pk="sms#0-f", message_id="0-f", reference="vrf_1", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP),
        },
    ),
    (
        ThrottleLog("ip#mac", (AT, LATER), LATER, "a1"),
        {
            **texts(pk="ip#mac", key="ip#mac", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP),
            "admitted": {"L": [{"N": AT_SECONDS}, {"N": LATER_SECONDS}]},
        },
    ),
    (
        OpeningLog("opening_by_staff#mac", (AT, LATER), LATER, "a1"),
        {
            **texts(pk="opening_by_staff#mac", key="opening_by_staff#mac", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP),
            "admitted": {"L": [{"N": AT_SECONDS}, {"N": LATER_SECONDS}]},
        },
    ),
    *REVEAL_FORMS,
    (
        Accounts(
            key="mac",
            lapses_at=LATER,
            wrong_codes=("wrong_codes_for_number#mac",),
            country="CN#0",
            prefix="mac of a prefix",
            ip=CountriesOfIp("mac of an ip", LATER, {"CN": AT}, "b2"),
            version="a1",
        ),
        {
            **texts(pk="accounts#mac", key="mac", country="CN#0", prefix="mac of a prefix", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP),
            "wrong_codes": {"L": [{"S": "wrong_codes_for_number#mac"}]},
            "ip": {
                "M": {
                    **texts(key="mac of an ip", version="b2"),
                    **numbers(lapses_at=LATER_SECONDS),
                    "since": {"M": numbers(CN=AT_SECONDS)},
                }
            },
        },
    ),
    (
        CountriesOfIp("mac", LATER, {"CN": AT}, "a1"),
        {
            **texts(pk="countries#mac", key="mac", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP),
            "since": {"M": numbers(CN=AT_SECONDS)},
        },
    ),
    (
        Traffic(
            key="CN#0",
            slot=5984208,
            lapses_at=LATER,
            past_sent=Counts((1, 0), (2,)),
            days=(3, 4),
            flight_1=5,
            version="a1",
            moves=6,
        ),
        {
            **texts(pk="traffic#CN#0", key="CN#0", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, slot="5984208", shards="1", sent="0", verified="0", expected="0"),
            **numbers(flight_0="0", flight_1="5", flight_2="0", moves="6"),
            "days": {"L": [{"N": "3"}, {"N": "4"}]},
            "past_sent": {"M": {"slots": {"L": [{"N": "1"}, {"N": "0"}]}, "hours": {"L": [{"N": "2"}]}}},
            "past_verified": NOTHING_COUNTED,
            "unverified": NOTHING_COUNTED,
        },
    ),
    (
        Meter("wallet-app#60#3", 60, 359052480, LATER, 7, (1, 2), "a1", 8),
        {
            **texts(pk="meter#wallet-app#60#3", key="wallet-app#60#3", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, seconds="60", slot="359052480", count="7", moves="8"),
            "past": {"L": [{"N": "1"}, {"N": "2"}]},
        },
    ),
    (
        Spent("3", "2026-11-21T12", "2026-11-21", "2026-11", LATER, 1, 2, 3, "a1", 4),
        {
            **texts(pk="spent#3", key="3", hour="2026-11-21T12", day="2026-11-21", month="2026-11", version="a1"),
            **numbers(lapses_at=LATER_ROUNDED_UP, hour_cost="1", day_cost="2", month_cost="3", moves="4"),
        },
    ),
    (
        Claim("wallet-app|POST /v1/customers|key", "mac", "cus_1", "cus_1", LATER, "a1"),
        {
            **texts(pk="wallet-app|POST /v1/customers|key", key="wallet-app|POST /v1/customers|key", version="a1"),
            **texts(body_mac="mac", resource="cus_1", owner="cus_1"),
            **numbers(lapses_at=LATER_ROUNDED_UP),
        },
    ),
    *CUSTOMER_FORMS,
    (
        TagHolder("v1.tag", "cus_1", "a1"),
        texts(pk="tag#v1.tag", tag="v1.tag", customer_id="cus_1", version="a1"),
    ),
    (
        WrappedKey("cus_1", "ledger", b"wrapped", "a1"),
        {
            **texts(pk="cus_1", sk="ledger", customer_id="cus_1", key_id="ledger", version="a1"),
            "wrapped": {"B": b"wrapped"},
        },
    ),
    (
        LedgerEvent("cus_1", 7, "evt_7", AT, "commitment", HASH, "hash", b"sealed", "a1"),
        {
            **texts(pk="cus_1", sk="000000000007", customer_id="cus_1", event_id="evt_7", version="a1"),
            **texts(commitment="commitment", previous_hash=HASH, hash="hash", anchor_bucket="2026-11-21T12#06"),
            **numbers(sequence="7", event_time=AT_SECONDS),
            "sealed": {"B": b"sealed"},
        },
    ),
    (
        Anchor(3, AT, LATER, 2, "root", HASH, "header.payload.signature", "a1"),
        {
            **texts(pk="anchor", sk="000000000003", root="root", previous=HASH, version="a1"),
            **texts(signed="header.payload.signature"),
            **numbers(sequence="3", covers_from=AT_SECONDS, covers_until=LATER_SECONDS, heads="2"),
        },
    ),
    *CONTACT_FORMS,
    *ACCESS_FORMS,
    (
        Suppression("1.tag", AT, "sms", LATER, {"eu-west-1": LATER}, {"us-east-1": AT}, "a1"),
        {
            **texts(pk="55", sk="1.tag", tag="1.tag", source="sms", version="a1"),
            **numbers(since=AT_SECONDS, lifted_at=LATER_SECONDS),
            "opted_in": {"M": numbers(**{"eu-west-1": LATER_SECONDS})},
            "listed": {"M": numbers(**{"us-east-1": AT_SECONDS})},
        },
    ),
    *PURGE_FORMS,
    *CASE_FORMS,
    (
        ErasureCertificate(
            id="ers_1",
            customer_id="cus_1",
            reason="erasure_asked",
            asked_by="officer",
            asked_at=AT,
            erased_at=AT,
            unrecoverable_at=LATER,
            lapses_at=LATER,
            erased={"sealed_numbers": 1},
            kept=(Kept("consent_ledger", "GDPR 7(1)", LATER), Kept("suppression", "GDPR 21(3)", None)),
            version="a1",
        ),
        {
            **texts(
                pk="cus_1", id="ers_1", customer_id="cus_1", reason="erasure_asked", asked_by="officer", version="a1"
            ),
            **numbers(asked_at=AT_SECONDS, erased_at=AT_SECONDS, unrecoverable_at=LATER_SECONDS),
            **numbers(lapses_at=LATER_ROUNDED_UP),
            "erased": {"M": numbers(sealed_numbers="1")},
            "kept": {
                "L": [
                    {"M": {**texts(what="consent_ledger", why="GDPR 7(1)"), **numbers(until=LATER_SECONDS)}},
                    {"M": texts(what="suppression", why="GDPR 21(3)")},
                ]
            },
        },
    ),
    (
        Witness(
            "cus_1",
            AT,
            "erasure_asked",
            ErasureWish("officer", AT),
            (CaseHold("hold_1", "ann", "a dispute", AT, LATER),),
            True,
            AT,
            "a1",
        ),
        {
            **texts(pk="witness#cus_1", customer_id="cus_1", closed_for="erasure_asked", version="a1"),
            **numbers(closed_at=AT_SECONDS, of_age_at=AT_SECONDS),
            "wish": {"M": {**texts(asked_by="officer"), **numbers(asked_at=AT_SECONDS)}},
            "cases": {
                "L": [
                    {
                        "M": {
                            **texts(id="hold_1", officer="ann", reason="a dispute"),
                            **numbers(placed_at=AT_SECONDS, review_at=LATER_SECONDS),
                        }
                    }
                ]
            },
            "under_14": {"BOOL": True},
        },
    ),
]
