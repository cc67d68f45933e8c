"""`python -m infra.officer verify` and `verify-purges`: what is proved offline, as typed at a shell."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from chalicelib.domain.anchor_evidence import Finding, FoundAnchor

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False, style="red")

Anchors = Annotated[Path, typer.Option(help="A folder with all objects of the anchors' bucket.")]
Keys = Annotated[Path, typer.Option(help="The JWK Set of /.well-known/jwks.json, as a file.")]


def verify(
    export: Annotated[Path, typer.Argument(help="The answer of GET /v1/customers/{id}/export, as a file.")],
    anchors: Anchors,
    keys: Keys,
    customer: Annotated[str | None, typer.Option(help="The customer whose export it must be.")] = None,
) -> None:
    """Say what an export proves, offline. Ends with 0 if everything holds, with 1 if anything does not."""
    from chalicelib.domain.anchor_evidence import Finding
    from chalicelib.domain.evidence import findings
    from infra.officer.evidence_files import NotEvidence, read_anchors, read_evidence

    try:
        evidence = read_evidence(export)
        found = read_anchors(anchors, keys, evidence.customer_id)
    except NotEvidence as reason:
        raise _unreadable(reason) from None
    answers = findings(evidence, found)
    if customer is not None:
        flaw = None if evidence.customer_id == customer else f"it is of {evidence.customer_id}"
        answers.insert(0, Finding(f"the export is of {customer}", flaw))
    _tell(answers, f"{len(evidence.links)} events of {evidence.customer_id}", found)
    if not evidence.readable:
        console.print("The ledger key is gone: what the events said can't be read any more.", soft_wrap=True)
    if any(answer.flaw for answer in answers):
        raise typer.Exit(1)


def verify_purges(
    runs: Annotated[Path, typer.Argument(help="The answer of GET /v1/purge-runs, as a file.")],
    anchors: Anchors,
    keys: Keys,
) -> None:
    """Say what reports of the purge prove, offline. Ends with 0 if everything holds, with 1 if anything does not."""
    from chalicelib.domain.purge_evidence import report_findings
    from chalicelib.domain.purge_run import CHAIN
    from infra.officer.evidence_files import NotEvidence, read_anchors, read_reports

    try:
        reports, found = read_reports(runs, keys), read_anchors(anchors, keys, CHAIN)
    except NotEvidence as reason:
        raise _unreadable(reason) from None
    answers = report_findings(reports, found)
    places = sorted(it.run.sequence for it in reports if it.run.sequence is not None)
    _tell(answers, f"reports {places[0]} to {places[-1]}" if places else "no report", found)
    if any(answer.flaw for answer in answers):
        raise typer.Exit(1)


def _tell(answers: "Sequence[Finding]", what: str, anchors: "Sequence[FoundAnchor]") -> None:
    # A line each, however wide the terminal is: a job may be reading.
    for answer in answers:
        line = f"no   {answer.question}: {answer.flaw}" if answer.flaw else f"yes  {answer.question}"
        console.print(escape(line), soft_wrap=True)
    until = max((it.anchor.covers_until for it in anchors if it.anchor and it.signed_by), default=None)
    state = f"{what}, {len(anchors)} anchors{f', until {until.isoformat()}' if until else ''}"
    console.print(f"\n{escape(state)}", soft_wrap=True)


def _unreadable(reason: Exception) -> typer.Exit:
    complaints.print(escape(str(reason)), soft_wrap=True)
    return typer.Exit(1)
