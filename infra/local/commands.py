"""The commands of the local stack, as typed at a shell."""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from infra.local.places import ISSUER, Ports, read_ports
from infra.local.simulate.command import simulate
from infra.local.tokens import Role, open_issuer, sign_token

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
commands.add_typer(simulate, name="simulate")
console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False, style="red")
NOT_UP = "The engine does not answer: is `make run` up?"


@commands.command()
def run() -> None:
    """Start engine, API and desk, and stay until Ctrl-C."""
    from infra.local.run import CannotRun
    from infra.local.run import run as run_stack

    try:
        run_stack(_ports(), console)
    except CannotRun as reason:
        raise _refused(str(reason)) from None


@commands.command()
def token(
    role: Annotated[Role, typer.Option(help="Who calls.")],
    sub: Annotated[str | None, typer.Option(help="Whom it speaks for; a customer's id for the customer role.")] = None,
    client: Annotated[str | None, typer.Option(help="The calling system; the role's usual one by default.")] = None,
) -> None:
    """Print a token on one line, valid for twelve hours."""
    try:
        line = sign_token(open_issuer(ISSUER), role, subject=sub, client_id=client)
    except ValueError as reason:
        raise _refused(str(reason)) from None
    # Not through Rich, which would wrap the line at the terminal's width.
    typer.echo(line)


@commands.command()
def job(
    name: Annotated[str, typer.Argument(help="The scheduled function, such as purge.")],
    at: Annotated[str | None, typer.Option(help="The instant to run it at, RFC 3339; now by default.")] = None,
) -> None:
    """Run a scheduled function once against the running stack and print its report."""
    from infra.local.jobs import JOBS, run_job

    if name not in JOBS:
        raise _refused(f"There is no job {name}. Known: {', '.join(JOBS)}")
    try:
        instant = _instant(at) if at else datetime.now(UTC)
    except ValueError:
        raise _refused("--at must be an RFC 3339 instant with its offset, such as 2026-12-31T00:00:00Z") from None
    from chalicelib.domain.errors import Unavailable

    try:
        console.print_json(data=run_job(name, instant, _ports()), default=str)
    except Unavailable as failure:
        raise _refused(f"{NOT_UP} ({failure})") from None


@commands.command()
def deploy() -> None:
    """Package the application and deploy it on the running engine: real functions, IAM enforced."""
    from botocore.exceptions import EndpointConnectionError

    from infra.local.deploy import NotDeployed
    from infra.local.deploy import deploy as deploy_application
    from infra.local.provision import Drift
    from infra.package import NotPackaged

    ports = _ports()
    try:
        url = deploy_application(ports, partial(console.print, soft_wrap=True))
    except (NotDeployed, NotPackaged, Drift) as reason:
        raise _refused(str(reason)) from None
    except EndpointConnectionError:
        raise _refused(NOT_UP) from None
    console.print(f"\nDeployed: [bold]{url}[/bold]", soft_wrap=True)
    console.print(f"  {ports.command} journey --base-url {url}", soft_wrap=True)


@commands.command()
def journey(
    base_url: Annotated[str | None, typer.Option(help="The API to drive; the local one by default.")] = None,
) -> None:
    """Walk the whole journey over HTTP, a line a step; stop at the first answer that breaks the contract."""
    from infra.local.walk import walk

    if not walk(_ports(), base_url, console):
        raise typer.Exit(1)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant.astimezone(UTC)


def _ports() -> Ports:
    try:
        return read_ports(os.environ)
    except ValueError as reason:
        raise _refused(str(reason)) from None


def _refused(reason: str) -> typer.Exit:
    complaints.print(reason, markup=False, soft_wrap=True)
    return typer.Exit(1)
