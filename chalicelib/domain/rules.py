"""policy.toml: what the privacy officer decides, as frozen values that check themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.controller_rules import ANY_PURPOSE, PURPOSE_TERMS, Controller, Processing
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.fiction import TestNumber
from chalicelib.domain.guard_rules import GuardRules
from chalicelib.domain.line_types import LINE_TYPES
from chalicelib.domain.mistake import demand
from chalicelib.domain.regions import REGIONS
from chalicelib.domain.sending_rules import ANY_COUNTRY, Country, Senders, SmsRules, Spending, micro_usd
from chalicelib.domain.throttle import Limit

# SP 800-63B-4: pauses from 30 s up to an hour.
LONGEST_PAUSE_SECONDS = 3600
# So that a shard of the hour's ceiling has room for the longest text.
LEAST_SMS_AN_HOUR = 160
CHANNELS = ("sms", "call", "app")
BASES = ("contract", "consent")

# SP 800-63B-4 3.1.3.2: an out-of-band secret is invalid after 10 minutes.
LONGEST_CODE_LIFETIME_SECONDS = 600
# RTS 2018/389 art. 4(3)(b): at most 5 consecutive failures.
MOST_ATTEMPTS = 5
# It stands in each SMS that has a code, beside a name of LONGEST_NAME (controller_rules).
LONGEST_HOST = 24


@dataclass(frozen=True)
class NumberRules:
    """Which numbers are turned away."""

    refused_line_types: tuple[str, ...]
    refused_regions: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = set(self.refused_line_types) - set(LINE_TYPES)
        demand(not unknown, "refused_line_types", f"knows no {', '.join(sorted(unknown))}")
        if self.refused_regions:
            self._demand_known_regions()

    def _demand_known_regions(self) -> None:
        # Here, so that a function that reads no number does not load the metadata of all of them.
        from chalicelib.domain.phone_number import is_told_apart

        strange = set(self.refused_regions) - REGIONS
        shadowed = [region for region in self.refused_regions if region in REGIONS and not is_told_apart(region)]
        demand(not strange, "refused_regions", f"knows no {', '.join(sorted(strange))} (ISO 3166-1 alpha-2)")
        demand(not shadowed, "refused_regions", f"cannot tell {', '.join(shadowed)} from its neighbour's numbers")


@dataclass(frozen=True)
class VerificationRules:
    """How a code lives and dies.

    Attributes:
        webotp_host: whose pages the phone fills a code in on.
        android_app_hashes: apps that may read their code from the SMS, a hash for each signing key and package.
    """

    code_lifetime_seconds: int
    attempts: int
    sends: int
    resend_after_seconds: tuple[int, ...]
    proof_lifetime_seconds: int
    webotp_host: str
    android_app_hashes: tuple[str, ...]

    def __post_init__(self) -> None:
        demand(
            60 <= self.code_lifetime_seconds <= LONGEST_CODE_LIFETIME_SECONDS,
            "code_lifetime_seconds",
            f"must be 60 to {LONGEST_CODE_LIFETIME_SECONDS} (SP 800-63B-4)",
        )
        demand(1 <= self.attempts <= MOST_ATTEMPTS, "attempts", f"must be 1 to {MOST_ATTEMPTS} (RTS 2018/389)")
        demand(1 <= self.sends <= 10, "sends", "must be 1 to 10")
        demand(
            len(self.resend_after_seconds) == self.sends - 1 and all(wait > 0 for wait in self.resend_after_seconds),
            "resend_after_seconds",
            "must hold one wait, above 0, before each send but the first",
        )
        demand(self.proof_lifetime_seconds > 0, "proof_lifetime_seconds", "must be above 0")
        demand(
            len(self.webotp_host) <= LONGEST_HOST
            and re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", self.webotp_host) is not None,
            "webotp_host",
            f"must be a host name of at most {LONGEST_HOST} characters",
        )
        demand(
            all(re.fullmatch("[A-Za-z0-9+/]{11}", app_hash) for app_hash in self.android_app_hashes),
            "android_app_hashes",
            "must hold hashes of 11 characters of base64 (SMS Retriever)",
        )

    def require_registered_app(self, app_hash: str | None) -> None:
        """Returns if the hash is a registered app's, or absent.

        Raises:
            FieldInvalid: it is not. Whoever could name any app would let it read the code on the owner's phone.
        """
        if app_hash is not None and app_hash not in self.android_app_hashes:
            raise FieldInvalid("/android_app_hash", "is not a registered app's")


@dataclass(frozen=True)
class Throttles:
    """Sliding limits; every one of a list must hold."""

    number: tuple[Limit, ...]
    ip: tuple[Limit, ...]
    device: tuple[Limit, ...]
    caller: tuple[Limit, ...]
    test_number: tuple[Limit, ...]
    wrong_codes_for_number: tuple[Limit, ...]
    wrong_codes_by_client: tuple[Limit, ...]
    opening_by_staff: tuple[Limit, ...]
    opening_by_wallet: tuple[Limit, ...]
    page_ip: tuple[Limit, ...]
    page_number: tuple[Limit, ...]
    page_number_by_ip: tuple[Limit, ...]
    wallet: Limit

    def __post_init__(self) -> None:
        for name, limits in vars(self).items():
            if isinstance(limits, Limit):
                continue
            demand(bool(limits), name, "must hold at least one limit")
            for position, limit in enumerate(limits, start=1):
                # Every admission rewrites the log of its longest window: 100 instants are about a kilobyte.
                demand(1 <= limit.limit <= 100, f"{name}.{position}.limit", "must be a limit of 1 to 100")
                demand(
                    1 <= limit.window_seconds <= 604800,
                    f"{name}.{position}.window_seconds",
                    "must be a window of 1 second to 7 days",
                )
                demand(
                    0 <= limit.first_pause_seconds <= limit.longest_pause_seconds <= LONGEST_PAUSE_SECONDS,
                    f"{name}.{position}.longest_pause_seconds",
                    f"must be first_pause_seconds to {LONGEST_PAUSE_SECONDS} (SP 800-63B-4)",
                )
        # Sixteen shards share it.
        demand(160 <= self.wallet.limit <= 100_000_000, "wallet.limit", "must be 160 to 100000000")
        demand(self.wallet.window_seconds in (60, 3600), "wallet.window_seconds", "must be 60 or 3600")
        demand(
            min(limit.limit for limit in self.wrong_codes_by_client)
            < min(limit.limit for limit in self.wrong_codes_for_number),
            "wrong_codes_by_client",
            "must be lower than wrong_codes_for_number, or a stranger could use up what the owner needs (ASVS 6.1.1)",
        )
        demand(
            all(any(own.refuses_before(each) for own in self.page_number_by_ip) for each in self.page_number),
            "page_number_by_ip",
            "must refuse before each page_number does, or one stranger could shut the owner out (ASVS 6.1.1)",
        )


@dataclass(frozen=True)
class ContactRules:
    """How long a permission to contact may wait."""

    token_lifetime_seconds: int

    def __post_init__(self) -> None:
        demand(1 <= self.token_lifetime_seconds <= 900, "token_lifetime_seconds", "must be 1 to 900")


@dataclass(frozen=True)
class Retention:
    """How long what is kept. Source: PIPL 19, 47; GDPR 5(1)(e)."""

    unverified_number_seconds: int
    finished_verification_seconds: int
    lapsed_basis_days: int
    ledger_days: int

    def __post_init__(self) -> None:
        for name in ("unverified_number_seconds", "finished_verification_seconds"):
            demand(3600 <= getattr(self, name) <= 604800, name, "must be 1 hour to 7 days")
        demand(0 <= self.lapsed_basis_days <= 3650, "lapsed_basis_days", "must be 0 to 3650")
        demand(0 <= self.ledger_days <= 36500, "ledger_days", "must be 0 to 36500")


@dataclass(frozen=True)
class Purpose:
    """What a number may be used for, and on which basis.

    Attributes:
        most_per_month: messages and calls together that a consent allows; None if it names no number.
        valid_days: how long a consent holds; None for as long as nobody ends it. Source: MIIT Order 31 (2015) art. 18.
        dpv: what consent records call it, one of PURPOSE_TERMS.
    """

    basis: str
    channels: tuple[str, ...]
    notice_version: int
    essential: bool = False
    most_per_month: int | None = None
    valid_days: int | None = None
    dpv: str = ANY_PURPOSE

    def __post_init__(self) -> None:
        demand(self.basis in BASES, "basis", f"must be one of {', '.join(BASES)}")
        demand(
            bool(self.channels) and set(self.channels) <= set(CHANNELS),
            "channels",
            f"must be some of {', '.join(CHANNELS)}",
        )
        demand(self.notice_version >= 1, "notice_version", "must be 1 or more")
        demand(self.dpv in PURPOSE_TERMS, "dpv", "must be a PURPOSE_TERM (Data Privacy Vocabulary)")
        for name, most in (("most_per_month", 1000), ("valid_days", 3650)):
            value = getattr(self, name)
            demand(value is None or self.basis == "consent", name, "belongs to purposes that rest on consent")
            demand(value is None or 1 <= value <= most, name, f"must be 1 to {most}")
        demand(
            self.essential == (self.basis == "contract"),
            "essential",
            "must be true for a contract's purpose and only there: what rests on consent can be refused (PIPL 16)",
        )


@dataclass(frozen=True)
class Asking:
    """How often people are asked. Source: Regulations on Network Data Security 22(5)."""

    cool_down_days: int

    def __post_init__(self) -> None:
        demand(1 <= self.cool_down_days <= 3650, "cool_down_days", "must be 1 to 3650")


@dataclass(frozen=True)
class Rules:
    """policy.toml as a whole."""

    default_locale: str
    locales: tuple[str, ...]
    controller: Controller
    processing: Processing
    numbers: NumberRules
    verification: VerificationRules
    throttles: Throttles
    guard: GuardRules
    spending: Spending
    countries: Mapping[str, Country]
    sms: SmsRules
    senders: Senders
    contact: ContactRules
    asking: Asking
    retention: Retention
    test_numbers: Mapping[str, TestNumber]
    purposes: Mapping[str, Purpose]

    def __post_init__(self) -> None:
        demand(self.default_locale in self.locales, "default_locale", "must be one of locales")
        demand(
            self.verification.proof_lifetime_seconds <= self.retention.finished_verification_seconds,
            "verification.proof_lifetime_seconds",
            "must not outlast retention.finished_verification_seconds",
        )
        for region in self.countries:
            known = region in REGIONS or region == ANY_COUNTRY
            demand(known, f"countries.{region}", f"must be a region (ISO 3166-1 alpha-2) or {ANY_COUNTRY}")
        demand(bool(self.countries), "countries", "must hold at least one")
        self.senders.demand_for(self.countries)
        dearest = max(country.price for country in self.countries.values())
        demand(
            micro_usd(self.spending.hour_usd) >= LEAST_SMS_AN_HOUR * dearest,
            "spending.hour_usd",
            f"must pay for {LEAST_SMS_AN_HOUR} parts to the dearest country, since 16 shards share it",
        )
        for name in self.purposes:
            demand(re.fullmatch("[a-z][a-z_]{2,39}", name) is not None, f"purposes.{name}", "must be lower_snake_case")

    def country(self, region: str) -> Country | None:
        """What holds for a region; None if nothing is sent there."""
        return self.countries.get(region) or self.countries.get(ANY_COUNTRY)

    def is_test_number(self, e164: str) -> bool:
        """True if the number is one of the policy's, for whomever and however long."""
        return any(it.phone_number == e164 for it in self.test_numbers.values())

    def test_number(self, e164: str, client_id: str, day: str) -> str | None:
        """The name under which the number is a test number for this client on this day, or None."""
        return next(
            (name for name, it in self.test_numbers.items() if it.phone_number == e164 and it.serves(client_id, day)),
            None,
        )

    def test_code(self, name: str, client_id: str, day: str) -> str | None:
        """The code of that test number for this client on this day; None if it is none any more."""
        found = self.test_numbers.get(name)
        return found.code if found is not None and found.serves(client_id, day) else None
