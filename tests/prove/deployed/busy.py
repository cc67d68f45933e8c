"""SNS as it is when it takes no more, for one deployed function."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.places import HOST
from tests.contracts.carrier import refusal
from tests.prove.deployed.deployment import Deployment

VARIABLE = "AWS_ENDPOINT_URL_SNS"


class _Busy(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        said = refusal("Throttling")
        self.send_response(400)
        self.send_header("content-type", "text/xml")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def busy_sns(deployment: Deployment, function: str) -> AbstractContextManager[None]:
    """Whatever the function asks of SNS is throttled until the block ends."""
    return sns_instead(deployment, function, _Busy)


@contextmanager
def sns_instead(deployment: Deployment, function: str, answers: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    """Whatever the function asks of SNS, this answers until the block ends."""
    server = ThreadingHTTPServer((HOST, 0), answers)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    _tell(deployment, function, {VARIABLE: f"http://{HOST}:{server.server_port}"})
    try:
        yield
    finally:
        _tell(deployment, function, {})
        server.shutdown()
        server.server_close()


def _tell(deployment: Deployment, function: str, more: dict[str, str]) -> None:
    functions, name = deployment.client("lambda"), deployment.functions[function]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    kept = {key: value for key, value in variables.items() if key != VARIABLE}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": kept | more})
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
