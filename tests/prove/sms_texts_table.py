"""Writes docs/sms-texts.md from the packaged policy: `python -m tests.prove.sms_texts_table`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.controller_rules import LONGEST_NAME
from chalicelib.domain.policy import Policy
from chalicelib.domain.rules import LONGEST_HOST
from chalicelib.domain.sms_parts import encoding, octets, sms_parts
from chalicelib.domain.sms_text import code_text, contact_text, old_number_text
from chalicelib.domain.verification import TransactionContext
from chalicelib.domain.wording import CODE_TEXTS, placeholders
from chalicelib.settings import PACKAGED_POLICY
from tests.domain.samples import a_verification

POLICY = read_policy(PACKAGED_POLICY)
PAGE = Path(__file__).parents[2] / "docs" / "sms-texts.md"
APP_HASH = "FA+9qCX9VSu"
CODE = "123456"
USUAL = TransactionContext("125.00", "EUR", "Corner Bakery")
# What a request may say at most: 12 digits and 4 decimals, 60 characters of payee.
LONGEST = TransactionContext("9" * 12 + ".9999", "EUR", "p" * 60)
# A reference, a date or a place.
VALUE = "v" * 12
ROWS: list[tuple[str, str, TransactionContext | None]] = [
    *((purpose, purpose, None) for purpose in CODE_TEXTS if purpose != "transaction"),
    ("transaction, usual", "transaction", USUAL),
    ("transaction, longest", "transaction", LONGEST),
]


@dataclass(frozen=True)
class Rendered:
    """One code text with all that may be longest in it.

    Attributes:
        for_app: for an Android app, by its hash; without it where it does not fit.
        for_host: for the longest host.
        host_in_one_part: how long a host may be for one part; None if no host is short enough.
    """

    for_app: str
    for_host: str
    host_in_one_part: int | None

    @property
    def has_hash(self) -> bool:
        """Whether the app may read the code by itself."""
        return self.for_app.endswith(f"\n{APP_HASH}")


@cache
def longest(host: int = LONGEST_HOST) -> Policy:
    """The policy with the longest name and a host of that length."""
    rules = POLICY.rules
    verification = replace(rules.verification, webotp_host="h" * host, android_app_hashes=(APP_HASH,))
    controller = replace(rules.controller, name="N" * LONGEST_NAME)
    return replace(POLICY, rules=replace(rules, controller=controller, verification=verification))


def rendered(locale: str, purpose: str, context: TransactionContext | None) -> Rendered:
    """What a code text of the policy becomes at its longest."""
    verification = a_verification(purpose=purpose, locale=locale, context=context)

    def text(host: int) -> str:
        return code_text(verification, CODE, longest(host))

    fitting = [host for host in range(1, LONGEST_HOST + 1) if sms_parts(text(host)) == 1]
    return Rendered(
        code_text(replace(verification, android_app_hash=APP_HASH), CODE, longest()),
        text(LONGEST_HOST),
        max(fitting, default=None),
    )


def messages(locale: str) -> Iterator[tuple[str, str, str]]:
    """Purpose, template and text of each message of a locale, with the longest name and word and ordinary values."""
    countries = POLICY.rules.countries
    region = max(countries, key=lambda region: len(countries[region].opt_out_word))
    for purpose, templates in POLICY.texts[locale].contact.items():
        for name, text in templates.items():
            values = {each: VALUE for each in placeholders(text) if each != "company"}
            yield purpose, name, contact_text(longest(), locale, region, purpose, name, values)


def old_number_word(locale: str) -> str:
    """What an old number is told, with the longest name."""
    return old_number_text(longest(), locale, datetime(2026, 11, 23, tzinfo=UTC))


def page() -> str:
    """The whole page, from the policy."""
    locales = sorted(POLICY.texts)
    return "\n".join(
        [
            "# How long the SMS are",
            "",
            "Generated from `chalicelib/policy/messages/` by `python -m tests.prove.sms_texts_table`; a test fails",
            "when this page and the texts differ. Parts are what is paid for: one costs `price_usd` of the country in",
            "`chalicelib/policy/policy.toml`. A part is 140 octets: 160 characters of GSM-7, or 70 of UCS-2 as soon",
            "as one character is not in GSM-7. Of several parts each loses 6 octets to its header.",
            "",
            f"SMS are written in {', '.join(f'`{locale}`' for locale in locales)}.",
            "Whoever wants another locale gets the nearest of the same language, by script and then by region",
            f"(`zh-HK` gets `zh-TW`, `es-419` gets `es`), or else `{POLICY.rules.default_locale}`. A new locale is one",
            "more file in `messages/`. The notices have locales of their own, in `policy.toml`.",
            "",
            "## Codes",
            "",
            f"Here the company's name has {LONGEST_NAME} characters, which is the most, and the last line is either an",
            f"Android app's hash or a host of {LONGEST_HOST}, which is the most, too. *Host in one part* is the",
            "longest host that costs one part beside that name. A policy with a text of over 140 octets with a hash",
            "is refused, and file and line are named. A payment alone may be longer, since amount and payee are never",
            "cut (RTS 2018/389 art. 5); where the hash does not fit, it is left out and the person types the code.",
            "",
            "| locale | code | encoding | with hash: octets | parts | with host: octets | parts | host in one part |",
            "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
            *(_code_row(locale, *row) for locale in locales for row in ROWS),
            "",
            f"*Usual*: {USUAL.amount} {USUAL.currency} to a payee of {len(USUAL.payee)} letters. *Longest*: an amount",
            f"of {len(LONGEST.amount)} characters and a payee of {len(LONGEST.payee)}, the most that may be asked for.",
            "",
            "## Messages",
            "",
            f"Parts with the same name and {len(VALUE)} letters for each other value. A value that is not in GSM-7",
            "makes the whole message UCS-2. Advertising is counted with its last line, `opt_out`, in it the longest",
            "word that a country's people send back. *old_number* is what the old number is told when a customer's",
            "number changes; the address of the preference centre is in it, and over three parts it is refused.",
            "",
            f"| message | {' | '.join(locales)} |",
            f"| --- | {' | '.join('---:' for _ in locales)} |",
            f"| old_number | {' | '.join(str(sms_parts(old_number_word(locale))) for locale in locales)} |",
            *_message_rows(locales),
            "",
        ]
    )


def _code_row(locale: str, name: str, purpose: str, context: TransactionContext | None) -> str:
    row = rendered(locale, purpose, context)
    app = f"{octets(row.for_app) if row.has_hash else 'left out'} | {sms_parts(row.for_app)}"
    host = f"{octets(row.for_host)} | {sms_parts(row.for_host)} | {row.host_in_one_part or 'none'}"
    return f"| {locale} | {name} | {encoding(row.for_host)} | {app} | {host} |"


def _message_rows(locales: list[str]) -> Iterator[str]:
    parts = {
        locale: {(purpose, name): sms_parts(text) for purpose, name, text in messages(locale)} for locale in locales
    }
    for purpose, name in parts[POLICY.rules.default_locale]:
        cells = " | ".join(str(parts[locale][purpose, name]) for locale in locales)
        yield f"| {purpose}.{name} | {cells} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
