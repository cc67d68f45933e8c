"""The packaged texts fit, and docs/sms-texts.md says how well."""

import pytest

from chalicelib.domain.one_time_code import CODE_DIGITS
from chalicelib.domain.policy import ANY_APP_HASH, ANY_CODE
from chalicelib.domain.sms_parts import encoding, octets, sms_parts
from chalicelib.domain.sms_text import contact_text
from chalicelib.domain.verification import TransactionContext
from chalicelib.domain.wording import placeholders
from tests.prove.sms_texts_table import (
    APP_HASH,
    CODE,
    LONGEST,
    PAGE,
    POLICY,
    ROWS,
    longest,
    messages,
    old_number_word,
    page,
    rendered,
)

LOCALES = sorted(POLICY.texts)
GSM_7 = {"en", "es", "pt"}
# The words of these are too long to leave 24 characters for a host.
LONG_WORDS = {"ar", "hi"}
COMMERCIAL = ("satisfaction_survey", "marketing")
WAY_OUT = {
    "ar": "للإيقاف أرسل {}",
    "en": "Reply {} to opt out",
    "es": "Responde {} para darte de baja",
    "hi": "बंद करने के लिए {} भेजें",
    "ja": "配信停止は{}と返信",
    "pt": "Responda {} para parar de receber",
    "zh-CN": "拒收请回复{}",
    "zh-TW": "拒收請回覆{}",
}

every_locale = pytest.mark.parametrize("locale", LOCALES)
every_row = pytest.mark.parametrize(("purpose", "context"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])


def test_the_page_says_how_long_the_texts_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.prove.sms_texts_table"


def test_these_locales_are_spoken() -> None:
    assert set(LOCALES) == {"zh-CN", "zh-TW", "en", "es", "pt", "hi", "ar", "ja"}


@every_locale
@every_row
def test_no_text_with_a_hash_passes_140_octets(locale: str, purpose: str, context: TransactionContext | None) -> None:
    row = rendered(locale, purpose, context)
    assert CODE in row.for_app
    if row.has_hash:
        assert octets(row.for_app) <= 140
        assert sms_parts(row.for_app) == 1
    else:
        assert purpose == "transaction"
        assert APP_HASH not in row.for_app
        assert octets(f"{row.for_app}\n{APP_HASH}") > 140


@every_locale
@every_row
def test_one_part_with_the_longest_host_wherever_the_language_allows(
    locale: str, purpose: str, context: TransactionContext | None
) -> None:
    row = rendered(locale, purpose, context)
    host = longest().rules.verification.webotp_host
    assert row.for_host.split("\n")[1:] == [f"@{host} #{CODE}"]
    if purpose != "transaction":
        assert sms_parts(row.for_host) == (2 if locale in LONG_WORDS else 1)
    assert sms_parts(row.for_host) <= 3


@every_locale
def test_a_payment_s_text_has_amount_currency_and_payee_whole(locale: str) -> None:
    row = rendered(locale, "transaction", LONGEST)
    for text in (row.for_app, row.for_host):
        assert all(value in text for value in (LONGEST.amount, LONGEST.currency, LONGEST.payee, CODE))
    assert set(placeholders(POLICY.texts[locale].codes["transaction"])) >= {"amount", "currency", "payee", "company"}


@every_locale
@every_row
def test_who_sends_is_named(locale: str, purpose: str, context: TransactionContext | None) -> None:
    assert "N" * 16 in rendered(locale, purpose, context).for_app
    assert all("N" * 16 in text for _, _, text in messages(locale))


@every_locale
def test_latin_languages_stay_in_gsm_7(locale: str) -> None:
    codes = [rendered(locale, *row[1:]).for_host for row in ROWS]
    texts = [*codes, *(text for _, _, text in messages(locale))]
    assert {encoding(text) for text in texts} == {"GSM-7" if locale in GSM_7 else "UCS-2"}


@every_locale
def test_an_old_number_is_told_in_as_few_parts_as_the_language_allows(locale: str) -> None:
    text = old_number_word(locale)
    assert "N" * 16 in text
    assert "2026-11-23 00:00 UTC" in text
    assert text.endswith(POLICY.rules.processing.preferences_url)
    assert (encoding(text), sms_parts(text)) == (("GSM-7", 1) if locale in GSM_7 else ("UCS-2", 2))


@every_locale
@pytest.mark.parametrize(("region", "word"), [("CN", "R"), ("GB", "STOP"), ("US", "STOP"), ("FR", "STOP")])
def test_commercial_texts_end_with_the_word_of_the_country_and_no_others_do(
    locale: str, region: str, word: str
) -> None:
    way_out = WAY_OUT[locale].format(word)
    for purpose, templates in POLICY.texts[locale].contact.items():
        for name, text in templates.items():
            values = dict.fromkeys(set(placeholders(text)) - {"company"}, "value")
            said = contact_text(POLICY, locale, region, purpose, name, values)
            assert said.endswith(f"\n{way_out}") == (purpose in COMMERCIAL), name
            assert said.count(way_out) == (purpose in COMMERCIAL), name


def test_the_page_counts_advertising_with_the_longest_word() -> None:
    for purpose, name, text in messages("en"):
        assert text.endswith("\nReply STOP to opt out") == (purpose in COMMERCIAL), name


def test_what_the_policy_measures_with_is_as_long_as_the_real() -> None:
    assert len(ANY_CODE) == len(CODE) == CODE_DIGITS
    assert len(ANY_APP_HASH) == len(APP_HASH)
