"""Writes all that is held about every customer, and the list of who wants no advertising, into files, a row a line."""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from chalicelib.bootstrap import Ringfence
from chalicelib.domain.customer import Customer
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.writes import Record
from chalicelib.entrypoints.api.answers import as_json
from chalicelib.entrypoints.api.export_answer import export_answer
from chalicelib.services.changing import existing
from chalicelib.services.judging import Judged, Key, judged

# Files of each kind.
SHARES = 24

Tell = Callable[[str, str], None]


@dataclass
class Exported:
    """How many rows stand in the files that a run finished, and how many files it could not finish."""

    rows: int = 0
    unfinished: int = 0


def export_tenant(source: Ringfence, folder: Path, tell: Tell) -> Exported:
    """Every customer stands in one of the folder's files, as the API's export has them; so does every suppression.

    Numbers are masked, and of who is restricted not even the mask goes out. A few rows are in memory at a time. One
    that fails keeps no other back. A file is whole or ends in .part, so that a run is begun again until none does.
    Only who runs it can read the files.

    Args:
        tell: takes a customer's id, or a suppression's tag, and what its row failed with.

    Source: PIPL 45, 47, 51; GDPR 20, 21(3), 32.
    """

    def customer(customer_id: str) -> str:
        answer = export_answer(source.export_customer(customer_id))
        if answer["customer"]["status"] == "restricted":
            answer["customer"]["phone_number_masked"] = None
        return as_json(answer)

    def suppression(*place: str) -> str:
        members = asdict(existing(source.store, Suppression, *place))
        del members["version"]
        return as_json(members)

    kinds: dict[str, tuple[type[Record], Callable[..., str]]] = {
        "customers": (Customer, customer),
        "suppressions": (Suppression, suppression),
    }
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = Exported()
    for name, (kind, line) in kinds.items():
        for which in range(SHARES):
            target = folder / f"{name}-{which:02d}.jsonl"
            if target.exists():
                continue
            aside = target.with_suffix(".part")
            outcome = _written(aside, source.store.share(kind, which, SHARES), line, tell)
            if outcome.failures:
                done.unfinished += 1
            else:
                done.rows += outcome.seen
                aside.replace(target)
    return done


def _written(path: Path, keys: Iterator[Key], line: Callable[..., str], tell: Tell) -> Judged:
    path.unlink(missing_ok=True)
    one_by_one = Lock()
    # Path.open takes no opener.
    with open(path, "x", encoding="utf-8", opener=_private) as file:

        def write(*key: str) -> bool:
            try:
                said = line(*key)
            except Exception as failure:
                tell(key[-1], type(failure).__name__)
                raise
            with one_by_one:
                file.write(f"{said}\n")
            return False

        return judged(keys, write, lambda: True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
