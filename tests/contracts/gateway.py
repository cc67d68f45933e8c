"""A provider's gateway on this machine: HTTPS with a certificate of its own making, which keeps what reaches it."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.adapters import webhook_carrier
from infra.local.places import HOST


@dataclass(frozen=True)
class Request:
    """A request as it arrived; the headers' names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


# Status, headers and body; None drops the connection.
Answer = tuple[int, dict[str, str], bytes] | None


@dataclass
class Gateway:
    """Where it is, and what arrived."""

    url: str
    requests: list[Request] = field(default_factory=list)


@contextmanager
def gateway(folder: Path, answer: Callable[[Request], Answer], *, trusted: bool = True) -> Iterator[Gateway]:
    """It answers until the block ends.

    Args:
        trusted: whether its certificate is one that this process believes.
    """
    certificate = folder / "gateway.pem"
    _make_certificate(certificate)
    made = Gateway("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body)
            made.requests.append(request)
            said = answer(request)
            if said is None:
                self.close_connection = True
                return
            status, more, content = said
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        # For whoever follows a redirect.
        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Nothing: whoever does not believe the certificate hangs up."""

    server = Server((HOST, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made.url = f"https://{HOST}:{server.server_port}/sms"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    with pytest.MonkeyPatch.context() as patch:
        if trusted:
            patch.setenv("SSL_CERT_FILE", str(certificate))
        webhook_carrier._connections.cache_clear()
        try:
            yield made
        finally:
            webhook_carrier._connections.cache_clear()
            server.shutdown()
            server.server_close()


def _make_certificate(file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
