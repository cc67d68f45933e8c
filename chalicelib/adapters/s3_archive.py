"""The archive of anchors in S3."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from chalicelib.adapters import aws


@dataclass(frozen=True)
class S3Archive:
    """A bucket in which nothing is written twice.

    Attributes:
        bucket: its name; None in a function that writes no anchors.
    """

    bucket: str | None

    def put(self, name: str, content: bytes) -> bytes:
        """Under this name there is what was first put there, by whomever; returns it.

        Raises:
            Unavailable: the bucket did not answer.
        """
        assert self.bucket is not None
        with aws.translated():
            try:
                aws.s3().put_object(Bucket=self.bucket, Key=name, Body=content, IfNoneMatch="*")
                return content
            except ClientError as failure:
                if aws.error_code(failure) != "PreconditionFailed":
                    raise
            return aws.s3().get_object(Bucket=self.bucket, Key=name)["Body"].read()
