"""The queue of the purge's shards, and of letters about what cannot be done, on SQS."""

import json
from dataclasses import dataclass

from chalicelib.adapters import aws
from chalicelib.domain.errors import Unavailable


@dataclass(frozen=True)
class SqsPurgeQueue:
    """A message is a run's id and a bucket.

    Attributes:
        url, dead_url: of the queue and of the queue of dead letters; None where the deployment has none.
    """

    url: str | None
    dead_url: str | None

    def put(self, run_id: str, bucket: str) -> None:
        """A worker will be given this shard of the run once or more.

        Raises:
            Unavailable: SQS did not answer; it may have taken it.
        """
        _send(self.url, f"{run_id} {bucket}")

    def bury(self, run_id: str, kind: str, key: str, reason: str) -> None:
        """Somebody will read that this record stays due.

        Raises:
            Unavailable: SQS did not answer; it may have taken it.
        """
        _send(self.dead_url, json.dumps({"run_id": run_id, "kind": kind, "key": key, "reason": reason}))


def _send(url: str | None, body: str) -> None:
    if url is None:
        raise Unavailable
    with aws.translated():
        aws.sqs().send_message(QueueUrl=url, MessageBody=body)
