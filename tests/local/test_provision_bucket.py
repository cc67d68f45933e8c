"""The bucket is as infra/data.yaml says, on both stand-ins."""

import json

import pytest
from botocore.exceptions import ClientError

from infra.local.environment import anchor_bucket
from infra.local.places import DATA_TEMPLATE
from infra.local.provision import provision
from infra.local.provision_bucket import BUCKET
from infra.local.template import read_template
from tests.local.stand_ins import StandIn


def test_the_application_is_told_the_name_that_the_template_gives() -> None:
    (bucket,) = (it for it in read_template(DATA_TEMPLATE, {"Name": "any"}) if it.type == BUCKET)
    assert bucket.properties["BucketName"] == anchor_bucket("any")


def test_what_only_holds_over_tls_does_not_keep_the_stand_ins_out(stand_in: StandIn) -> None:
    name = anchor_bucket("policed")
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="policed")
    s3 = stand_in.session.client("s3", endpoint_url=stand_in.endpoint_url)
    refusal = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [refusal]}))
    provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="policed")
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=name)


def test_its_settings_hold_and_are_set_again_if_they_do_not(stand_in: StandIn) -> None:
    name = anchor_bucket("kept")
    assert name in provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="kept")
    s3 = stand_in.session.client("s3", endpoint_url=stand_in.endpoint_url)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=name)
    assert provision(stand_in.session, endpoint_url=stand_in.endpoint_url, name="kept") == []
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    public = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert public == dict.fromkeys(
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True
    )
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (owner,) = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerEnforced"}
