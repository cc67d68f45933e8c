"""What was taken of budgets that many share, and is given back if nothing comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeVar

from chalicelib.domain.errors import RingfenceError
from chalicelib.services.concurrently import together

T = TypeVar("T")


@dataclass
class Holding:
    """As a context it gives everything back when its block fails. A process that dies inside keeps it: too strict."""

    _returns: list[Callable[[], object]] = field(default_factory=list)
    _kept: bool = False

    def take(self, take: Callable[[], T], give_back: Callable[[T], object]) -> Callable[[], T]:
        """A call that takes, and remembers how to give back what it took."""

        def taking() -> T:
            taken = take()
            self._returns.append(lambda: give_back(taken))
            return taken

        return taking

    def keep(self) -> None:
        """What it was taken for stands: whatever fails from here on, only `give_back` gives back."""
        self._kept = True

    def give_back(self) -> None:
        """All that was taken has been offered back, at once; what cannot be given back ends with its window."""
        if self._returns:
            together(*map(quietly, self._returns), _nothing)

    def __enter__(self) -> "Holding":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None and not self._kept:
            self.give_back()


def quietly(call: Callable[[], object]) -> Callable[[], None]:
    """The call, whose failure is nobody's."""

    def quiet() -> None:
        try:
            call()
        except RingfenceError:
            return

    return quiet


def _nothing() -> None:
    """So that there are always two."""
