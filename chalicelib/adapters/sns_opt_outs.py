"""SNS's lists of numbers whose owners want no SMS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from chalicelib.adapters import aws

# What OptInPhoneNumber answers for 30 days after it did.
TOO_SOON = ("InvalidParameter", "InvalidParameterException", "InvalidParameterValue")


@dataclass(frozen=True)
class SnsOptOuts:
    """ListPhoneNumbersOptedOut and OptInPhoneNumber, in each region by itself."""

    def regions(self, wanted: Sequence[str]) -> Sequence[str]:
        """The regions wanted, or the one that this process runs in if none is."""
        return wanted or (aws.own_region(),)

    def listed(self, region: str) -> Iterator[Sequence[str]]:
        """The region's list, a hundred numbers a page."""
        request: dict[str, str] = {}
        while True:
            with aws.translated():
                page = aws.opt_outs(region).list_phone_numbers_opted_out(**request)
            yield page.get("phoneNumbers", [])
            if not page.get("nextToken"):
                return
            request = {"nextToken": page["nextToken"]}

    def opt_in(self, number: str, region: str) -> bool:
        """True if the number is off the region's list; False if SNS will not take it off yet."""
        with aws.translated():
            try:
                aws.opt_outs(region).opt_in_phone_number(phoneNumber=number)
            except ClientError as failure:
                if aws.error_code(failure) in TOO_SOON:
                    return False
                raise
        return True
