"""Attacks on the services, replayed on this machine alone."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infra.local.places import ROOT

simulate = typer.Typer(no_args_is_help=True, help=__doc__)
console = Console(highlight=False)
PAGE = ROOT / "docs" / "pumping.md"
PICTURE = ROOT / "docs" / "images" / "pumping.png"


@simulate.callback()
def _of_several() -> None:
    # Without a callback typer would take the only command for the whole of it.
    pass


@simulate.command()
def pumping(
    seed: Annotated[
        list[int] | None, typer.Option(help="Of all chance; more than once for the worst of several.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How long each attack lasts.")] = 1,
    scale: Annotated[float, typer.Option(min=0.001, help="Of the crowd; 1 is about 28,000 sign-ups a day.")] = 1.0,
    attack: Annotated[list[str] | None, typer.Option(help="Only this one; may be given more than once.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to draw the picture, a PNG.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Draw it in docs/images and write docs/pumping.md.")] = False,
) -> None:
    """Replay ordinary days with attacks that drain an SMS budget, and print what got through."""
    from infra.local.simulate.attacks import ATTACKS
    from infra.local.simulate.picture import draw
    from infra.local.simulate.report import page_part, table, verdicts, write_page
    from infra.local.simulate.run import Outcome, Scene, outcomes_of

    unknown = set(attack or ()) - set(ATTACKS)
    if unknown:
        raise typer.BadParameter(
            f"no attack {', '.join(sorted(unknown))}; there are {', '.join(ATTACKS)}", param_hint="--attack"
        )
    if write and attack:
        raise typer.BadParameter("the page tells of all attacks", param_hint="--write")
    scenes = [Scene(each, days, scale) for each in seed or [1]]
    names = [None, *(name for name in ATTACKS if name in (attack or ATTACKS))]
    pairs = [(scene, name) for scene in scenes for name in names]
    outcomes: list[Outcome] = []
    with console.status("") as status:
        for turn, pair in enumerate(pairs, start=1):
            status.update(f"{turn} of {len(pairs)}")
            outcomes += outcomes_of(*pair)
    console.print(table(outcomes))
    for line in verdicts(outcomes):
        console.print(f"missed: {line}", style="red", soft_wrap=True)
    picture = PICTURE if write else out
    if picture:
        draw([outcome for outcome in outcomes if outcome.seed == scenes[0].seed], days, picture)
        console.print(f"drawn: {picture}", soft_wrap=True)
    if write:
        seeds = "".join(f" --seed {scene.seed}" for scene in scenes)
        command = f"python -m infra.local simulate pumping{seeds} --days {days} --scale {scale:g} --write"
        write_page(PAGE, page_part(outcomes, command, PICTURE.relative_to(PAGE.parent).as_posix()))
        console.print(f"written: {PAGE}", soft_wrap=True)
