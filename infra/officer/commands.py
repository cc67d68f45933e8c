"""The privacy officer's commands, as typed at a shell."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.officer.import_command import import_customers
from infra.officer.instants import instant
from infra.officer.redate_command import redate
from infra.officer.restore_command import restore
from infra.officer.verify_commands import verify, verify_purges

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
commands.command(name="import")(import_customers)
commands.command()(redate)
commands.command()(restore)
commands.command()(verify)
commands.command()(verify_purges)
console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False, style="red")


@commands.command()
def export(
    customer_id: Annotated[str, typer.Argument(help="The customer.")],
    token: Annotated[str, typer.Option(envvar="RINGFENCE_TOKEN", help="An officer's token.")],
    api: Annotated[str, typer.Option(envvar="RINGFENCE_API", help="The API's address.")] = "http://127.0.0.1:8000",
) -> None:
    """Print everything that is held about a customer, as `verify` reads it."""
    from infra.officer.api import Refused, read

    try:
        answer = read(api, f"/v1/customers/{customer_id}/export", token)
    except Refused as reason:
        complaints.print(escape(str(reason)), soft_wrap=True)
        raise typer.Exit(1) from None
    # Not through Rich, which would wrap it.
    typer.echo(answer)


@commands.command()
def anchors(
    folder: Annotated[Path, typer.Argument(help="Where the anchors go; what is there stays.")],
    bucket: Annotated[str, typer.Option(envvar="RINGFENCE_ANCHOR_BUCKET", help="The anchors' bucket.")],
) -> None:
    """Copy every anchor of the bucket that the folder does not have yet."""
    from infra.officer.anchor_bucket import copy_anchors

    console.print(f"{copy_anchors(bucket, folder)} objects copied")


@commands.command()
def accesses(
    since: Annotated[str, typer.Argument(help="The first instant, e.g. 2026-11-21T12:00:00Z.")],
    until: Annotated[str, typer.Argument(help="The instant after the last.")],
    token: Annotated[str, typer.Option(envvar="RINGFENCE_TOKEN", help="An officer's token.")],
    api: Annotated[str, typer.Option(envvar="RINGFENCE_API", help="The API's address.")] = "http://127.0.0.1:8000",
) -> None:
    """Print the access log of a span of time and what KMS answered, as `reconcile --accesses` reads it."""
    from infra.officer.accesses import NotAccesses, fetched
    from infra.officer.api import Refused, read

    try:
        typer.echo(fetched(lambda path: read(api, path, token), instant(since), instant(until)))
    except (Refused, NotAccesses, ValueError) as reason:
        complaints.print(escape(str(reason)), soft_wrap=True)
        raise typer.Exit(1) from None


@commands.command(name="export-tenant")
def export_all(
    folder: Annotated[Path, typer.Argument(help="Where the files go; those that are there stay.")],
) -> None:
    """Write all that is held about every customer, numbers masked; from the tables themselves (docs/import.md).

    Ends with 0 once every file is whole.
    """
    from chalicelib.bootstrap import ringfence
    from infra.officer.export_tenant import export_tenant

    done = export_tenant(ringfence(), folder, lambda of, failure: typer.echo(f"{of}\t{failure}"))
    console.print(f"{done.rows} rows in whole files; {done.unfinished} files unfinished")
    if done.unfinished:
        raise typer.Exit(1)


@commands.command(name="reconcile")
def reconcile_export(
    exports: Annotated[list[Path], typer.Argument(help="CloudTrail's files, plain or .gz, or folders of them.")],
    roles: Annotated[
        list[str],
        typer.Option("--role", envvar="RINGFENCE_STRONGROOM_ROLE", help="The ARN of a role that the strongroom had."),
    ],
    since: Annotated[
        datetime | None,
        typer.Option("--from", parser=instant, help="The first instant to judge; an hour after the first record."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=instant, help="The instant after the last to judge; an hour before the last record."),
    ] = None,
    key: Annotated[str | None, typer.Option(help="The ARN of the number key, if the account has several.")] = None,
    saved: Annotated[Path | None, typer.Option("--accesses", help="What `accesses` printed, as a file.")] = None,
    token: Annotated[str, typer.Option(envvar="RINGFENCE_TOKEN", help="An officer's token.")] = "",
    api: Annotated[str, typer.Option(envvar="RINGFENCE_API", help="The API's address.")] = "http://127.0.0.1:8000",
) -> None:
    """Hold what KMS opened against the access log. Ends with 0 if all fits, 1 if not, 2 if it can't be told."""
    from infra.officer.accesses import Accesses, NotAccesses, fetched
    from infra.officer.api import Refused, read
    from infra.officer.cloudtrail_export import NotAnExport
    from infra.officer.reconciling import TooNarrow, line, reconciled

    def found(first: datetime, end: datetime) -> Accesses:
        return Accesses.of(saved.read_text() if saved else fetched(lambda path: read(api, path, token), first, end))

    try:
        outcome, said = reconciled(exports, key, roles, (since, until), found)
    except (NotAnExport, NotAccesses, TooNarrow, Refused, OSError, UnicodeDecodeError) as reason:
        complaints.print(escape(str(reason)), soft_wrap=True)
        raise typer.Exit(2) from None
    for finding in outcome.findings:
        console.print(escape(line(finding)), soft_wrap=True)
    console.print(escape(said), soft_wrap=True)
    if outcome.findings:
        raise typer.Exit(1)


@commands.command()
def rights(
    token: Annotated[str, typer.Option(envvar="RINGFENCE_TOKEN", help="An officer's token.")],
    api: Annotated[str, typer.Option(envvar="RINGFENCE_API", help="The API's address.")] = "http://127.0.0.1:8000",
) -> None:
    """List the rights requests that customers wait for, the most urgent first. Ends with 1 if one is late."""
    from infra.officer.api import Refused, read
    from infra.officer.rights_requests import NotRightsRequests, waiting

    try:
        found = waiting(lambda path: read(api, path, token))
    except (Refused, NotRightsRequests) as reason:
        complaints.print(escape(str(reason)), soft_wrap=True)
        raise typer.Exit(2) from None
    now = datetime.now(UTC)
    table = Table("due", "late", "right", "status", "customer", "request", box=None, pad_edge=False)
    for it in found:
        late = "late" if it.due_at < now else ""
        table.add_row(it.due_at.isoformat(), late, *map(escape, (it.kind, it.status, it.customer_id, it.request_id)))
    console.print(table)
    if any(it.due_at < now for it in found):
        raise typer.Exit(1)


@commands.command(name="retag")
def retag_numbers(
    function: Annotated[str, typer.Argument(help="The name of the deployment's function retag.")],
) -> None:
    """Re-tag every number after the index has a new key. Ends with 0 once nothing needs a former one."""
    from infra.officer.rotating import Retagging, retagged

    reports = []
    for report in retagged(function):
        reports.append(report)
        console.print(f"share {len(reports)}: {escape(json.dumps(report))}", soft_wrap=True)
    outcome = Retagging.of(reports)
    for said in outcome.lines:
        console.print(escape(said), soft_wrap=True)
    if not outcome.may_retire:
        raise typer.Exit(1)


@commands.command(name="rewrap")
def rewrap_keys(
    number_keys: Annotated[str, typer.Option(help="ARNs of the number keys, that in use first, spaces between.")],
    ledger_keys: Annotated[str, typer.Option(help="The same of the ledger keys.")],
    name: Annotated[str, typer.Option(help="The Name of the data stack.")] = "ringfence",
) -> None:
    """Put every data key under the KMS keys in use. Ends with 0 once all are."""
    from infra.officer.rotating import rewrapped

    moved, unfinished = 0, 0
    for share, report in enumerate(rewrapped(name, number_keys, ledger_keys)):
        moved += report["rewrapped"]
        unfinished += bool(report["failures"]) or not report["complete"]
        console.print(f"share {share + 1}: {escape(json.dumps(report))}", soft_wrap=True)
    console.print(f"{moved} data keys moved; {unfinished} shares unfinished")
    if unfinished:
        raise typer.Exit(1)
