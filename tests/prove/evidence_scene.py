"""A customer whose word was recorded, anchored and exported: the files that a verifier is handed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from chalicelib.domain.anchor_evidence import Finding
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.evidence import findings
from chalicelib.entrypoints.api.answers import as_json
from chalicelib.entrypoints.api.export_answer import export_answer
from infra.local.purge_queue import purge_at_once
from infra.officer.evidence_files import read_anchors, read_evidence
from tests.fakes import caller
from tests.worlds import World, fresh_number

ADA, BOB = "customer-ada", "customer-bob"
# What may be put in the place of anything that JSON says.
PLAIN: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)
)


@dataclass(frozen=True)
class Files:
    """What a verifier is handed. Each is as it lies on a disk, so that all of it can be tampered with.

    Attributes:
        export: the answer of the API, parsed.
        anchors: the objects of the bucket by their names, without the folder.
        keys: the JWK Set.
    """

    export: dict[str, Any]
    anchors: dict[str, bytes]
    keys: dict[str, Any]

    def copy(self) -> "Files":
        """The same, to be tampered with."""
        return Files(json.loads(json.dumps(self.export)), dict(self.anchors), json.loads(json.dumps(self.keys)))

    def write(self, folder: Path) -> tuple[Path, Path, Path]:
        """They lie in the folder: the export, the anchors' folder and the keys."""
        (folder / "anchors").mkdir(parents=True)
        for name, content in self.anchors.items():
            (folder / "anchors" / name).write_bytes(content)
        (folder / "export.json").write_text(json.dumps(self.export))
        (folder / "keys.json").write_text(json.dumps(self.keys))
        return folder / "export.json", folder / "anchors", folder / "keys.json"

    def findings(self, folder: Path) -> list[Finding]:
        """What the verifier says of them."""
        export, anchors, keys = self.write(folder)
        evidence = read_evidence(export)
        return findings(evidence, read_anchors(anchors, keys, evidence.customer_id))


@dataclass
class Scene:
    """Two customers of one afternoon. Each hour ends with an anchor."""

    world: World
    objects: Callable[[], dict[str, bytes]]

    def play(self) -> None:
        """Ada has said five things in three hours, Bob three, and every hour is anchored."""
        for customer_id in (ADA, BOB):
            self.world.customer(fresh_number(), customer_id)
            self.say(customer_id, "marketing", "given", ("sms", "call"))
        self.say(ADA, "order_notice", "given", ("sms",))
        self.anchor()
        self.say(ADA, "marketing", "withdrawn")
        self.say(BOB, "marketing", "withdrawn")
        self.say(ADA, "satisfaction_survey", "refused")
        self.anchor()
        self.say(BOB, "order_notice", "refused")
        self.say(ADA, "support_follow_up", "given", ("call",))
        self.anchor()

    def say(self, customer_id: str, purpose: str, decision: str, channels: tuple[str, ...] = ()) -> None:
        """The customer has said it, a minute after what was said before."""
        self.world.clock.at += timedelta(minutes=1)
        notice = self.world.ringfence.policy.rules.purposes[purpose].notice_version
        choice = ConsentChoice(purpose, decision, notice, "en", None, channels, "signup_screen")
        self.world.ringfence.record_consent(caller(), customer_id, choice, None)

    def anchor(self) -> None:
        """The hour is over, and its anchor is made."""
        at = self.world.clock.at
        self.world.clock.at = at.replace(minute=10, second=0) + timedelta(hours=1)
        assert self.world.ringfence.anchor_ledger(lambda: True).complete

    def files(self, customer_id: str = ADA) -> Files:
        """The files about a customer, as they are now."""
        ringfence = self.world.ringfence
        export = json.loads(as_json(export_answer(ringfence.export_customer(customer_id))))
        objects = {name.removeprefix("anchors/"): content for name, content in self.objects().items()}
        return Files(export, objects, {"keys": [dict(key) for key in ringfence.adapters.signer.public_keys()]})

    def erase_number(self, customer_id: str = ADA) -> None:
        """The customer has left, and a month later the number is gone."""
        self.world.ringfence.close_customer(customer_id, None)
        self._purge(days=31)

    def erase_ledger_key(self) -> None:
        """The ledger's own retention is over: nobody can read any more what was said."""
        self._purge(days=self.world.ringfence.policy.rules.retention.ledger_days + 1)

    def _purge(self, days: int) -> None:
        self.world.clock.at += timedelta(days=days)
        assert purge_at_once(self.world.ringfence).complete


def memory_scene() -> Scene:
    """The scene on the ports in memory, played."""
    from tests.worlds import memory_world

    world = memory_world()
    archive: Any = world.ringfence.adapters.archive
    scene = Scene(world, lambda: dict(archive.objects))
    scene.play()
    return scene
