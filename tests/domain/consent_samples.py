"""Consent events in a chain, and the record that is made of them."""

from datetime import datetime
from typing import Any

from chalicelib.domain.consent import ConsentEvent, GuardianProof
from chalicelib.domain.consent_record import Chained, consent_record
from chalicelib.domain.ledger import GENESIS, commit_to, link
from chalicelib.domain.policy import Policy
from tests.domain.samples import NOON, POLICY

CUSTOMER_ID = "customer-one"
EVENT = ConsentEvent(
    event_id="evt_1",
    record_id=f"{CUSTOMER_ID}.marketing",
    event_type="given",
    event_time=NOON.isoformat(),
    purpose="marketing",
    channels=("sms", "call"),
    notice_version=3,
    notice_sha256="0a" * 32,
    locale="en",
    surface="signup_screen",
    actor_role="wallet",
    actor_client="wallet-app",
)
PROOF = GuardianProof("vrf_0123", "+44********56", NOON.isoformat())


def chained(*events: ConsentEvent) -> list[Chained]:
    """The events in a chain of their own."""
    head, done = (0, GENESIS), []
    for event in events:
        at = datetime.fromisoformat(event.event_time)
        made = link(CUSTOMER_ID, head, event.event_id, at, commit_to(b"salt", event.canonical()), b"sealed")
        head = made.sequence, made.hash
        done.append((event, made))
    return done


def record_of(*events: ConsentEvent, policy: Policy = POLICY, under_14: bool = False) -> dict[str, Any]:
    return consent_record(chained(*events), policy, under_14=under_14)
