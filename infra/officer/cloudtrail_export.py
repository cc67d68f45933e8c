"""Reads a CloudTrail export: which customers' numbers were opened, by whom and when.

Source: CloudTrail user guide, "CloudTrail record contents"; KMS developer guide, "Decrypt" and "ReEncrypt".
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.domain.reconciliation import Decrypt
from infra.officer.instants import instant

# The encryption context's field of the data keys that seal numbers.
FIELD = "number"
# A re-encryption under another key lets that one open the number; the strongroom never asks for one.
CONTEXTS = {"Decrypt": "encryptionContext", "ReEncrypt": "sourceEncryptionContext"}
GZIP = b"\x1f\x8b"
# What lies beside the events in a trail's bucket and is none.
OTHER_FOLDERS = {"CloudTrail-Digest", "CloudTrail-Insight"}


class NotAnExport(Exception):
    """A file is not what it should be; the text says which and why."""


@dataclass
class Export:
    """What the records say.

    Attributes:
        decrypts: of numbers, those that succeeded, as often as delivered.
        since, until: the times of the first and the last record of any kind.
    """

    decrypts: list[Decrypt] = field(default_factory=list)
    records: int = 0
    since: datetime | None = None
    until: datetime | None = None

    def note(self, at: datetime) -> None:
        """One more record, of this time."""
        self.records += 1
        self.since = min(self.since or at, at)
        self.until = max(self.until or at, at)


def read_export(paths: Iterable[Path], key: str | None) -> Export:
    """What the files say, and the files in the folders. One file is in memory at a time, and then its decrypts.

    Args:
        key: the ARN of the number key; None where the account has one deployment only.

    Raises:
        NotAnExport: a file is none of CloudTrail's.
    """
    export = Export()
    for path in _files(paths):
        for record in _records(path):
            try:
                export.note(instant(record["eventTime"]))
                decrypt = _decrypt(record, key)
            except (KeyError, TypeError, ValueError, AttributeError) as failure:
                raise NotAnExport(f"{path.name} has a record without what is in each: {failure!r}") from None
            if decrypt is not None:
                export.decrypts.append(decrypt)
    return export


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = (it for it in sorted(path.rglob("*")) if it.name.endswith((".json", ".json.gz")))
            yield from (it for it in found if not OTHER_FOLDERS & set(it.parts))
        else:
            yield path


def _records(path: Path) -> list[Any]:
    try:
        content = path.read_bytes()
        records = json.loads(gzip.decompress(content) if content.startswith(GZIP) else content)["Records"]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, RecursionError) as failure:
        raise NotAnExport(f"{path.name} is no export of CloudTrail: {type(failure).__name__}") from None
    if not isinstance(records, list):
        raise NotAnExport(f"{path.name} is no export of CloudTrail: its Records are no list")
    return records


def _decrypt(record: Mapping[str, Any], key: str | None) -> Decrypt | None:
    """The opening that a record tells of; None if it tells of something else, or of an attempt that failed."""
    if record["eventSource"] != "kms.amazonaws.com" or record["eventName"] not in CONTEXTS or "errorCode" in record:
        return None
    context = (record["requestParameters"] or {}).get(CONTEXTS[record["eventName"]]) or {}
    if context.get("field") != FIELD:
        return None
    # A re-encryption has both its keys there, in an order that nobody promises.
    if key is not None and all(resource["ARN"] != key for resource in record["resources"]):
        return None
    return Decrypt(
        # A call that crosses accounts is an event in each of them, under one shared id.
        event_id=str(record.get("sharedEventID") or record["eventID"]),
        request_id=str(record["requestID"]),
        at=instant(record["eventTime"]),
        customer_id=str(context.get("customer", "")),
        principal=_principal(record["userIdentity"]),
    )


def _principal(identity: Mapping[str, Any]) -> str:
    """Whoever it was, by ARN: a session is its role's."""
    issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
    return str(issuer.get("arn") or identity.get("arn") or identity.get("invokedBy") or identity["type"])
