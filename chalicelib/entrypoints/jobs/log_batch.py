"""What CloudWatch Logs hands to a function that is subscribed to a log group."""

import base64
import json
import zlib
from typing import Any

# Lambda hands an asynchronous event of at most 1 MB, base64; such logs shrink to about a tenth. Source: Lambda quotas.
LARGEST_BATCH_BYTES = 16 * 1024 * 1024
# zlib's number for "gzip, with its header".
GZIP = 16 + zlib.MAX_WBITS


class NotABatch(Exception):
    """The event is not what CloudWatch Logs sends. It is not quoted: it may hold numbers."""


def log_messages(event: object) -> list[object]:
    """Each line's text, in order; none of a control message.

    Raises:
        NotABatch: the event cannot be read, or is larger than any real one.

    Source: CloudWatch Logs user guide, "Subscription filters with Lambda".
    """
    batch = _json(_unpacked(event))
    if not isinstance(batch, dict):
        raise NotABatch
    match batch.get("messageType"), batch.get("logEvents"):
        case "CONTROL_MESSAGE", _:
            return []
        case "DATA_MESSAGE", list(lines):
            return [line.get("message") if isinstance(line, dict) else None for line in lines]
    raise NotABatch


def _unpacked(event: object) -> bytes:
    try:
        packed = base64.b64decode(event["awslogs"]["data"])  # type: ignore[index]
        inflating = zlib.decompressobj(GZIP)
        text = inflating.decompress(packed, LARGEST_BATCH_BYTES)
    except (TypeError, KeyError, IndexError, ValueError, zlib.error):
        raise NotABatch from None
    # Cut short, or there is more of it than fits.
    if not inflating.eof:
        raise NotABatch
    return text


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise NotABatch from None
