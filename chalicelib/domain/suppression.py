"""Numbers that must not be used for advertising, by tag: with a customer behind them or without one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.due import bucket
from chalicelib.domain.policy import Policy

# Who said so: the customer's own SMS to us, the provider's list of those who answered STOP there, an objection, or who
# wanted to be erased and never contacted again.
BY_SMS, BY_PROVIDER, BY_OBJECTION, BY_ERASURE = "sms", "provider", "objection", "erasure"
# "You can opt in a phone number only once every 30 days." Source: SNS API reference, OptInPhoneNumber.
BETWEEN_OPT_INS = timedelta(days=30)
# The list is a little behind: a number that was taken off it may still be seen there for a while.
LIST_SETTLES = timedelta(hours=12)


@dataclass(frozen=True)
class Suppression:
    """The last word on advertising that came with the number itself, whoever has it. It holds no number.

    Attributes:
        since: when it was said.
        source: BY_SMS, BY_PROVIDER, BY_OBJECTION or BY_ERASURE.
        lifted_at: when the customer agreed to advertising in person after it; None while it stands.
        opted_in: when the provider last took the number off its list at our word, by region.
        listed: when the provider's list was first seen to hold it while it stood, by region. Only from there may it be
            taken off after a yes: any other listing may be a no that came after the yes.
    """

    tag: str
    since: datetime
    source: str
    lifted_at: datetime | None = None
    opted_in: Mapping[str, datetime] = field(default_factory=dict)
    listed: Mapping[str, datetime] = field(default_factory=dict)
    version: str = ""

    @property
    def stands(self) -> bool:
        """True if no advertising may go there."""
        return self.lifted_at is None

    def stopped(self, source: str, at: datetime) -> "Suppression":
        """It stands, unless it was lifted after `at`: SNS brings old messages again, and not in their order."""
        if self.lifted_at is None or at <= self.lifted_at:
            return self
        return replace(self, since=at, source=source, lifted_at=None)

    def lifted(self, at: datetime) -> "Suppression":
        """It does not stand any more. A second time changes nothing."""
        return self if self.lifted_at is not None else replace(self, lifted_at=at)

    def with_listing(self, region: str, at: datetime) -> "Suppression":
        """The provider's list held it at `at`; of what was seen after a yes, nothing is noted."""
        seen_after_yes = self.lifted_at is not None and at >= self.lifted_at
        return self if seen_after_yes or region in self.listed else replace(self, listed={**self.listed, region: at})

    def off_lists(self, regions: Collection[str]) -> "Suppression":
        """The lists of these regions do not hold it any more: whoever is on one again has said no again."""
        kept = {region: at for region, at in self.listed.items() if region not in regions}
        return self if kept == self.listed else replace(self, listed=kept)

    def is_new_no(self, region: str, at: datetime) -> bool:
        """True if the customer has agreed, and the provider's list did not hold it before that, but does now."""
        opted_in = self.opted_in.get(region)
        settling = opted_in is not None and at < opted_in + LIST_SETTLES
        return not self.stands and region not in self.listed and not settling

    def may_opt_in(self, region: str, at: datetime) -> bool:
        """True if the provider can be asked to take it off its list, where it was before the customer agreed."""
        opted_in = self.opted_in.get(region)
        asked_lately = opted_in is not None and at < opted_in + BETWEEN_OPT_INS
        return not self.stands and region in self.listed and not asked_lately

    def with_opt_in(self, region: str, at: datetime) -> "Suppression":
        """The provider took it off its list."""
        return replace(self.off_lists([region]), opted_in={**self.opted_in, region: at})


def place_of(tag: str) -> tuple[str, str]:
    """The key under which a number's row stands: in one of some partitions, so that all can be read without a scan."""
    return bucket(tag), tag


def deciding(rows: Sequence[Suppression]) -> Suppression | None:
    """Of one number's rows the one that counts: a no, if any says so, else the last yes; None if there are none."""
    return max(rows, key=lambda row: (row.stands, row.lifted_at or row.since), default=None)


def merged(rows: Sequence[Suppression], tag: str) -> Suppression:
    """One row under this tag says what these rows of one number said."""
    decides = deciding(rows)
    assert decides is not None
    listed = {region: at for row in rows for region, at in row.listed.items()}
    opted_in = {region: at for row in rows for region, at in row.opted_in.items()}
    return replace(decides, tag=tag, listed=listed, opted_in=opted_in, version="")


def suppressed(customer: Customer, rows: Sequence[Suppression]) -> Customer:
    """The head says what its number's rows say."""
    found = deciding(rows)
    since = found.since if found is not None and found.stands else None
    return customer if customer.suppressed_at == since else replace(customer, suppressed_at=since)


def advertised(customer: Customer, policy: Policy, until: datetime) -> list[str]:
    """The purposes that a no of `until` takes back: advertising that was agreed to by then, and has not ended."""
    return [
        purpose
        for purpose, state in customer.consents.items()
        if policy.rules.is_commercial(purpose)
        and state.decision == "given"
        and state.event_time <= until
        and not state.lapsed(until)
    ]


def lifts(caller: Caller, choice: ConsentChoice, customer: Customer, policy: Policy) -> bool:
    """True if the choice ends the customer's suppression: a yes to advertising, in person.

    One that the wallet brings lifts nothing: it may be older than the no, which came from the phone itself.
    """
    is_yes = choice.decision == "given" and policy.rules.is_commercial(choice.purpose)
    return customer.suppressed_at is not None and caller.role == "customer" and is_yes
