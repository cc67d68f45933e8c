"""An SMS ends with what lets the phone fill the code in, and says nothing that a caller made up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.policy import Policy
from chalicelib.domain.sending_rules import Country
from chalicelib.domain.sms_parts import octets
from chalicelib.domain.sms_text import LONGEST_PARAMETER, code_text, contact_text, reply_text
from chalicelib.domain.verification import TransactionContext
from chalicelib.domain.wording import CODE_TEXTS, Texts
from tests.domain.samples import CODES, CONTACT, OLD_NUMBER, POLICY, REPLIES, a_verification

CONTEXT = TransactionContext("12.50", "EUR", "Bakery")


@pytest.mark.parametrize("purpose", CODE_TEXTS)
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_last_line_binds_the_code_to_the_host(purpose: str, locale: str) -> None:
    verification = a_verification(purpose=purpose, locale=locale, context=CONTEXT)
    words, line = code_text(verification, "012345", POLICY).split("\n")
    assert line == "@wallet.example #012345"
    assert "012345" in words


def test_for_android_the_app_s_hash_is_last() -> None:
    text = code_text(a_verification(android_app_hash="FA+9qCX9VSu"), "012345", POLICY)
    assert text == "012345 is your Example Wallet code. 10 minutes.\nFA+9qCX9VSu"


@given(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1, max_size=60))
def test_a_payee_s_name_is_never_cut_for_a_hash(payee: str) -> None:
    payment = a_verification(purpose="transaction", context=TransactionContext("12.50", "EUR", payee))
    words, _ = code_text(payment, "012345", POLICY).split("\n")
    text = code_text(replace(payment, android_app_hash="FA+9qCX9VSu"), "012345", POLICY)
    with_hash = f"{words}\nFA+9qCX9VSu"
    assert text == (with_hash if octets(with_hash) <= 140 else words)


@pytest.mark.parametrize(("letters", "has_hash"), [(94, True), (95, False)])
def test_a_hash_stands_where_one_part_has_room_for_it(letters: int, has_hash: bool) -> None:
    context = TransactionContext("1", "EUR", "p" * letters)
    payment = a_verification(purpose="transaction", context=context, android_app_hash="FA+9qCX9VSu")
    text = code_text(payment, "012345", POLICY)
    assert text.endswith("FA+9qCX9VSu") == has_hash
    assert octets(text) == (140 if has_hash else 131)


def test_a_payer_sees_amount_and_payee() -> None:
    text = code_text(a_verification(purpose="transaction", context=CONTEXT), "012345", POLICY)
    assert text.startswith("Example Wallet: pay 12.50 EUR to Bakery with 012345. 10 minutes.")


def test_without_a_transaction_nothing_is_left_open() -> None:
    text = code_text(a_verification(), "012345", POLICY)
    assert text == "012345 is your Example Wallet code. 10 minutes.\n@wallet.example #012345"


@given(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1, max_size=60))
def test_a_payee_s_name_is_text_and_no_template(payee: str) -> None:
    context = TransactionContext("1", "EUR", payee)
    text = code_text(a_verification(purpose="transaction", context=context), "012345", POLICY)
    assert payee in text
    assert text.endswith("\n@wallet.example #012345")


def test_a_text_is_in_the_nearest_locale_there_is() -> None:
    codes = {**CODES, "signup": "驗證碼 {code}"}
    policy = replace(POLICY, texts={**POLICY.texts, "zh-TW": Texts(codes, CONTACT, OLD_NUMBER)})
    assert code_text(a_verification(locale="zh-HK"), "012345", policy).startswith("驗證碼 012345\n")
    assert code_text(a_verification(locale="zh-HK"), "012345", POLICY).startswith("012345 is your")
    assert contact_text(policy, "xx", "GB", "order_notice", "sorry", {}) == "Example Wallet: we are sorry."


def test_a_message_has_its_values() -> None:
    text = contact_text(POLICY, "en", "GB", "order_notice", "order_shipped", {"order": "A-1", "day": "Friday"})
    assert text == "Example Wallet: order A-1 comes on Friday."
    assert contact_text(POLICY, "en", "GB", "order_notice", "sorry", {}) == "Example Wallet: we are sorry."


@given(st.text(min_size=1, max_size=LONGEST_PARAMETER).filter(str.isprintable))
def test_a_value_is_text_and_no_template(value: str) -> None:
    assert contact_text(POLICY, "en", "GB", "marketing", "offer", {"title": value}) == f"Example Wallet: {value}"


def advertising(opt_out: str = "Reply {word} to stop", **words: str) -> Policy:
    """The policy with marketing as advertising, in both locales, and these words by country."""
    purposes = {**POLICY.rules.purposes, "marketing": replace(POLICY.rules.purposes["marketing"], commercial=True)}
    countries = {region: Country("0.03", opt_out_word=word) for region, word in words.items()}
    rules = replace(POLICY.rules, purposes=purposes, countries={**POLICY.rules.countries, **countries})
    texts = {
        "en": Texts(CODES, CONTACT, OLD_NUMBER, opt_out, REPLIES),
        "zh-CN": Texts(CODES, CONTACT, OLD_NUMBER, "{word}", REPLIES),
    }
    return replace(POLICY, rules=rules, texts=texts)


@pytest.mark.parametrize(
    ("region", "word"), [("CN", "R"), ("FR", "STOP"), ("", "STOP"), ("GB", "STOP"), ("TW", "退訂")]
)
def test_advertising_ends_with_the_word_of_the_number_s_country(region: str, word: str) -> None:
    policy = advertising(CN="R", GB="STOP", TW="退訂")
    said = contact_text(policy, "en", region, "marketing", "offer", {"title": "Tea"})
    assert said == f"Example Wallet: Tea\nReply {word} to stop"
    said = contact_text(policy, "zh-CN", region, "marketing", "offer", {"title": "Tea"})
    assert said == f"Example Wallet: Tea\n{word}"


def test_where_nothing_else_is_sent_a_text_has_the_usual_word() -> None:
    only = replace(advertising(), rules=replace(advertising().rules, countries={"CN": Country("0.03", 0, "sns", "R")}))
    assert contact_text(only, "en", "GB", "marketing", "offer", {"title": "Tea"}).endswith("Reply STOP to stop")


def test_an_answer_names_the_company_and_the_way_to_choose() -> None:
    assert reply_text(advertising(), "en", "stop") == "Example Wallet: stopped."
    url = POLICY.rules.processing.preferences_url
    assert reply_text(advertising(), "xx", "start") == f"Example Wallet: choose at {url}"


def test_what_is_no_advertising_ends_as_it_is_written() -> None:
    assert contact_text(advertising(), "en", "CN", "order_notice", "sorry", {}) == "Example Wallet: we are sorry."


@given(st.text(min_size=1, max_size=LONGEST_PARAMETER).filter(str.isprintable))
def test_no_caller_writes_the_last_line(value: str) -> None:
    lines = contact_text(advertising(), "en", "GB", "marketing", "offer", {"title": value}).split("\n")
    assert lines == [f"Example Wallet: {value}", "Reply STOP to stop"]


@pytest.mark.parametrize(
    ("purpose", "template"),
    [
        ("marketing", "order_shipped"),
        ("order_notice", "offer"),
        ("order_notice", ""),
        ("order_notice", "ORDER_SHIPPED"),
        ("account_security", "order_shipped"),
        ("unheard_of", "offer"),
    ],
)
def test_a_template_belongs_to_its_purpose(purpose: str, template: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        contact_text(POLICY, "en", "GB", purpose, template, {"order": "A-1", "day": "Friday"})
    assert refused.value.pointer == "/template"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"order": "A-1"},
        {"order": "A-1", "day": "Friday", "more": "x"},
        {"order": "A-1", "day": "Friday", "company": "Evil"},
        {"Order": "A-1", "day": "Friday"},
    ],
)
def test_the_parameters_are_exactly_the_template_s(parameters: dict[str, str]) -> None:
    with pytest.raises(FieldInvalid) as refused:
        contact_text(POLICY, "en", "GB", "order_notice", "order_shipped", parameters)
    assert refused.value.pointer == "/parameters"


@pytest.mark.parametrize("value", ["", "x" * (LONGEST_PARAMETER + 1), "a\nb", "a\x00", "a\u202eb", "a\u2028b"])
def test_a_value_is_short_and_printable(value: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        contact_text(POLICY, "en", "GB", "marketing", "offer", {"title": value})
    assert refused.value.pointer == "/parameters/title"
