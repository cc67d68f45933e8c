"""Copies the anchors to where they can be verified offline."""

from pathlib import Path

import boto3

PREFIX = "anchors/"


def copy_anchors(bucket: str, folder: Path) -> int:
    """Every object of the bucket lies in the folder under its own name; returns how many were copied now."""
    s3 = boto3.client("s3")
    folder.mkdir(parents=True, exist_ok=True)
    copied = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX):
        for found in page.get("Contents", []):
            target = folder / Path(found["Key"]).name
            if not target.exists():
                target.write_bytes(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read())
                copied += 1
    return copied
