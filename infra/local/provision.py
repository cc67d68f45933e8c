"""Brings what infra/data.yaml describes into being by API, and sets what a stand-in's CloudFormation ignores.

That is a table's time to live, recovery and encryption, and on moto a key's spec.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_kms import KMSClient

from infra.local.drift import Drift as Drift
from infra.local.places import DATA_TEMPLATE
from infra.local.provision_bucket import BUCKET, BUCKET_POLICY, ensure_bucket
from infra.local.template import Resource, read_template

TABLE = "AWS::DynamoDB::Table"
KEY = "AWS::KMS::Key"
ALIAS = "AWS::KMS::Alias"

# Set and read back by calls of their own; everything else of a table is given when it is created.
_SET_AFTERWARDS = {"TimeToLiveSpecification", "PointInTimeRecoverySpecification", "StreamSpecification"}


def provision(
    session: boto3.Session, *, endpoint_url: str | None = None, name: str = "ringfence", template: Path = DATA_TEMPLATE
) -> list[str]:
    """Every table, key and bucket of the template exists as it says there; returns the names of what was made now.

    It may run again at any time: what is there already is compared and left alone.

    Args:
        endpoint_url: where to call; by default what the session's environment says.
        name: the prefix of every table and alias, RINGFENCE_NAME for the application.

    Raises:
        Drift: a table or key of that name exists and differs in something that cannot be changed in place,
            or a setting did not hold when it was read back.
    """
    resources = read_template(template, {"Name": name})
    by_id = {resource.logical_id: resource for resource in resources}
    unknown = {resource.type for resource in resources} - {TABLE, KEY, ALIAS, BUCKET, BUCKET_POLICY}
    if unknown:
        raise Drift(f"{template.name} has types that provisioning does not know: {', '.join(sorted(unknown))}")
    dynamodb = session.client("dynamodb", endpoint_url=endpoint_url)
    kms = session.client("kms", endpoint_url=endpoint_url)
    made = [_ensure_table(dynamodb, each.properties) for each in resources if each.type == TABLE]
    made += [_ensure_key(kms, each, by_id[each.properties["TargetKeyId"]]) for each in resources if each.type == ALIAS]
    s3 = session.client("s3", endpoint_url=endpoint_url)
    made += [ensure_bucket(s3, each.properties) for each in resources if each.type == BUCKET]
    return [each for each in made if each is not None]


def _ensure_table(dynamodb: DynamoDBClient, wanted: Mapping[str, Any]) -> str | None:
    name = wanted["TableName"]
    found = _describe_table(dynamodb, name)
    if found is None:
        given = {key: value for key, value in wanted.items() if key not in _SET_AFTERWARDS}
        dynamodb.create_table(**{**given, "SSESpecification": _encryption(wanted)})
        dynamodb.get_waiter("table_exists").wait(TableName=name)
    existing = found or _describe_table(dynamodb, name) or {}
    differences = [part for part, is_same in _comparison(wanted, existing).items() if not is_same]
    if differences:
        raise Drift(f"table {name} differs from the template in {', '.join(differences)}")
    _ensure_stream(dynamodb, name, wanted.get("StreamSpecification", {}))
    _ensure_encryption(dynamodb, name, wanted)
    _ensure_time_to_live(dynamodb, name, wanted.get("TimeToLiveSpecification"))
    _ensure_recovery(dynamodb, name, wanted["PointInTimeRecoverySpecification"])
    return name if found is None else None


def _describe_table(dynamodb: DynamoDBClient, name: str) -> Mapping[str, Any] | None:
    try:
        return dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None


def _comparison(wanted: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, bool]:
    return {
        "BillingMode": existing.get("BillingModeSummary", {}).get("BillingMode") == wanted["BillingMode"],
        "KeySchema": existing.get("KeySchema") == wanted["KeySchema"],
        "AttributeDefinitions": _attributes(existing) == _attributes(wanted),
        "GlobalSecondaryIndexes": _indexes(existing) == _indexes(wanted),
        "DeletionProtectionEnabled": existing.get("DeletionProtectionEnabled", False)
        == wanted.get("DeletionProtectionEnabled", False),
    }


def _attributes(table: Mapping[str, Any]) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in table.get("AttributeDefinitions", [])}


def _indexes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        each["IndexName"]: (each["KeySchema"], each["Projection"]) for each in table.get("GlobalSecondaryIndexes", [])
    }


def _ensure_stream(dynamodb: DynamoDBClient, name: str, wanted: Mapping[str, Any]) -> None:
    def view() -> Any:
        stream = (_describe_table(dynamodb, name) or {}).get("StreamSpecification", {})
        return stream["StreamViewType"] if stream.get("StreamEnabled") else None

    there, wanted_view = view(), wanted.get("StreamViewType")
    if there == wanted_view:
        return
    if there is not None:
        # Whoever reads it would lose its place, so it is not for us to end it.
        raise Drift(f"table {name} has a stream of {there}, and the template {wanted_view or 'none'}")
    dynamodb.update_table(
        TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": wanted["StreamViewType"]}
    )
    if view() != wanted_view:
        raise Drift(f"table {name}: the stream was set and did not hold")


def _ensure_encryption(dynamodb: DynamoDBClient, name: str, wanted: Mapping[str, Any]) -> None:
    encryption = _encryption(wanted)

    def holds() -> bool:
        found = (_describe_table(dynamodb, name) or {}).get("SSEDescription", {})
        return (found.get("Status"), found.get("SSEType")) == ("ENABLED", encryption["SSEType"])

    # The engine's CloudFormation leaves it out.
    if holds():
        return
    dynamodb.update_table(TableName=name, SSESpecification=encryption)
    if not holds():
        raise Drift(f"table {name}: encryption was set and did not hold")


def _encryption(wanted: Mapping[str, Any]) -> Any:
    # The one name that CloudFormation and the API spell differently.
    specification = wanted["SSESpecification"]
    return {"Enabled": specification["SSEEnabled"], "SSEType": specification["SSEType"]}


def _ensure_time_to_live(dynamodb: DynamoDBClient, name: str, wanted: Mapping[str, Any] | None) -> None:
    if wanted is None:
        return

    def holds() -> bool:
        found = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        is_on = found.get("TimeToLiveStatus") in {"ENABLING", "ENABLED"}
        return is_on is wanted["Enabled"] and found.get("AttributeName") == wanted["AttributeName"]

    # Asked for only when needed: setting what is already set is an error in DynamoDB.
    if holds():
        return
    dynamodb.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": wanted["Enabled"], "AttributeName": wanted["AttributeName"]},
    )
    if not holds():
        raise Drift(f"table {name}: time to live was set and did not hold")


def _ensure_recovery(dynamodb: DynamoDBClient, name: str, wanted: Mapping[str, Any]) -> None:
    is_wanted = wanted["PointInTimeRecoveryEnabled"]
    days = wanted.get("RecoveryPeriodInDays")

    def holds() -> bool:
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        found = backups.get("PointInTimeRecoveryDescription", {})
        if (found.get("PointInTimeRecoveryStatus") == "ENABLED") is not is_wanted:
            return False
        # The engine does not keep the period and leaves it out when asked; a period that is told must be ours.
        return found.get("RecoveryPeriodInDays") in {days, None}

    if holds():
        return
    if is_wanted:
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days or 35},
        )
    else:
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
        )
    if not holds():
        raise Drift(f"table {name}: point-in-time recovery was set and did not hold")


def _ensure_key(kms: KMSClient, alias: Resource, key: Resource) -> str | None:
    name = alias.properties["AliasName"]
    wanted = key.properties
    found = _describe_key(kms, name)
    if found is None:
        made = kms.create_key(Description=wanted["Description"], KeySpec=wanted["KeySpec"], KeyUsage=wanted["KeyUsage"])
        kms.create_alias(AliasName=name, TargetKeyId=made["KeyMetadata"]["KeyId"])
    existing = found or _describe_key(kms, name) or {}
    for part, value in {"KeySpec": wanted["KeySpec"], "KeyUsage": wanted["KeyUsage"], "KeyState": "Enabled"}.items():
        if existing.get(part) != value:
            raise Drift(f"key {name} has {part} {existing.get(part)}, not {value}")
    if (
        wanted.get("EnableKeyRotation")
        and not kms.get_key_rotation_status(KeyId=existing["KeyId"])["KeyRotationEnabled"]
    ):
        kms.enable_key_rotation(KeyId=existing["KeyId"])
        if not kms.get_key_rotation_status(KeyId=existing["KeyId"])["KeyRotationEnabled"]:
            raise Drift(f"key {name}: rotation was enabled and did not hold")
    return name if found is None else None


def _describe_key(kms: KMSClient, alias: str) -> Mapping[str, Any] | None:
    try:
        return kms.describe_key(KeyId=alias)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return None
        raise
