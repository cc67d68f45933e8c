"""The heavy refutations: `make prove`."""

from tests.prove.fixtures import api, direct, served, wide

__all__ = ["api", "direct", "served", "wide"]
