"""What a function loads before it does anything. What it should load is a matter of measure, and is only reported."""

import pytest

from tests.jobs.subprocesses import run_fresh

HANDLERS = [
    "chalicelib.entrypoints.jobs.anchor",
    "chalicelib.entrypoints.jobs.announce",
    "chalicelib.entrypoints.jobs.deliver",
    "chalicelib.entrypoints.jobs.delivery_status",
    "chalicelib.entrypoints.jobs.import_file",
    "chalicelib.entrypoints.jobs.inbound",
    "chalicelib.entrypoints.jobs.opt_outs",
    "chalicelib.entrypoints.jobs.purge",
    "chalicelib.entrypoints.jobs.purge_worker",
    "chalicelib.entrypoints.jobs.rights",
    "chalicelib.entrypoints.jobs.strongroom",
    "chalicelib.entrypoints.jobs.sweep",
    "chalicelib.entrypoints.api.authorizer",
]
HEAVY = ("boto3", "botocore", "pydantic", "phonenumbers", "pyotp", "jwt", "cryptography", "aws_lambda_powertools")


@pytest.mark.parametrize("module", HANDLERS)
def test_a_handler_s_module_loads_neither_app_nor_aws(module: str) -> None:
    code = f"import json, sys, {module}\nprint(json.dumps([it for it in {('app', *HEAVY)!r} if it in sys.modules]))"
    loaded = run_fresh(code)
    print(f"{module} loads {', '.join(loaded) or 'nothing heavy'}")
    assert {"app", "boto3", "botocore"}.isdisjoint(loaded)
