"""`python -m infra.officer redate`: the policy has changed, and the dates of the old one stand (docs/retention.md)."""

from typing import Annotated

import typer
from rich.console import Console

complaints = Console(stderr=True, highlight=False)


def redate(
    go: Annotated[bool, typer.Option("--go", help="Do it; without, only say what would be done.")] = False,
) -> None:
    """Date every customer by the policy in force, after a change of it. Ends with 0 if every one was judged.

    It needs an administrator's rights on the table of customers, and the functions' environment (docs/restore.md).
    """
    from chalicelib.bootstrap import ringfence

    report = ringfence().date_anew(go)
    for when, counts in (("due at once", report.due), ("due later", report.later)):
        for reason, count in sorted(counts.items()):
            typer.echo(f"{when}\t{reason}\t{count}")
    found = sum(report.due.values()) + sum(report.later.values())
    complaints.print(f"{report.seen} customers judged, {found} dated anew{'' if go else ' (nothing was changed)'}")
    if report.failures or not report.complete:
        failures = ", ".join(f"{count} {kind}" for kind, count in sorted(report.failures.items()))
        complaints.print(f"Not all could be judged ({failures}): begin again.", style="red", soft_wrap=True)
        raise typer.Exit(1)
