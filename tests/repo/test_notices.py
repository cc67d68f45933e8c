"""Every notice says what PIPL and the GDPR want it to say, in every locale alike, and the lint misses nothing of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.policy import Policy
from chalicelib.domain.wording import Notice
from chalicelib.settings import PACKAGED_POLICY
from tests.repo.notice_lint import faults, shape
from tests.repo.notice_words import SECTIONS, WORDS

POLICY = read_policy(PACKAGED_POLICY)
NOTICES = list(POLICY.notices.values())
PLACES = [(notice, heading) for notice in NOTICES for heading, *_ in shape(notice)]
COMMERCIAL = [notice for notice in NOTICES if POLICY.rules.purposes[notice.purpose].most_per_month]


def name(value: object) -> str:
    return f"{value.locale}-{value.purpose}" if isinstance(value, Notice) else str(value)


def changed(notice: Notice, **changes: Any) -> Policy:
    """The policy with this notice in other words."""
    other = replace(notice, **changes)
    return replace(POLICY, notices={**POLICY.notices, (notice.purpose, notice.version, notice.locale): other})


def with_purpose(name: str, **changes: Any) -> Policy:
    """The policy with another rule for this purpose."""
    purposes = POLICY.rules.purposes
    rules = replace(POLICY.rules, purposes={**purposes, name: replace(purposes[name], **changes)})
    return replace(POLICY, rules=rules)


def lint_of(notice: Notice, edit: Callable[[str], str]) -> list[str]:
    """What the lint says of the notice once its text is edited."""
    edited = edit(notice.text)
    assert edited != notice.text
    said = faults(changed(notice, text=edited))
    file = f"notices/{notice.locale}/{notice.purpose}."
    # Another locale may now differ from this one: that is said of the other.
    return [fault for fault in said if fault.startswith(file)]


def without(heading: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"(?ms)^## {re.escape(heading)}\n.*?(?=^## |\Z)", "", text)


def section_of(notice: Notice, heading: str) -> str:
    return next(section for section, said in WORDS[notice.locale].headings.items() if said == heading)


def test_nothing_is_missing() -> None:
    assert faults(POLICY) == []


def test_every_locale_has_words_for_every_section() -> None:
    assert set(WORDS) >= set(POLICY.rules.locales)
    for words in WORDS.values():
        assert list(words.headings) == list(SECTIONS)


@pytest.mark.parametrize(("notice", "heading"), PLACES, ids=name)
def test_a_section_that_is_gone_or_empty_is_named(notice: Notice, heading: str) -> None:
    section = section_of(notice, heading)
    lacks = f"{section}: lacks “{heading}” ({SECTIONS[section]})"
    assert any(fault.endswith(lacks) for fault in lint_of(notice, without(heading)))
    emptied = lint_of(notice, lambda text: re.sub(rf"(?ms)(^## {re.escape(heading)}\n).*?(?=^## |\Z)", r"\1\n", text))
    assert any(fault.endswith(lacks) for fault in emptied)


@pytest.mark.parametrize(("notice", "heading"), PLACES, ids=name)
def test_a_section_in_other_words_or_twice_is_named(notice: Notice, heading: str) -> None:
    assert lint_of(notice, lambda text: text.replace(f"## {heading}\n", f"## {heading}?\n"))
    assert lint_of(notice, lambda text: f"{text}\n## {heading}\nMore.\n")


def lines(notice: Notice) -> Iterator[str]:
    return (line for line in notice.text.splitlines() if line and not line.startswith("## "))


@pytest.mark.parametrize("notice", NOTICES, ids=name)
def test_a_line_that_only_one_locale_lost_is_missed(notice: Notice) -> None:
    for line in lines(notice):
        said = faults(changed(notice, text=notice.text.replace(f"{line}\n", "", 1)))
        assert said, f"nobody misses: {line}"


@given(st.data())
def test_sections_in_another_order_are_refused(data: st.DataObject) -> None:
    notice = data.draw(st.sampled_from(NOTICES))
    before, *sections = re.split(r"(?m)^(?=## )", notice.text if notice.text.endswith("\n\n") else notice.text + "\n")
    shuffled = data.draw(st.permutations(sections))
    said = faults(changed(notice, text=before + "".join(shuffled)))
    assert bool(said) == (shuffled != sections)


# What each section must say, as the real notices say it.
SAID = {
    "en": [
        ("who", "the controller"),
        ("contact", "privacy@wallet.example"),
        ("purpose", r"GDPR Art. 6\(1\)"),
        ("purpose", r"PIPL Art. 13\(1\)"),
        ("method", "AWS"),
        ("method", "(machine|program) alone"),
        ("kinds", "phone number"),
        ("retention", "30 days"),
        ("retention", "we erase it"),
        ("rights", "https://wallet"),
        ("rights", "You can complain"),
    ],
    "zh-CN": [
        ("who", "个人信息处理者"),
        ("contact", "privacy@wallet.example"),
        ("purpose", "第6条第1款"),
        ("purpose", "第十三条第一款"),
        ("method", "AWS"),
        ("method", "自动化方式|系统单独决定"),
        ("kinds", "手机号码"),
        ("retention", "30天"),
        ("retention", "删除"),
        ("rights", "https://wallet"),
        ("rights", "投诉"),
    ],
}
SAID_ON_CONSENT = {
    "en": [("retention", "more years"), ("rights", "withdraw"), ("change", "https://wallet")],
    "zh-CN": [("retention", "再保存"), ("rights", "撤回"), ("change", "https://wallet")],
}
SAID_OF_OFFERS = {
    "en": [("frequency", "a month"), ("frequency", "12 months"), ("change", "reply STOP")],
    "zh-CN": [("frequency", "每月"), ("frequency", "12个月"), ("change", "回复短信“R”")],
}


def said_in() -> Iterator[tuple[Notice, str, str]]:
    for notice in NOTICES:
        on_consent = POLICY.rules.purposes[notice.purpose].basis == "consent"
        for table, holds in ((SAID, True), (SAID_ON_CONSENT, on_consent), (SAID_OF_OFFERS, notice in COMMERCIAL)):
            yield from ((notice, *each) for each in table[notice.locale] if holds)


@pytest.mark.parametrize(("notice", "section", "words"), list(said_in()), ids=name)
def test_what_a_section_does_not_say_is_named(notice: Notice, section: str, words: str) -> None:
    heading = WORDS[notice.locale].headings[section]

    def edit(text: str) -> str:
        before, mark, after = text.partition(f"## {heading}\n")
        own, rest_mark, rest = after.partition("\n## ")
        return before + mark + re.sub(words, "…", own) + rest_mark + rest

    assert any(f": {section}: does not say " in fault for fault in lint_of(notice, edit))


def put(words: str, start: int, end: int, text: str) -> str:
    """The text with these words from start to end."""
    return text[:start] + words + text[end:]


@pytest.mark.parametrize("notice", NOTICES, ids=name)
def test_every_number_is_the_policy_s(notice: Notice) -> None:
    """Each number with a unit that the policy has, changed where it stands."""
    words = WORDS[notice.locale]
    units = (words.hours, words.days, words.months, words.a_month, words.more_years)
    places = [
        (found.start(1), found.end(1))
        for unit in units
        for found in re.finditer(unit, notice.text)
        if "一天" not in found[0] and "one day" not in found[0]
    ]
    assert places
    for start, end in places:
        was = notice.text[start:end]
        other = "7" if was.isdecimal() else words.numerals[6]
        said = lint_of(notice, partial(put, other, start, end))
        assert any("which is not what policy.toml says" in fault for fault in said), notice.text[start - 20 : end + 20]


@pytest.mark.parametrize("notice", COMMERCIAL, ids=name)
@pytest.mark.parametrize(("member", "value"), [("most_per_month", 3), ("valid_days", 183)])
def test_other_numbers_in_the_policy_are_refused(notice: Notice, member: str, value: int) -> None:
    said = faults(with_purpose(notice.purpose, **{member: value}))
    assert any(f"{notice.locale}/{notice.purpose}.v1.md: frequency: says" in fault for fault in said)


@pytest.mark.parametrize("notice", COMMERCIAL, ids=name)
def test_the_summary_s_numbers_count_too(notice: Notice) -> None:
    words = WORDS[notice.locale]
    found = re.search(words.a_month, notice.summary)
    assert found is not None
    summary = notice.summary[: found.start(1)] + "9" + notice.summary[found.end(1) :]
    assert any("frequency: says" in fault for fault in faults(changed(notice, summary=summary)))


def test_offers_need_a_frequency_and_a_duration() -> None:
    for member in ("most_per_month", "valid_days"):
        said = faults(with_purpose("marketing", **{member: None}))
        assert any(fault.startswith("policy.toml: purposes.marketing: needs ") for fault in said)


@pytest.mark.parametrize("notice", NOTICES, ids=name)
def test_a_purpose_names_its_channels_and_no_other(notice: Notice) -> None:
    purpose = POLICY.rules.purposes[notice.purpose]
    for channels in (purpose.channels[:-1], tuple({"sms", "call", "app"} - set(purpose.channels[1:]))):
        if set(channels) == set(purpose.channels):
            continue
        said = faults(with_purpose(notice.purpose, channels=channels))
        assert any(f"{notice.locale}/{notice.purpose}.v1.md: method: names the channels" in fault for fault in said)


@pytest.mark.parametrize("notice", [it for it in NOTICES if it.locale != POLICY.rules.default_locale], ids=name)
@pytest.mark.parametrize(("member", "value"), [("material", False), ("dated", "2026-01-01"), ("dated", None)])
def test_the_front_matter_is_the_same_in_every_locale(notice: Notice, member: str, value: object) -> None:
    said = faults(changed(notice, **{member: value}))
    assert said == [f"notices/{notice.locale}/{notice.purpose}.v1.md: {member}: differs from en"]


@pytest.mark.parametrize("notice", NOTICES, ids=name)
def test_rights_are_listed_one_by_one(notice: Notice) -> None:
    heading = WORDS[notice.locale].headings["rights"]

    def run_together(text: str) -> str:
        before, mark, after = text.partition(f"## {heading}\n")
        return before + mark + after.replace("\n- ", "\n")

    assert any("rights: lists fewer than 3" in fault for fault in lint_of(notice, run_together))


@pytest.mark.parametrize("member", ["title", "summary"])
def test_a_notice_has_a_title_and_a_summary(member: str) -> None:
    assert any("lacks a title or a summary" in fault for fault in faults(changed(NOTICES[0], **{member: " "})))


def test_a_locale_that_the_lint_cannot_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(WORDS, "zh-CN")
    assert len([fault for fault in faults(POLICY) if "zh-CN/" in fault and "has no words" in fault]) == len(NOTICES) / 2


def test_a_company_that_works_on_numbers_is_named_in_each_notice() -> None:
    recipients = {**POLICY.rules.processing.recipients, "texter": POLICY.rules.processing.recipients["aws"]}
    rules = replace(POLICY.rules, processing=replace(POLICY.rules.processing, recipients=recipients))
    said = faults(replace(POLICY, rules=rules))
    assert len([fault for fault in said if "method: does not say that texter works" in fault]) == len(NOTICES)
