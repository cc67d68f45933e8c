"""policy.toml: what the privacy officer decides, as frozen values that check themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.controller_rules import ANY_PURPOSE, PURPOSE_TERMS, Controller, Processing
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.fiction import TestNumber
from chalicelib.domain.guard_rules import GuardRules
from chalicelib.domain.life_rules import CaseHolds, Freshness, Holds, NumberChangeRules, Retention
from chalicelib.domain.line_types import LINE_TYPES
from chalicelib.domain.mistake import demand
from chalicelib.domain.quiet import KEEPS, QuietHours
from chalicelib.domain.regions import REGIONS
from chalicelib.domain.reveal_rules import RevealRules
from chalicelib.domain.rights_rules import RightsRules
from chalicelib.domain.sending_rules import ANY_COUNTRY, Country, Senders, SmsRules, Spending, micro_usd
from chalicelib.domain.throttle_rules import Throttles

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
DAY_SECONDS = 86_400


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
class ContactRules:
    """How long a permission to contact may wait."""

    token_lifetime_seconds: int

    def __post_init__(self) -> None:
        demand(1 <= self.token_lifetime_seconds <= 900, "token_lifetime_seconds", "must be 1 to 900")


@dataclass(frozen=True)
class Purpose:
    """What a number may be used for, and on which basis.

    Attributes:
        commercial: True for advertising: it ends with the way out, and a suppression stops it.
        keeps: which quiet times it keeps, one of KEEPS.
        verified_within_days: how old the number's proof may be, which nothing may have put in doubt; None for any.
        unproved: True if it may be used for a number that was imported and never proved here.
        most_per_month: messages and calls together that a consent allows; None if it names no number.
        valid_days: how long a consent holds; None for as long as nobody ends it. Source: MIIT Order 31 (2015) art. 18.
        dpv: what consent records call it, one of PURPOSE_TERMS.
    """

    basis: str
    channels: tuple[str, ...]
    notice_version: int
    essential: bool = False
    commercial: bool = False
    keeps: str = "hours_and_holidays"
    verified_within_days: int | None = None
    unproved: bool = False
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
        demand(self.keeps in KEEPS, "keeps", f"must be one of {', '.join(KEEPS)}")
        for name in ("most_per_month", "valid_days", "commercial"):
            is_of_consent = self.basis == "consent" or not getattr(self, name)
            demand(is_of_consent, name, "belongs to purposes that rest on consent")
        # Each contact of a month stands in the customer's head.
        for name, most in (("most_per_month", 100), ("valid_days", 3650), ("verified_within_days", 3650)):
            value = getattr(self, name)
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
    reveals: RevealRules
    quiet_hours: Mapping[str, QuietHours]
    asking: Asking
    retention: Retention
    test_numbers: Mapping[str, TestNumber]
    purposes: Mapping[str, Purpose]
    holds: Holds
    case_holds: CaseHolds
    number_change: NumberChangeRules
    freshness: Freshness
    rights: RightsRules

    def __post_init__(self) -> None:
        demand(self.default_locale in self.locales, "default_locale", "must be one of locales")
        demand(
            self.verification.proof_lifetime_seconds <= self.retention.finished_verification_seconds,
            "verification.proof_lifetime_seconds",
            "must not outlast retention.finished_verification_seconds",
        )
        for path in [f"{name}.{region}" for name in ("countries", "quiet_hours") for region in getattr(self, name)]:
            known = path.partition(".")[2] in {*REGIONS, ANY_COUNTRY}
            demand(known, path, f"must be a region (ISO 3166-1 alpha-2) or {ANY_COUNTRY}")
        demand(bool(self.countries), "countries", "must hold at least one")
        demand(ANY_COUNTRY in self.quiet_hours, "quiet_hours", f"must hold {ANY_COUNTRY}")
        self.senders.demand_for(self.countries)
        demand(
            all(self.reveals.rate_per_hour < limit.limit for limit in self.throttles.reveals_by_person),
            "reveals.rate_per_hour",
            "must be below each limit of throttles.reveals_by_person, or nobody reaches it",
        )
        in_a_day = [limit.limit for limit in self.throttles.reveals_by_person if limit.window_seconds >= DAY_SECONDS]
        demand(
            bool(in_a_day),
            "throttles.reveals_by_person",
            f"must hold a limit in {DAY_SECONDS} seconds or more: a person's watch remembers what that admits in a day",
        )
        demand(
            self.reveals.customers_per_prefix <= min(in_a_day),
            "reveals.customers_per_prefix",
            "must not be above throttles.reveals_by_person in a day, or nobody reaches it",
        )
        for name in self.holds:
            demand(re.fullmatch("[a-z][a-z_]{2,39}", name) is not None, f"holds.{name}", "must be lower_snake_case")
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

    def opt_out_word(self, region: str) -> str:
        """What people of a region send back to stop advertising."""
        return (self.country(region) or Country).opt_out_word

    def is_commercial(self, purpose: str) -> bool:
        """True if the purpose is advertising, as far as the policy has it."""
        return purpose in self.purposes and self.purposes[purpose].commercial

    def quiet_hours_of(self, region: str | None) -> QuietHours:
        """When people of a region are left alone."""
        return self.quiet_hours.get(region or "") or self.quiet_hours[ANY_COUNTRY]

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
