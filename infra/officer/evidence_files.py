"""Reads what the verifier is handed: an export or reports, a folder of anchors, public keys. Nothing is believed."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import jwt

from chalicelib.domain.anchor import HEADER_TYPE as ANCHOR_TYPE
from chalicelib.domain.anchor import Anchor, AnchoredHead, read_leaves, read_statement
from chalicelib.domain.anchor_evidence import FoundAnchor, found_anchor
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.evidence import Evidence, OpenedLink
from chalicelib.domain.jws import ALGORITHM, payload_of
from chalicelib.domain.ledger import LedgerEvent, Opened
from chalicelib.domain.purge_evidence import FoundReport
from chalicelib.domain.purge_run import HEADER_TYPE as REPORT_TYPE
from chalicelib.domain.purge_run import PurgeRun
from infra.officer.instants import instant

T = TypeVar("T")

ANCHOR_NAME = re.compile(r"([0-9]{12})\.jws")


class NotEvidence(Exception):
    """A file is not what it should be; the text says which and why."""


def read_evidence(path: Path) -> Evidence:
    """What the export says.

    Raises:
        NotEvidence: the file is no export.
    """
    members = _json(path)
    try:
        ledger = members["ledger"]
        return Evidence(
            customer_id=_a(str, members["customer"]["customer_id"]),
            status=_a(str, members["customer"]["status"]),
            sequence=_a(int, ledger["sequence"]),
            hash=_a(str, ledger["hash"]),
            readable=_a(bool, ledger["readable"]),
            consents={_a(str, state["purpose"]): _state(state) for state in members["consents"]},
            links=tuple(_link(_a(str, members["customer"]["customer_id"]), link) for link in ledger["events"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as failure:
        raise NotEvidence(f"{path.name} is no export: {type(failure).__name__} {failure}") from None


def read_reports(path: Path, keys: Path) -> list[FoundReport]:
    """The reports of complete runs of the purge, in the order of the list, and whose signature each bears.

    Raises:
        NotEvidence: the file is no list of runs, or the keys are no JWK Set.
    """
    known = _keys(keys)
    members = _json(path)
    try:
        return [_report(run, known) for run in members["purge_runs"] if _a(bool, run["complete"])]
    except (KeyError, TypeError, ValueError, AttributeError) as failure:
        raise NotEvidence(f"{path.name} is no list of purge runs: {type(failure).__name__} {failure}") from None


def read_anchors(folder: Path, keys: Path, chain: str) -> list[FoundAnchor]:
    """Every anchor of the folder, in the order of their places: whose signature it bears, and what of this chain.

    Raises:
        NotEvidence: the keys are no JWK Set, or there is no such folder.
    """
    known = _keys(keys)
    if not folder.is_dir():
        raise NotEvidence(f"{folder.name} is no folder")
    found = sorted((match[1], path) for path in folder.iterdir() if (match := ANCHOR_NAME.fullmatch(path.name)))
    return [_anchor(int(place), path, known, chain) for place, path in found]


def _keys(path: Path) -> dict[str, jwt.PyJWK]:
    try:
        return {str(key["kid"]): jwt.PyJWK(key, algorithm=ALGORITHM) for key in _json(path)["keys"]}
    except (KeyError, TypeError, jwt.PyJWTError) as failure:
        raise NotEvidence(f"{path.name} is no JWK Set: {type(failure).__name__}") from None


def _anchor(place: int, path: Path, keys: Mapping[str, jwt.PyJWK], chain: str) -> FoundAnchor:
    token = path.read_text(encoding="ascii", errors="replace").strip()
    anchor = _statement(token)
    heads = _heads(path.parent, anchor) if anchor else None
    return found_anchor(place, anchor, _signer(token, keys, ANCHOR_TYPE), heads, chain)


def _statement(token: str) -> Anchor | None:
    try:
        return read_statement(payload_of(token))
    except ValueError:
        return None


def _signer(token: str, keys: Mapping[str, jwt.PyJWK], header_type: str) -> str | None:
    try:
        header = jwt.get_unverified_header(token)
        key = keys[header["kid"]]
        jwt.api_jws.decode(token, key, algorithms=[ALGORITHM])
    except (jwt.PyJWTError, KeyError, TypeError, UnicodeEncodeError):
        return None
    return str(key.key_id) if header.get("typ") == header_type else None


def _heads(folder: Path, anchor: Anchor) -> list[AnchoredHead] | None:
    try:
        return read_leaves((folder / Path(anchor.leaves_name).name).read_bytes())
    except (OSError, ValueError):
        return None


def _report(members: Mapping[str, Any], keys: Mapping[str, jwt.PyJWK]) -> FoundReport:
    started_at, finished_at = instant(members["started_at"]), instant(members["finished_at"])
    half_units = 2 * _a(float, members["capacity_units"])
    derived = (_a(int, members["shards_left"]), _a(float, members["duration_seconds"]))
    if not half_units.is_integer() or derived != (0, (finished_at - started_at).total_seconds()):
        raise ValueError("a report does not agree with itself")
    run = PurgeRun(
        id=_a(str, members["run_id"]),
        started_at=started_at,
        shards_left=(),
        erased=_a(dict, members["erased"]),
        ended=_a(dict, members["ended"]),
        failures=_a(dict, members["failures"]),
        oldest_lateness_seconds=_a(int, members["oldest_lateness_seconds"]),
        capacity_half_units=int(half_units),
        finished_at=finished_at,
        sequence=_a(int, members["sequence"]),
        previous=_a(str, members["previous"]),
        signed=_a(str, members["signature"]),
    )
    return FoundReport(run, _signer(members["signature"], keys, REPORT_TYPE))


def _state(state: Mapping[str, Any]) -> ConsentState:
    return ConsentState(
        decision=_a(str, state["status"]),
        notice_version=_a(int, state["notice_version"]),
        locale=_a(str, state["locale"]),
        channels=tuple(state["channels"]),
        event_id=_a(str, state["event_id"]),
        event_time=instant(state["event_time"]),
        valid_until=instant(state["valid_until"]) if state["valid_until"] else None,
        by_guardian=_a(bool, state["by_guardian"]),
        most_per_month=None if state["most_per_month"] is None else _a(int, state["most_per_month"]),
    )


def _link(customer_id: str, members: Mapping[str, Any]) -> OpenedLink:
    link = LedgerEvent(
        customer_id=customer_id,
        sequence=_a(int, members["sequence"]),
        event_id=_a(str, members["event_id"]),
        event_time=instant(members["event_time"]),
        commitment=_a(str, members["commitment"]),
        previous_hash=_a(str, members["previous_hash"]),
        hash=_a(str, members["hash"]),
        sealed=b"",
    )
    salt, payload = members["salt"], members["payload"]
    if salt is None and payload is None:
        return OpenedLink(link)
    return OpenedLink(link, Opened(bytes.fromhex(salt), payload.encode()))


def _a(kind: type[T], value: Any) -> T:
    # Not what can be read as one: true is no 1.
    if type(value) is not kind:
        raise TypeError(f"a {kind.__name__} is missing")
    return value


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as failure:
        raise NotEvidence(f"{path.name} can't be read: {type(failure).__name__}") from None
