"""What a person, and what an attacker, does next. A story yields the instant at which it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.local.simulate.attacks import Target
from infra.local.simulate.lines import Line, TurnedAway
from infra.local.simulate.population import HOUR, Person

# Waits before each further send: the policy's own schedule.
RESEND_AFTER = (30, 60, 120, 240)
# Somebody who is told to come back later than this does not.
LONGEST_PATIENCE = HOUR
BETWEEN_TYPING = 10.0


@dataclass
class Fate:
    """What became of one person, or of one start of an attack.

    Attributes:
        at: when it began.
        turned_away: the rules that refused, in order.
        came: a code came to the person's own phone.
        sends: when the carrier took an SMS.
    """

    region: str
    at: float
    turned_away: list[str] = field(default_factory=list)
    came: bool = False
    sends: list[float] = field(default_factory=list)

    @property
    def shut_out(self) -> bool:
        """True if the person was refused and no code ever came."""
        return bool(self.turned_away) and not self.came


def sign_up(person: Person, line: Line, fate: Fate) -> Iterator[float]:
    """Somebody types in a number, waits, asks again, mistypes, and in most cases proves it."""
    at = person.at
    until_typed, until_asking, until_trying = person.waits
    if person.stranger:
        try:
            line.start(at, person.stranger, person.ip, person.device)
        except TurnedAway as refusal:
            fate.turned_away.append(refusal.rule)
        # Sooner or later the mistake is seen.
        yield (at := at + until_asking)
    verification, sends, tries = "", 0, person.tries_again
    while True:
        try:
            if verification:
                line.resend(at, verification)
            else:
                verification = line.start(at, person.number, person.ip, person.device)
        except TurnedAway as refusal:
            fate.turned_away.append(refusal.rule)
            if not tries or refusal.wait_seconds > LONGEST_PATIENCE:
                return
            tries -= 1
            # After that wait the app begins anew.
            verification = ""
            yield (at := at + refusal.wait_seconds + until_trying)
            continue
        sends += 1
        if person.comes[sends - 1]:
            break
        if sends > person.asks_again:
            return
        yield (at := at + max(until_asking, RESEND_AFTER[sends - 1]))
    fate.came = True
    if person.loses_interest:
        return
    yield (at := at + until_typed)
    for _ in range(person.mistakes):
        line.enter(at, verification, right=False)
        yield (at := at + BETWEEN_TYPING)
    line.enter(at, verification, right=True)


def pump(target: Target, line: Line, fate: Fate) -> Iterator[float]:
    """An attacker wants as many SMS as there are, and types a code in only to look like a customer."""
    at = fate.at
    try:
        verification = line.start(at, target.number, target.ip, target.device)
        if target.proves:
            yield (at := at + BETWEEN_TYPING)
            line.enter(at, verification, right=True)
            return
        for wait in RESEND_AFTER:
            yield (at := at + wait)
            line.resend(at, verification)
    except TurnedAway as refusal:
        fate.turned_away.append(refusal.rule)
