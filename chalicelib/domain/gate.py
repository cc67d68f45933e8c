"""May this customer be contacted for this purpose by this channel now? Refused unless something allows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.cap import Share, free_at, living
from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.quiet import QuietHours, quiet, quiet_until
from chalicelib.domain.rules import Purpose
from chalicelib.domain.word import word

PERMITTING = ("contract", "consent_given")
# Whatever the customer has said, they would not be contacted.
NOT_ABOUT_CONSENT = ("customer_unreachable", "customer_restricted", "customer_purged", "channel_not_offered")
REASON_OF_WORD = {
    "unasked": "consent_missing",
    "refused": "consent_refused",
    "withdrawn": "consent_withdrawn",
    "expired": "consent_expired",
    "outdated": "consent_outdated",
    "unguarded": "guardian_missing",
    "suppressed": "suppressed",
    "given": "consent_given",
}


@dataclass(frozen=True)
class ContactQuestion:
    """Who is to be contacted, what for and how."""

    customer_id: str
    purpose: str
    channel: str


@dataclass(frozen=True)
class Decision:
    """The answer.

    Attributes:
        reason: one of `reasons.REASONS`.
        evidence: ids of the consent events that it rests on.
        next_allowed_at: when it becomes permitted by itself; None if it does not.
    """

    reason: str
    evidence: tuple[str, ...] = ()
    next_allowed_at: datetime | None = None

    @property
    def permitted(self) -> bool:
        """True if contact may be made now."""
        return self.reason in PERMITTING


@dataclass(frozen=True)
class _Case:
    """All that a decision looks at."""

    customer: Customer
    question: ContactQuestion
    policy: Policy
    at: datetime
    token: str

    @property
    def purpose(self) -> Purpose:
        """The policy's; there is one once the channel is offered."""
        return self.policy.rules.purposes[self.question.purpose]

    @property
    def quiet_hours(self) -> QuietHours:
        """Those of the number's country."""
        return self.policy.rules.quiet_hours_of(self.customer.region)


Rule = Callable[[_Case], str | None]


def _customer(case: _Case) -> str | None:
    """The contract runs, and the customer has a number."""
    customer = case.customer
    return None if customer.is_open and customer.number is not None else f"customer_{customer.status}"


def _channel(case: _Case) -> str | None:
    """The policy offers the purpose by this channel."""
    purpose = case.policy.rules.purposes.get(case.question.purpose)
    return None if purpose is not None and case.question.channel in purpose.channels else "channel_not_offered"


def _consent(case: _Case) -> str | None:
    """The contract is the basis, or a consent that stands: to this notice, not ended or stopped, not a child's own."""
    if case.purpose.basis == "contract":
        return None
    said = word(case.customer, case.question.purpose, case.policy, case.at)
    return None if said == "given" else REASON_OF_WORD[said]


def _agreed_channel(case: _Case) -> str | None:
    """The consent names this channel."""
    state = case.customer.consents.get(case.question.purpose)
    is_agreed = state is None or case.question.channel in state.channels
    return None if is_agreed or _rests_on_contract(case) else "channel_not_agreed"


def _proof(case: _Case) -> str | None:
    """Possession of the number was proved, unless the policy lets the purpose use imported ones."""
    return None if case.customer.verified_at is not None or case.purpose.unproved else "number_unproved"


def _freshness(case: _Case) -> str | None:
    """The number was proved not too long ago for the purpose, and nothing has spoken against it since."""
    days, proved_at = case.purpose.verified_within_days, case.customer.verified_at
    if days is None or proved_at is None:
        return None
    is_fresh = case.customer.doubted_at is None and case.at < proved_at + timedelta(days=days)
    return None if is_fresh else "number_stale"


def _cap(case: _Case) -> str | None:
    """The cap that was agreed has room: fewer contacts in any 31 days."""
    return None if _free_at(case) == case.at else "cap_reached"


def _quiet(case: _Case) -> str | None:
    """It is neither night nor a public holiday wherever the customer may be."""
    if case.purpose.keeps == "nothing":
        return None
    zones = case.customer.zones
    return quiet(case.quiet_hours, case.purpose.keeps, zones, case.at) if zones else "time_zone_unknown"


# In this order, each with the reasons that it gives: what only a person can change comes before what time changes.
RULES: Mapping[Rule, tuple[str, ...]] = {
    _customer: ("customer_unreachable", "customer_restricted", "customer_purged"),
    _channel: ("channel_not_offered",),
    _consent: tuple(reason for said, reason in REASON_OF_WORD.items() if said != "given"),
    _agreed_channel: ("channel_not_agreed",),
    _proof: ("number_unproved",),
    _freshness: ("number_stale",),
    _cap: ("cap_reached",),
    _quiet: ("time_zone_unknown", "quiet_hours", "public_holiday"),
}


def decide(customer: Customer, question: ContactQuestion, policy: Policy, at: datetime, token: str = "") -> Decision:
    """The decision from the customer's head alone.

    Args:
        token: digest of the token that is being used, whose own share of a cap does not stand in its way.

    Source: PIPL 13–15, 47; GDPR 6, 7; Regulations on Network Data Security 22(4); MIIT Order 31 (2015) art. 18.
    """
    case = _Case(customer, question, policy, at, token)
    reason = _reason(case)
    state = customer.consents.get(question.purpose)
    is_about_consent = reason not in NOT_ABOUT_CONSENT and not _rests_on_contract(case)
    evidence = (state.event_id,) if state is not None and is_about_consent else ()
    return Decision(reason, evidence, None if reason in PERMITTING else _next_allowed_at(case, reason))


def counted(customer: Customer, purpose: str, share: Share, policy: Policy, at: datetime) -> Customer:
    """The head with this share of the purpose's cap; as it is if the purpose has none."""
    is_capped = _cap_of(customer, purpose, policy) is not None
    return customer.with_share(purpose, share, at) if is_capped else customer


def _reason(case: _Case) -> str:
    refusals = (rule(case) for rule in RULES)
    refused = next((reason for reason in refusals if reason is not None), None)
    return refused or ("contract" if _rests_on_contract(case) else "consent_given")


def _next_allowed_at(case: _Case, reason: str) -> datetime | None:
    while reason not in PERMITTING:
        ends = ENDS.get(reason)
        until = ends(case) if ends else None
        if until is None:
            return None
        case = replace(case, at=until)
        reason = _reason(case)
    return case.at


def _rests_on_contract(case: _Case) -> bool:
    purpose = case.policy.rules.purposes.get(case.question.purpose)
    return purpose is not None and purpose.basis == "contract"


def _cap_of(customer: Customer, purpose: str, policy: Policy) -> int | None:
    """How many contacts a month are agreed to and allowed, whichever is less; None if neither names a number."""
    state = customer.consents.get(purpose)
    rule = policy.rules.purposes[purpose]
    agreed = state.most_per_month if state is not None and rule.basis == "consent" else None
    return min((most for most in (agreed, rule.most_per_month) if most is not None), default=None)


def _free_at(case: _Case) -> datetime:
    most = _cap_of(case.customer, case.question.purpose, case.policy)
    if most is None:
        return case.at
    shares = case.customer.shares.get(case.question.purpose, ())
    return free_at(living(shares, case.at, case.customer.ground, case.token), most, case.at)


def _quiet_until(case: _Case) -> datetime | None:
    return quiet_until(case.quiet_hours, case.purpose.keeps, case.customer.zones, case.at)


# The reasons that time alone ends, and when it does.
ENDS: Mapping[str, Callable[[_Case], datetime | None]] = {
    "cap_reached": _free_at,
    "quiet_hours": _quiet_until,
    "public_holiday": _quiet_until,
}
