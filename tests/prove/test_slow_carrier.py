"""A carrier that says nothing: the wait ends by itself, the outcome is unknown, and nothing is tried again."""

import threading
import time

from chalicelib.adapters import aws
from chalicelib.domain.phone_number import parse_phone_number
from tests.contracts.carrier import carrier, sns_sender


def test_a_carrier_that_says_nothing_is_unknown_once() -> None:
    released = threading.Event()

    def silent(_: bytes) -> bytes | None:
        released.wait(aws.READ_SECONDS + 20)
        return None

    with carrier(silent) as there:
        begun = time.monotonic()
        outcome = sns_sender().send(parse_phone_number("+8613800138000"), "hello", "vrf_1").outcome
        assert time.monotonic() - begun < aws.READ_SECONDS + 3
        released.set()
    assert outcome == "unknown"
    assert len(there.requests) == 1
