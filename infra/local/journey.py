"""One walk through Ringfence over HTTP: who calls, what was learned on the way, and what it cost."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from infra.local.journey_client import Broken, Caller, Reply

SMS_WITHIN_SECONDS = 5
# Prefixes of mobile ranges, with how many more digits make a number.
MOBILE_RANGES = (("+86138", 8), ("+491511", 7))


@dataclass
class Journey:
    """One walk: who calls, and what was learned on the way."""

    console: Console
    public: Caller
    wallet: Caller
    staff: Caller
    officer: Caller
    desk: Caller
    number: str
    names: list[str] = field(default_factory=list)
    milliseconds: float = 0.0
    aws_calls: int = 0
    sms_seen: int = 0
    known: dict[str, Any] = field(default_factory=dict)

    def step(self, what: str, reply: Reply) -> Reply:
        """The step is counted and printed; the reply had been checked before."""
        self.names.append(what)
        self.milliseconds += reply.milliseconds
        self.aws_calls += reply.aws_calls or 0
        self.console.print(step_line(self.steps, what, reply), markup=False, soft_wrap=True)
        return reply

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.names)

    @property
    def masked(self) -> str:
        """The number as every answer but a reveal shows it."""
        # Every calling code of MOBILE_RANGES has two digits.
        return self.number[:3] + "*" * (len(self.number) - 5) + self.number[-2:]

    @property
    def customer(self) -> str:
        """The path of the customer that this journey made."""
        return f"/v1/customers/{self.known['customer']}"

    def next_sms(self) -> dict[str, Any]:
        """The one SMS that reached this journey's phone since the last look.

        Raises:
            Broken: none came in time, or more than one did.
        """
        deadline = time.monotonic() + SMS_WITHIN_SECONDS
        while True:
            inbox = self.desk.get("/inbox.json").must(200)
            mine = [sms for sms in inbox.body["items"] if sms["to"] == self.number]
            if len(mine) > self.sms_seen or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        new = mine[self.sms_seen :]
        if len(new) != 1:
            raise Broken(f"{len(new)} SMS reached the phone, not 1")
        self.sms_seen += 1
        sms: dict[str, Any] = new[0]
        return sms


def step_line(position: int, what: str, reply: Reply) -> str:
    """One line of the journey: what, status, milliseconds, AWS calls."""
    calls = "  –" if reply.aws_calls is None else f"{reply.aws_calls:3}"
    return f"{position:2}  {what:<58} {reply.status}  {reply.milliseconds:6.1f} ms  {calls} AWS"


def new_number() -> str:
    """A number that a mobile phone could have, another one each time."""
    prefix, digits = secrets.choice(MOBILE_RANGES)
    return prefix + "".join(secrets.choice("0123456789") for _ in range(digits))
