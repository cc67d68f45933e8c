"""What a deployment must say about itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGED_POLICY = Path(__file__).parent / "policy"

KEY_PREFIX = "RINGFENCE_KEY_"


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments; limits and texts are the policy's.

    Attributes:
        name: prefix of every table and key alias (infra/data.yaml's parameter Name).
        tenant: part of everything a KMS key makes a MAC of; must never change.
        jwks_uri: where the token issuer's public keys are read over HTTPS; HTTP only on this machine.
        token_issuer, token_audience: what `iss` and `aud` must be.
        keys: KMS keys by their part: tag, code, blind, pending, number, ledger, sign. A function is told those it uses,
            and by ARN where it is deployed: an alias could be pointed at another key. Of tag, number, ledger and sign
            several may live, with spaces between, that in use first: what stands under the others can still be found,
            opened and checked (docs/rotation.md).
        policy_folder: where policy.toml, notices/ and messages/ lie.
        anchor_bucket: the bucket of the ledger's anchors; None for a function that writes none.
        import_bucket: the bucket of parts of an import; None for a function that reads none.
        strongroom: the strongroom's function; None where it stands in this very process.
        send_queue: URL of the queue of sends that wait; None for a function that sends nothing.
        purge_queue: URL of the queue of the purge's shards; None for a function that neither plans nor works it.
        dead_purge_queue: URL of the queue of what the purge could not do; None for a function that does not work it.
        event_bus: name of the bus on which others hear of consent events; None for a function that says nothing.
    """

    name: str
    tenant: str
    jwks_uri: str
    token_issuer: str
    token_audience: str
    keys: Mapping[str, str]
    policy_folder: Path = PACKAGED_POLICY
    anchor_bucket: str | None = None
    import_bucket: str | None = None
    strongroom: str | None = None
    send_queue: str | None = None
    purge_queue: str | None = None
    dead_purge_queue: str | None = None
    event_bus: str | None = None


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that the environment holds.

    Raises:
        KeyError: a variable is missing; it is named.
    """
    return Settings(
        name=environ["RINGFENCE_NAME"],
        tenant=environ["RINGFENCE_TENANT"],
        jwks_uri=environ["RINGFENCE_JWKS_URI"],
        token_issuer=environ["RINGFENCE_TOKEN_ISSUER"],
        token_audience=environ["RINGFENCE_TOKEN_AUDIENCE"],
        keys={
            name.removeprefix(KEY_PREFIX).lower(): key for name, key in environ.items() if name.startswith(KEY_PREFIX)
        },
        anchor_bucket=environ.get("RINGFENCE_ANCHOR_BUCKET"),
        import_bucket=environ.get("RINGFENCE_IMPORT_BUCKET"),
        strongroom=environ.get("RINGFENCE_STRONGROOM"),
        send_queue=environ.get("RINGFENCE_SEND_QUEUE"),
        purge_queue=environ.get("RINGFENCE_PURGE_QUEUE"),
        dead_purge_queue=environ.get("RINGFENCE_DEAD_PURGE_QUEUE"),
        event_bus=environ.get("RINGFENCE_EVENT_BUS"),
    )
