"""Phone numbers: read, judged and masked. The only module that knows phonenumbers."""

import re
from dataclasses import dataclass

import phonenumbers

from chalicelib.domain.errors import PhoneNumberInvalid, PhoneNumberRefused
from chalicelib.domain.line_types import LINE_TYPES
from chalicelib.domain.regions import REGIONS

# E.164 allows 15 digits; with the plus sign, separators and a national prefix nothing longer is a number.
LONGEST_INPUT = 32

_TYPE_NAMES = {getattr(phonenumbers.PhoneNumberType, name.upper()): name for name in LINE_TYPES}


@dataclass(frozen=True, repr=False)
class PhoneNumber:
    """A valid number. Its text forms show the mask only; `e164` is the number itself."""

    e164: str
    region: str
    line_type: str

    @property
    def masked(self) -> str:
        """The calling code and the last two digits, e.g. `+86*********01`."""
        return mask(self.e164)

    @property
    def time_zones(self) -> tuple[str, ...]:
        """Where the phone may be, as IANA names, sorted; empty if that cannot be told.

        Source: libphonenumber's time zones; of a number that it does not know, those of its prefix.
        """
        # Here, so that a function that binds no number does not load the zones of all of them.
        from phonenumbers import timezone

        parsed = phonenumbers.parse(self.e164)
        unknown = {timezone.UNKNOWN_TIMEZONE}
        known = set(timezone.time_zones_for_number(parsed)) - unknown
        # Where several countries share a calling code, it has all their zones for a mobile number; the prefix has the
        # country's own. In the code's first country the prefix says too little: +7 9 would all be in Moscow.
        if not known or self.region != phonenumbers.region_code_for_country_code(int(parsed.country_code or 0)):
            known = set(timezone.time_zones_for_geographical_number(parsed)) - unknown or known
        return tuple(sorted(known))

    def stands_in(self, text: str) -> bool:
        """True if a text has the number's own digits in it, with or without the calling code."""
        national = phonenumbers.national_significant_number(phonenumbers.parse(self.e164))
        return national in "".join(filter(str.isdecimal, text))

    def __repr__(self) -> str:
        return f"PhoneNumber({self.masked})"

    __str__ = __repr__


def parse_phone_number(text: str, region: str | None = None) -> PhoneNumber:
    """The number that `text` means.

    Args:
        text: E.164 (`+8613800138000`), or a national number when `region` is given.
        region: ISO 3166-1 alpha-2, e.g. `CN`.

    Raises:
        PhoneNumberInvalid: no such number can exist, or `region` is not a region.

    Source: ITU-T E.164; libphonenumber's metadata.
    """
    if region is not None and region not in REGIONS:
        raise PhoneNumberInvalid("/region", "is not a region that has phone numbers (ISO 3166-1 alpha-2)")
    if region is None and not text.startswith("+"):
        raise PhoneNumberInvalid("/phone_number", "must be E.164, or national with a region")
    if len(text) > LONGEST_INPUT:
        raise PhoneNumberInvalid("/phone_number", "is longer than any number")
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        # phonenumbers puts the text into its exception, so the cause is cut off.
        raise PhoneNumberInvalid("/phone_number", "cannot be read as a number") from None
    if parsed.extension:
        raise PhoneNumberInvalid("/phone_number", "has an extension, which no SMS can reach")
    if not phonenumbers.is_valid_number(parsed):
        raise PhoneNumberInvalid("/phone_number", "is not a number that any phone can have")
    found = phonenumbers.region_code_for_number(parsed)
    if region is not None and not phonenumbers.is_valid_number_for_region(parsed, region):
        raise PhoneNumberInvalid("/region", "is not where this number belongs")
    return PhoneNumber(
        e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        region=found or "001",
        line_type=_TYPE_NAMES[phonenumbers.number_type(parsed)],
    )


def known_phone_number(e164: str) -> PhoneNumber:
    """The number that was parsed once and stored. It is not judged again: ranges are withdrawn, customers stay."""
    parsed = phonenumbers.parse(e164)
    region = phonenumbers.region_code_for_number(parsed) or "001"
    return PhoneNumber(e164, region, _TYPE_NAMES[phonenumbers.number_type(parsed)])


def number_told(text: object) -> PhoneNumber | None:
    """The number that a carrier tells in E.164; None if it is none. Its range may be withdrawn: customers stay."""
    if not isinstance(text, str) or re.fullmatch(r"\+[1-9][0-9]{4,14}", text) is None:
        return None
    try:
        return known_phone_number(text)
    except phonenumbers.NumberParseException:
        return None


def require_accepted(
    number: PhoneNumber, refused_regions: tuple[str, ...], refused_line_types: tuple[str, ...]
) -> None:
    """Returns if the policy accepts the number.

    Raises:
        PhoneNumberRefused: its region or its line type is refused.
    """
    if number.region in refused_regions:
        raise PhoneNumberRefused("/phone_number", "belongs to a region that this service does not accept")
    if number.line_type in refused_line_types:
        raise PhoneNumberRefused("/phone_number", f"is a {number.line_type} number, which this service does not accept")


def is_told_apart(region: str) -> bool:
    """True if a mobile number of the region is read as that region's, and not as a neighbour's."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    return example is not None and phonenumbers.region_code_for_number(example) == region


def mask(e164: str) -> str:
    """The calling code and the last two digits of an E.164 number; every other digit is a star."""
    calling_code = str(phonenumbers.parse(e164).country_code)
    hidden = len(e164) - 1 - len(calling_code) - 2
    return f"+{calling_code}{'*' * hidden}{e164[-2:]}"
