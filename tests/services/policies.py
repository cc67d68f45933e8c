"""The packaged policy with other numbers in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.domain.sending_rules import Country
from chalicelib.domain.throttle import Limit
from tests.fakes import MemoryAdapters, policy_in
from tests.services.staged_store import StagedAdapters
from tests.services.world import World

# Enough for whatever a test starts for one number, or from one client.
MANY = (Limit(100, 600),)
PACKAGED = policy_in()


def adapters_with(
    *,
    throttles: Mapping[str, Any] | None = None,
    guard: Mapping[str, Any] | None = None,
    spending: Mapping[str, Any] | None = None,
    countries: Mapping[str, Country] | None = None,
    staged: bool = False,
) -> MemoryAdapters:
    """Fakes under the packaged policy with these members changed; countries are all there are."""
    rules = PACKAGED.rules
    rules = replace(
        rules,
        throttles=replace(rules.throttles, **(throttles or {})),
        # Alone, so that a test of the country's budgets counts to their end; a test of fresh prefixes says otherwise.
        guard=replace(rules.guard, **{"fresh_prefix_percent": 100, **(guard or {})}),
        spending=replace(rules.spending, **(spending or {})),
        countries=countries or rules.countries,
    )
    return (StagedAdapters if staged else MemoryAdapters)(policy=replace(PACKAGED, rules=rules))


def world_with(**changes: Any) -> World:
    """A world under that policy."""
    return World(adapters_with(**changes))
