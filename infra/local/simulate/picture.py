"""The picture of a simulation."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.simulate.population import HOUR
from infra.local.simulate.report import MOST_IN_FIRST_HOUR, refused_percent, title
from infra.local.simulate.run import LINES, Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_INCHES, ROW_INCHES = 12.0, 3.6
DOTS_PER_INCH = 100
# Colours that those who do not tell red from green can tell apart. Source: Okabe and Ito.
COLOURS = dict(zip(LINES, ("#0072B2", "#D55E00", "#7A7A7A"), strict=True))
# Below this the axis is linear, so that nothing at all can be shown as nothing.
LINEAR_BELOW = 10


def draw(outcomes: Sequence[Outcome], days: int, file: Path) -> None:
    """The file shows each attack's SMS by the hour, and how many ordinary people were refused."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    mpl.rcParams.update({"font.size": 12, "axes.titlesize": 13, "axes.spines.top": False, "axes.spines.right": False})
    attacks = list(dict.fromkeys(outcome.attack for outcome in outcomes if outcome.attack))
    rows = (len(attacks) + 1) // 2
    lowest = 1.5 + 0.75 * (len(attacks) + 1)
    figure = pyplot.figure(figsize=(WIDTH_INCHES, rows * ROW_INCHES + lowest), layout="constrained")
    # Two figures in one, so that the long names below take no room from the axes above.
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(rows * ROW_INCHES, lowest)).flat
    for place, attack in enumerate(attacks, start=1):
        axis = above.add_subplot(rows, 2, place)
        _draw_attack(axis, [outcome for outcome in outcomes if outcome.attack == attack], 24 * days)
    above.legend(*above.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
    _draw_refused(below.add_subplot(), outcomes)
    file.parent.mkdir(parents=True, exist_ok=True)
    # No version and no date in it: the same figures are the same file.
    figure.savefig(file, dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None})
    pyplot.close(figure)


def _draw_attack(axis: "Axes", outcomes: Sequence[Outcome], hours: int) -> None:
    for outcome in outcomes:
        by_hour = [0] * hours
        for at in outcome.sends:
            by_hour[min(int(at / HOUR), hours - 1)] += 1
        edges = range(hours + 1)
        axis.stairs(by_hour, edges, baseline=None, color=COLOURS[outcome.line], label=outcome.line, linewidth=2.2)
    axis.hlines(MOST_IN_FIRST_HOUR, 0, 1, color="black", linewidth=3, label="target of the first hour")
    axis.set_title(title(outcomes[0].attack), loc="left")
    axis.set_yscale("symlog", linthresh=LINEAR_BELOW)
    axis.set_ylim(0, 12_000)
    axis.set_yticks([0, 10, 100, 1000, 10_000], ["0", "10", "100", "1,000", "10,000"])
    axis.set_xlim(0, hours)
    axis.set_xticks(range(0, hours + 1, max(1, hours // 6)))
    axis.set_xlabel("hours since the attack began")
    axis.set_ylabel("SMS an hour")
    axis.grid(axis="y", color="#DDDDDD")
    axis.set_axisbelow(True)


def _draw_refused(axis: "Axes", outcomes: Sequence[Outcome]) -> None:
    attacks = list(dict.fromkeys(outcome.attack for outcome in outcomes))
    height = 0.8 / len(LINES)
    for place, line in enumerate(LINES):
        of = [refused_percent(outcome) for outcome in outcomes if outcome.line == line]
        bars = axis.barh([at + place * height for at in range(len(attacks))], of, height, color=COLOURS[line])
        axis.bar_label(bars, [f"{percent:.2f} %" for percent in of], padding=3, fontsize=11)
    axis.set_yticks([at + height for at in range(len(attacks))], [title(attack) for attack in attacks])
    axis.invert_yaxis()
    axis.set_xlim(0, 110)
    axis.set_xticks(range(0, 101, 25))
    axis.set_xlabel("ordinary people who were refused once or more, %")
