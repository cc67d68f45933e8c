"""The environment in which the application runs on this machine."""

import os

from infra.local.places import Ports
from infra.local.tokens import AUDIENCE, ISSUER_NAME

REGION = "eu-west-1"
# The engine's root credentials: they open nothing but the engine.
ENGINE_KEY_ID = "test"
ENGINE_SECRET = "test"  # noqa: S105
EVENT_BUS = "ringfence-consent"
# The parts that keys of infra/data.yaml play.
KEYS = ("tag", "code", "blind", "pending", "number", "ledger", "sign")


def anchor_bucket(name: str) -> str:
    """What infra/data.yaml calls the bucket of anchors on the engine."""
    return f"{name}-anchors-000000000000-{REGION}"


def import_bucket(name: str) -> str:
    """What infra/resources.yaml calls the bucket of imports on the engine."""
    return f"{name}-imports-000000000000-{REGION}"


def local_environment(ports: Ports) -> dict[str, str]:
    """Every variable that the application and boto3 need to reach the running local stack."""
    return {
        "AWS_ENDPOINT_URL": ports.engine_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ENGINE_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": ENGINE_SECRET,
        "RINGFENCE_NAME": "ringfence",
        "RINGFENCE_TENANT": "local",
        # Over HTTP like a real issuer's: PyJWT refuses to read keys from a file.
        "RINGFENCE_JWKS_URI": f"{ports.desk_url}/jwks.json",
        "RINGFENCE_TOKEN_ISSUER": ISSUER_NAME,
        "RINGFENCE_TOKEN_AUDIENCE": AUDIENCE,
        "RINGFENCE_EVENT_BUS": EVENT_BUS,
        "RINGFENCE_ANCHOR_BUCKET": anchor_bucket("ringfence"),
        "RINGFENCE_IMPORT_BUCKET": import_bucket("ringfence"),
        **{f"RINGFENCE_KEY_{key.upper()}": f"alias/ringfence-{key}" for key in KEYS},
    }


def enter(environment: dict[str, str]) -> None:
    """This process sees the local stack and no real AWS account, whatever the shell had set before."""
    # A profile or session token left in the shell would win over, or be mixed with, the engine's own keys.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(environment)
