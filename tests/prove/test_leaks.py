"""Nothing leaks: not the number in any form, not a code; and the search finds each kind of leak that is planted."""

import base64
import hashlib
import logging
from collections.abc import Callable

import pytest

from chalicelib.adapters import aws
from chalicelib.domain.errors import PhoneNumberInvalid
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.ports import SmsCarrier
from tests.prove.api import Api, Reply
from tests.prove.erasure import Life, live
from tests.prove.leaks import code_leaks, number_leaks, observed_life
from tests.prove.witness import Evidence, Watched, exception_texts, watched
from tests.worlds import World

RUNS = 3


def test_neither_the_number_nor_a_code_is_said_or_kept(direct: Api) -> None:
    runs = [observed_life(direct) for _ in range(RUNS)]
    for life, evidence, codes in runs:
        assert len(evidence.said) > 500, "something was witnessed"
        assert len(codes) >= 3
        assert number_leaks(life, evidence) == set()
    assert code_leaks((evidence, codes) for _, evidence, codes in runs) == set()


Plant = Callable[[Api, Evidence, Life, str], None]


def in_a_log_line(_api: Api, _evidence: Evidence, _life: Life, secret: str) -> None:
    logging.getLogger("ringfence").debug("sending to %s", secret)


def in_a_log_field(_api: Api, _evidence: Evidence, _life: Life, secret: str) -> None:
    logging.getLogger("ringfence").info("served", extra={"to": {"whom": [secret]}})


def in_a_logged_exception(_api: Api, _evidence: Evidence, _life: Life, secret: str) -> None:
    try:
        raise ValueError(secret)
    except ValueError:
        logging.getLogger("another.library").exception("failed")


def in_an_item(api: Api, evidence: Evidence, life: Life, secret: str) -> None:
    key = {"pk": {"S": f"customer#{life.customer}"}}
    item = aws.dynamodb().get_item(TableName=f"{api.world.name}-customers", Key=key)["Item"]
    aws.dynamodb().put_item(TableName=f"{api.world.name}-customers", Item={**item, "hint": {"L": [{"S": secret}]}})
    Watched(api.transport, api.world, evidence).tables()


def in_binary_in_an_item(api: Api, evidence: Evidence, life: Life, secret: str) -> None:
    key = {"pk": {"S": f"customer#{life.customer}"}}
    item = aws.dynamodb().get_item(TableName=f"{api.world.name}-customers", Key=key)["Item"]
    aws.dynamodb().put_item(TableName=f"{api.world.name}-customers", Item={**item, "raw": {"B": secret.encode()}})
    Watched(api.transport, api.world, evidence).tables()


class _Says:
    """A transport whose answers repeat what they should not."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        return self._reply


def in_an_answer(api: Api, evidence: Evidence, _life: Life, secret: str) -> None:
    reply = Reply(422, {}, f'{{"detail": ["no {secret}"]}}')
    Watched(_Says(reply), api.world, evidence).send("POST", "/v1/verifications", {}, b"")


def in_a_header(api: Api, evidence: Evidence, _life: Life, secret: str) -> None:
    Watched(_Says(Reply(200, {"Location": f"/{secret}"}, "")), api.world, evidence).send("GET", "/v1/x", {}, b"")


def in_a_refused_reveal(api: Api, evidence: Evidence, _life: Life, secret: str) -> None:
    Watched(_Says(Reply(409, {}, secret)), api.world, evidence).send("POST", "/v1/reveals", {}, b"")


def in_an_exception(_api: Api, evidence: Evidence, _life: Life, secret: str) -> None:
    evidence.add("exception 1", exception_texts(PhoneNumberInvalid("/phone_number", f"{secret} is no number")))


def behind_an_exception(_api: Api, evidence: Evidence, _life: Life, secret: str) -> None:
    try:
        try:
            raise ValueError(secret)
        except ValueError as cause:
            raise RuntimeError("failed") from cause
    except RuntimeError as failure:
        evidence.add("exception 1", exception_texts(failure))


def in_a_repr(_api: Api, evidence: Evidence, _life: Life, secret: str) -> None:
    evidence.add("repr Sms", repr({"to": secret}))


PLANTS: list[Plant] = [
    in_a_log_line,
    in_a_log_field,
    in_a_logged_exception,
    in_an_item,
    in_binary_in_an_item,
    in_an_answer,
    in_a_header,
    in_a_refused_reveal,
    in_an_exception,
    behind_an_exception,
    in_a_repr,
]
plants = pytest.mark.parametrize("plant", PLANTS, ids=lambda each: str(each.__name__))


def _sha256_of_the_first_body(life: Life) -> str:
    return hashlib.sha256(life.said[0]).hexdigest()


FORMS: dict[str, Callable[[Life], str]] = {
    "E.164": lambda life: life.number,
    "digits": lambda life: life.number[1:],
    "national": lambda life: life.number[3:],
    "spaced": lambda life: f"{life.number[3:6]} {life.number[6:10]} {life.number[10:]}",
    "dashed": lambda life: f"{life.number[3:6]}-{life.number[6:10]}-{life.number[10:]}",
    "base64": lambda life: base64.b64encode(life.number.encode()).decode(),
    "hex": lambda life: life.number.encode().hex(),
    "MD5 of the digits": lambda life: hashlib.md5(life.number[1:].encode()).hexdigest(),
    "SHA-1 in base64": lambda life: base64.b64encode(hashlib.sha1(life.number.encode()).digest()).decode(),
    "SHA-256 of the national": lambda life: hashlib.sha256(life.number[3:].encode()).hexdigest(),
    "SHA-256 of the request": _sha256_of_the_first_body,
}


@plants
def test_a_number_planted_anywhere_is_found(direct: Api, plant: Plant) -> None:
    with watched(direct) as (seen, evidence):
        life = live(seen)
        assert number_leaks(life, evidence) == set()
        plant(direct, evidence, life, life.number)
    assert number_leaks(life, evidence)


def test_a_number_planted_in_any_form_is_found(direct: Api) -> None:
    with watched(direct) as (seen, evidence):
        life = live(seen)
    assert number_leaks(life, evidence) == set()
    for name, form in FORMS.items():
        planted = Evidence(set(evidence.said))
        planted.add("verifications.hint", f"x{form(life)}x" if name in ("base64", "hex") else form(life))
        assert number_leaks(life, planted), name


@plants
def test_a_code_planted_anywhere_is_found(direct: Api, plant: Plant) -> None:
    runs = []
    for _ in range(RUNS):
        with watched(direct) as (seen, evidence):
            life = live(seen)
            codes = {sms.code for sms in direct.world.sms_to(life.number) if "#" in sms.body}
            plant(direct, evidence, life, sorted(codes)[0])
        runs.append((evidence, codes))
    assert code_leaks(runs)


class LeakyCarrier:
    """Writes down what it sends, as a debugging line left in place would."""

    def __init__(self, carrier: SmsCarrier) -> None:
        self._carrier = carrier

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:
        logging.getLogger("ringfence").debug("sending %s to %r", body, number)
        return self._carrier.attempt(number, body, reference, code_seconds)


def test_an_adapter_that_logs_codes_is_found(direct: Api) -> None:
    runs = []
    _replace_carriers(direct.world)
    for _ in range(RUNS):
        with watched(direct) as (seen, evidence):
            life = live(seen)
        codes = {sms.code for sms in direct.world.sms_to(life.number) if "#" in sms.body}
        # It logs the mask of the number, so the number itself is not found, only the codes.
        assert number_leaks(life, evidence) == set()
        runs.append((evidence, codes))
    assert any(where.startswith("log ringfence sending") for where in code_leaks(runs))


def _replace_carriers(world: World) -> None:
    adapters = world.ringfence.adapters
    vars(adapters)["carriers"] = {name: LeakyCarrier(carrier) for name, carrier in adapters.carriers.items()}
