"""The word to an old number says who, until when and where, and nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.domain.mistake import Mistake
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import old_number_text
from chalicelib.domain.wording import Texts
from tests.domain.samples import CODES, CONTACT, CONTROLLER, NOTICES, POLICY, RULEBOOK


def test_an_old_number_is_told_who_until_when_and_where_in_the_customer_s_language() -> None:
    until = datetime(2026, 11, 23, 8, 5, 59, tzinfo=timezone(timedelta(hours=8)))
    texts = {**POLICY.texts, "zh-CN": replace(POLICY.texts["zh-CN"], old_number="{company} {until} {url}")}
    policy = replace(POLICY, texts=texts)
    url = POLICY.rules.processing.preferences_url
    for locale in ("en", "fr"):
        said = old_number_text(policy, locale, until)
        assert said == f"Example Wallet: your number changes. Stop it until 2026-11-23 00:05 UTC at {url}"
    assert old_number_text(policy, "zh-Hans-SG", until) == f"Example Wallet 2026-11-23 00:05 UTC {url}"


@pytest.mark.parametrize(
    "text",
    [
        "{company}: stop it until {until}",
        "{company}: stop it at {url}",
        "stop it until {until} at {url}",
        "{company}: {name}, stop it until {until} at {url}",
        "{company}: stop it until {until} at {url",
        "",
    ],
)
def test_the_word_to_an_old_number_says_who_until_when_and_where_and_nothing_else(text: str) -> None:
    with pytest.raises(Mistake) as mistake:
        Texts(CODES, CONTACT, text)
    assert mistake.value.path == ("old_number",)


def test_the_word_to_an_old_number_has_three_parts_at_most() -> None:
    # In three parts there is room for 459.
    words = "{company}: {until}: {url}"
    assert len(CONTROLLER.name + ": 2026-01-01 00:00 UTC: " + RULEBOOK.processing.preferences_url) == 72
    assert Policy(RULEBOOK, NOTICES, {"en": Texts(CODES, CONTACT, words + "x" * (459 - 72))})
    with pytest.raises(Mistake) as mistake:
        Policy(RULEBOOK, NOTICES, {"en": Texts(CODES, CONTACT, words + "x" * (460 - 72))})
    assert mistake.value.path == ("messages", "en", "old_number")
