"""A withdrawal against decisions and messages: whoever begins after it was answered gets nothing."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.domain.caller import Caller
from tests.fakes import caller
from tests.prove.api import WALLET, Api, Reply
from tests.prove.races import at_once
from tests.worlds import fresh_number

# With a cap, whose shares are in the head, and without one.
MESSAGES = {
    "marketing": {"template": "offer", "parameters": {"offer_title": "Half fees", "offer_end_date": "Friday"}},
    "order_notice": {
        "template": "order_ready",
        "parameters": {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"},
    },
}
ROUNDS_A_DAY = 100
# Some decide, one withdraws.
DECIDERS = 3
# How long the withdrawal may hold back, so that it meets the others at every step of theirs.
LONGEST_PAUSE_SECONDS = 0.03


@dataclass
class Round:
    """One withdrawal among decisions and messages, by the clock of this process.

    Attributes:
        answered_at: when the withdrawal was answered.
        permitted, sent: when each of those that succeeded began.
        outcomes: what the others were told, and what succeeded before it.
    """

    answered_at: float = 0.0
    permitted: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


def withdrawals_and_decisions(api: Api, rounds: int) -> Counter[str]:
    """Nothing was permitted or sent that began after the withdrawal's answer; returns the answers."""
    found = Counter[str]()
    for number in range(rounds):
        # The policy's ceilings of money are by the hour and the day, and at another hour it would be night.
        if number % ROUNDS_A_DAY == 0:
            api.world.clock.at += timedelta(days=1)
        # A customer of their own for each purpose: what was used of the cap stays used.
        if number % len(MESSAGES) == 0:
            customer = api.customer(fresh_number())
        done = _round(api, customer, list(MESSAGES)[number % len(MESSAGES)], number)
        # Or there was no race.
        assert done.permitted
        late = [begun for begun in (*done.permitted, *done.sent) if begun > done.answered_at]
        assert late == [], done
        found += done.outcomes
    return found


def _round(api: Api, customer: str, purpose: str, number: int) -> Round:
    consent = f"/v1/customers/{customer}/consents/{purpose}"
    words = {"notice_version": 1, "locale": "en", "surface": "race"}
    given = api.call(WALLET, "PUT", consent, {"decision": "given", "channels": ["sms"], **words})
    assert given.status == 200, given
    done, begun = Round(), threading.Event()

    def withdraw() -> None:
        begun.wait()
        time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
        try:
            while (reply := api.call(WALLET, "PUT", consent, {"decision": "withdrawn", **words})).status == 503:
                done.outcomes["withdrawal repeated"] += 1
            assert reply.status == 200, reply
        finally:
            # Whatever it was answered: the others wait for it.
            done.answered_at = time.perf_counter()

    def contact(thread: int) -> None:
        # A person of their own for each round: nobody's budget is in the way.
        by = caller("staff", "call-centre", f"agent-{number}-{thread}")
        tokens = []
        while not done.answered_at:
            token = _decided(api, by, customer, purpose, done)
            begun.set()
            if token is not None and random.random() < 0.5:
                _send(api, by, token, purpose, done)
            elif token is not None:
                tokens.append(token)
        # Once more after the answer, and with every token from before that nobody used.
        assert _decided(api, by, customer, purpose, done) is None
        for token in tokens:
            _send(api, by, token, purpose, done)

    acts: list[Callable[[], None]] = [withdraw, *(lambda thread=each: contact(thread) for each in range(DECIDERS))]
    at_once(len(acts), lambda which: acts[which]())
    return done


def _decided(api: Api, by: Caller, customer: str, purpose: str, done: Round) -> str | None:
    begun = time.perf_counter()
    question = {"customer_id": customer, "purpose": purpose, "channel": "sms"}
    reply = api.call(by, "POST", "/v1/contact-decisions", question)
    assert reply.status in (200, 503), reply
    if reply.status != 200 or reply.body["decision"] == "refused":
        done.outcomes[_told(reply)] += 1
        return None
    done.permitted.append(begun)
    done.outcomes["permitted"] += 1
    token: str = reply.body["contact_token"]
    return token


def _send(api: Api, by: Caller, token: str, purpose: str, done: Round) -> None:
    begun = time.perf_counter()
    reply = api.call(by, "POST", "/v1/messages", {"contact_token": token, **MESSAGES[purpose]})
    if reply.status == 202:
        done.sent.append(begun)
    else:
        assert reply.status in (409, 503), reply
    done.outcomes["sent" if reply.status == 202 else _told(reply)] += 1


def _told(reply: Reply) -> str:
    return reply.problem or str(reply.body["reason"])
