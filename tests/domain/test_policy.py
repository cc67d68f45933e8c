"""A policy that breaks a rule does not come into being, and says where it breaks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.mistake import Mistake
from chalicelib.domain.policy import Policy
from chalicelib.domain.rules import ContactRules, NumberRules, Purpose
from chalicelib.domain.throttle import Limit
from chalicelib.domain.wording import CODE_TEXTS, Texts, placeholders
from tests.domain.samples import (
    CODES,
    CONTACT,
    CONTROLLER,
    NOTICES,
    OLD_NUMBER,
    POLICY,
    RETENTION,
    RULEBOOK,
    RULES,
    SMS,
    THROTTLES,
)

CONSENT = Purpose("consent", ("sms",), 1)

BROKEN: list[tuple[Any, dict[str, Any], str]] = [
    (RULES, {"code_lifetime_seconds": 601}, "code_lifetime_seconds"),
    (RULES, {"code_lifetime_seconds": 59}, "code_lifetime_seconds"),
    (RULES, {"attempts": 6}, "attempts"),
    (RULES, {"attempts": 0}, "attempts"),
    (RULES, {"sends": 0, "resend_after_seconds": ()}, "sends"),
    (RULES, {"sends": 11, "resend_after_seconds": (1,) * 10}, "sends"),
    (RULES, {"resend_after_seconds": (30, 60, 120)}, "resend_after_seconds"),
    (RULES, {"resend_after_seconds": (30, 60, 120, 240, 480)}, "resend_after_seconds"),
    (RULES, {"resend_after_seconds": (30, 0, 120, 240)}, "resend_after_seconds"),
    (RULES, {"proof_lifetime_seconds": 0}, "proof_lifetime_seconds"),
    (RULES, {"webotp_host": "https://wallet.example"}, "webotp_host"),
    (RULES, {"webotp_host": "wallet.example\n"}, "webotp_host"),
    (RULES, {"webotp_host": ""}, "webotp_host"),
    (RULES, {"webotp_host": "a" * 25}, "webotp_host"),
    (RULES, {"webotp_host": "wallet.example."}, "webotp_host"),
    (RULES, {"android_app_hashes": ("FA+9qCX9VS",)}, "android_app_hashes"),
    (RULES, {"android_app_hashes": ("FA+9qCX9VSu", "FA+9qCX9VSuu")}, "android_app_hashes"),
    (RULES, {"android_app_hashes": ("FA+9qCX9V-u",)}, "android_app_hashes"),
    (RULES, {"android_app_hashes": ("FA+9qCX9VSu\n",)}, "android_app_hashes"),
    (NumberRules((), ()), {"refused_line_types": ("landline",)}, "refused_line_types"),
    (NumberRules((), ()), {"refused_regions": ("cn",)}, "refused_regions"),
    (NumberRules((), ()), {"refused_regions": ("CHN",)}, "refused_regions"),
    (SMS, {"sender_id": "TwelveLetter"}, "sender_id"),
    (SMS, {"sender_id": "12345"}, "sender_id"),
    (SMS, {"sender_id": "Ring fence"}, "sender_id"),
    (SMS, {"sender_id": ""}, "sender_id"),
    (SMS, {"max_price_usd": "1"}, "max_price_usd"),
    (SMS, {"max_price_usd": "-0.50"}, "max_price_usd"),
    (ContactRules(300), {"token_lifetime_seconds": 0}, "token_lifetime_seconds"),
    (ContactRules(300), {"token_lifetime_seconds": 901}, "token_lifetime_seconds"),
    (RETENTION, {"unverified_number_seconds": 3599}, "unverified_number_seconds"),
    (RETENTION, {"unverified_number_seconds": 604801}, "unverified_number_seconds"),
    (RETENTION, {"finished_verification_seconds": 3599}, "finished_verification_seconds"),
    (RETENTION, {"finished_verification_seconds": 604801}, "finished_verification_seconds"),
    (RETENTION, {"lapsed_basis_days": -1}, "lapsed_basis_days"),
    (RETENTION, {"lapsed_basis_days": 3651}, "lapsed_basis_days"),
    (RETENTION, {"ledger_days": -1}, "ledger_days"),
    (RETENTION, {"ledger_days": 36501}, "ledger_days"),
    (CONSENT, {"basis": "legitimate_interest"}, "basis"),
    (CONSENT, {"channels": ()}, "channels"),
    (CONSENT, {"channels": ("sms", "fax")}, "channels"),
    (CONSENT, {"notice_version": 0}, "notice_version"),
    (CONSENT, {"dpv": "DirectMarketing"}, "dpv"),
    (CONSENT, {"dpv": "dpv:Marketting"}, "dpv"),
    (CONSENT, {"essential": True}, "essential"),
    (CONSENT, {"basis": "contract"}, "essential"),
    (Purpose("contract", ("sms",), 1, essential=True), {"commercial": True}, "commercial"),
    (Purpose("contract", ("sms",), 1, essential=True), {"valid_days": 1}, "valid_days"),
    (RULEBOOK, {"default_locale": "fr"}, "default_locale"),
    (RULEBOOK, {"verification": replace(RULES, proof_lifetime_seconds=86401)}, "verification.proof_lifetime_seconds"),
    (RULEBOOK, {"purposes": {"Marketing": CONSENT}}, "purposes.Marketing"),
    (RULEBOOK, {"purposes": {"ad": CONSENT}}, "purposes.ad"),
    *(
        (THROTTLES, {name: limits}, f"{name}{member}")
        for name in ("number", "ip", "device", "caller", "opening_by_staff", "opening_by_wallet", "opening_by_customer")
        for limits, member in (
            ((), ""),
            ((Limit(0, 60),), ".1.limit"),
            ((Limit(101, 60),), ".1.limit"),
            ((Limit(1, 0),), ".1.window_seconds"),
            ((Limit(1, 604801),), ".1.window_seconds"),
            ((Limit(5, 60), Limit(0, 60)), ".2.limit"),
        )
    ),
    (THROTTLES, {"page_number_by_ip": (Limit(5, 600),)}, "page_number_by_ip"),
    (THROTTLES, {"page_number_by_ip": (Limit(4, 599),)}, "page_number_by_ip"),
    (THROTTLES, {"page_number": (Limit(5, 600), Limit(9, 601))}, "page_number_by_ip"),
]


@pytest.mark.parametrize(("good", "change", "path"), BROKEN, ids=[f"{path}-{change}" for _, change, path in BROKEN])
def test_a_broken_rule_names_its_path(good: Any, change: dict[str, Any], path: str) -> None:
    with pytest.raises(Mistake) as mistake:
        replace(good, **change)
    assert ".".join(mistake.value.path) == path
    assert str(mistake.value) == f"{path}: {mistake.value.reason}"


@pytest.mark.parametrize(
    ("good", "change"),
    [
        (RULES, {"code_lifetime_seconds": 60}),
        (RULES, {"attempts": 1}),
        (RULES, {"sends": 1, "resend_after_seconds": ()}),
        (RULES, {"sends": 10, "resend_after_seconds": (1,) * 9}),
        (RULES, {"webotp_host": "a" * 24}),
        (RULES, {"android_app_hashes": ()}),
        (RULES, {"android_app_hashes": ("FA+9qCX9VSu", "/////++++++")}),
        (CONSENT, {"dpv": "dpv:DirectMarketing"}),
        (SMS, {"sender_id": "A1234567890"}),
        (ContactRules(300), {"token_lifetime_seconds": 900}),
        (RETENTION, {"unverified_number_seconds": 3600, "finished_verification_seconds": 604800}),
        (RETENTION, {"lapsed_basis_days": 0, "ledger_days": 0}),
        (THROTTLES, {"number": (Limit(1, 1), Limit(100, 604800))}),
        (THROTTLES, {"page_number_by_ip": (Limit(4, 86400),)}),
    ],
)
def test_the_ends_of_what_is_allowed_are_allowed(good: Any, change: dict[str, Any]) -> None:
    assert replace(good, **change) != good


def codes(**changes: str) -> Mapping[str, str]:
    return {**CODES, **changes}


@pytest.mark.parametrize("name", CODE_TEXTS)
def test_every_purpose_of_a_code_has_a_text(name: str) -> None:
    with pytest.raises(Mistake, match=f"codes: must hold a text for {name}"):
        Texts({other: text for other, text in CODES.items() if other != name}, CONTACT, OLD_NUMBER)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"login": "{code}"}, "codes.login"),
        ({"signup": "Your code."}, "codes.signup"),
        ({"signup": "{code} {phone_number}"}, "codes.signup"),
        ({"signup": "{code} {code.denominator}"}, "codes.signup"),
        ({"signup": "{code} for {0}"}, "codes.signup"),
        ({"signup": "{code} for {payee}"}, "codes.signup"),
        ({"transaction": "{code}: {amount} {currency}"}, "codes.transaction"),
        ({"transaction": "{code}: {amount} to {payee}"}, "codes.transaction"),
        ({"transaction": "{code}: {currency} to {payee}"}, "codes.transaction"),
        ({"transaction": "{amount} {currency} to {payee}"}, "codes.transaction"),
    ],
)
def test_a_code_s_text_that_says_too_much_or_too_little_names_its_path(changes: dict[str, str], path: str) -> None:
    with pytest.raises(Mistake) as mistake:
        Texts(codes(**changes), CONTACT, OLD_NUMBER)
    assert ".".join(mistake.value.path) == path


@pytest.mark.parametrize("text", ["{{code}}", "{code} for {}", "{code} for {company", "{code} for {minutes:q}"])
def test_a_code_s_text_that_could_not_be_sent_names_its_path(text: str) -> None:
    with pytest.raises(Mistake) as mistake:
        Texts(codes(signup=text), CONTACT, OLD_NUMBER)
    assert mistake.value.path == ("codes", "signup")


@pytest.mark.parametrize("text", ["{company}: {}", "{company}: {offer", "{company}: {offer.title}"])
def test_a_contact_text_that_could_not_be_sent_names_its_path(text: str) -> None:
    with pytest.raises(Mistake) as mistake:
        Texts(CODES, {"marketing": {"offer": text}}, OLD_NUMBER)
    assert ".".join(mistake.value.path) == "contact.marketing.offer"


@pytest.mark.parametrize("missing", sorted(NOTICES))
def test_every_notice_up_to_the_current_one_is_there_in_every_locale(missing: tuple[str, int, str]) -> None:
    purpose, version, locale = missing
    with pytest.raises(Mistake) as mistake:
        Policy(RULEBOOK, {key: notice for key, notice in NOTICES.items() if key != missing}, POLICY.texts)
    assert mistake.value.path == ("purposes", purpose, "notice_version")
    assert f"notices/{locale}/{purpose}.v{version}.md" in mistake.value.reason


@pytest.mark.parametrize(
    ("contact", "template"),
    [
        ({}, "marketing.offer"),
        ({**CONTACT, "marketing": {}}, "marketing.offer"),
        ({**CONTACT, "marketing": {"offer": "{company}"}}, "marketing.offer"),
        ({**CONTACT, "marketing": {"offer": "{company}: {name}"}}, "marketing.offer"),
        ({**CONTACT, "marketing": {"offer": "{company}: {title}", "more": "{company}"}}, "marketing.more"),
        ({**CONTACT, "order_notice": {"sorry": "{company}: we are sorry."}}, "order_notice.order_shipped"),
    ],
)
def test_every_locale_has_the_same_templates(contact: Mapping[str, Mapping[str, str]], template: str) -> None:
    with pytest.raises(Mistake) as mistake:
        Policy(RULEBOOK, NOTICES, {"en": Texts(CODES, CONTACT, OLD_NUMBER), "pt-BR": Texts(CODES, contact, OLD_NUMBER)})
    assert mistake.value.path == ("messages", "pt-BR", "contact", *template.split("."))
    assert "messages/en.toml" in mistake.value.reason


def test_a_message_s_purpose_is_a_purpose_of_the_rules() -> None:
    contact = {**CONTACT, "marketting": {"offer": "{company}"}}
    with pytest.raises(Mistake) as mistake:
        Policy(RULEBOOK, NOTICES, {"en": Texts(CODES, contact, OLD_NUMBER)})
    assert mistake.value.path == ("messages", "en", "contact", "marketting")


def test_the_default_locale_has_texts() -> None:
    with pytest.raises(Mistake, match=r"default_locale: needs messages/en\.toml"):
        Policy(RULEBOOK, NOTICES, {"zh-CN": Texts(CODES, CONTACT, OLD_NUMBER)})


# Beside a code of 6 characters and a hash with its line break there is room for 142 characters, or for 52.
@pytest.mark.parametrize(("text", "longest"), [("x", 142), ("字", 52)])
@pytest.mark.parametrize("purpose", [name for name in CODE_TEXTS if name != "transaction"])
def test_a_code_s_text_and_a_hash_fit_in_one_part(purpose: str, text: str, longest: int) -> None:
    def policy(words: str) -> Policy:
        return Policy(RULEBOOK, NOTICES, {**POLICY.texts, "fr": Texts(codes(**{purpose: words}), CONTACT, OLD_NUMBER)})

    assert policy("{code}" + text * longest).sms_locale("fr-CA") == "fr"
    with pytest.raises(Mistake) as mistake:
        policy("{code}" + text * (longest + 1))
    assert mistake.value.path == ("messages", "fr", "codes", purpose)
    assert "140 octets" in mistake.value.reason


def test_a_company_s_name_counts_towards_the_part() -> None:
    texts = {"en": Texts(codes(signup="{company} {code}" + "x" * 40), CONTACT, OLD_NUMBER)}
    Policy(replace(RULEBOOK, controller=replace(CONTROLLER, name="N" * 16)), NOTICES, texts)
    with pytest.raises(Mistake, match="in UCS-2"):
        Policy(replace(RULEBOOK, controller=replace(CONTROLLER, name="字" * 16)), NOTICES, texts)


def test_a_payment_s_text_may_be_longer() -> None:
    long = codes(transaction=CODES["transaction"] + "x" * 150)
    assert Policy(RULEBOOK, NOTICES, {"en": Texts(long, CONTACT, OLD_NUMBER)}).texts["en"].codes == long


def test_only_a_registered_app_is_sent_its_hash() -> None:
    RULES.require_registered_app(None)
    RULES.require_registered_app("FA+9qCX9VSu")
    for app_hash in ("FA+9qCX9VSv", "fa+9qcx9vsu", ""):
        with pytest.raises(FieldInvalid) as refused:
            RULES.require_registered_app(app_hash)
        assert refused.value.pointer == "/android_app_hash"
        assert app_hash not in str(refused.value) or not app_hash


def test_a_consent_is_outdated_by_a_later_material_notice_only() -> None:
    assert [POLICY.outdated("marketing", version) for version in (1, 2, 3, 4)] == [True, False, False, False]


def test_only_the_notices_of_the_policy_exist() -> None:
    assert POLICY.notice("marketing", 3, "zh-CN") == NOTICES["marketing", 3, "zh-CN"]
    assert POLICY.notice("marketing", 4, "en") is None
    assert POLICY.notice("marketing", 1, "fr") is None


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        ("en", "en"),
        ("zh-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("ZH", "zh-CN"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_nearest_notice_is_shown(wanted: str | None, locale: str) -> None:
    assert POLICY.notice_locale(wanted) == locale


def test_a_text_s_locale_needs_no_notice_and_a_notice_s_no_text() -> None:
    texts = {"en": POLICY.texts["en"], "zh-TW": POLICY.texts["en"]}
    policy = Policy(RULEBOOK, NOTICES, texts)
    assert (policy.sms_locale("zh-HK"), policy.notice_locale("zh-HK")) == ("zh-TW", "zh-CN")
    assert (policy.sms_locale("ja"), policy.notice_locale("ja")) == ("en", "en")


def test_placeholders_are_named_once_in_order() -> None:
    assert placeholders("{b} and {a}, {b} or {d_1}") == ("b", "a", "d_1")
