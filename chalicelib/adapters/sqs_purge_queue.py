"""The queue of the purge's shards, and of letters about what cannot be done, on SQS."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.adapters import aws
from chalicelib.domain.errors import Unavailable

# Source: SQS developer guide, "Amazon SQS batch actions".
MOST_IN_A_BATCH = 10


@dataclass(frozen=True)
class SqsPurgeQueue:
    """A message is a run's id and a bucket.

    Attributes:
        url, dead_url: of the queue and of the queue of dead letters; None where the deployment has none.
    """

    url: str | None
    dead_url: str | None

    def put(self, run_id: str, buckets: Sequence[str]) -> None:
        """A worker will be given each of these shards of the run once or more.

        Raises:
            Unavailable: SQS did not answer, or refused one; it may have taken some.
        """
        if self.url is None:
            raise Unavailable
        for first in range(0, len(buckets), MOST_IN_A_BATCH):
            batch = buckets[first : first + MOST_IN_A_BATCH]
            with aws.translated():
                answer = aws.sqs().send_message_batch(
                    QueueUrl=self.url,
                    Entries=[{"Id": bucket, "MessageBody": f"{run_id} {bucket}"} for bucket in batch],
                )
            if answer.get("Failed"):
                raise Unavailable("SendMessageBatch")

    def bury(self, run_id: str, kind: str, key: str, reason: str) -> None:
        """Somebody will read that this record stays due.

        Raises:
            Unavailable: SQS did not answer; it may have taken it.
        """
        if self.dead_url is None:
            raise Unavailable
        letter = {"run_id": run_id, "kind": kind, "key": key, "reason": reason}
        with aws.translated():
            aws.sqs().send_message(QueueUrl=self.dead_url, MessageBody=json.dumps(letter))
