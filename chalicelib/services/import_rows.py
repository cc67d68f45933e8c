"""Works off one part of an import."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from chalicelib.domain.errors import CustomerExists, FieldInvalid, NumberInUse, Unavailable
from chalicelib.domain.import_part import ImportPart, NumberedRow, PartReport, RowFlaw
from chalicelib.domain.import_row import BadRow, read_row
from chalicelib.domain.origin import Provenance
from chalicelib.domain.policy import Policy
from chalicelib.ports import Clock, ImportBox
from chalicelib.services.import_customer import IMPORTED, PRESENT, ImportCustomer

# Each waits for three calls of its own at once: together as many as there are connections.
ROWS_AT_ONCE = 16


@dataclass(frozen=True)
class ImportRows:
    """Whatever stops it, the part stays where it is and is worked off again: rows that are there are found there."""

    policy: Policy
    clock: Clock
    import_box: ImportBox
    import_customer: ImportCustomer

    def __call__(self, name: str) -> PartReport | None:
        """Every row of the part is a customer or has its flaws in the report, and the part is gone.

        Returns None if there is no such part: it was worked off before.

        Raises:
            Unavailable: AWS failed at some rows; the others are done.

        Source: PIPL 8, 51; GDPR 5(1)(c)(e).
        """
        content = self.import_box.read(name)
        if content is None:
            return None
        report = self._report(content)
        # The report first: a part without one would be worked off for nobody to know.
        self.import_box.report(name, report.canonical())
        self.import_box.remove(name)
        return report

    def _report(self, content: bytes) -> PartReport:
        try:
            part = ImportPart.from_canonical(content)
        except FieldInvalid as flaw:
            return PartReport(0, 0, [RowFlaw(0, flaw.pointer, flaw.reason)])
        counts: Counter[str] = Counter()
        flaws: list[RowFlaw] = []
        # Not the threads of `together`, for which each row waits.
        with ThreadPoolExecutor(ROWS_AT_ONCE) as pool:
            for outcome in pool.map(lambda it: self._outcome(it, part.provenance), part.rows):
                if isinstance(outcome, str):
                    counts[outcome] += 1
                elif isinstance(outcome, Unavailable):
                    counts["failed"] += 1
                else:
                    flaws += outcome
        if counts["failed"]:
            raise Unavailable
        return PartReport(counts[IMPORTED], counts[PRESENT], flaws)

    def _outcome(self, it: NumberedRow, provenance: Provenance) -> "str | list[RowFlaw] | Unavailable":
        try:
            return self.import_customer(read_row(it.row, self.policy, self.clock.now()), provenance)
        except Unavailable as failure:
            return failure
        except (BadRow, CustomerExists, NumberInUse) as refusal:
            return [RowFlaw(it.line, flaw.pointer, flaw.reason) for flaw in _flaws(refusal)]


def _flaws(refusal: BadRow | CustomerExists | NumberInUse) -> Iterator[FieldInvalid]:
    match refusal:
        case BadRow():
            yield from refusal.flaws
        case CustomerExists():
            yield FieldInvalid("/customer_id", "is the id of a customer who is here already, or was")
        case NumberInUse():
            yield FieldInvalid("/phone_number", "is held by another customer")
