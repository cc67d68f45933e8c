"""policy.toml holds the numbers that the design promises."""

import tomllib
from typing import Any

import pytest

from tests.repo.sources import ROOT

# DESIGN 6.
NUMBERS: list[tuple[str, Any]] = [
    ("verification.code_lifetime_seconds", 600),
    ("verification.attempts", 5),
    ("verification.sends", 5),
    ("verification.resend_after_seconds", [30, 60, 120, 240]),
    ("throttles.number", [{"limit": 5, "window_seconds": 600}, {"limit": 10, "window_seconds": 86_400}]),
    ("throttles.ip", [{"limit": 25, "window_seconds": 300}]),
    ("throttles.device", [{"limit": 10, "window_seconds": 3600}]),
    ("throttles.caller", [{"limit": 60, "window_seconds": 3600}]),
    ("contact.token_lifetime_seconds", 300),
    ("retention.unverified_number_seconds", 86_400),
    ("retention.finished_verification_seconds", 86_400),
    ("retention.lapsed_basis_days", 30),
    ("purposes.account_security.basis", "contract"),
    ("purposes.account_security.essential", True),
    ("purposes.order_notice.basis", "consent"),
    ("purposes.order_notice.channels", ["sms", "call"]),
    ("purposes.transaction_safety_call.basis", "consent"),
    ("purposes.satisfaction_survey.basis", "consent"),
    ("purposes.marketing.basis", "consent"),
    ("purposes.support_follow_up.basis", "consent"),
]
PURPOSES = {name.split(".")[1] for name, _ in NUMBERS if name.startswith("purposes.")}


@pytest.fixture(scope="module")
def policy() -> dict[str, Any]:
    return tomllib.loads((ROOT / "chalicelib/policy/policy.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "value"), NUMBERS, ids=[name for name, _ in NUMBERS])
def test_a_number_is_the_design_s(policy: dict[str, Any], name: str, value: Any) -> None:
    found: Any = policy
    for step in name.split("."):
        found = found[step]
    assert found == value


def test_there_is_no_other_purpose(policy: dict[str, Any]) -> None:
    assert set(policy["purposes"]) == PURPOSES


def test_only_one_purpose_cannot_be_switched_off(policy: dict[str, Any]) -> None:
    assert [name for name, purpose in policy["purposes"].items() if purpose.get("essential")] == ["account_security"]
