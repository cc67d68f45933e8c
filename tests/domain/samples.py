"""Values that several domain tests begin with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from chalicelib.domain.controller_rules import Controller, Processing, Recipient
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Refused
from chalicelib.domain.guard_rules import GuardRules, UnverifiedBudget
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.life_rules import CaseHolds, Freshness, LawHold, NumberChangeRules, Retention, TakeOver
from chalicelib.domain.policy import Policy
from chalicelib.domain.quiet import QuietHours
from chalicelib.domain.reply import Replies
from chalicelib.domain.reveal_rules import RevealRules
from chalicelib.domain.rights_rules import RightsRules
from chalicelib.domain.rules import (
    Asking,
    ContactRules,
    NumberRules,
    Purpose,
    Rules,
    VerificationRules,
)
from chalicelib.domain.sending_rules import Country, Senders, SmsRules, Spending
from chalicelib.domain.throttle import Limit
from chalicelib.domain.throttle_rules import Throttles
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.wording import CODE_TEXTS, Notice, Texts

T = TypeVar("T")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RULES = VerificationRules(600, 5, 5, (30, 60, 120, 240), 86400, "wallet.example", ("FA+9qCX9VSu",))
RETENTION = Retention(86400, 86400, 30, 1095, 0, 365, 1095, 183, 1095, 1095)
LIMITS = (Limit(5, 600),)
WRONG_CODES = (Limit(10, 86400, 30, 3600),)
WALLET = Limit(6000, 60)
DAILY = (*LIMITS, Limit(20, 86400))
THROTTLES = Throttles(*(LIMITS,) * 5, WRONG_CODES, *(LIMITS,) * 4, DAILY, *(LIMITS,) * 3, (Limit(4, 600),), WALLET)
BUDGET = UnverifiedBudget(20, 30, 30, 3, 20, 20, 20, 2, 20, 1000, 10_000)
GUARD = GuardRules("enforce", 3, 150, BUDGET, BUDGET)
SPENDING = Spending("50.00", "500.00", "5000.00", 80)
COUNTRIES = {"other": Country("0.25")}
SMS = SmsRules("Ringfence", "0.50", ())
REVEALS = RevealRules("", 3, 2, (), ("prefix",), 60)
# Known to the policy, and not turned on.
HOLDS = {"anti_money_laundering": LawHold("AML 34", 3653, False), "e_commerce": LawHold("ECL 31", 1096, False)}
ALL = ("sms", "call", "app")
PURPOSES = {
    "account_security": Purpose("contract", ("sms", "call"), 1, essential=True),
    "order_notice": Purpose("consent", ("sms", "call"), 1),
    "marketing": Purpose("consent", ALL, 3),
}
# Of the three notices for marketing only the second changed what is agreed to.
MATERIAL = {("marketing", 2), ("marketing", 1), ("order_notice", 1), ("account_security", 1)}
LOCALES = ("en", "zh-CN")


def attempted(act: Callable[[], T]) -> T | Refused:
    """What the act gave, or what it was refused with."""
    try:
        return act()
    except Refused as refused:
        return refused


def a_notice(purpose: str, version: int, locale: str) -> Notice:
    return Notice(
        purpose,
        version,
        locale,
        "Title",
        "Summary",
        (purpose, version) in MATERIAL,
        "Text",
        f"sha of {purpose} {version} {locale}",
    )


CONTROLLER = Controller("Example Wallet", "Example Wallet Ltd.", "1 Harbour Street", "privacy@wallet.example")
CLOUD = Recipient("Cloud Ltd.", "2 Harbour Street", "cloud@example.net")
PROCESSING = Processing(("EU", "CN"), ("IE",), "https://wallet.example/preferences", {"cloud": CLOUD})
RULEBOOK = Rules(
    "en",
    LOCALES,
    CONTROLLER,
    PROCESSING,
    NumberRules((), ()),
    RULES,
    THROTTLES,
    GUARD,
    SPENDING,
    COUNTRIES,
    SMS,
    Senders(),
    ContactRules(300),
    REVEALS,
    {"other": QuietHours("21:00", "08:00")},
    Asking(180),
    RETENTION,
    {},
    PURPOSES,
    HOLDS,
    CaseHolds(True, 180),
    NumberChangeRules(24, "all", "not_commercial", TakeOver(False, True, 7)),
    Freshness(365, 3, 0),
    RightsRules(1, 2, 7),
)
CODES = dict.fromkeys(CODE_TEXTS, "{code} is your {company} code. {minutes} minutes.") | {
    "transaction": "{company}: pay {amount} {currency} to {payee} with {code}. {minutes} minutes."
}
CONTACT = {
    "order_notice": {"order_shipped": "{company}: order {order} comes on {day}.", "sorry": "{company}: we are sorry."},
    "marketing": {"offer": "{company}: {title}"},
}
OLD_NUMBER = "{company}: your number changes. Stop it until {until} at {url}"
REPLIES = Replies(
    ("\u9000\u8a02",), ("STOP",), ("R",), ("START",), ("please",), "{company}: stopped.", "{company}: choose at {url}"
)
NOTICES = {
    (purpose, version, locale): a_notice(purpose, version, locale)
    for purpose, rule in PURPOSES.items()
    for version in range(1, rule.notice_version + 1)
    for locale in LOCALES
}
POLICY = Policy(RULEBOOK, NOTICES, {locale: Texts(CODES, CONTACT, OLD_NUMBER) for locale in LOCALES})

# The same, with marketing for advertising.
ADVERTISING = replace(
    POLICY,
    rules=replace(RULEBOOK, purposes={**PURPOSES, "marketing": replace(PURPOSES["marketing"], commercial=True)}),
    texts={locale: replace(texts, opt_out="{word}", replies=REPLIES) for locale, texts in POLICY.texts.items()},
)


def a_verification(**changes: Any) -> Verification:
    pending = Verification(
        id="vrf_0123",
        client_id="wallet-app",
        purpose="signup",
        tag="1.tag",
        masked="+44********56",
        region="GB",
        locale="en",
        started_at=NOON,
        code_expires_at=NOON.replace(minute=10),
        due_at=NOON.replace(day=22),
        due_reason="unverified_number",
        pending_number=b"sealed",
        sends=(Send(NOON),),
    )
    return replace(pending, **changes)


def a_customer(**changes: Any) -> Customer:
    active = Customer(
        "cus_0123", NOON, NOON, "en", "1.tag", "+44********56", "GB", SealedNumber("number_1", b"n", b"c")
    )
    return replace(active, **{"time_zones": ("Europe/London",), **changes})
