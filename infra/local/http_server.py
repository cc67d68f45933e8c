"""The socket side of the local servers: one thread for each connection, bounded bodies, no access log."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.places import HOST

# A client that stops halfway must not hold its thread for ever.
IDLE_SECONDS = 75
# A refused body is read up to here, so that the client gets to see the answer instead of a broken connection.
DRAINED_BYTES = 16_000_000


class LocalServer(ThreadingHTTPServer):
    """A server on the loopback address, for the handler class given."""

    daemon_threads = True
    # The default queue of 5 refuses connections under a burst of 64 clients.
    request_queue_size = 128

    def __init__(self, port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        super().__init__((HOST, port), handler)

    @property
    def port(self) -> int:
        return self.server_port

    def start(self) -> None:
        """It serves from a thread of its own until `stop`."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(self) -> None:
        """It takes no more requests and its port is free."""
        self.shutdown()
        self.server_close()


class LocalHandler(BaseHTTPRequestHandler, ABC):
    """HTTP/1.1 with keep-alive; subclasses say in `answer` what every method gets."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS

    @abstractmethod
    def answer(self) -> None:
        """Whatever was asked is answered."""

    def __getattr__(self, name: str) -> Any:
        # http.server looks up do_<METHOD>: whatever method comes, `answer` decides, and nothing gets its HTML 501.
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def body_length(self) -> int | None:
        """The length of the body that follows; None if the request does not say it as it must."""
        if "Transfer-Encoding" in self.headers:
            return None
        text = self.headers.get("Content-Length", "0")
        return int(text) if text.isascii() and text.isdigit() else None

    def drain(self, length: int | None) -> None:
        """The connection closes after this answer; a refused body is read away first as far as is reasonable."""
        self.close_connection = True
        left = min(length or 0, DRAINED_BYTES)
        while left > 0 and (chunk := self.rfile.read(min(left, 65536))):
            left -= len(chunk)

    def send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """The answer is on its way; HEAD gets the headers of GET and no body."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)

    def version_string(self) -> str:
        return "ringfence-local"

    def log_message(self, *_: Any) -> None:
        """Nothing is logged: a request line can hold what must not be written down."""
