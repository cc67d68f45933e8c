"""Walks the whole journey and says where it broke the contract, if it did."""

from collections.abc import Callable

from rich.console import Console

from infra.local.journey import Journey, new_number
from infra.local.journey_client import Broken, Caller
from infra.local.journey_steps import catalogue, close, consent, message, purge, reveal, signup, step_up, withdraw
from infra.local.places import ISSUER, Ports
from infra.local.tokens import Role, open_issuer, sign_token

STAGES: tuple[Callable[[Journey], None], ...] = (
    catalogue,
    signup,
    consent,
    message,
    reveal,
    step_up,
    withdraw,
    close,
)


def walk(ports: Ports, base_url: str | None, console: Console) -> bool:
    """The journey was walked; True if every answer kept the contract.

    Args:
        base_url: the API to drive. Another one than the local stack's is not purged: its clock is not ours.
    """
    journey = _begin(ports, base_url or ports.api_url, console)
    try:
        for stage in STAGES:
            stage(journey)
        if base_url is None or base_url.rstrip("/") == ports.api_url:
            purge(journey, ports)
        else:
            console.print(
                "    the purge is skipped: only the local stack can run a job as if it were later", soft_wrap=True
            )
    except Broken as reason:
        console.print(f"[red]✗  step {journey.steps + 1}: [/red]", end="")
        console.print(str(reason), markup=False, soft_wrap=True)
        return False
    # Only the local server counts them.
    calls = f", {journey.aws_calls} AWS calls" if journey.aws_calls else ""
    console.print(f"\nAll {journey.steps} steps are as the contract says: {journey.milliseconds:.0f} ms{calls}")
    return True


def _begin(ports: Ports, base_url: str, console: Console) -> Journey:
    key = open_issuer(ISSUER)
    return Journey(
        console=console,
        public=Caller(base_url),
        wallet=Caller(base_url, sign_token(key, Role.WALLET)),
        staff=Caller(base_url, sign_token(key, Role.STAFF)),
        officer=Caller(base_url, sign_token(key, Role.OFFICER)),
        desk=Caller(ports.desk_url),
        number=new_number(),
    )
