"""An SMS ends with what lets the phone fill the code in, and says nothing that a caller made up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.sms_parts import octets
from chalicelib.domain.sms_text import LONGEST_PARAMETER, code_text, contact_text
from chalicelib.domain.verification import TransactionContext
from chalicelib.domain.wording import CODE_TEXTS, Texts
from tests.domain.samples import CODES, CONTACT, POLICY, a_verification

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
    policy = replace(POLICY, texts={**POLICY.texts, "zh-TW": Texts(codes, CONTACT)})
    assert code_text(a_verification(locale="zh-HK"), "012345", policy).startswith("驗證碼 012345\n")
    assert code_text(a_verification(locale="zh-HK"), "012345", POLICY).startswith("012345 is your")
    assert contact_text(policy, "xx", "order_notice", "sorry", {}) == "Example Wallet: we are sorry."


def test_a_message_has_its_values() -> None:
    text = contact_text(POLICY, "en", "order_notice", "order_shipped", {"order": "A-1", "day": "Friday"})
    assert text == "Example Wallet: order A-1 comes on Friday."
    assert contact_text(POLICY, "en", "order_notice", "sorry", {}) == "Example Wallet: we are sorry."


@given(st.text(min_size=1, max_size=LONGEST_PARAMETER).filter(str.isprintable))
def test_a_value_is_text_and_no_template(value: str) -> None:
    assert contact_text(POLICY, "en", "marketing", "offer", {"title": value}) == f"Example Wallet: {value}"


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
        contact_text(POLICY, "en", purpose, template, {"order": "A-1", "day": "Friday"})
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
        contact_text(POLICY, "en", "order_notice", "order_shipped", parameters)
    assert refused.value.pointer == "/parameters"


@pytest.mark.parametrize("value", ["", "x" * (LONGEST_PARAMETER + 1), "a\nb", "a\x00", "a\u202eb", "a\u2028b"])
def test_a_value_is_short_and_printable(value: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        contact_text(POLICY, "en", "marketing", "offer", {"title": value})
    assert refused.value.pointer == "/parameters/title"
