"""infra/data.yaml: where what is kept, and how surely it goes."""

import re
from typing import Any

import pytest
import yaml

from chalicelib.domain import backups
from infra.local.template import read_template
from tests.repo.sources import ROOT

TEMPLATE = ROOT / "infra/data.yaml"
TABLES = {
    resource.logical_id: resource.properties
    for resource in read_template(TEMPLATE, {})
    if resource.type == "AWS::DynamoDB::Table"
}
SHORT_LIVED = ["Verifications", "Throttles", "Budgets", "Openings", "Claims", "Contacts", "Sessions"]
# Protected as what lasts, and each row ends by itself when the policy's years are over.
KEPT_FOR_YEARS = ["Cases", "PurgeRuns", "Certificates", "AccessLog", "Decisions"]
LASTING = sorted(set(TABLES) - {*SHORT_LIVED, *KEPT_FOR_YEARS})


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_multi_constructor("!", lambda loader, suffix, node: f"!{suffix} {node.value}")


def resources() -> dict[str, Any]:
    """The template as it stands, without its intrinsics' meaning."""
    document = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=_Loader)
    found: dict[str, Any] = document["Resources"]
    return found


@pytest.mark.parametrize("table", TABLES)
def test_no_key_is_a_number_s(table: str) -> None:
    keys = {it["AttributeName"] for it in TABLES[table]["AttributeDefinitions"]}
    assert keys <= {
        *("pk", "sk", "tag", "owner", "customer_id", "due_bucket", "due_at", "anchor_bucket", "access_bucket"),
        *("reverify_bucket", "reverify_place"),
    }
    assert not any(re.search("phone|number|e164|msisdn", key) for key in keys)


@pytest.mark.parametrize("table", TABLES)
def test_an_index_holds_keys_only(table: str) -> None:
    indexes = TABLES[table].get("GlobalSecondaryIndexes", [])
    # And the hash of a link, KMS's answer to an opening, and why something is due, which say nothing of anybody.
    also = {
        "anchor_bucket": ["hash"],
        "access_bucket": ["request_id", "retries", "settled_at"],
        "due_bucket": ["due_reason"],
        "reverify_bucket": ["reverify_reason"],
    }
    # A case is due for one reason only.
    for index in indexes:
        beside = also.get(index["IndexName"]) if table != "Cases" else None
        expected = (
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": beside} if beside else {"ProjectionType": "KEYS_ONLY"}
        )
        assert index["Projection"] == expected


@pytest.mark.parametrize("table", TABLES)
def test_only_the_ledger_has_a_stream_of_keys_and_every_table_is_encrypted(table: str) -> None:
    # An image would hold what is sealed, and outlive the key's day of recovery in whoever reads it.
    stream = {"StreamViewType": "KEYS_ONLY"} if table == "Ledger" else None
    assert TABLES[table].get("StreamSpecification") == stream
    assert TABLES[table]["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}


@pytest.mark.parametrize("table", SHORT_LIVED)
def test_what_is_short_lived_ends_by_itself_and_is_nowhere_else(table: str) -> None:
    properties = TABLES[table]
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "lapses_at", "Enabled": True}
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}
    assert "DeletionProtectionEnabled" not in properties
    assert resources()[table]["DeletionPolicy"] == resources()[table]["UpdateReplacePolicy"] == "Delete"


@pytest.mark.parametrize("table", KEPT_FOR_YEARS)
def test_what_is_kept_for_years_is_protected_and_ends_by_itself(table: str) -> None:
    assert TABLES[table]["DeletionProtectionEnabled"] is True
    assert TABLES[table]["TimeToLiveSpecification"] == {"AttributeName": "lapses_at", "Enabled": True}
    assert TABLES[table]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert resources()[table]["DeletionPolicy"] == resources()[table]["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("table", LASTING)
def test_what_lasts_is_protected_and_never_ends_by_itself(table: str) -> None:
    assert TABLES[table]["DeletionProtectionEnabled"] is True
    assert "TimeToLiveSpecification" not in TABLES[table]
    assert resources()[table]["DeletionPolicy"] == resources()[table]["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("table", [*LASTING, *KEPT_FOR_YEARS])
def test_certificates_know_how_far_back_each_table_can_be_brought(table: str) -> None:
    # Wrapped keys for a day only: that is what makes an erasure final.
    window = backups.KEYS if table == "Keys" else backups.OTHERS
    assert TABLES[table]["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": window.days,
    }
    assert backups.KEYS.days == 1


def test_every_key_of_kms_is_kept() -> None:
    keys = {name: it for name, it in resources().items() if it["Type"] == "AWS::KMS::Key"}
    assert len(keys) == 7
    assert all(it["DeletionPolicy"] == it["UpdateReplacePolicy"] == "Retain" for it in keys.values())


def test_the_bucket_is_kept_every_version_of_it_and_nobody_else_sees_it() -> None:
    (bucket,) = (it for it in read_template(TEMPLATE, {}) if it.type == "AWS::S3::Bucket")
    assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert len(bucket.properties["PublicAccessBlockConfiguration"]) == 4
    assert all(bucket.properties["PublicAccessBlockConfiguration"].values())
    found = resources()[bucket.logical_id]
    assert found["DeletionPolicy"] == found["UpdateReplacePolicy"] == "Retain"


def test_the_bucket_refuses_what_does_not_come_over_tls() -> None:
    by_id = {it.logical_id: it.properties for it in read_template(TEMPLATE, {})}
    policy = by_id["AnchorBucketPolicy"]
    assert policy["Bucket"] == "AnchorBucket"
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    arn = f"arn:aws:s3:::{by_id['AnchorBucket']['BucketName']}"
    assert statement["Resource"] == [arn, f"{arn}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_every_record_has_a_table_here() -> None:
    from chalicelib.adapters.dynamodb_places import PLACES

    assert {place.table for place in PLACES.values()} == {
        properties["TableName"].removeprefix("ringfence-") for properties in TABLES.values()
    }
    lapsing = {place.table for place in PLACES.values() if place.lapses}
    assert lapsing == {
        TABLES[table]["TableName"].removeprefix("ringfence-") for table in [*SHORT_LIVED, *KEPT_FOR_YEARS]
    }
