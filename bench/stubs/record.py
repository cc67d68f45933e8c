"""Walks through the application once on moto and keeps events and answers. Run by `recording`, in its own process."""

import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.stubs.application import CONTEXT, SCHEDULED_EVENT, Recording, draw_the_first_shard, read
from bench.stubs.tape import Recorder, Step

if TYPE_CHECKING:
    from tests.worlds import World

# Of one prefix, so that its budget has been asked before.
NUMBERS = "+861380013800{}"
CHECK = "/v1/verifications/{verification_id}/check"
# Then a resend is allowed, and the frames of countries, prefixes and money are still the same.
LATER = timedelta(seconds=31)
FILE = "recording.json"
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def recording() -> Iterator[Recording]:
    """One walk, recorded by a process of its own: moto stays out of the process that measures."""
    with tempfile.TemporaryDirectory() as folder, _served(folder) as address:
        command = [sys.executable, "-m", "bench.stubs.record", folder, f"{address}/jwks.json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        yield read(Path(folder) / FILE)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def _served(folder: str) -> Iterator[str]:
    # For the public keys of who signed the tokens: they are read over HTTP, once for each process that verifies.
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Walk:
    """Calls the handlers one after the other; each step's answers are taken apart."""

    def __init__(self, recorder: Recorder, authorizer: dict[str, dict[str, str]], tokens: dict[str, str]) -> None:
        self.recorder = recorder
        self.authorizer = authorizer
        self.tokens = tokens
        self.steps: list[Step] = []

    def call(
        self, name: str, status: int, role: str, method: str, route: str, path: dict[str, str], **body: Any
    ) -> dict[str, Any]:
        """The application has answered with this status, and the step is kept."""
        from app import app

        event = {
            "resource": route,
            "path": route.format(**path),
            "httpMethod": method,
            "headers": {
                "Authorization": self.tokens[role],
                "Content-Type": "application/json",
                "Idempotency-Key": f"bench-key-of-the-step-{name.replace(' ', '-')}",
            },
            "multiValueQueryStringParameters": None,
            "pathParameters": path or None,
            "stageVariables": None,
            "requestContext": {
                "httpMethod": method,
                "resourcePath": route,
                "requestId": "bench",
                "identity": {"sourceIp": "192.0.2.1"},
                "authorizer": self.authorizer[role],
            },
            "body": json.dumps(body),
            "isBase64Encoded": False,
        }
        answer = app(event, CONTEXT)
        if answer["statusCode"] != status:
            raise RuntimeError(f"{name}: {answer['statusCode']} {answer['body']}")
        self.steps.append(Step(name, event, answer["statusCode"], self.recorder.take()))
        made: dict[str, Any] = json.loads(answer["body"])
        return made

    def job(self, name: str, event: dict[str, Any], handler: Callable[[Any, Any], Any]) -> None:
        """A handler other than the API's has answered, and the step is kept."""
        answer = handler(event, CONTEXT)
        if "error" in answer:
            raise RuntimeError(f"{name}: {answer}")
        self.steps.append(Step(name, event, 200, self.recorder.take()))


def _record(folder: Path, jwks_uri: str) -> Recording:
    from chalicelib.adapters import aws
    from chalicelib.bootstrap import Adapters, Ringfence, install
    from chalicelib.domain.caller import Caller
    from chalicelib.entrypoints.api.authorizer import authorize, to_context
    from chalicelib.entrypoints.jobs.purge import purge
    from chalicelib.entrypoints.jobs.strongroom import strongroom
    from chalicelib.entrypoints.jobs.sweep import sweep
    from infra.local.tokens import AUDIENCE, ISSUER_NAME
    from tests.fakes import caller
    from tests.worlds import issuer_in, moto_world

    draw_the_first_shard()
    callers: dict[str, Caller] = {"wallet": caller(), "staff": caller("staff", "call-centre", "local-staff")}
    with issuer_in(folder) as issuer, moto_world(issuer) as world:
        recorder = Recorder()
        recorder.listen(aws.events())
        install(world.ringfence)
        context = {role: to_context(each) for role, each in callers.items()}
        tokens = {role: world.authorization(each) for role, each in callers.items()}
        walk = _Walk(recorder, context, tokens)
        walk.job("purge", SCHEDULED_EVENT, purge)
        walk.job("sweep", SCHEDULED_EVENT, sweep)
        asked = {"type": "TOKEN", "authorizationToken": tokens["wallet"]}
        asked["methodArn"] = "arn:aws:execute-api:eu-west-1:000000000000:bench/api/GET/healthz"
        walk.job("authorizer", asked, authorize)
        earlier = _start(walk, "earlier start", 1)
        world.clock.at += LATER
        # Another process: it has not derived the month's key, and remembers no row of a budget.
        install(Ringfence(Adapters(world.ringfence.adapters.settings, world.clock)))
        other = _start(walk, "first start", 2)
        verification = _start(walk, "start", 3)
        walk.call("resend", 200, "wallet", "POST", "/v1/verifications/{verification_id}/resend", earlier)
        code = _code(world, 2)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        walk.call("wrong check", 422, "wallet", "POST", CHECK, other, code=wrong)
        walk.call("right check after a wrong one", 200, "wallet", "POST", CHECK, other, code=code)
        walk.call("right check", 200, "wallet", "POST", CHECK, verification, code=_code(world, 3))
        customer = walk.call("bind", 201, "wallet", "POST", "/v1/customers", {}, **verification)["customer_id"]
        walk.call(
            "consent", 200, "wallet", "PUT", "/v1/customers/{customer_id}/consents/{purpose}",
            {"customer_id": customer, "purpose": "marketing"},
            decision="given", channels=["sms"], locale="en", surface="bench",
            notice_version=world.ringfence.policy.rules.purposes["marketing"].notice_version,
        )  # fmt: skip
        question = {"customer_id": customer, "purpose": "marketing", "channel": "sms"}
        text = {"template": "offer", "parameters": {"offer_title": "Half fees", "offer_end_date": "31 December"}}
        permitted = walk.call("decision", 200, "staff", "POST", "/v1/contact-decisions", {}, **question)
        walk.call("message", 202, "staff", "POST", "/v1/messages", {}, contact_token=permitted["contact_token"], **text)
        permitted = walk.call("next decision", 200, "staff", "POST", "/v1/contact-decisions", {}, **question)
        keyed = {"client_id": callers["staff"].client_id, "route": "POST /v1/messages", "key": "bench-key", "body": ""}
        order = {"authorization": tokens["staff"], "token": permitted["contact_token"], **text, "keyed": keyed}
        # Another process again.
        install(Ringfence(Adapters(world.ringfence.adapters.settings, world.clock)))
        walk.job("strongroom", {"door": "send_message", "order": order}, strongroom)
        at = world.clock.now().isoformat()
        return Recording(str(folder / FILE), jwks_uri, ISSUER_NAME, AUDIENCE, at, tuple(walk.steps))


def _start(walk: _Walk, name: str, number: int) -> dict[str, str]:
    """A signup of one of the numbers, with an IP and a device that were never seen; the path of its verification."""
    client = {"ip": f"192.0.2.{number}", "device_id": f"bench-device-{number}"}
    started = walk.call(
        name, 201, "wallet", "POST", "/v1/verifications", {},
        purpose="signup", phone_number=NUMBERS.format(number), locale="en", client=client,
    )  # fmt: skip
    return {"verification_id": started["verification_id"]}


def _code(world: "World", number: int) -> str:
    found: list[str] = re.findall(r"#(\d{6})", world.sms_to(NUMBERS.format(number))[-1].body)
    return found[0]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / FILE).write_text(json.dumps(asdict(_record(target, sys.argv[2]))), encoding="utf-8")
