"""The export is what its schema says."""

import json

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from chalicelib.entrypoints.api.answers import as_json
from chalicelib.entrypoints.api.export_answer import export_answer
from tests.fakes import caller
from tests.repo.export_schema import PAGE, schema
from tests.services.world import World


def test_the_file_is_the_answer_s() -> None:
    assert PAGE.read_text(encoding="utf-8") == schema()


def test_an_export_is_what_the_schema_says() -> None:
    world = World()
    customer = world.customer()
    world.say(customer)
    by = caller("customer", "wallet-app", customer.id)
    world.ringfence.receive_rights_request(by, customer.id, "portability", None, None)
    validator = Draft202012Validator(json.loads(PAGE.read_text(encoding="utf-8")))
    export = json.loads(as_json(export_answer(world.ringfence.export_customer(customer.id))))
    assert list(validator.iter_errors(export)) == []
    assert list(validator.iter_errors({**export, "ledger": None}))
