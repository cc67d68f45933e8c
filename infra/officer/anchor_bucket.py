"""Copies the anchors to where they can be verified offline."""

from pathlib import Path

import boto3

PREFIX = "anchors/"


def copy_anchors(bucket: str, folder: Path) -> int:
    """Every object of the bucket lies whole in the folder under its own name; returns how many were copied now."""
    s3 = boto3.client("s3")
    folder.mkdir(parents=True, exist_ok=True)
    copied = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX):
        for found in page.get("Contents", []):
            target = folder / Path(found["Key"]).name
            # Nothing in the bucket is written twice, so one of the same size is the same; another was cut short.
            if not target.exists() or target.stat().st_size != found["Size"]:
                aside = folder / f"{target.name}.part"
                aside.write_bytes(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read())
                aside.replace(target)
                copied += 1
    return copied
