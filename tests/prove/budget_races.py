"""Races for budgets that many share: the failure budget of a number, and the cap of a country."""

import re
import secrets
from collections import Counter
from pathlib import Path

from chalicelib.domain.errors import CodeIncorrect, Contended, RingfenceError, Throttled
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import Verification
from tests.prove.races import at_once
from tests.worlds import World, fresh_number, widened_policy

WRONG_CODES = 10
IN_FLIGHT = 20


def narrow_policy(into: Path) -> Path:
    """A policy that bounds wrong codes for a number and sends in flight to a country, and little else."""
    folder = widened_policy(into)
    rules = folder / "policy.toml"
    text = rules.read_text(encoding="utf-8")
    for pattern, narrower in (
        (r"(\[\[throttles.wrong_codes_for_number\]\].*\nlimit = )\d+", rf"\g<1>{WRONG_CODES}"),
        (r"(\[\[throttles.wrong_codes_by_client\]\].*\nlimit = )\d+", rf"\g<1>{WRONG_CODES - 1}"),
        (r"(\[guard.country\](?:.*\n)*?flight_floor = )\d+", rf"\g<1>{IN_FLIGHT}"),
        (r"fresh_prefix_percent = \d+", "fresh_prefix_percent = 100"),
        (r'mode = "observe"', 'mode = "enforce"'),
    ):
        text, changed = re.subn(pattern, narrower, text, count=1)
        assert changed == 1, pattern
    rules.write_text(text, encoding="utf-8")
    return folder


def wrong_codes_of_one_number(world: World, verifications: int, checks: int) -> Counter[str]:
    """So many verifications of one number share its budget, whoever checks them at once; returns what each was told."""
    number = fresh_number()
    started = [world.start(number) for _ in range(verifications)]
    codes = [sms.code for sms in world.sms_to(number)]

    def guess(turn: int) -> str:
        verification, right = started[turn % verifications], codes[turn % verifications]
        wrong = f"{(int(right) + 1 + turn) % 1_000_000:06d}"
        try:
            world.check(verification, wrong)
        except RingfenceError as refusal:
            return type(refusal).__name__
        raise AssertionError("a wrong code was right")

    told = Counter(at_once(checks, guess))
    # Whoever lost every round to others repeats.
    while told.pop(Contended.__name__, 0) or told[CodeIncorrect.__name__] < WRONG_CODES:
        told[guess(told.total())] += 1
    rows = [world.store.get(Verification, each.id) for each in started]
    assert sum(row.attempts for row in rows if row) == told[CodeIncorrect.__name__] == WRONG_CODES
    # The right one is worth nothing either, until the pause is over.
    assert guessed(world, started[0], codes[0]) == Throttled.__name__
    return told


def guessed(world: World, verification: Verification, code: str) -> str:
    """What a check was told."""
    try:
        return world.check(verification, code).status
    except RingfenceError as refusal:
        return type(refusal).__name__


def starts_at_a_country_s_cap(world: World, starts: int) -> Counter[str]:
    """As many as the cap has room for are sent, of however many start at once; returns what each was told."""
    before = len(world.inbox())

    def start(turn: int) -> str:
        try:
            # Prefixes of their own, so that the country alone is in the way.
            return world.start(f"+86139{turn:03d}{secrets.randbelow(10**5):05d}").status
        except RingfenceError as refusal:
            return type(refusal).__name__

    told = Counter(at_once(starts, start))
    row = world.store.get(Traffic, "CN#0")
    assert row is not None
    assert len(world.inbox()) - before == told["pending"] <= IN_FLIGHT
    # What was refused was given back.
    assert row.in_flight == row.sent == told["pending"]
    while row.in_flight < IN_FLIGHT:
        assert start(starts) == "pending"
        row = world.store.get(Traffic, "CN#0") or row
    assert start(starts) == Throttled.__name__
    return told
