"""What a walk that stopped leaves behind, and what would decide how the next one ends."""

import time

from infra.local.deploy import NAME
from tests.prove.deployed.deployment import Deployment


def forget(deployment: Deployment) -> None:
    """Nothing is due by any index, nothing was spent on SMS, and no letter lies in the purge's queue of the dead."""
    _forget_due(deployment)
    _forget_spending(deployment)
    letters(deployment)


def letters(deployment: Deployment) -> list[str]:
    """What the purge's workers wrote of records that stay due; it is gone now."""
    sqs = deployment.client("sqs")
    found: list[str] = []
    url = sqs.get_queue_url(QueueName=f"{NAME}-dead-purges")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(str(message["Body"]))
    return found


def _forget_due(deployment: Deployment) -> None:
    dynamodb, now = deployment.client("dynamodb"), {"N": str(int(time.time()))}
    for table in (f"{NAME}-verifications", f"{NAME}-customers"):
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table, FilterExpression="due_at <= :now", ExpressionAttributeValues={":now": now}
        )
        for item in [each for page in pages for each in page["Items"]]:
            dynamodb.update_item(TableName=table, Key={"pk": item["pk"]}, UpdateExpression="REMOVE due_bucket")


def _forget_spending(deployment: Deployment) -> None:
    # All walks together send more SMS in an hour than the policy pays for.
    dynamodb, table = deployment.client("dynamodb"), f"{NAME}-budgets"
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    for item in [each for page in pages for each in page["Items"]]:
        dynamodb.delete_item(TableName=table, Key={"pk": item["pk"]})
