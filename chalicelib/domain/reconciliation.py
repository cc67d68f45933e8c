"""Reconciliation: what KMS opened, as CloudTrail tells it, held against the access log and its settlements."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.domain.settlement import LoggedEntry, Settlement

DECRYPT_WITHOUT_ENTRY = "decrypt without entry"
ENTRY_WITHOUT_DECRYPT = "entry without decrypt"
WRONG_CUSTOMER = "wrong customer"
WRONG_PRINCIPAL = "wrong principal"
DUPLICATE = "duplicate"

# CloudTrail's times are KMS's and in whole seconds, ours are the function's.
CLOCKS_APART = timedelta(minutes=1)
# Longer than the strongroom's function may run: so far can an entry be from its decrypt.
LONGEST_OPENING = timedelta(minutes=1)


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Decrypt:
    """A customer's number was opened, says CloudTrail.

    Attributes:
        event_id: CloudTrail's own; what it delivers twice has one.
        customer_id: of the encryption context.
        principal: whoever did it, by ARN.
    """

    event_id: str
    request_id: str
    at: datetime
    customer_id: str
    principal: str


@dataclass(frozen=True)
class Finding:
    """Something that does not fit.

    Attributes:
        request_id: of the decrypt, if it is about one.
        entry_ids: of the entries that it is about, sorted.
    """

    kind: str
    customer_id: str
    request_id: str | None
    entry_ids: tuple[str, ...]
    detail: str


@dataclass(frozen=True)
class Reconciled:
    """What came of it.

    Attributes:
        decrypts: all that were judged.
        settled: decrypts that their entries account for.
        retried: decrypts that were tries of a settled opening, their answers lost.
    """

    findings: list[Finding]
    decrypts: int
    settled: int
    retried: int


@dataclass
class _Retries:
    """The tries that settlements allow for: each stands for one decrypt of its customer while it was being opened.

    Attributes:
        left: for each customer, the first and the last instant of each try.
    """

    left: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def allow(self, settlement: Settlement, answered: datetime | None) -> None:
        """So many more decrypts of the customer are accounted for.

        Args:
            answered: when KMS answered, by its own clock; None if the export lacks it.
        """
        # A try that was lost came before the one that was answered.
        tries = settlement.at - CLOCKS_APART, answered or settlement.settled_at + CLOCKS_APART
        self.left.setdefault(settlement.customer_id, []).extend([tries] * settlement.retries)

    def take(self, decrypt: Decrypt) -> bool:
        """True if a try accounts for it, which then accounts for no other."""
        tries = self.left.get(decrypt.customer_id, [])
        fitting = [it for it in tries if it[0] <= decrypt.at <= it[1]]
        if fitting:
            # The one that ends first, since later decrypts may need the others.
            tries.remove(min(fitting, key=lambda it: it[1]))
        return bool(fitting)


def reconcile(
    decrypts: Iterable[Decrypt],
    entries: Sequence[LoggedEntry],
    settlements: Sequence[Settlement],
    since: datetime,
    until: datetime,
    roles: Collection[str],
) -> Reconciled:
    """Everything that does not fit, each once.

    Args:
        decrypts: of the export, in any order and however often delivered. Each is judged, for the log lacks nothing.
        entries, settlements: of the export's time and of the span, and of LONGEST_OPENING and CLOCKS_APART around it.
        since, until: entries of these instants must have their decrypts, the last not included. The export is
            complete between these, and so far around it.
        roles: the ARNs of the roles that the strongroom had; they alone may open a number.
    """
    known = {entry.entry_id: entry for entry in entries}
    claims = _grouped(settlements, lambda it: it.request_id)
    answers = _grouped(settlements, lambda it: it.entry_id)
    unsettled = [entry for entry in entries if entry.entry_id not in answers]
    unsettled_of = _grouped(unsettled, lambda it: it.customer_id)
    ordered = _once(decrypts)
    # Of several with one id, the first.
    answered = {it.request_id: it.at for it in reversed(ordered)}
    retries = _Retries()
    for settlement in settlements:
        if settlement.entry_id in known:
            retries.allow(settlement, answered.get(settlement.request_id))
    findings = [*_claimed_twice(claims), *_settled_twice(answers)]
    opened: set[str] = set()
    settled = retried = 0
    for decrypt in ordered:
        claimed = claims.get(decrypt.request_id, [])
        flaws = list(_flaws(decrypt, claimed, known, roles))
        if decrypt.request_id in opened:
            findings.append(_finding(DUPLICATE, decrypt, f"event {decrypt.event_id} has the request id of another"))
        elif claimed:
            findings += flaws
            settled += not flaws
        elif decrypt.principal in roles and retries.take(decrypt):
            retried += 1
        else:
            findings.append(_unclaimed(decrypt, unsettled_of.get(decrypt.customer_id, ()), roles))
        opened.add(decrypt.request_id)
    findings += [_unsettled(entry) for entry in unsettled if since <= entry.at < until]
    findings += [_unseen(it) for it in settlements if it.request_id not in opened and since <= it.at < until]
    return Reconciled(findings, len(ordered), settled, retried)


def _once(decrypts: Iterable[Decrypt]) -> list[Decrypt]:
    return sorted({it.event_id: it for it in decrypts}.values(), key=lambda it: (it.at, it.event_id))


def _grouped(rows: Iterable[Row], by: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return groups


def _claimed_twice(claims: Mapping[str, Sequence[Settlement]]) -> Iterator[Finding]:
    for request_id, claimed in claims.items():
        names = _names(claimed)
        if len(names) > 1:
            detail = f"{len(names)} entries claim the same decrypt"
            yield Finding(DUPLICATE, claimed[0].customer_id, request_id, names, detail)


def _settled_twice(answers: Mapping[str, Sequence[Settlement]]) -> Iterator[Finding]:
    for entry_id, said in answers.items():
        if len(said) > 1:
            detail = f"is settled {len(said)} times: {', '.join(sorted(it.request_id for it in said))}"
            yield Finding(DUPLICATE, said[0].customer_id, None, (entry_id,), detail)


def _flaws(
    decrypt: Decrypt, claimed: Sequence[Settlement], known: Mapping[str, LoggedEntry], roles: Collection[str]
) -> Iterator[Finding]:
    if claimed and decrypt.principal not in roles:
        yield _finding(WRONG_PRINCIPAL, decrypt, f"by {decrypt.principal}", *_names(claimed))
    for claim in claimed:
        entry = known.get(claim.entry_id)
        if entry is None:
            detail = "its settlement names an entry that is not there"
            yield _finding(DECRYPT_WITHOUT_ENTRY, decrypt, detail, claim.entry_id)
        elif {entry.customer_id, claim.customer_id} != {decrypt.customer_id}:
            yield _finding(WRONG_CUSTOMER, decrypt, f"the entry is of {entry.customer_id}", claim.entry_id)


def _unclaimed(decrypt: Decrypt, unsettled: Iterable[LoggedEntry], roles: Collection[str]) -> Finding:
    detail = "no settlement names it"
    if decrypt.principal not in roles:
        detail += f"; by {decrypt.principal}"
    near = sorted(
        entry.entry_id
        for entry in unsettled
        if entry.at - CLOCKS_APART <= decrypt.at <= entry.at + LONGEST_OPENING + CLOCKS_APART
    )
    if near:
        detail += f"; perhaps the opening of {', '.join(near)}, unsettled"
    return _finding(DECRYPT_WITHOUT_ENTRY, decrypt, detail)


def _unsettled(entry: LoggedEntry) -> Finding:
    detail = "unsettled: nothing says that it opened"
    return Finding(ENTRY_WITHOUT_DECRYPT, entry.customer_id, None, (entry.entry_id,), detail)


def _unseen(it: Settlement) -> Finding:
    detail = "unsettled: the export has no such decrypt"
    return Finding(ENTRY_WITHOUT_DECRYPT, it.customer_id, it.request_id, (it.entry_id,), detail)


def _finding(kind: str, decrypt: Decrypt, detail: str, *entry_ids: str) -> Finding:
    return Finding(kind, decrypt.customer_id, decrypt.request_id, entry_ids, detail)


def _names(settlements: Iterable[Settlement]) -> tuple[str, ...]:
    return tuple(sorted({it.entry_id for it in settlements}))
