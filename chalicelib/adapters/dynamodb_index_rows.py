"""What the indexes have of the rows that they find."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters.dynamodb_places import PLACES
from chalicelib.adapters.dynamodb_values import codec
from chalicelib.domain.due import Due, read_place
from chalicelib.domain.freshness import Reverification
from chalicelib.domain.settlement import LoggedEntry, Settlement

# What the access log's index has of a settlement beside its keys.
ANSWERED: Mapping[str, Any] = {"request_id": str, "retries": int, "settled_at": datetime}


def logged_row(item: Mapping[str, Any]) -> LoggedEntry | Settlement:
    """A row of the access log, of which its index has the keys and what KMS answered."""
    owner, (at, entry_id) = item["pk"]["S"], read_place(item["sk"]["S"])
    prefix = PLACES[Settlement].prefix
    if not owner.startswith(prefix):
        return LoggedEntry(owner, entry_id, at)
    said = {name: codec(hint).read(item[name]) for name, hint in ANSWERED.items()}
    return Settlement(owner.removeprefix(prefix), entry_id, at, **said)


def reverification_row(item: Mapping[str, Any]) -> Reverification:
    """A customer who is due to be proved again, of whom the index has the reason beside its keys."""
    at, customer_id = read_place(item["reverify_place"]["S"])
    return Reverification(customer_id, item["reverify_reason"]["S"], at)


def due_row(kind: type[Any], item: Mapping[str, Any]) -> Due:
    """What an index of what is due has of a row; that of the cases holds no reasons."""
    reason = item["due_reason"]["S"] if "due_reason" in item else None
    return Due(item["pk"]["S"].removeprefix(PLACES[kind].prefix), codec(datetime).read(item["due_at"]), reason)
