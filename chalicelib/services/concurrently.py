"""Independent calls at the same time."""

import contextvars
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

# In Lambda a list of previews makes a hundred independent calls, all else ten; the local server has many requests.
WORKERS = 64


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="together")


@overload
def together(first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def together(
    first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /, *others: Callable[[], Any]
) -> tuple[A, B, C, *tuple[Any, ...]]: ...
def together(first: Callable[[], Any], *others: Callable[[], Any]) -> tuple[Any, ...]:
    """All calls have ended, and these are their results in order.

    The first runs in the caller's own thread. Every call is waited for, so that nothing goes on behind an answer;
    then the first failure, in order, is raised.
    """
    futures = [_pool().submit(contextvars.copy_context().run, call) for call in others]
    try:
        own = first()
    finally:
        for future in futures:
            future.exception()
    return (own, *(future.result() for future in futures))


def together_by_name(calls: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """The same for calls with names, at least one; their results under these."""
    return dict(zip(calls, together(*calls.values()), strict=True))
