"""The HTTP server of the API: the Chalice application as it is, behind a gateway that is safe for threads."""

from functools import partial
from importlib import import_module
from typing import Any

from infra.local.call_count import listen
from infra.local.gateway import MAX_BODY_BYTES, Gateway
from infra.local.http_server import LocalHandler, LocalServer


class _ApiHandler(LocalHandler):
    def __init__(self, *args: Any, gateway: Gateway) -> None:
        self._gateway = gateway
        super().__init__(*args)

    def answer(self) -> None:
        length = self.body_length()
        if length is None or length > MAX_BODY_BYTES:
            self.drain(length)
            answer = self._gateway.problem(411 if length is None else 413)
        else:
            body = self.rfile.read(length)
            answer = self._gateway.handle(
                self.command, self.path, dict(self.headers.items()), body, source_ip=self.client_address[0]
            )
        self.send(answer.status, answer.headers.items(), answer.body)


def load_gateway() -> Gateway:
    """The application is imported and stands behind a gateway; its AWS calls are counted.

    The environment must be set before: the application's clients are made from it.
    """
    # Imported here and not above: provisioning and the tests of this folder do without the application.
    listen(import_module("chalicelib.adapters.aws").events())
    problem = import_module("chalicelib.entrypoints.api.problems").gateway_problem
    return Gateway(import_module("app").app, problem)


def serve(gateway: Gateway, port: int) -> LocalServer:
    """The API answers on the port until the server is stopped; port 0 takes a free one."""
    server = LocalServer(port, partial(_ApiHandler, gateway=gateway))
    server.start()
    return server
