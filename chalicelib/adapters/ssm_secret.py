"""A secret of the deployment, in Parameter Store."""

from dataclasses import dataclass
from functools import cached_property

from chalicelib.adapters import aws


@dataclass(frozen=True)
class SsmSecret:
    """A SecureString that is read when it is first needed, and kept as long as the process lives."""

    name: str

    def __call__(self) -> str:
        """The secret.

        Raises:
            Unavailable: Parameter Store did not answer, or has none of that name.
        """
        return self._value

    @cached_property
    def _value(self) -> str:
        with aws.translated():
            return aws.ssm().get_parameter(Name=self.name, WithDecryption=True)["Parameter"]["Value"]
