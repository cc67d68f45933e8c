"""Sends one SMS at most, by the way that the policy has for its country."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.errors import SmsRefused, SmsThrottled
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sent import Sent
from chalicelib.ports import Journal, SmsCarrier


@dataclass(frozen=True)
class SmsSender:
    """Owns timing, outcome and cost; a carrier only tries."""

    policy: Policy
    carriers: Mapping[str, SmsCarrier]
    journal: Journal

    def send(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> Sent:
        """One attempt was made, and this is its outcome. There is no second one, by no other way either.

        Never raises: an SMS that may be on its way must not look like a request that did nothing.

        Args:
            reference: an opaque id for the carrier's events.
            code_seconds: what is left of the life of the code in it; None if there is no code in it.
        """
        if self.policy.rules.is_test_number(number.e164):
            # No phone has it.
            return Sent("accepted", "nobody")
        started = time.perf_counter()
        country = self.policy.rules.country(number.region)
        sender = country.sender if country else "sns"
        sent, error = self._attempt(sender, number, body, reference, code_seconds)
        milliseconds = round((time.perf_counter() - started) * 1000)
        self.journal.note(
            "sms",
            sender=sender,
            region=number.region,
            outcome=sent.outcome,
            reason=sent.reason,
            error=error,
            milliseconds=milliseconds,
        )
        return sent

    def _attempt(
        self, sender: str, number: PhoneNumber, body: str, reference: str, code_seconds: int | None
    ) -> tuple[Sent, str | None]:
        try:
            return Sent("accepted", sender, self.carriers[sender].attempt(number, body, reference, code_seconds)), None
        except SmsThrottled:
            return Sent("throttled", sender, reason="throttled"), None
        except SmsRefused as refusal:
            return Sent("opted_out" if refusal.reason == "opted_out" else "failed", sender, reason=refusal.reason), None
        except Exception as failure:
            # No answer, or half of one, or none that can be read. Its text may quote the number, its kind does not.
            return Sent("unknown", sender), type(failure).__name__
