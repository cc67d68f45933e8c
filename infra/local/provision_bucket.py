"""Brings the bucket of infra/data.yaml into being by API, and sets what a stand-in's CloudFormation ignores."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.local.drift import Drift

BUCKET = "AWS::S3::Bucket"
# Refuses what does not come over TLS. The stand-ins have no TLS, and the engine obeys: there it has to go.
BUCKET_POLICY = "AWS::S3::BucketPolicy"


def ensure_bucket(s3: Any, wanted: Mapping[str, Any]) -> str | None:
    """The bucket exists as the template says; returns its name if it was made now.

    Raises:
        Drift: a setting did not hold when it was read back.
    """
    name = wanted["BucketName"]
    is_new = not _exists(s3, name)
    if is_new:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    settings = {key: value for key, value in wanted.items() if key != "BucketName"}
    found = _read(s3, name)
    if strange := set(settings) ^ set(found):
        raise Drift(f"bucket {name} and provisioning differ in settings that they know: {', '.join(sorted(strange))}")
    if found != settings:
        _set(s3, name, settings)
        found = _read(s3, name)
    differences = [part for part, value in found.items() if value != settings[part]]
    if differences:
        raise Drift(f"bucket {name}: {', '.join(differences)} was set and did not hold")
    s3.delete_bucket_policy(Bucket=name)
    return name if is_new else None


def _exists(s3: Any, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        return False
    return True


def _set(s3: Any, name: str, wanted: Mapping[str, Any]) -> None:
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=wanted["VersioningConfiguration"])
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=wanted["OwnershipControls"])
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=wanted["PublicAccessBlockConfiguration"])
    rules = [
        {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
        for rule in wanted["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    ]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})


def _read(s3: Any, name: str) -> dict[str, Any]:
    """The settings under the names that CloudFormation has for them; None for those that were never made."""

    def found(call: Any, part: str) -> Any:
        try:
            return call(Bucket=name).get(part)
        except ClientError:
            return None

    versioning = s3.get_bucket_versioning(Bucket=name).get("Status")
    encryption = found(s3.get_bucket_encryption, "ServerSideEncryptionConfiguration") or {"Rules": []}
    return {
        "VersioningConfiguration": {"Status": versioning},
        "OwnershipControls": found(s3.get_bucket_ownership_controls, "OwnershipControls"),
        "PublicAccessBlockConfiguration": found(s3.get_public_access_block, "PublicAccessBlockConfiguration"),
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"]}
                for rule in encryption["Rules"]
            ]
        },
    }
