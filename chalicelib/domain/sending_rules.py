"""policy.toml: where SMS may go, by which way, and what they may cost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.mistake import demand

SENDERS = ("sns", "end_user_messaging", "webhook")
# The country whose rules hold for every country that has none of its own.
ANY_COUNTRY = "other"
# Prices are counted in whole millionths of a US dollar.
MICRO = 1_000_000
PRICE = re.compile(r"\d{1,6}\.\d{2,6}")


def micro_usd(text: str) -> int:
    """Millionths of a US dollar, of a text such as "0.0345"."""
    return int(Decimal(text) * MICRO)


def usd(micro: int) -> str:
    """The text that `micro_usd` reads as so many millionths, e.g. "0.0345"."""
    whole, millionths = divmod(micro, MICRO)
    return f"{whole}.{f'{millionths:06}'.rstrip('0'):0<2}"


@dataclass(frozen=True)
class Country:
    """What an SMS to a country costs and takes.

    Attributes:
        price_usd: of one part.
        expected_daily: verified numbers a day that are expected; the guard takes it for history where there is none.
        sender: who carries it.
        opt_out_word: what people there send back to stop advertising.
    """

    price_usd: str
    expected_daily: int = 0
    sender: str = "sns"
    opt_out_word: str = "STOP"

    def __post_init__(self) -> None:
        demand(PRICE.fullmatch(self.price_usd) is not None, "price_usd", 'must read as "0.0345"')
        demand(0 <= self.expected_daily <= 100_000_000, "expected_daily", "must be 0 to 100000000")
        demand(self.sender in SENDERS, "sender", f"must be one of {', '.join(SENDERS)}")
        demand(re.fullmatch(r"\w{1,12}", self.opt_out_word) is not None, "opt_out_word", "must be one word")

    @property
    def price(self) -> int:
        """Of one part, in millionths of a US dollar."""
        return micro_usd(self.price_usd)


@dataclass(frozen=True)
class Spending:
    """The most that all SMS together may cost, by the clock of UTC."""

    hour_usd: str
    day_usd: str
    month_usd: str
    alarm_percent: int

    def __post_init__(self) -> None:
        for name in ("hour_usd", "day_usd", "month_usd"):
            demand(PRICE.fullmatch(getattr(self, name)) is not None, name, 'must read as "50.00"')
        demand(
            micro_usd(self.hour_usd) <= micro_usd(self.day_usd) <= micro_usd(self.month_usd),
            "day_usd",
            "must not be less than hour_usd nor more than month_usd",
        )
        demand(1 <= self.alarm_percent <= 100, "alarm_percent", "must be 1 to 100")


@dataclass(frozen=True)
class SmsRules:
    """What every SMS through SNS or End User Messaging carries.

    Attributes:
        opt_out_regions: whose lists of opt-outs are read; empty for the deployment's own region.
    """

    sender_id: str
    max_price_usd: str
    opt_out_regions: tuple[str, ...]

    def __post_init__(self) -> None:
        demand(
            re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}", self.sender_id) is not None,
            "sender_id",
            "must be 1 to 11 letters and digits, at least one letter",
        )
        known = all(re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region) for region in self.opt_out_regions)
        demand(known, "opt_out_regions", "must hold regions of AWS")
        demand(re.fullmatch(r"\d+\.\d{2,5}", self.max_price_usd) is not None, "max_price_usd", 'must read as "0.50"')


@dataclass(frozen=True)
class EndUserMessaging:
    """How AWS End User Messaging SMS sends.

    Attributes:
        origination_identity: a phone number id, pool id or sender id of the account (or its ARN).
        configuration_set: for events; empty for none.
        protect_configuration_id: empty for the account's default.
    """

    origination_identity: str
    configuration_set: str = ""
    protect_configuration_id: str = ""

    def __post_init__(self) -> None:
        demand(bool(self.origination_identity), "origination_identity", "must name what sends")


@dataclass(frozen=True)
class Webhook:
    """A gateway of a provider of one's own, for where AWS does not send."""

    url: str

    def __post_init__(self) -> None:
        demand(re.fullmatch(r"https://[^\s/]+(/\S*)?", self.url) is not None, "url", "must be an https URL")


@dataclass(frozen=True)
class Senders:
    """The senders beside SNS; each is there if a country is routed to it."""

    end_user_messaging: EndUserMessaging | None = None
    webhook: Webhook | None = None

    def demand_for(self, countries: Mapping[str, Country]) -> None:
        """Returns if every country's sender is set up.

        Raises:
            Mistake: one is not.
        """
        for region, country in countries.items():
            there = country.sender == "sns" or getattr(self, country.sender) is not None
            demand(there, f"countries.{region}.sender", f"needs [senders.{country.sender}]")
