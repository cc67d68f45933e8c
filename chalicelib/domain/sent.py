"""What became of one attempt to send an SMS."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """The outcome of one attempt, and who made it.

    Attributes:
        outcome: accepted, unknown, or one of throttled, failed and opted_out: surely not sent. A throttled one that a
            worker will try again is queued.
        sender: who carried it, as the policy names it.
        message_id: the sender's own name for it.
        reason: why it was not taken, in a word of ours.
    """

    outcome: str
    sender: str | None = None
    message_id: str | None = None
    reason: str | None = None

    @property
    def delivery(self) -> str:
        """As a send or a message keeps it: what nobody tries again has failed."""
        return "failed" if self.outcome == "throttled" else self.outcome
