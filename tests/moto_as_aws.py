"""Moto, where it is not as AWS is or takes longer than it must."""

import threading
from collections import defaultdict
from copy import copy
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.kms.utils import ECDSAPrivateKey


def make_atomic(patch: pytest.MonkeyPatch) -> None:
    """One call after the other: moto has no transactions that others do not see half done."""
    lock = threading.RLock()
    unlocked = DynamoHandler.call_action

    def locked(handler: DynamoHandler) -> Any:
        with lock:
            return unlocked(handler)

    patch.setattr(DynamoHandler, "call_action", locked)


def copy_lightly(patch: pytest.MonkeyPatch) -> None:
    """What a transaction may have to take back is remembered by its rows, and not as a copy of all they hold."""
    transact = DynamoDBBackend.transact_write_items

    def remembered(table: Table, _: object) -> Table:
        twin = copy(table)
        of_hash = {key: dict(rows) if table.range_key_attr else rows for key, rows in table.items.items()}
        twin.items = defaultdict(dict, of_hash)
        if table.stream_shard is not None:
            twin.stream_shard = copy(table.stream_shard)
            twin.stream_shard.table, twin.stream_shard.items = twin, list(table.stream_shard.items)
        return twin

    def transacted(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        # An update changes the row itself, of which there is no copy now.
        assert not any("Update" in each for each in transact_items)
        transact(backend, transact_items)

    patch.setattr(Table, "__deepcopy__", remembered, raising=False)
    patch.setattr(DynamoDBBackend, "transact_write_items", transacted)


def sign_digests(patch: pytest.MonkeyPatch) -> None:
    """A digest is signed as it is, as KMS does; moto would hash it again."""

    def sign(key: ECDSAPrivateKey, message: bytes, _: str) -> bytes:
        return key.private_key.sign(message, ECDSA(Prehashed(SHA256())))

    patch.setattr(ECDSAPrivateKey, "sign", sign)
