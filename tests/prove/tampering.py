"""Every way to tamper with what a verifier is handed, by somebody who knows all of this code and lacks only the key."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain.anchor import HEADER_TYPE, Anchor, AnchoredHead, blinded, read_leaves, read_statement, root_of
from chalicelib.domain.anchor import write_leaves as leaves_file
from chalicelib.domain.jws import compact, payload_of
from chalicelib.domain.ledger import GENESIS, commit_to, link_hash
from tests.memory_signer import MemorySigner
from tests.prove.evidence_scene import ADA, BOB, Files, Scene

Event = dict[str, Any]


@dataclass(frozen=True)
class Tampering:
    """One way.

    Attributes:
        kind: which of the nine of the requirement, or another.
        done: what was done, in words.
        apply: does it to files that may be changed; Bob's files are there to take from.
    """

    kind: str
    done: str
    apply: Callable[[Files, Files], None]


def _events(files: Files) -> list[Event]:
    events: list[Event] = files.export["ledger"]["events"]
    return events


def _say(event: Event, **members: Any) -> None:
    """The event says something else; its commitment is left as it was."""
    event["payload"] = json.dumps(
        {**json.loads(event["payload"]), **members}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def _rebuild(files: Files) -> None:
    """Commitments, hashes, the head and the consents are made anew: the export holds in itself."""
    customer_id, previous = files.export["customer"]["customer_id"], GENESIS
    for sequence, event in enumerate(_events(files), start=1):
        _say(event, record_id=f"{customer_id}.{json.loads(event['payload'])['purpose']}")
        event.update(sequence=sequence, previous_hash=previous)
        event["commitment"] = commit_to(bytes.fromhex(event["salt"]), event["payload"].encode())
        at = datetime.fromisoformat(event["event_time"])
        event["hash"] = link_hash(customer_id, sequence, event["event_id"], at, event["commitment"], previous)
        previous = event["hash"]
    files.export["ledger"].update(sequence=len(_events(files)), hash=previous)
    said = {event["purpose"]: event for event in (json.loads(each["payload"]) for each in _events(files))}
    files.export["consents"] = [
        {
            **{name: event[name] for name in ("record_id", "purpose", "event_id", "event_time", "notice_version")},
            **{name: event[name] for name in ("locale", "channels", "valid_until")},
            "status": event["event_type"],
            "by_guardian": event["actor"] == "guardian",
            "most_per_month": event["most_per_month"],
        }
        for event in said.values()
    ]


def _rebuilt(change: Callable[[Files, Files], None]) -> Callable[[Files, Files], None]:
    def apply(files: Files, others: Files) -> None:
        change(files, others)
        _rebuild(files)

    return apply


def _edit(files: Files, _: Files) -> None:
    _say(_events(files)[2], event_type="given", channels=["sms"])


def _remove(files: Files, _: Files) -> None:
    del _events(files)[2]


def _reorder(files: Files, _: Files) -> None:
    events = _events(files)
    events[1], events[2] = events[2], events[1]


def _insert(files: Files, _: Files) -> None:
    made_up = dict(_events(files)[1], event_id="evt_made_up")
    _say(made_up, event_id="evt_made_up")
    _events(files).insert(3, made_up)


def _append_backdated(files: Files, _: Files) -> None:
    last = _events(files)[-1]
    made_up = dict(last, event_id="evt_made_up")
    _say(made_up, event_id="evt_made_up", event_type="given", purpose="marketing", channels=["sms"])
    _events(files).append(made_up)


def _truncate(files: Files, _: Files) -> None:
    del _events(files)[-2:]


def _rewind_head(files: Files, _: Files) -> None:
    earlier = _events(files)[2]
    files.export["ledger"].update(sequence=3, hash=earlier["hash"])


def _swap(files: Files, others: Files) -> None:
    files.export["ledger"] = json.loads(json.dumps(others.export["ledger"]))


def _rename(files: Files, others: Files) -> None:
    files.export.update(json.loads(json.dumps(others.export)))
    files.export["customer"]["customer_id"] = ADA


def _switch_consent(files: Files, _: Files) -> None:
    (state,) = (it for it in files.export["consents"] if it["purpose"] == "marketing")
    state.update(status="given", channels=["sms"])


def _hide_payload(files: Files, _: Files) -> None:
    _events(files)[2].update(salt=None, payload=None)


def _hide_all(files: Files, _: Files) -> None:
    """As if the ledger's retention had ended."""
    files.export["ledger"]["readable"] = False
    files.export["consents"] = []
    for event in _events(files):
        event.update(salt=None, payload=None)


def _hide_one(files: Files, others: Files) -> None:
    _hide_payload(files, others)
    files.export["customer"]["status"] = "purged"
    files.export["ledger"]["readable"] = False
    files.export["consents"] = []


def _forge(files: Files, kid: str, heads: Callable[[list[AnchoredHead]], list[AnchoredHead]]) -> None:
    """Every anchor is made anew over changed leaves, and signed by a key of the forger's."""
    key, previous = MemorySigner(), GENESIS
    for name in sorted(name for name in files.anchors if name.endswith(".jws")):
        anchor = read_statement(payload_of(files.anchors[name].decode()))
        changed = sorted(heads(read_leaves(files.anchors.pop(_leaves(anchor)))))
        anchor = replace(anchor, root=root_of(changed), previous=previous)
        files.anchors[_leaves(anchor)] = leaves_file(changed)
        files.anchors[name] = compact(HEADER_TYPE, anchor.statement(), kid, key.sign).encode()
        previous = anchor.digest()


def _leaves(anchor: Anchor) -> str:
    return anchor.leaves_name.removeprefix("anchors/")


def _with_own_heads(files: Files) -> Callable[[list[AnchoredHead]], list[AnchoredHead]]:
    """What the anchors would say of the chain as it is now."""
    hashes = {event["sequence"]: event["hash"] for event in _events(files)}

    def changed(heads: list[AnchoredHead]) -> list[AnchoredHead]:
        own = blinded(ADA)
        return [replace(it, hash=hashes.get(it.sequence, it.hash)) if it.blinded == own else it for it in heads]

    return changed


def _forge_anchors(files: Files, others: Files) -> None:
    _rebuilt(_edit)(files, others)
    _forge(files, files.keys["keys"][0]["kid"], _with_own_heads(files))


def _flip_signature(files: Files, _: Files) -> None:
    token = files.anchors["000000000002.jws"].decode()
    letter = "A" if token[-10] != "A" else "B"
    files.anchors["000000000002.jws"] = f"{token[:-10]}{letter}{token[-9:]}".encode()


def _restate(files: Files, _: Files) -> None:
    """The statement is another, under the signature of the first."""
    header, _middle, signature = files.anchors["000000000003.jws"].decode().split(".")
    anchor = replace(read_statement(payload_of(files.anchors["000000000003.jws"].decode())), heads=0)
    restated = compact(HEADER_TYPE, anchor.statement(), "", lambda _: b"").split(".")[1]
    files.anchors["000000000003.jws"] = f"{header}.{restated}.{signature}".encode()


def _replay(files: Files, _: Files) -> None:
    files.anchors["000000000003.jws"] = files.anchors["000000000002.jws"]


def _append_replayed(files: Files, _: Files) -> None:
    files.anchors["000000000004.jws"] = files.anchors["000000000003.jws"]


def _withhold_anchor(files: Files, _: Files) -> None:
    del files.anchors["000000000002.jws"]


def _withhold_leaf(files: Files, _: Files) -> None:
    (name,) = (name for name in files.anchors if name.startswith("000000000002.") and name.endswith(".leaves"))
    files.anchors[name] = leaves_file(it for it in read_leaves(files.anchors[name]) if it.blinded != blinded(ADA))


def _withhold_leaves(files: Files, _: Files) -> None:
    for name in [name for name in files.anchors if name.endswith(".leaves")]:
        del files.anchors[name]


def _withhold_anchors(files: Files, _: Files) -> None:
    files.anchors.clear()


REST = "; commitments, hashes and head made anew"
TAMPERINGS: Sequence[Tampering] = (
    Tampering("an event edited", "a withdrawal says given", _edit),
    Tampering("an event edited", f"the same{REST}", _rebuilt(_edit)),
    Tampering("an event removed", "a withdrawal is left out", _remove),
    Tampering("an event removed", f"the same{REST}", _rebuilt(_remove)),
    Tampering("an event removed", "a withdrawal's words are left out", _hide_payload),
    Tampering("words withheld", "all, as if the ledger key were gone", _hide_all),
    Tampering("words withheld", "a withdrawal's, as if the number were purged and the key gone", _hide_one),
    Tampering("events reordered", "two events change places", _reorder),
    Tampering("events reordered", f"the same{REST}", _rebuilt(_reorder)),
    Tampering("an event inserted", "a consent is put between two events", _insert),
    Tampering("an event inserted", f"the same{REST}", _rebuilt(_insert)),
    Tampering(
        "an event inserted",
        "a consent is put at the end, with an old time",
        _rebuilt(_append_backdated),
    ),
    Tampering("a truncated tail", "the last two events are left out", _truncate),
    Tampering("a truncated tail", f"the same{REST}", _rebuilt(_truncate)),
    Tampering("a rewound head", "the head says three of five events", _rewind_head),
    Tampering("a swapped customer", "another customer's events", _swap),
    Tampering("a swapped customer", "another customer's export under this one's id", _rename),
    Tampering("a swapped customer", f"the same{REST}", _rebuilt(_rename)),
    Tampering("a forged signature", "one letter of an anchor's signature is another", _flip_signature),
    Tampering("a forged signature", "another statement under an anchor's signature", _restate),
    Tampering("a forged signature", "an edited chain with anchors to match, signed by another key", _forge_anchors),
    Tampering("a replayed anchor", "an anchor stands in the next one's place", _replay),
    Tampering("a replayed anchor", "the last anchor stands in one more place", _append_replayed),
    Tampering("an anchor withheld", "an anchor is left out", _withhold_anchor),
    Tampering("an anchor withheld", "the customer is left out of an anchor's leaves", _withhold_leaf),
    Tampering("an anchor withheld", "all leaves are left out", _withhold_leaves),
    Tampering("an anchor withheld", "all anchors are left out", _withhold_anchors),
    Tampering("a consent switched on", "the head says given, the events say withdrawn", _switch_consent),
)


def clean(scene: Scene) -> Mapping[str, Files]:
    """What nobody has tampered with, at every age. The scene is over afterwards."""
    now = scene.files()
    scene.erase_number()
    purged = scene.files()
    scene.erase_ledger_key()
    return {
        "nothing": now,
        "nothing; the number is purged": purged,
        "nothing; the ledger key is gone": scene.files(),
    }


def tampered(scene: Scene) -> list[tuple[Tampering, Files]]:
    """The files after each tampering."""
    ada, bob, made = scene.files(), scene.files(BOB), []
    for tampering in TAMPERINGS:
        files = ada.copy()
        tampering.apply(files, bob)
        made.append((tampering, files))
    return made
