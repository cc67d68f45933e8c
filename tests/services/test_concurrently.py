"""Independent calls at the same time: nothing is lost, and nothing goes on behind an answer."""

import threading
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from chalicelib.services.concurrently import together

request: ContextVar[str] = ContextVar("request")
PATIENCE_SECONDS = 5


class Failed(Exception):
    """A call's own failure."""


def failing(name: str) -> Callable[[], None]:
    def call() -> None:
        raise Failed(name)

    return call


def test_results_come_in_the_order_of_the_calls() -> None:
    assert together(lambda: 1, lambda: "two", lambda: 3.0, lambda: None) == (1, "two", 3.0, None)


def test_the_calls_are_under_way_at_the_same_time() -> None:
    meeting = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    # Each is given the place in which it came; who comes alone waits in vain, and that raises.
    assert sorted(together(meeting.wait, meeting.wait, meeting.wait, meeting.wait)) == [0, 1, 2, 3]


def test_every_call_sees_the_caller_s_context() -> None:
    request.set("this one")
    assert together(request.get, request.get, request.get) == ("this one",) * 3


@pytest.mark.parametrize("position", range(3))
def test_a_failure_is_raised_when_all_calls_have_ended(position: int) -> None:
    failed, ended = threading.Event(), []

    def fail() -> None:
        failed.set()
        raise Failed

    def slow() -> None:
        failed.wait(PATIENCE_SECONDS)
        # Long after the failure, unless somebody waits.
        threading.Event().wait(0.05)
        ended.append(True)

    calls: list[Callable[[], None]] = [slow, slow]
    calls.insert(position, fail)
    with pytest.raises(Failed):
        together(calls[0], *calls[1:])
    assert ended == [True, True]


def test_of_several_failures_the_first_in_order_is_raised() -> None:
    with pytest.raises(Failed, match="second"):
        together(lambda: None, failing("second"), failing("third"))
    with pytest.raises(Failed, match="first"):
        together(failing("first"), failing("second"))


def test_even_an_end_of_the_process_waits_for_the_others() -> None:
    ended = []

    def slow() -> None:
        threading.Event().wait(0.05)
        ended.append(True)

    def stop() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        together(stop, slow)
    assert ended == [True]
