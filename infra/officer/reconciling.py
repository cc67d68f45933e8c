"""Holds an export of CloudTrail against the access log, and says what came of it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.domain.reconciliation import CLOCKS_APART, LONGEST_OPENING, Finding, Reconciled, reconcile
from infra.officer.accesses import Accesses
from infra.officer.cloudtrail_export import NotAnExport, read_export

MARGIN = CLOCKS_APART + LONGEST_OPENING
# Records come some minutes late, so that files begin and end with a time of which they have few.
EDGE = timedelta(hours=1)


class TooNarrow(Exception):
    """The export or the accesses do not reach as far as what is judged; the text says how far they must."""


def reconciled(
    paths: Sequence[Path],
    key: str | None,
    roles: Collection[str],
    span: tuple[datetime | None, datetime | None],
    accesses: Callable[[datetime, datetime], Accesses],
) -> tuple[Reconciled, str]:
    """What does not fit, and a sentence about what was compared.

    Args:
        roles: the ARNs of those that the strongroom had.
        span: entries from the first instant until the second are judged; None is an hour inside the export's end.
        accesses: the access log from an instant until another.

    Raises:
        NotAnExport, NotAccesses: what was handed over is something else.
        TooNarrow: the export or the accesses are of a shorter time.
    """
    export = read_export(paths, key)
    if export.since is None or export.until is None:
        raise NotAnExport("the export has no record")
    since, until = span[0] or export.since + EDGE, span[1] or export.until - EDGE
    records = f"{export.records} records from {export.since.isoformat()} until {export.until.isoformat()}"
    if since >= until:
        raise TooNarrow(f"nothing is left to judge from {since.isoformat()} until {until.isoformat()}: {records}")
    if export.since > since - MARGIN or export.until < until + MARGIN:
        raise TooNarrow(f"what is judged must lie {MARGIN.seconds // 60} minutes inside the export: {records}")
    found = accesses(export.since - MARGIN, export.until + MARGIN)
    if found.since > export.since - MARGIN or found.until < export.until + MARGIN:
        wanted = f"{(export.since - MARGIN).isoformat()} until {(export.until + MARGIN).isoformat()}"
        raise TooNarrow(f"the accesses must be from {wanted}")
    outcome = reconcile(export.decrypts, found.entries, found.settlements, since, until, roles)
    judged = sum(since <= entry.at < until for entry in found.entries)
    return outcome, (
        f"{records}: {outcome.decrypts} decrypts of numbers, {outcome.settled} settled, {outcome.retried} tried again; "
        f"{judged} entries judged, from {since.isoformat()} until {until.isoformat()}"
    )


def line(finding: Finding) -> str:
    """The finding in one line, whose ids can be searched for."""
    about = [f"customer {finding.customer_id}"]
    if finding.request_id is not None:
        about.append(f"request {finding.request_id}")
    if finding.entry_ids:
        about.append(f"entry {', '.join(finding.entry_ids)}")
    return f"{finding.kind}: {'; '.join(about)}: {finding.detail}"
