"""The socket side: keep-alive, bounded bodies, bursts."""

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.gateway import Gateway
from infra.local.server import serve
from tests.local.test_gateway import an_app, problem

SLUGS = {411: "length-required", 413: "content-too-large"}


def any_problem(status: int, request_id: str) -> tuple[int, dict[str, str], str]:
    return problem(status, request_id) if status not in SLUGS else (status, {"Content-Type": "x"}, SLUGS[status])


@pytest.fixture
def port() -> Iterator[int]:
    server = serve(Gateway(an_app(), any_problem), 0)
    yield server.port
    server.stop()


def raw(port: int, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(text)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_one_connection_serves_many_requests(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    socket_before = connection.sock
    for value in range(3):
        connection.request("POST", "/echo", json.dumps({"value": value}), {"Content-Type": "application/json"})
        assert json.load(connection.getresponse())["before"] == value
    assert connection.sock is socket_before
    connection.close()


def test_head_has_the_length_of_get_and_no_body(port: int) -> None:
    answer = raw(port, b"HEAD /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Length: 11" in head
    assert body == b""


def test_a_chunked_body_is_refused(port: int) -> None:
    answer = raw(port, b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 411")


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"\xb2"])
def test_a_length_that_is_none_is_refused(port: int, length: bytes) -> None:
    assert raw(port, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n").startswith(
        b"HTTP/1.1 411"
    )


def test_a_large_body_is_refused_and_its_sender_sees_why(port: int) -> None:
    body = b"x" * 3_000_000
    answer = raw(port, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert answer.startswith(b"HTTP/1.1 413")


def test_any_method_is_answered_as_json(port: int) -> None:
    answer = raw(port, b"BREW /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 405")
    assert b"application/problem+json" in answer


def test_a_burst_of_connections_is_served(port: int) -> None:
    def one(value: int) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/echo", json.dumps({"value": value}), {"Content-Type": "application/json"})
        body = json.load(connection.getresponse())
        connection.close()
        return bool(body["before"] == body["after"] == value)

    with ThreadPoolExecutor(64) as pool:
        assert all(pool.map(one, range(320)))


def test_a_stopped_server_frees_its_port() -> None:
    server = serve(Gateway(an_app(), any_problem), 0)
    port = server.port
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)
