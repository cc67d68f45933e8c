"""Writes what is held about every customer into files, a line each."""

from pathlib import Path

from chalicelib.bootstrap import Ringfence
from chalicelib.domain.customer import Customer
from chalicelib.entrypoints.api.answers import as_json
from chalicelib.entrypoints.api.export_answer import export_answer

# A file for each.
SHARES = 24


def export_tenant(source: Ringfence, folder: Path) -> int:
    """Every customer stands in one of the folder's files, as the API's export has them; returns how many.

    Numbers are masked, and of who is restricted not even the mask goes out. One customer is in memory at a time. A file
    is whole or not there, so that a run which stopped is begun again and goes on.

    Source: PIPL 45, 47; GDPR 20.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for which in range(SHARES):
        target = folder / f"customers-{which:02d}.jsonl"
        if target.exists():
            continue
        aside = target.with_suffix(".part")
        with aside.open("w", encoding="utf-8") as file:
            for (customer_id,) in source.store.share(Customer, which, SHARES):
                answer = export_answer(source.export_customer(customer_id))
                if answer["customer"]["status"] == "restricted":
                    answer["customer"]["phone_number_masked"] = None
                file.write(f"{as_json(answer)}\n")
                count += 1
        aside.replace(target)
    return count
