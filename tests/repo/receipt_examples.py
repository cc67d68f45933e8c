"""Makes the receipts of docs/schemas/examples. `python -m tests.repo.receipt_examples` writes them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.consent import ConsentEvent, GuardianProof
from chalicelib.domain.consent_record import consent_receipt, consent_record
from chalicelib.settings import PACKAGED_POLICY
from tests.domain.consent_samples import CUSTOMER_ID, chained
from tests.repo.sources import ROOT

FOLDER = ROOT / "docs" / "schemas" / "examples"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
POLICY = read_policy(PACKAGED_POLICY)


def _said(number: int, purpose: str, kind: str, locale: str = "en", **more: Any) -> ConsentEvent:
    at = NOON + timedelta(days=number)
    rule = POLICY.rules.purposes[purpose] if kind == "given" else None
    event = ConsentEvent(
        event_id=f"evt_{number:032x}",
        record_id=f"{CUSTOMER_ID}.{purpose}",
        event_type=kind,
        event_time=at.isoformat(),
        purpose=purpose,
        channels=("sms", "app") if rule else (),
        notice_version=1,
        notice_sha256=POLICY.notices[purpose, 1, locale].sha256,
        locale=locale,
        surface="signup_screen",
        actor_role="wallet",
        actor_client="wallet-app",
        most_per_month=rule.most_per_month if rule else None,
        valid_until=(at + timedelta(days=rule.valid_days)).isoformat() if rule and rule.valid_days else None,
    )
    return replace(event, **more)


def examples() -> dict[str, str]:
    """Each example by its file's name, written for people to read."""
    guardian = GuardianProof("vrf_5f0c", "+86*********00", (NOON + timedelta(hours=20)).isoformat())
    withdrawn = {"surface": "preferences", "actor_role": "customer"}
    stories = {
        "refused.json": [_said(1, "satisfaction_survey", "refused")],
        "withdrawn.json": [_said(1, "marketing", "given"), _said(9, "marketing", "withdrawn", **withdrawn)],
        "guardian.json": [_said(1, "marketing", "given", "zh-CN", actor="guardian", guardian=guardian)],
        "renewed.json": [
            _said(1, "marketing", "given"),
            _said(366, "marketing", "expired", surface="clock", actor="system", method="expiry", actor_role="system"),
            _said(370, "marketing", "given"),
        ],
    }
    made = {}
    for name, events in stories.items():
        record = consent_record(chained(*events), POLICY, under_14=name == "guardian.json")
        made[name] = json.dumps(json.loads(consent_receipt(record)), ensure_ascii=False, indent=2) + "\n"
    return made


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, text in examples().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
