"""The bucket of imports on the engine, and the queue that S3 tells of its parts."""

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from chalicelib.domain.import_part import PARTS
from infra.local.environment import REGION, import_bucket
from infra.local.send_queue import arn_of, open_queue


def open_import_box(session: boto3.Session, name: str = "ringfence") -> str:
    """Bucket and queue exist, and a part that is put is told of; returns the queue's URL."""
    url, bucket = open_queue(session, "ImportParts", f"{name}-imports"), import_bucket(name)
    # Plain values, which the stubs would rather have as their own.
    s3: Any = session.client("s3")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    arn = arn_of(session, url)
    may = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    session.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    told = {
        "QueueArn": arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": PARTS}]}},
    }
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [told]},
    )
    return url
