"""`python -m infra.officer restore`: what happened since an old copy of a table was made (docs/restore.md)."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

complaints = Console(stderr=True, highlight=False)


class Old(StrEnum):
    """The table of which an old copy was put back."""

    CUSTOMERS = "customers"
    KEYS = "keys"
    LEDGER = "ledger"
    SUPPRESSIONS = "suppressions"
    CERTIFICATES = "certificates"


def restore(
    table: Annotated[Old, typer.Argument(help="The table of which an old copy was put back.")],
    go: Annotated[bool, typer.Option("--go", help="Do it; without, only say what would be done.")] = False,
) -> None:
    """Replay erasures and words of the time that a copy has lost. Ends with 0 if every row was judged.

    It needs an administrator's rights on the tables, and the functions' environment (docs/restore.md).
    """
    from chalicelib.bootstrap import ringfence

    def tell(customer_id: str, finding: str) -> None:
        typer.echo(f"{customer_id}\t{finding}")

    report = ringfence().restore(table, go, tell)
    counts = ", ".join(f"{count} {finding}" for finding, count in sorted(report.found.items())) or "nothing found"
    complaints.print(f"{report.seen} rows judged: {counts}{'' if go else ' (nothing was changed)'}", soft_wrap=True)
    if report.failures or not report.complete:
        failures = ", ".join(f"{count} {kind}" for kind, count in sorted(report.failures.items()))
        complaints.print(f"Not all could be judged ({failures}): begin again.", style="red", soft_wrap=True)
        raise typer.Exit(1)
