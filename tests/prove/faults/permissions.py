"""What IAM would be asked for a call, in the words of tests/prove/deployed/policies.py."""

from collections.abc import Iterator
from typing import Any

# IAM knows transactions by their items.
OF_ITEM = {"Put": "PutItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def permissions_for(service: str, operation: str, body: dict[str, Any], world: str) -> Iterator[str]:
    """The permissions that the call needs.

    Args:
        body: of the request; empty for services that don't speak JSON.
        world: prefix of the tables' names and of the keys' aliases.
    """
    if service == "sns":
        yield f"sns:{operation} on SMS"
    elif service == "sqs":
        yield f"sqs:{operation} on sends"
    elif service == "lambda":
        yield f"lambda:{operation}Function on strongroom"
    elif service == "kms":
        yield f"kms:{operation} on {body['KeyId'].removeprefix(f'alias/{world}-')}-key"
    elif operation == "TransactWriteItems":
        for item in body["TransactItems"]:
            ((kind, write),) = item.items()
            yield f"dynamodb:{OF_ITEM[kind]} on {write['TableName'].removeprefix(f'{world}-')}"
    else:
        index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
        yield f"dynamodb:{operation} on {body['TableName'].removeprefix(f'{world}-')}{index}"
