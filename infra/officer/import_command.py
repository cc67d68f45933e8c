"""`python -m infra.officer import`: customers of another system, as typed at a shell."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from chalicelib.domain.import_part import RowFlaw
from infra.officer.importing import Tally

complaints = Console(stderr=True, highlight=False)


def import_customers(
    file: Annotated[Path, typer.Argument(help="A CSV file with headings (.csv), or JSON Lines.")],
    system: Annotated[str, typer.Option(help="The system that the rows come from.")],
    batch: Annotated[str, typer.Option(help="The run's own name; the same again to go on with it.")],
    bucket: Annotated[str, typer.Option(envvar="RINGFENCE_IMPORT_BUCKET", help="The bucket of imports.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge every row by itself, and bring none.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell of bad rows in JSON Lines.")] = False,
) -> None:
    """Bring customers of another system, unproved. Ends with 0 if every row is in, with 1 if any is not."""
    from chalicelib.adapters.policy_files import read_policy
    from chalicelib.domain.errors import FieldInvalid
    from chalicelib.domain.origin import Provenance
    from chalicelib.settings import PACKAGED_POLICY
    from infra.officer.import_file import NotAFile
    from infra.officer.importing import Bucket, Unfinished, judged, put_parts, reported

    def tell(flaw: RowFlaw) -> None:
        # Not through Rich, which would wrap it.
        line = json.dumps(vars(flaw)) if as_json else f"{flaw.line}\t{flaw.field or '/'}\t{flaw.reason}"
        typer.echo(line)

    tally = Tally()
    try:
        provenance, policy = Provenance(system, batch), read_policy(PACKAGED_POLICY)
        good = judged(file, policy, tally, tell)
        with _progress() as progress:
            if dry_run:
                task = progress.add_task("rows judged", total=None)
                for _ in good:
                    progress.update(task, completed=tally.read)
            elif not bucket:
                raise NotAFile("name the bucket: --bucket or RINGFENCE_IMPORT_BUCKET")
            else:
                there = Bucket(bucket)
                task = progress.add_task("parts brought", total=None)
                for _ in put_parts(good, provenance, there.put, tally):
                    progress.update(task, completed=tally.parts)
                task = progress.add_task("parts worked off", total=tally.parts)
                for _ in reported(there.read, tally, tell):
                    progress.update(task, completed=tally.reported)
    except (NotAFile, Unfinished, FieldInvalid) as reason:
        said = f"{reason.pointer[1:]} {reason.reason}" if isinstance(reason, FieldInvalid) else str(reason)
        complaints.print(escape(said), style="red", soft_wrap=True)
        raise typer.Exit(1) from None
    complaints.print(
        f"{tally.read} rows read, {tally.bad} bad"
        + ("" if dry_run else f"; {tally.imported} customers brought, {tally.present} were there"),
        soft_wrap=True,
    )
    if tally.bad:
        raise typer.Exit(1)


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=complaints)
