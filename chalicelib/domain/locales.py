"""Which of the locales that are spoken a person reads best."""

from collections.abc import Iterable
from dataclasses import dataclass

# Chinese is one language in two scripts, and a region alone says which. Source: CLDR, likely subtags.
TRADITIONAL_CHINESE = ("tw", "hk", "mo")


@dataclass(frozen=True)
class _Tag:
    language: str
    script: str
    region: str


def nearest_locale(wanted: str | None, spoken: Iterable[str], default: str) -> str:
    """The spoken locale that is nearest to the wanted one: of its language, and there of its script, then its region.

    Args:
        wanted: a BCP 47 tag in any case; None, or what is no tag, wants the default.

    Source: RFC 4647 3.4 (lookup). It would give the default where only the region or the script differs.
    """
    tag = _tag(wanted or "")

    def nearness(locale: str) -> tuple[bool, bool, bool]:
        own = _tag(locale)
        return own.script == tag.script, own.region == tag.region, locale == default

    # Sorted, so that of equals the one for the whole language comes first.
    same_language = (locale for locale in sorted(spoken) if _tag(locale).language == tag.language)
    return max(same_language, key=nearness, default=default)


def _tag(locale: str) -> _Tag:
    language, *subtags = locale.lower().split("-")
    script = region = ""
    for subtag in subtags:
        if len(subtag) == 1:
            # RFC 5646 2.2.6: from here on extensions and private use.
            break
        if len(subtag) == 4 and subtag.isalpha():
            script = subtag
        elif (len(subtag) == 2 and subtag.isalpha()) or (len(subtag) == 3 and subtag.isdecimal()):
            region = subtag
    if language == "zh" and not script:
        script = "hant" if region in TRADITIONAL_CHINESE else "hans"
    return _Tag(language, script, region)
