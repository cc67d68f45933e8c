"""What the reports of the purge and the anchors prove. Whoever asks needs no service and no secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chalicelib.domain.anchor_evidence import Finding, FoundAnchor, anchor_findings, chain_findings, first_flaw
from chalicelib.domain.jws import payload_of
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.purge_run import PurgeRun, link_of


@dataclass(frozen=True)
class FoundReport:
    """The report of a complete run as a list of them has it, whatever it is worth.

    Attributes:
        signed_by: which of the known keys signed a report with this signature; None if none did.
    """

    run: PurgeRun
    signed_by: str | None


def report_findings(reports: Sequence[FoundReport], anchors: Sequence[FoundAnchor]) -> list[Finding]:
    """Every question that can be asked of a list of reports, answered. All is well if no answer has a flaw.

    Args:
        reports: in the order of the list, which has the newest ones and need not reach back to the first.
        anchors: all of the archive, in the order of their places, looked through for the chain of runs.
    """
    links = sorted((link_of(it.run.statement()) for it in reports), key=lambda it: it.sequence)
    return [
        *anchor_findings(anchors),
        Finding("every report is signed by a known key", _unsigned(reports)),
        Finding("each report says what was signed", _altered(reports)),
        Finding("each report stands once, newer ones first", _misplaced(reports)),
        Finding("the reports are one chain", _broken(links)),
        *chain_findings("report", links, anchors),
    ]


def _unsigned(reports: Sequence[FoundReport]) -> str | None:
    return first_flaw(f"report {it.run.sequence} is signed by no known key" for it in reports if it.signed_by is None)


def _altered(reports: Sequence[FoundReport]) -> str | None:
    return first_flaw(
        f"report {it.run.sequence} says something else than was signed"
        for it in reports
        if payload_of(it.run.signed or "") != it.run.statement()
    )


def _misplaced(reports: Sequence[FoundReport]) -> str | None:
    return first_flaw(
        f"report {after.run.sequence} stands behind report {before.run.sequence}"
        for before, after in pairwise(reports)
        if after.run.id >= before.run.id
    )


def _broken(links: Sequence[LedgerEvent]) -> str | None:
    return first_flaw(
        f"report {after.sequence} does not follow report {before.sequence}"
        for before, after in pairwise(links)
        if (after.sequence, after.previous_hash) != (before.sequence + 1, before.hash)
    )
