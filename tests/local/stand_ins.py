"""The places that stand in for AWS."""

from dataclasses import dataclass

import boto3


@dataclass(frozen=True)
class StandIn:
    """A place to provision into. The engine does not keep a recovery period; moto does."""

    session: boto3.Session
    endpoint_url: str | None
    keeps_recovery_period: bool


def a_session() -> boto3.Session:
    """A session with the stand-ins' own keys, whatever the shell has set."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-1")
