"""Instants, and values in DynamoDB's typed JSON, for the forms of items."""

from datetime import UTC, datetime, timedelta
from typing import Any

AT = datetime(2026, 11, 21, 12, 0, 0, 250_000, UTC)
LATER = AT + timedelta(days=1)
# As texts that say the same to the microsecond, and for TTL in whole seconds and never earlier.
AT_SECONDS, LATER_SECONDS, LATER_ROUNDED_UP = "1795262400.250000", "1795348800.250000", "1795348801"
HASH = "0" * 64


def texts(**members: str) -> dict[str, Any]:
    """Members that are texts."""
    return {name: {"S": value} for name, value in members.items()}


def numbers(**members: str) -> dict[str, Any]:
    """Members that are numbers."""
    return {name: {"N": value} for name, value in members.items()}
