"""The root of a Merkle tree. Source: RFC 9162 2.1.1."""

import hashlib
from collections.abc import Iterable

# Leaves and nodes are hashed apart, or a node could be shown as a leaf.
LEAF = b"\x00"
NODE = b"\x01"


def root(leaves: Iterable[bytes]) -> bytes:
    """The hash that stands for exactly these leaves in this order; without any, the hash of nothing."""
    level = [hashlib.sha256(LEAF + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        # A node without a neighbour moves up as it is: the split at the largest power of two that RFC 9162 asks for.
        alone = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [hashlib.sha256(NODE + left + right).digest() for left, right in pairs] + alone
    return level[0]
