"""The ProviderOptOuts port in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.clock import FixedClock


@dataclass
class MemoryOptOuts:
    """The provider's lists, by region, in pages of two; and when it last took a number off each."""

    clock: FixedClock
    lists: dict[str, list[str]] = field(default_factory=lambda: {"eu-west-1": []})
    opted_in: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def regions(self, wanted: Sequence[str]) -> Sequence[str]:
        return wanted or tuple(self.lists)

    def listed(self, region: str) -> Iterator[Sequence[str]]:
        found = list(self.lists[region])
        yield from (found[start : start + 2] for start in range(0, len(found), 2))

    def opt_in(self, number: str, region: str) -> bool:
        before = self.opted_in.get((number, region))
        if before is not None and self.clock.now() < before + timedelta(days=30):
            return False
        self.opted_in[number, region] = self.clock.now()
        self.lists[region].remove(number)
        return True
