"""Sends one SMS at most, by the way that the policy has for its country."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.errors import SmsRefused, SmsThrottled
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.ports import Journal, SmsCarrier


@dataclass(frozen=True)
class Sent:
    """What became of one attempt.

    Attributes:
        outcome: accepted, throttled, failed, opted_out (these three: surely not sent) or unknown.
        sender: who carried it, as the policy names it.
    """

    outcome: str
    sender: str
    message_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class SmsSender:
    """Owns timing, outcome and cost; a carrier only tries."""

    policy: Policy
    carriers: Mapping[str, SmsCarrier]
    journal: Journal

    def send(self, number: PhoneNumber, body: str, reference: str) -> Sent:
        """One attempt was made, and this is its outcome. There is no second one, by no other way either.

        Never raises: an SMS that may be on its way must not look like a request that did nothing.

        Args:
            reference: an opaque id for the carrier's events.
        """
        started = time.perf_counter()
        country = self.policy.rules.country(number.region)
        sender = country.sender if country else "sns"
        sent = self._attempt(sender, number, body, reference)
        milliseconds = round((time.perf_counter() - started) * 1000)
        self.journal.note("sms", sender=sender, region=number.region, outcome=sent.outcome, milliseconds=milliseconds)
        return sent

    def _attempt(self, sender: str, number: PhoneNumber, body: str, reference: str) -> Sent:
        try:
            return Sent("accepted", sender, self.carriers[sender].attempt(number, body, reference))
        except SmsThrottled:
            return Sent("throttled", sender)
        except SmsRefused as refusal:
            return Sent("opted_out" if refusal.reason == "opted_out" else "failed", sender, reason=refusal.reason)
        except Exception:
            # No answer, or half of one, or none that can be read.
            return Sent("unknown", sender)
