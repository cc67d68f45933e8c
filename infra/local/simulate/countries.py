"""The forty countries of the simulated wallet."""

from dataclasses import dataclass
from random import Random

from chalicelib.domain.errors import PhoneNumberInvalid
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.sending_rules import Country

# Of those who begin, so many prove a number in the end where nothing refuses them.
PROVED = 0.9


@dataclass(frozen=True)
class Market:
    """One country of the wallet.

    Attributes:
        hours_from_utc: its clock.
        daily: people who begin to sign up in a day.
        price_usd: of one SMS; of the right order, and no price list.
        mobiles: what its mobile numbers look like: `#` is any digit, `N` is 2 to 9.
    """

    region: str
    hours_from_utc: int
    daily: int
    price_usd: str
    mobiles: str

    def rules(self, scale: float) -> Country:
        """What a policy of this wallet says of the country."""
        return Country(self.price_usd, expected_daily=round(self.daily * scale * PROVED))


_LISTED = """
IN  5 5200 0.03 +9198########
BR -3 4100 0.02 +551199#######
ID  7 3300 0.25 +62812########
US -5 2600 0.01 +1415N######
MX -6 1900 0.03 +5255########
TR  3 1500 0.02 +9053########
PH  8 1300 0.14 +63917#######
NG  1 1100 0.23 +234803#######
DE  1  900 0.09 +49151########
GB  0  850 0.04 +4474########
VN  7  700 0.11 +8498#######
FR  1  620 0.06 +3361#######
TH  7  540 0.02 +6681#######
EG  2  480 0.22 +2010########
CO -5  430 0.01 +57310#######
PK  5  400 0.28 +92300#######
IT  1  380 0.07 +3934########
ES  1  340 0.06 +346########
ZA  2  300 0.03 +2782#######
PL  1  260 0.03 +4860#######
JP  9  230 0.07 +8190N#######
AR -3  200 0.06 +54911N#######
MY  8  180 0.04 +6012#######
KE  3  150 0.11 +25472#######
CA -8  130 0.01 +1604N######
KR  9  110 0.03 +8210########
SA  3   95 0.09 +96650#######
AE  4   80 0.08 +97150#######
AU 10   70 0.04 +6141#######
NL  1   60 0.09 +3161#######
TW  8   50 0.05 +88691#######
PE -5   42 0.05 +519########
CL -3   35 0.05 +5699#######
SG  8   28 0.04 +6591######
HK  8   24 0.05 +8526#######
SE  1   20 0.06 +4670#######
PT  0   16 0.04 +35191#######
CH  1   12 0.06 +4179#######
NZ 12    9 0.08 +6421#######
IS  0    4 0.06 +354611####
"""


def _market(line: str) -> Market:
    region, hours, daily, price, mobiles = line.split()
    return Market(region, int(hours), int(daily), price, mobiles)


MARKETS = {market.region: market for market in map(_market, _LISTED.strip().splitlines())}
# Where the wallet has no customer; what the policy says of `other` holds.
UNSEEN = Market("TJ", 5, 0, "0.30", "+99293#######")


def new_mobile(market: Market, rng: Random) -> str:
    """A valid mobile number of the country, in E.164."""
    while True:
        number = "".join(_digit(kind, rng) for kind in market.mobiles)
        if _is_valid(number):
            return number


def neighbour(number: str, rng: Random) -> str:
    """A number of the same thousand."""
    while True:
        other = f"{number[:-3]}{rng.randrange(1000):03d}"
        if _is_valid(other):
            return other


def _digit(kind: str, rng: Random) -> str:
    if kind == "#":
        return str(rng.randrange(10))
    return str(rng.randrange(2, 10)) if kind == "N" else kind


def _is_valid(number: str) -> bool:
    try:
        parse_phone_number(number)
    except PhoneNumberInvalid:
        return False
    return True
