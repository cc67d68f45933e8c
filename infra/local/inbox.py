"""The SMS messages that SNS accepted on the engine, with the instant at which each was first seen."""

import json
import threading
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

READ_BACK_PATH = "/_ministack/sns/sms-messages"
# How often the engine is asked while nobody looks, so that `sent_at` is right to about this long.
LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Sms:
    to: str
    body: str
    attributes: dict[str, str]
    sent_at: str


class Inbox:
    """Reads the engine's messages. The engine keeps no time with them, so the times are kept here, by message id."""

    def __init__(self, engine_url: str, times: Path) -> None:
        self._url = engine_url + READ_BACK_PATH
        self._file = times
        self._lock = threading.Lock()
        self._seen: dict[str, str] = json.loads(times.read_text()) if times.exists() else {}
        self._is_stopping = threading.Event()

    def messages(self) -> list[Sms]:
        """Every message, oldest first."""
        found = self._look()
        return sorted((_as_sms(each, self._seen[each["MessageId"]]) for each in found), key=lambda sms: sms.sent_at)

    def watch(self) -> None:
        """New messages get their instant from now on even while nobody reads the inbox."""
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        self._is_stopping.set()

    def _watch(self) -> None:
        while not self._is_stopping.wait(LOOK_EVERY_SECONDS):
            try:
                self._look()
            except OSError:
                # The engine is stopping, or the launcher is about to say that it died.
                continue

    def _look(self) -> list[dict[str, Any]]:
        with self._lock:
            with urllib.request.urlopen(self._url, timeout=5) as answer:
                by_number = json.load(answer)["sms_messages"]
            found = [message for messages in by_number.values() for message in messages]
            new = {each["MessageId"]: _now() for each in found if each["MessageId"] not in self._seen}
            if new:
                self._seen |= new
                draft = self._file.with_suffix(".new")
                draft.write_text(json.dumps(self._seen))
                draft.replace(self._file)
            return found


def as_json(messages: list[Sms]) -> bytes:
    """The messages as `GET /inbox.json` gives them."""
    return json.dumps([asdict(each) for each in messages], ensure_ascii=False).encode()


def _as_sms(message: dict[str, Any], seen_at: str) -> Sms:
    attributes = {name: value.get("StringValue", "") for name, value in (message["MessageAttributes"] or {}).items()}
    return Sms(to=message["PhoneNumber"], body=message["Message"], attributes=attributes, sent_at=seen_at)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
