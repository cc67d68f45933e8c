"""Numbers that no phone has: for app review and CI."""

import re
from dataclasses import dataclass

from chalicelib.domain.mistake import demand

# Each is kept free by its regulator for films and tests, so that a code for it can reach nobody.
RESERVED = {
    "GB": r"\+447700900\d{3}",  # Ofcom: mobile numbers for drama
    # NANPA: 555-0100 to 555-0199 of an area. A code whose last digit stands twice, or 88X, is no area's, but toll-free
    # or the like, and there such a number may be somebody's.
    "US": r"\+1(?!\d(\d)\1|88\d)[2-9]\d{2}55501\d{2}",
    "FR": r"\+3363998\d{4}",  # Arcep: 06 39 98
    "IE": r"\+3532091\d{5}",  # ComReg: 020 91
    "SE": r"\+467017406(0[5-9]|[1-9]\d)",  # PTS: 070-174 06 05 to 99
    "AU": r"\+61491570(006|110|156|157|158|159)",  # ACMA
}


def fiction_of(e164: str) -> str | None:
    """The region in whose range for fiction the number lies, or None: then it may be somebody's."""
    return next((region for region, form in RESERVED.items() if re.fullmatch(form, e164)), None)


@dataclass(frozen=True)
class TestNumber:
    """A number whose code is known.

    Attributes:
        phone_number: E.164, from a range that is reserved for fiction.
        code: what proves it.
        client_id: the only wallet client for which it is one.
        expires_on: the first day on which it is none any more, e.g. 2027-03-01 (UTC).
    """

    # Not a test of pytest's.
    __test__ = False

    phone_number: str
    code: str
    client_id: str
    expires_on: str

    def __post_init__(self) -> None:
        demand(
            fiction_of(self.phone_number) is not None,
            "phone_number",
            "must be E.164 from a range reserved for fiction, such as +447700900000 to +447700900999",
        )
        demand(re.fullmatch(r"\d{6}", self.code) is not None, "code", "must be six digits")
        demand(bool(self.client_id), "client_id", "must name a wallet client")
        dated = re.fullmatch(r"20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", self.expires_on)
        demand(dated is not None, "expires_on", 'must be a day, such as "2027-03-01"')

    def serves(self, client_id: str, day: str) -> bool:
        """True if it is a test number for this client on this day."""
        return client_id == self.client_id and day < self.expires_on

    def __repr__(self) -> str:
        return f"TestNumber(client_id={self.client_id!r}, expires_on={self.expires_on!r})"
