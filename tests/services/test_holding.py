"""What was taken is given back exactly once if nothing comes of it, and kept if something does."""

from collections import Counter

import pytest

from chalicelib.domain.errors import Refused, Throttled, Unavailable
from chalicelib.services.concurrently import together
from chalicelib.services.holding import Holding, quietly
from tests.fakes import NOON


class Budget:
    """Says what was taken of it and given back."""

    def __init__(self) -> None:
        self.taken = Counter[str]()
        self.back = Counter[str]()

    def take(self, what: str) -> str:
        self.taken[what] += 1
        return what

    def give_back(self, what: str) -> None:
        self.back[what] += 1


def taking(holding: Holding, budget: Budget, *things: str) -> None:
    for thing in things:
        assert holding.take(lambda thing=thing: budget.take(thing), budget.give_back)() == thing  # type: ignore[misc]


def test_what_comes_about_is_kept() -> None:
    budget = Budget()
    with Holding() as holding:
        taking(holding, budget, "country", "money")
    assert (budget.taken.total(), budget.back.total()) == (2, 0)


@pytest.mark.parametrize("failure", [Refused(), Unavailable(), RuntimeError(), KeyboardInterrupt()])
def test_whatever_fails_gives_everything_back_once_and_is_told(failure: BaseException) -> None:
    budget = Budget()

    def fail() -> None:
        with Holding() as holding:
            taking(holding, budget, "country", "prefix", "money")
            raise failure

    with pytest.raises(type(failure)) as told:
        fail()
    assert told.value is failure
    assert budget.back == {"country": 1, "prefix": 1, "money": 1}


def test_what_was_not_taken_is_not_given_back() -> None:
    budget = Budget()

    def refused() -> str:
        raise Throttled("country", 1, 1, NOON, 1)

    def fail() -> None:
        with Holding() as holding:
            holding.take(lambda: budget.take("never asked"), budget.give_back)
            money = holding.take(lambda: budget.take("money"), budget.give_back)
            together(holding.take(refused, budget.give_back), money)

    with pytest.raises(Throttled):
        fail()
    assert budget.back == {"money": 1}


def test_what_cannot_be_given_back_hinders_nothing_else() -> None:
    budget = Budget()

    def unavailable(_: str) -> None:
        raise Unavailable

    def fail() -> None:
        with Holding() as holding:
            holding.take(lambda: "wallet", unavailable)()
            taking(holding, budget, "country", "money")
            raise Refused

    with pytest.raises(Refused):
        fail()
    assert budget.back == {"country": 1, "money": 1}


def test_a_send_that_failed_later_gives_back_what_its_start_had_taken() -> None:
    budget = Budget()
    with Holding() as holding:
        taking(holding, budget, "country")
    holding.give_back()
    assert budget.back == {"country": 1}


def test_one_holding_alone_is_given_back_too() -> None:
    Holding().give_back()
    budget = Budget()
    holding = Holding()
    taking(holding, budget, "money")
    holding.give_back()
    assert budget.back == {"money": 1}


def test_only_our_own_failures_are_nobody_s() -> None:
    def broken() -> None:
        raise KeyError

    def unavailable() -> None:
        raise Unavailable

    quietly(unavailable)()
    with pytest.raises(KeyError):
        quietly(broken)()
