"""What a send takes of the budgets that many share: country, prefix, IP, wallet client and money."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.domain.accounts import Accounts
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.verification import Verification
from chalicelib.services.holding import Holding
from chalicelib.services.pumping_guard import PumpingGuard
from chalicelib.services.spending import Spending
from chalicelib.services.wallet_throttle import WalletThrottle

# Outcomes after which an SMS was surely not sent.
NOT_SENT = ("failed", "opted_out")
# As long as any code, so the text is as long as the one that is sent.
SAMPLE_CODE = "000000"

Calls = dict[str, Callable[[], Any]]


@dataclass(frozen=True)
class SendBudgets:
    """Calls that take, each independent of the others; a Holding gives back what they took if nothing comes of it."""

    guard: PumpingGuard
    wallet: WalletThrottle
    spending: Spending

    def of_wallet(self, holding: Holding, client_id: str, at: datetime) -> Calls:
        """The call that counts one more start of the wallet client."""
        give_back = partial(self.wallet.give_back, at=at)
        return {"wallet": holding.take(partial(self.wallet.admit, client_id, at), give_back)}

    def of_money(self, holding: Holding, region: str, text: str, at: datetime) -> Calls:
        """The call that reserves what the text costs."""
        return {"money": holding.take(partial(self.spending.reserve, region, text, at), self.spending.give_back)}

    def of_message(self, holding: Holding, test_number: str | None, region: str, text: str, at: datetime) -> Calls:
        """The same for a customer's number. To a test number nothing is sent, so nothing is spent.

        Args:
            region: libphonenumber may not even know where a test number belongs.
        """
        if test_number in self.spending.policy.rules.test_numbers:
            return {}
        return self.of_money(holding, region, text, at)

    def of_first_send(self, holding: Holding, number: PhoneNumber, network: str | None, at: datetime) -> Calls:
        """The calls that count a send to a number nobody has proved: `country`, `prefix`, and `countries` of the IP."""
        if not self.guard.on:
            return {}
        give_back = partial(self.guard.give_back, at=at)
        prefix = partial(self.guard.admit_prefix, self.guard.prefix_row(number, at), number.region, at)
        calls: Calls = {
            "country": holding.take(partial(self.guard.admit_country, number.region, at), give_back),
            "prefix": holding.take(prefix, give_back),
        }
        if network is not None:
            calls["countries"] = partial(self.guard.admit_ip, network, number.region, at)
        return calls

    def of_next_send(
        self, holding: Holding, accounts: Accounts | None, verification: Verification, at: datetime
    ) -> Calls:
        """The calls that count one more send of the verification where its first one was counted."""
        if not self.guard.on or accounts is None or accounts.country is None or accounts.prefix is None:
            return {}
        give_back = partial(self.guard.give_back, at=at)
        region, own = verification.region, len(verification.sends) + 1
        country = partial(self.guard.admit_country, region, at, accounts.country)
        prefix = partial(self.guard.admit_prefix, accounts.prefix, region, at, own)
        return {"country": holding.take(country, give_back), "prefix": holding.take(prefix, give_back)}

    def require_room(self, found: Mapping[str, Any], region: str, at: datetime) -> None:
        """Returns if what these calls found may stand together.

        Raises:
            Throttled: the country has room for fresh prefixes only, and this is none.
        """
        if "country" in found:
            self.guard.require_fresh(found["country"], found["prefix"], region, at)

    def of_right_code(self, holding: Holding, accounts: Accounts | None, verification: Verification) -> Calls:
        """The calls that credit a right code to where its sends were counted."""
        calls: Calls = {}
        if accounts is None:
            return calls
        # A send that the carrier refused is not there any more: `settled` gave it back.
        sent_at = tuple(send.at for send in verification.sends if send.message_id or send.delivery not in NOT_SENT)
        for name, row in (("country", accounts.country), ("prefix", accounts.prefix)):
            if row is not None and sent_at:
                credit = partial(self.guard.credit, row, sent_at)
                calls[name] = holding.take(credit, partial(self.guard.take_credit_back, sent_at=sent_at))
        if accounts.ip is not None:
            calls["countries"] = partial(self.guard.credit_ip, accounts.ip, verification.region)
        return calls


def settled(intended: Verification, send: Callable[[], Verification], holding: Holding) -> Verification:
    """What sending made of the verification; what the intended send had taken is given back if it was surely not sent.

    Args:
        intended: the verification with this send as its last; another may follow while it is made.
    """
    sent = send()
    if sent.sends[len(intended.sends) - 1].delivery in NOT_SENT:
        holding.give_back()
    return sent
