"""The world's numbers, as libphonenumber's metadata has them. Only tests may ask it directly."""

from collections import defaultdict
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from chalicelib.domain.errors import PhoneNumberInvalid, PhoneNumberRefused
from chalicelib.domain.line_types import LINE_TYPES
from chalicelib.domain.phone_number import parse_phone_number, require_accepted
from chalicelib.domain.rules import NumberRules

REGIONS = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
TYPES = {
    name: getattr(phonenumbers.PhoneNumberType, name.upper())
    for name in LINE_TYPES
    if name not in ("unknown", "fixed_line_or_mobile")
}


@dataclass(frozen=True)
class Example:
    """A number that no one has, and the regions whose example it is."""

    e164: str
    national: str
    regions: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Example({', '.join(self.regions)})"


def mobile_examples() -> list[Example]:
    """Every distinct mobile example number, with all regions that name it."""
    regions = defaultdict(list)
    for region in REGIONS:
        number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        if number is not None:
            regions[phonenumbers.format_number(number, PhoneNumberFormat.E164)].append(region)
    return [
        Example(e164, phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.NATIONAL), tuple(sharing))
        for e164, sharing in regions.items()
    ]


def regions_without_mobile() -> list[str]:
    """Regions for which the metadata has no mobile number."""
    return [
        region for region in REGIONS if phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE) is None
    ]


def calling_code(region: str) -> int:
    """The country calling code, e.g. 86."""
    code: int = phonenumbers.country_code_for_region(region)
    return code


def example(region: str, line_type: str) -> str | None:
    """A number of this type in this region as E.164, or None if the metadata has none."""
    number = phonenumbers.example_number_for_type(region, TYPES[line_type])
    return None if number is None else str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def verdict(e164: str, rules: NumberRules) -> str:
    """What the policy makes of a number: accepted, refused or invalid."""
    try:
        number = parse_phone_number(e164)
        require_accepted(number, rules.refused_regions, rules.refused_line_types)
    except PhoneNumberInvalid:
        return "invalid"
    except PhoneNumberRefused:
        return "refused"
    return "accepted"
