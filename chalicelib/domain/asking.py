"""What a customer may be asked for now. Source: Regulations on Network Data Security (网络数据安全管理条例) 22."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.word import word

ASKED_AT_ONCE = {
    "unasked": "never_asked",
    "expired": "consent_expired",
    "outdated": "notice_changed",
    "unguarded": "guardian_missing",
}
ASKABLE = (*ASKED_AT_ONCE.values(), "asked_long_ago")


@dataclass(frozen=True)
class Prompt:
    """One purpose, and whether it may be put before the customer now.

    Attributes:
        reason: one of ASKABLE, which may be asked; or essential (shown and explained, never asked), given or
            cooling_down, which may not.
        next_at: when it may be asked if nothing else happens; None if now, or never by itself.
    """

    purpose: str
    reason: str
    next_at: datetime | None = None

    @property
    def may_be_asked(self) -> bool:
        """True if the question may be put now."""
        return self.reason in ASKABLE


def prompts(customer: Customer, policy: Policy, at: datetime) -> list[Prompt]:
    """Every purpose of the policy, in its order, and whether it may be asked now.

    After a no nobody is asked the same again before the cool-down is over, whatever else has changed meanwhile.

    Raises:
        CustomerPurged, CustomerRestricted: there is nothing to ask for any more.
    """
    customer.require_open()
    return [
        Prompt(name, "essential") if purpose.essential else _prompt(name, customer, policy, at)
        for name, purpose in policy.rules.purposes.items()
    ]


def _prompt(purpose: str, customer: Customer, policy: Policy, at: datetime) -> Prompt:
    said, state = word(customer, purpose, policy, at), customer.consents.get(purpose)
    if said == "given" and state is not None:
        return Prompt(purpose, "given", state.valid_until)
    # What stopped a number that had agreed again is a later no than the state.
    no_at = customer.suppressed_at if said == "suppressed" else state.event_time if state else None
    if said in ("refused", "withdrawn", "suppressed") and no_at is not None:
        again = no_at + timedelta(days=policy.rules.asking.cool_down_days)
        return Prompt(purpose, "cooling_down", again) if at < again else Prompt(purpose, "asked_long_ago")
    return Prompt(purpose, ASKED_AT_ONCE[said])
