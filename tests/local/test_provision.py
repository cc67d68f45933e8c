"""What infra/data.yaml says is what exists, on both stand-ins."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.places import DATA_TEMPLATE
from infra.local.provision import ALIAS, KEY, TABLE, Drift, provision
from infra.local.provision_bucket import BUCKET
from infra.local.template import Resource, read_template
from tests.local.stand_ins import StandIn

RESOURCES = read_template(DATA_TEMPLATE, {"Name": "read-back"})


def of_type(kind: str) -> list[Resource]:
    return [resource for resource in RESOURCES if resource.type == kind]


class Table:
    """A provisioned table, each property read back by the name that the template gives it."""

    def __init__(self, stand_in: StandIn, name: str) -> None:
        self._dynamodb = stand_in.session.client("dynamodb", endpoint_url=stand_in.endpoint_url)
        self._name = name
        self._found: dict[str, Any] = dict(self._dynamodb.describe_table(TableName=name)["Table"])

    def read(self, name: str) -> Any:
        match name:
            case "TableName" | "KeySchema" | "DeletionProtectionEnabled":
                return self._found[name]
            case "AttributeDefinitions":
                return sorted(self._found[name], key=lambda each: str(each["AttributeName"]))
            case "BillingMode":
                return self._found["BillingModeSummary"]["BillingMode"]
            case "GlobalSecondaryIndexes":
                wanted = ("IndexName", "KeySchema", "Projection")
                return [{part: index[part] for part in wanted} for index in self._found[name]]
            case "TimeToLiveSpecification":
                ttl = self._dynamodb.describe_time_to_live(TableName=self._name)["TimeToLiveDescription"]
                return {"AttributeName": ttl["AttributeName"], "Enabled": ttl["TimeToLiveStatus"] == "ENABLED"}
            case "PointInTimeRecoverySpecification":
                return self._recovery()
            case "StreamSpecification":
                assert self._found[name]["StreamEnabled"]
                return {"StreamViewType": self._found[name]["StreamViewType"]}
            case "SSESpecification":
                sse = self._found["SSEDescription"]
                return {"SSEEnabled": sse["Status"] == "ENABLED", "SSEType": sse["SSEType"]}
        raise AssertionError(f"the template sets {name}, and nothing here reads it back")

    def _recovery(self) -> dict[str, Any]:
        backups = self._dynamodb.describe_continuous_backups(TableName=self._name)["ContinuousBackupsDescription"]
        recovery = backups["PointInTimeRecoveryDescription"]
        found: dict[str, Any] = {"PointInTimeRecoveryEnabled": recovery["PointInTimeRecoveryStatus"] == "ENABLED"}
        if "RecoveryPeriodInDays" in recovery and found["PointInTimeRecoveryEnabled"]:
            found["RecoveryPeriodInDays"] = recovery["RecoveryPeriodInDays"]
        return found


def expected(stand_in: StandIn, name: str, value: Any) -> Any:
    if name == "AttributeDefinitions":
        return sorted(value, key=lambda each: str(each["AttributeName"]))
    if name == "PointInTimeRecoverySpecification" and not stand_in.keeps_recovery_period:
        return {"PointInTimeRecoveryEnabled": value["PointInTimeRecoveryEnabled"]}
    return value


def test_every_property_of_every_table_is_read_back(stand_in: StandIn) -> None:
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="read-back")
    for resource in of_type(TABLE):
        table = Table(stand_in, resource.properties["TableName"])
        for name, value in resource.properties.items():
            assert table.read(name) == expected(stand_in, name, value), f"{resource.logical_id}.{name}"


def test_no_table_has_what_the_template_does_not_say(stand_in: StandIn) -> None:
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="read-back")
    dynamodb = stand_in.session.client("dynamodb", endpoint_url=stand_in.endpoint_url)
    for resource in of_type(TABLE):
        name = resource.properties["TableName"]
        found = dynamodb.describe_table(TableName=name)["Table"]
        if "StreamSpecification" not in resource.properties:
            assert "StreamSpecification" not in found or not found["StreamSpecification"].get("StreamEnabled")
        assert not found.get("LocalSecondaryIndexes")
        if "TimeToLiveSpecification" not in resource.properties:
            ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            assert ttl.get("TimeToLiveStatus", "DISABLED") == "DISABLED"
        if "DeletionProtectionEnabled" not in resource.properties:
            assert not found.get("DeletionProtectionEnabled")


def test_every_property_of_every_key_is_read_back(stand_in: StandIn) -> None:
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="read-back")
    kms = stand_in.session.client("kms", endpoint_url=stand_in.endpoint_url)
    keys = {resource.logical_id: resource for resource in of_type(KEY)}
    aliased = {alias.properties["TargetKeyId"] for alias in of_type(ALIAS)}
    assert aliased == set(keys)
    for alias in of_type(ALIAS):
        key = kms.describe_key(KeyId=alias.properties["AliasName"])["KeyMetadata"]
        for name, value in keys[alias.properties["TargetKeyId"]].properties.items():
            if name == "EnableKeyRotation":
                assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is value
            else:
                assert dict(key)[name] == value, f"{alias.properties['AliasName']}.{name}"


def test_provisioning_again_makes_nothing_and_no_second_key(stand_in: StandIn) -> None:
    made = provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="again")
    kms = stand_in.session.client("kms", endpoint_url=stand_in.endpoint_url)
    before = {each["AliasName"]: each["TargetKeyId"] for each in kms.list_aliases()["Aliases"] if "TargetKeyId" in each}
    keys_before = len(kms.list_keys()["Keys"])
    assert len(made) == len(of_type(TABLE)) + len(of_type(ALIAS)) + len(of_type(BUCKET))
    assert provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="again") == []
    after = {each["AliasName"]: each["TargetKeyId"] for each in kms.list_aliases()["Aliases"] if "TargetKeyId" in each}
    assert after == before
    assert len(kms.list_keys()["Keys"]) == keys_before


def test_what_is_missing_is_made_and_what_was_switched_off_is_switched_on(stand_in: StandIn) -> None:
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="mended")
    dynamodb = stand_in.session.client("dynamodb", endpoint_url=stand_in.endpoint_url)
    dynamodb.delete_table(TableName="mended-throttles")
    dynamodb.update_time_to_live(
        TableName="mended-verifications", TimeToLiveSpecification={"AttributeName": "lapses_at", "Enabled": False}
    )
    dynamodb.update_continuous_backups(
        TableName="mended-keys", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    assert provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="mended") == ["mended-throttles"]
    assert Table(stand_in, "mended-verifications").read("TimeToLiveSpecification")["Enabled"]
    assert Table(stand_in, "mended-keys").read("PointInTimeRecoverySpecification")["PointInTimeRecoveryEnabled"]


def test_a_table_of_another_shape_is_refused_by_name(stand_in: StandIn) -> None:
    dynamodb = stand_in.session.client("dynamodb", endpoint_url=stand_in.endpoint_url)
    dynamodb.create_table(
        TableName="drifted-throttles",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}],
    )
    with pytest.raises(Drift, match="drifted-throttles differs from the template in KeySchema, AttributeDefinitions"):
        provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="drifted")


STREAM = "      StreamSpecification: { StreamViewType: KEYS_ONLY }\n"


def provisioned_before(stand_in: StandIn, name: str, folder: Path, stream: str) -> None:
    """Everything is there as an earlier template had it, which said this of the ledger's stream."""
    text = DATA_TEMPLATE.read_text(encoding="utf-8")
    assert text.count(STREAM) == 1
    before = folder / "data.yaml"
    before.write_text(text.replace(STREAM, stream), encoding="utf-8")
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name=name, template=before)


def test_a_table_of_before_gets_its_stream(stand_in: StandIn, tmp_path: Path) -> None:
    provisioned_before(stand_in, "streamless", tmp_path, "")
    assert provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="streamless") == []
    assert Table(stand_in, "streamless-ledger").read("StreamSpecification") == {"StreamViewType": "KEYS_ONLY"}


def test_a_stream_that_holds_more_is_refused(stand_in: StandIn, tmp_path: Path) -> None:
    provisioned_before(stand_in, "talkative", tmp_path, STREAM.replace("KEYS_ONLY", "NEW_AND_OLD_IMAGES"))
    with pytest.raises(Drift, match="talkative-ledger has a stream of NEW_AND_OLD_IMAGES, and the template KEYS_ONLY"):
        provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="talkative")


def test_a_stream_that_the_template_does_not_have_is_refused(stand_in: StandIn) -> None:
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="leaking")
    dynamodb = stand_in.session.client("dynamodb", endpoint_url=stand_in.endpoint_url)
    images: Any = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    dynamodb.update_table(TableName="leaking-customers", StreamSpecification=images)
    with pytest.raises(Drift, match="leaking-customers has a stream of NEW_IMAGE, and the template none"):
        provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="leaking")


def test_an_alias_of_another_kind_of_key_is_refused(stand_in: StandIn) -> None:
    kms = stand_in.session.client("kms", endpoint_url=stand_in.endpoint_url)
    kms.create_alias(AliasName="alias/wrong-tag", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    with pytest.raises(Drift, match="alias/wrong-tag has KeySpec SYMMETRIC_DEFAULT, not HMAC_256"):
        provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="wrong")
