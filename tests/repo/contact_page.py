"""Writes the decision into docs/contact.md, as a picture and a table: `python -m tests.repo.contact_page`."""

from chalicelib.domain.gate import ENDS, PERMITTING, RULES, Rule
from chalicelib.domain.reasons import REASONS
from tests.repo.sources import ROOT

PAGE = ROOT / "docs/contact.md"
BEGIN = "<!-- the decision: python -m tests.repo.contact_page -->\n"
END = "<!-- until here -->\n"


def page(old: str) -> str:
    """The page with the decision made anew."""
    before, begun, rest = old.partition(BEGIN)
    _, ended, after = rest.partition(END)
    assert begun
    assert ended
    return before + BEGIN + picture() + "\n" + table() + END + after


def picture() -> str:
    """The rules from the first to the last, and where each leads when it does not hold."""
    lines = ["```mermaid", "flowchart LR"]
    names = [*map(_name, RULES), "permitted"]
    for rule, following in zip(RULES, names[1:], strict=True):
        own = _name(rule)
        lines.append(f'    {own}["{own.replace("_", " ")}"] --> {following}')
        lines.append(f'    {own} -. no .-> {own}_refused["{"<br>".join(RULES[rule])}"]')
    lines.append(f'    permitted(["{"<br>".join(PERMITTING)}"])')
    return "\n".join([*lines, "```", ""])


def table() -> str:
    """What must hold, in order; what is answered if it does not, and what a person is told."""
    head = ["", "what must hold", "otherwise", "which means", "ends by itself, if it does within a month"]
    rows = [f"| {' | '.join(head)} |", "| --- | --- | --- | --- | --- |"]
    for number, (rule, reasons) in enumerate(RULES.items(), start=1):
        assert rule.__doc__ is not None
        for first, reason in enumerate(reasons):
            begin = f"| {number} | {rule.__doc__} |" if first == 0 else "| | |"
            rows.append(f"{begin} `{reason}` | {_told(reason)} | {'yes' if reason in ENDS else ''} |")
    rows += [f"| | all of it | `{each}` | {_told(each)} | |" for each in PERMITTING]
    return "\n".join([*rows, ""])


def _name(rule: Rule) -> str:
    return rule.__name__.strip("_")


def _told(reason: str) -> str:
    sentences = REASONS[reason]
    return f"{sentences['en']} {sentences['zh-CN']}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
