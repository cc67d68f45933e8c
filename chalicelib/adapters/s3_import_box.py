"""The box of imports in S3."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.domain.import_part import report_name


@dataclass(frozen=True)
class S3ImportBox:
    """A bucket without versions, whose objects are encrypted with a key of their own and live for a day at most.

    Attributes:
        bucket: its name; None in a function that reads no parts.
    """

    bucket: str | None

    def read(self, name: str) -> bytes | None:
        """The part of this name; None if there is none.

        Raises:
            Unavailable: the bucket did not answer.
        """
        assert self.bucket is not None
        with aws.translated():
            try:
                return aws.s3().get_object(Bucket=self.bucket, Key=name)["Body"].read()
            except ClientError as failure:
                if aws.error_code(failure) != "NoSuchKey":
                    raise
        return None

    def report(self, name: str, content: bytes) -> None:
        """What became of the part of this name can be read.

        Raises:
            Unavailable: the bucket did not answer.
        """
        assert self.bucket is not None
        with aws.translated():
            aws.s3().put_object(Bucket=self.bucket, Key=report_name(name), Body=content)

    def remove(self, name: str) -> None:
        """There is no part of this name.

        Raises:
            Unavailable: the bucket did not answer.
        """
        assert self.bucket is not None
        with aws.translated():
            aws.s3().delete_object(Bucket=self.bucket, Key=name)
