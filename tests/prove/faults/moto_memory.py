"""What moto keeps in this process: read without a call, noted, and brought back."""

import copy
from dataclasses import dataclass
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends

from chalicelib.adapters.dynamodb_places import Item
from infra.local.environment import REGION


@dataclass(frozen=True)
class Memory:
    """The tables and the SMS as they were."""

    tables: dict[str, Any]
    messages: Any


def remembered() -> Memory:
    """All that is there now."""
    return Memory(
        {name: copy.deepcopy(table.items) for name, table in _tables().items()}, copy.copy(_sns().sms_messages)
    )


def bring_back(memory: Memory) -> None:
    """It is there again, and nothing else."""
    for name, items in memory.tables.items():
        _tables()[name].items = copy.deepcopy(items)
    _sns().sms_messages = copy.copy(memory.messages)


def rows(table: str) -> list[Item]:
    """The items of a table, as a scan gives them."""
    return [item.to_json()["Attributes"] for item in _tables()[table].all_items()]


def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables
    return tables


def _sns() -> Any:
    return sns_backends[DEFAULT_ACCOUNT_ID][REGION]
