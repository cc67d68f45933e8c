"""Where a verification's sends and codes count, kept apart from the verification itself.

Throttle keys never stand beside a mask: this row has no mask and no tag, and its own key is blinded, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class CountriesOfIp:
    """The countries to which one IP has unverified sends within a day.

    Attributes:
        key: the blinded IP.
        since: each country's last send without a right code.
    """

    key: str
    lapses_at: datetime
    since: Mapping[str, datetime] = field(default_factory=dict)
    version: str = ""

    def living(self, at: datetime) -> Mapping[str, datetime]:
        """Those that still count."""
        return {region: sent_at for region, sent_at in self.since.items() if sent_at > at - DAY}

    def reached(self, region: str, at: datetime) -> "CountriesOfIp":
        """One more send went to the region."""
        return replace(self, since={**self.living(at), region: at}, lapses_at=at + DAY)

    def verified(self, region: str) -> "CountriesOfIp":
        """A right code came from the region."""
        return replace(self, since={name: at for name, at in self.since.items() if name != region})


@dataclass(frozen=True)
class Accounts:
    """What a check needs to know of where the start was counted.

    Attributes:
        key: the blinded id of the verification.
        wrong_codes: the logs in which a wrong code counts: the number's, and those of IP and device for this number.
        country, prefix: the rows that count its sends; None if a customer had the number already.
        ip: what the IP's countries were after the start; None if there was no IP.
    """

    key: str
    lapses_at: datetime
    wrong_codes: tuple[str, ...]
    country: str | None = None
    prefix: str | None = None
    ip: CountriesOfIp | None = None
    version: str = ""
