"""What answers otherwise than the API would is named, and is never taken for something that does not fit."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from typer.testing import CliRunner

from infra.officer.commands import commands
from tests.officer.cloudtrail import ROLE

TOKEN = "an-officers-token"


def answer(body: bytes, status: str = "200 OK", length: int | None = None) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {length or len(body)}\r\n\r\n".encode() + body


@contextmanager
def answering(content: bytes) -> Iterator[str]:
    """The address of a server that says this to whatever it is asked."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(content)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


@pytest.fixture
def export(tmp_path: Path) -> str:
    """An export of a day on which nobody opened anything."""
    record = {"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets"}
    times = ("2026-11-21T00:00:00Z", "2026-11-21T23:00:00Z")
    (tmp_path / "export.json").write_text(json.dumps({"Records": [{**record, "eventTime": at} for at in times]}))
    return str(tmp_path / "export.json")


def said_of(export: str, api: str, token: str = TOKEN) -> list[tuple[int, str]]:
    """How each of the commands that read the log ended, and the one line that it said."""
    reading = ["--api", api, "--token", token]
    span = ["2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"]
    said = []
    for words in (["reconcile", export, "--role", ROLE], ["accesses", *span]):
        ran = CliRunner().invoke(commands, [*words, *reading])
        # No traceback: what a command did not catch is no SystemExit.
        assert isinstance(ran.exception, SystemExit)
        assert TOKEN not in ran.output
        (line,) = ran.output.splitlines()
        said.append((ran.exit_code, line))
    return said


def unreadable(said: list[tuple[int, str]], words: str) -> bool:
    """True if both said these words, each with its own status."""
    return [status for status, _ in said] == [2, 1] and all(words in line for _, line in said)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Log in</title>",
        b"",
        b"[]",
        b"1",
        b"{}",
        b'{"entries": []}',
        b'{"entries": [], "settlements": []}',
        b'{"entries": 1, "settlements": [], "next_cursor": null}',
        b"[" * 100_000,
    ],
)
def test_a_page_that_is_none_is_named(body: bytes, export: str) -> None:
    with answering(answer(body)) as api:
        assert unreadable(said_of(export, api), "the answer is no page of accesses")


@pytest.mark.parametrize("content", [b"", b"220 mail.example ESMTP\r\n\r\n", answer(b"{", length=9), answer(b'"\xff"')])
def test_what_is_no_answer_is_named(content: bytes, export: str) -> None:
    with answering(content) as api:
        assert unreadable(said_of(export, api), f"{api} does not answer")


@pytest.mark.parametrize("body", [b"", b"<!doctype html>", b"[" * 100_000])
def test_a_refusal_without_a_problem_is_named_by_its_status(body: bytes, export: str) -> None:
    with answering(answer(body, "502 Bad Gateway")) as api:
        assert unreadable(said_of(export, api), "502: no problem was named")
    with answering(answer(body, "502 Bad Gateway", length=len(body) + 1)) as api:
        assert unreadable(said_of(export, api), "502: no problem was named")


@pytest.mark.parametrize("api", ["api.example", "", "file:///etc/hosts", "ftp://api.example"])
def test_what_is_no_address_of_the_web_is_named(api: str, export: str) -> None:
    assert unreadable(said_of(export, api), "is no address: it must begin with https://")


@pytest.mark.parametrize("api", ["http://", "http://[", "http://api.example:port", "http://api example"])
def test_an_address_that_leads_nowhere_is_named(api: str, export: str) -> None:
    assert unreadable(said_of(export, api), "does not answer")


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f"{TOKEN}\u4e2d"])
def test_a_token_that_no_header_can_hold_is_not_repeated(token: str, export: str) -> None:
    with answering(answer(b"{}")) as api:
        assert unreadable(said_of(export, api, token), "does not answer")
