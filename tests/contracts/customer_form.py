"""A customer's head, with a change of number that is not over and a hold, and the item that it is in DynamoDB."""

from typing import Any

from chalicelib.domain.cap import Share
from chalicelib.domain.customer import ConsentState, Customer
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.held_number import HeldNumber, SealedNumber
from chalicelib.domain.holds import CaseHold
from chalicelib.domain.number_change import NumberChange
from tests.contracts.typed import AT, AT_SECONDS, HASH, LATER, LATER_SECONDS, numbers, texts

OLD = HeldNumber("v1.old", "+86*********02", "CN", SealedNumber("number_0", b"", b""), AT)

CUSTOMER_FORMS: list[tuple[Any, dict[str, Any]]] = [
    (
        Customer(
            id="cus_1",
            created_at=AT,
            verified_at=AT,
            locale="",
            tag="v1.tag",
            masked="+86*********01",
            region="CN",
            number=SealedNumber("number_1", b"nonce", b""),
            other_tags=("v0.tag",),
            claimed_at=AT,
            claimed_until=LATER,
            consents={"marketing": ConsentState("given", 1, "en", ("sms",), "evt_1", AT, LATER, most_per_month=4)},
            ledger_sequence=1,
            time_zones=("Asia/Shanghai",),
            own_time_zone="Asia/Urumqi",
            suppressed_at=AT,
            shares={"marketing": (Share("digest", LATER),)},
            change=NumberChange(
                "chg_1",
                "both",
                HeldNumber("v1.old", "+86*********02", "CN", SealedNumber("number_0", b"n", b"c"), AT),
                True,
                AT,
                LATER,
            ),
            wish=ErasureWish("officer", AT),
            cases=(CaseHold("hold_1", "ann", "a dispute", AT, LATER),),
            version="a1",
        ),
        {
            **texts(pk="customer#cus_1", id="cus_1", locale="", tag="v1.tag", masked="+86*********01", region="CN"),
            **texts(status="active", ledger_hash=HASH, version="a1"),
            **texts(own_time_zone="Asia/Urumqi"),
            **numbers(created_at=AT_SECONDS, verified_at=AT_SECONDS, ledger_sequence="1", suppressed_at=AT_SECONDS),
            **numbers(claimed_at=AT_SECONDS, claimed_until=LATER_SECONDS),
            "time_zones": {"L": [{"S": "Asia/Shanghai"}]},
            "other_tags": {"L": [{"S": "v0.tag"}]},
            "shares": {
                "M": {"marketing": {"L": [{"M": {**texts(token="digest"), **numbers(counts_until=LATER_SECONDS)}}]}}
            },
            **numbers(failed_deliveries="0"),
            "wish": {"M": {**texts(asked_by="officer"), **numbers(asked_at=AT_SECONDS)}},
            "change": {
                "M": {
                    **texts(id="chg_1", kind="both"),
                    **numbers(asked_at=AT_SECONDS, until=LATER_SECONDS),
                    "effective": {"BOOL": True},
                    "other": {
                        "M": {
                            **texts(tag="v1.old", masked="+86*********02", region="CN"),
                            **numbers(verified_at=AT_SECONDS),
                            "time_zones": {"L": []},
                            "other_tags": {"L": []},
                            "number": {
                                "M": {**texts(key_id="number_0"), "nonce": {"B": b"n"}, "ciphertext": {"B": b"c"}}
                            },
                        }
                    },
                }
            },
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
            "number": {"M": {**texts(key_id="number_1"), "nonce": {"B": b"nonce"}, "ciphertext": {"B": b""}}},
            "under_14": {"BOOL": False},
            "consents": {
                "M": {
                    "marketing": {
                        "M": {
                            **texts(decision="given", locale="en", event_id="evt_1"),
                            **numbers(notice_version="1", event_time=AT_SECONDS, valid_until=LATER_SECONDS),
                            **numbers(most_per_month="4"),
                            "by_guardian": {"BOOL": False},
                            "channels": {"L": [{"S": "sms"}]},
                        }
                    }
                }
            },
        },
    ),
]
