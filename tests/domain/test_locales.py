"""A person is spoken to in the nearest locale there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.locales import nearest_locale

SPOKEN = ("zh-CN", "zh-TW", "en", "es", "pt", "hi", "ar", "ja")
TAGS = st.from_regex(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        *((locale, locale) for locale in SPOKEN),
        *((wanted, "zh-TW") for wanted in ("zh-Hant", "zh-HK", "zh-MO", "zh-Hant-HK", "ZH-hant", "zh-Hant-CN")),
        *((wanted, "zh-CN") for wanted in ("zh", "ZH", "zh-Hans", "zh-SG", "zh-MY", "zh-Hans-TW", "zh-cn")),
        ("pt-BR", "pt"),
        ("pt-PT", "pt"),
        ("es-419", "es"),
        ("en-GB", "en"),
        ("en-u-ca-buddhist", "en"),
        ("ar-EG", "ar"),
        ("hi-Latn", "hi"),
        ("ja-JP-u-nu-hant", "ja"),
        # What stands behind a singleton is no script and no region.
        ("zh-u-va-hant", "zh-CN"),
        ("zh-x-tw", "zh-CN"),
        *((wanted, "en") for wanted in ("fr", "fr-CA", "es_MX", "und", "*", "-", "", "zhx", "\ufffd", None)),
    ],
)
def test_the_nearest_locale_is_spoken(wanted: str | None, locale: str) -> None:
    assert nearest_locale(wanted, SPOKEN, "en") == locale


@pytest.mark.parametrize(
    ("wanted", "spoken", "locale"),
    [
        # Only the other script: still the person's own language.
        ("zh-TW", ("en", "zh-CN"), "zh-CN"),
        ("zh", ("en", "zh-TW"), "zh-TW"),
        # The region itself, or else the locale for the whole language, or else a neighbour.
        ("pt-BR", ("pt", "pt-BR", "pt-PT"), "pt-BR"),
        ("pt-AO", ("pt-BR", "pt", "pt-PT"), "pt"),
        ("pt-AO", ("pt-PT", "pt-BR"), "pt-BR"),
        ("es-MX", ("es-419", "es"), "es"),
        ("zh-HK", ("zh-TW", "zh-HK", "zh"), "zh-HK"),
        # Script before region.
        ("zh-HK", ("zh", "zh-TW"), "zh-TW"),
        ("sr-Latn-RS", ("sr-RS", "sr-Latn"), "sr-Latn"),
        # Where nothing else tells them apart, the deployment's own.
        ("en-AU", ("en-GB", "en-US", "fr"), "en-GB"),
    ],
)
def test_script_goes_before_region_and_both_before_the_language(
    wanted: str, spoken: tuple[str, ...], locale: str
) -> None:
    assert nearest_locale(wanted, spoken, "fr") == locale
    assert nearest_locale(wanted, reversed(spoken), "fr") == locale


def test_between_equals_the_default_is_spoken() -> None:
    assert nearest_locale("en-AU", ("en-GB", "en-US"), "en-US") == "en-US"


@given(TAGS, st.sets(st.sampled_from([*SPOKEN, "zh", "pt-BR", "en-GB"])), st.sampled_from(SPOKEN))
def test_a_locale_of_the_language_or_the_default(wanted: str, spoken: set[str], default: str) -> None:
    found = nearest_locale(wanted, spoken, default)
    language = wanted.split("-")[0].lower()
    if language in {locale.split("-")[0] for locale in spoken}:
        assert found in spoken
        assert found.split("-")[0] == language
    else:
        assert found == default


@given(st.text())
def test_whatever_is_wanted_something_is_spoken(wanted: str) -> None:
    assert nearest_locale(wanted, SPOKEN, "en") in SPOKEN
