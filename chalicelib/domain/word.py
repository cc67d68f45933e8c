"""How the last word of a customer on a purpose stands now: the one place where given is more than having been given."""

from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy

# All but the last permit nothing.
WORDS = ("unasked", "refused", "withdrawn", "expired", "outdated", "unguarded", "suppressed", "given")


def word(customer: Customer, purpose: str, policy: Policy, at: datetime) -> str:
    """One of WORDS.

    outdated: a notice that changed what is agreed to came after it. unguarded: a child gave it alone. suppressed: it is
    for advertising, to a number that takes none; what the wallet brought after the no is recorded and lifts nothing.

    Args:
        purpose: one of the policy's that rests on consent.

    Source: PIPL 14, 31; 网络数据安全管理条例 22; ISO/IEC TS 27560 (validity).
    """
    state = customer.consents.get(purpose)
    if state is None:
        return "unasked"
    if state.decision != "given":
        return state.decision
    if state.lapsed(at):
        return "expired"
    if policy.outdated(purpose, state.notice_version):
        return "outdated"
    if customer.lacks_guardian(state):
        return "unguarded"
    is_stopped = policy.rules.is_commercial(purpose) and customer.suppressed_at is not None
    return "suppressed" if is_stopped else "given"
