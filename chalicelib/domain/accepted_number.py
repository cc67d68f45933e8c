"""Reads the number that somebody wants to prove."""

from chalicelib.domain.errors import PhoneNumberRefused
from chalicelib.domain.phone_number import PhoneNumber, parse_phone_number, require_accepted
from chalicelib.domain.rules import Rules


def accepted_number(text: str, region: str | None, rules: Rules) -> PhoneNumber:
    """The number, which the policy sends to.

    Args:
        text: E.164, or national with a region.

    Raises:
        PhoneNumberInvalid, PhoneNumberRefused: not a number to send to.
    """
    number = parse_phone_number(text, region)
    require_accepted(number, rules.numbers.refused_regions, rules.numbers.refused_line_types)
    if rules.country(number.region) is None:
        raise PhoneNumberRefused("/phone_number", "belongs to a region that this service does not send to")
    return number
