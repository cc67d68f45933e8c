"""The queue of what is left to be done behind an answer, on SQS."""

from dataclasses import dataclass

from chalicelib.adapters import aws
from chalicelib.domain.errors import Unavailable


@dataclass(frozen=True)
class SqsSendQueue:
    """A message is a verification's id and nothing else.

    Attributes:
        url: the queue's; None where the deployment has none.
    """

    url: str | None

    def put(self, verification_id: str, delay_seconds: int = 0) -> None:
        """A worker will look at the verification once or more, and not before the delay is over.

        Raises:
            Unavailable: SQS did not answer; it may have taken it.
        """
        if self.url is None:
            raise Unavailable
        with aws.translated():
            aws.sqs().send_message(QueueUrl=self.url, MessageBody=verification_id, DelaySeconds=delay_seconds)
