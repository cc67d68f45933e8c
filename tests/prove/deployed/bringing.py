"""Customers of another system, brought as an officer's command brings them."""

import json
import secrets

from chalicelib.domain.import_part import ImportPart, NumberedRow, report_name
from chalicelib.domain.origin import Provenance
from infra.local.deploy import NAME
from infra.local.environment import import_bucket
from infra.local.journey import new_number
from infra.local.journey_client import Broken
from tests.importing import row, word
from tests.prove.deployed.deployment import Deployment


def bring_customers(deployment: Deployment) -> None:
    """A part with one customer, a child, was worked off, and its report says so.

    Raises:
        Broken: it was not.
    """
    s3, bucket = deployment.client("s3"), import_bucket(NAME)
    name = f"parts/imp_{secrets.token_hex(8)}/1.json"
    # No two walks bring the same customer.
    brought = {"customer_id": f"brought-{secrets.token_hex(8)}", "under_14": True}
    customer = row(new_number(), **brought, consents=[word(decision="refused", channels=None)])
    content = ImportPart(Provenance("crm", "walk"), (NumberedRow(1, customer),)).canonical()
    s3.put_object(Bucket=bucket, Key=name, Body=content)
    told = {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": name}}}]}
    # S3 has told the queue, too: whichever worker is first does it, and the other finds it gone.
    deployment.invoke("import_file", {"Records": [{"body": json.dumps(told), "receiptHandle": "walk"}]})
    left = {it["Key"] for it in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}
    if name in left or report_name(name) not in left:
        raise Broken(f"{sorted(left)} has the part, or no report of it")
    report = json.loads(s3.get_object(Bucket=bucket, Key=report_name(name))["Body"].read())
    if report["imported"] + report["present"] != 1:
        raise Broken(str(report))
