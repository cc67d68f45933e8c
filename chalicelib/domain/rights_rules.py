"""How long the answer to a customer who uses a right may take: the policy's table on it."""

from dataclasses import dataclass

from chalicelib.domain.mistake import demand

# GDPR 12(3): one month, and two further months where that is necessary.
LONGEST_ANSWER_MONTHS = 1
LONGEST_EXTENSION_MONTHS = 2


@dataclass(frozen=True)
class RightsRules:
    """The clock of rights requests.

    Attributes:
        answer_months: from the day on which a request came.
        extension_months: on top of them, once, with a reason that the customer is told before they are over.
        warning_days: a request that is due within so many is counted beside those that are late.
    """

    answer_months: int
    extension_months: int
    warning_days: int

    def __post_init__(self) -> None:
        for name, most in (("answer_months", LONGEST_ANSWER_MONTHS), ("extension_months", LONGEST_EXTENSION_MONTHS)):
            demand(1 <= getattr(self, name) <= most, name, f"must be 1 to {most}: GDPR 12(3)")
        demand(1 <= self.warning_days <= 28, "warning_days", "must be 1 to 28")
