"""The processor's time, and tables."""

import os
import time
from collections.abc import Callable, Sequence
from statistics import median

WARM_UP = 30
BATCHES = 31
# Short, so that what else the machine does spoils few of them.
BATCH = 10

Request = Callable[[], object]


def on_one_core() -> None:
    """This process and its children share one core, where the system can hold them there.

    What it costs to wake threads on a second core is that core's affair: it moves with all else that runs on it.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def cpu_milliseconds(requests: Sequence[Request]) -> list[list[float]]:
    """The processor's time, of all threads, that one call of each takes, in several batches.

    The batches take turns, so that whatever else the machine does meets all of them alike.
    """
    for request in requests:
        for _ in range(WARM_UP):
            request()
    batches: list[list[float]] = [[] for _ in requests]
    for _ in range(BATCHES):
        for request, taken in zip(requests, batches, strict=True):
            began = time.process_time()
            for _ in range(BATCH):
                request()
            taken.append((time.process_time() - began) / BATCH * 1000)
    return batches


def paired_ratio(ours: Sequence[float], beside: Sequence[float]) -> float:
    """The median of what each turn says: a machine that gets faster or slower between two turns does not move it."""
    return median(one / other for one, other in zip(ours, beside, strict=True))


def print_table(*rows: Sequence[str]) -> None:
    """The rows as a Markdown table, the first one its head; all columns but the first are aligned to the right."""
    head, *body = rows
    rule = ["---", *["---:"] * (len(head) - 1)]
    for row in (head, rule, *body):
        print("| " + " | ".join(row) + " |", flush=True)
