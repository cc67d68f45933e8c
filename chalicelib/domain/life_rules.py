"""How long what is kept, which laws forbid erasing yet, and how sure a number must be: the policy's tables on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.mistake import demand

# Which consents stay with a customer whose number changes.
ALL, NOT_COMMERCIAL, NONE = "all", "not_commercial", "none"
KEPT = (ALL, NOT_COMMERCIAL, NONE)
CENTURY_DAYS = 36_500


@dataclass(frozen=True)
class Retention:
    """How long what is kept; 0 of `inactive_days` and `imported_days` is for ever.

    Source: PIPL 19, 47; GDPR 5(1)(e).
    """

    unverified_number_seconds: int
    finished_verification_seconds: int
    lapsed_basis_days: int
    ledger_days: int
    inactive_days: int
    imported_days: int
    access_log_days: int
    decision_log_days: int
    report_days: int
    case_days: int

    def __post_init__(self) -> None:
        for name in ("unverified_number_seconds", "finished_verification_seconds"):
            demand(3600 <= getattr(self, name) <= 604800, name, "must be 1 hour to 7 days")
        demand(0 <= self.lapsed_basis_days <= 3650, "lapsed_basis_days", "must be 0 to 3650")
        for name in ("ledger_days", "inactive_days", "imported_days"):
            demand(0 <= getattr(self, name) <= CENTURY_DAYS, name, f"must be 0 to {CENTURY_DAYS}")
        for name in ("access_log_days", "decision_log_days", "report_days", "case_days"):
            demand(1 <= getattr(self, name) <= CENTURY_DAYS, name, f"must be 1 to {CENTURY_DAYS}")
        # A year without a word is no sign that somebody is gone: most people never call their wallet company.
        demand(self.inactive_days == 0 or self.inactive_days >= 90, "inactive_days", "must be 0 or 90 and more")


@dataclass(frozen=True)
class LawHold:
    """A law that forbids erasing for some time after the contract's end.

    Attributes:
        law: as customers and officers read it.
        days: from the end of the contract.
        on: False until the officer has decided that it binds this company.
    """

    law: str
    days: int
    on: bool

    def __post_init__(self) -> None:
        demand(bool(self.law.strip()), "law", "must name the law and its article")
        demand(1 <= self.days <= CENTURY_DAYS, "days", f"must be 1 to {CENTURY_DAYS}")


@dataclass(frozen=True)
class CaseHolds:
    """Holds that an officer places on one customer, for a dispute or an investigation."""

    on: bool
    longest_review_days: int

    def __post_init__(self) -> None:
        demand(1 <= self.longest_review_days <= 3650, "longest_review_days", "must be 1 to 3650")


@dataclass(frozen=True)
class TakeOver:
    """Whether a number that another customer holds can be taken by who proves it now.

    Attributes:
        step_up: True if it must be proved once more when the hold is over: a phone that was borrowed is given back.
    """

    allowed: bool
    step_up: bool
    hold_days: int

    def __post_init__(self) -> None:
        demand(1 <= self.hold_days <= 90, "hold_days", "must be 1 to 90")


@dataclass(frozen=True)
class NumberChangeRules:
    """What a change of number takes along, and how long it can be stopped.

    Attributes:
        hold_hours: for so long the old number can stop a change; without its phone, the change waits as long.
        keeps: the consents that stay, of who proved both numbers: one of KEPT.
        keeps_without_old: the same, of who proved the new one only.
    """

    hold_hours: int
    keeps: str
    keeps_without_old: str
    take_over: TakeOver

    def __post_init__(self) -> None:
        demand(1 <= self.hold_hours <= 720, "hold_hours", "must be 1 to 720")
        for name in ("keeps", "keeps_without_old"):
            demand(getattr(self, name) in KEPT, name, f"must be one of {', '.join(KEPT)}")


@dataclass(frozen=True)
class Freshness:
    """When a number is to be proved again; 0 of `delivery_failures` and `lookup_days` is never.

    Attributes:
        reverify_days: from the last proof.
        delivery_failures: messages in a row that could not be delivered.
        lookup_days: how old the word of who carries the number may be, when the number is open anyway.
    """

    reverify_days: int
    delivery_failures: int
    lookup_days: int

    def __post_init__(self) -> None:
        demand(1 <= self.reverify_days <= 3650, "reverify_days", "must be 1 to 3650")
        demand(0 <= self.delivery_failures <= 100, "delivery_failures", "must be 0 to 100")
        demand(0 <= self.lookup_days <= 3650, "lookup_days", "must be 0 to 3650")


Holds = Mapping[str, LawHold]
