"""A deployment that says who it is in a way that a letter, an SMS or a receipt cannot carry does not start."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.mistake import Mistake
from tests.domain.samples import CLOUD, CONTROLLER, PROCESSING

BROKEN: list[tuple[Any, dict[str, Any], str]] = [
    (CONTROLLER, {"name": ""}, "name"),
    (CONTROLLER, {"name": "N" * 17}, "name"),
    (CONTROLLER, {"name": "😀" * 9}, "name"),
    (CONTROLLER, {"name": " Wallet"}, "name"),
    (CONTROLLER, {"name": "Wal\nlet"}, "name"),
    (CONTROLLER, {"name": "Wal\ud800let"}, "name"),
    (CONTROLLER, {"legal_name": ""}, "legal_name"),
    (CONTROLLER, {"address": "1 Harbour Street\nExample City"}, "address"),
    (CONTROLLER, {"address": " 1 Harbour Street"}, "address"),
    (CONTROLLER, {"email": "wallet.example"}, "email"),
    (CONTROLLER, {"email": "privacy@wallet"}, "email"),
    (CONTROLLER, {"email": "privacy @wallet.example"}, "email"),
    (CLOUD, {"name": ""}, "name"),
    (CLOUD, {"address": ""}, "address"),
    (CLOUD, {"contact": "a\tb"}, "contact"),
    (PROCESSING, {"jurisdictions": ()}, "jurisdictions"),
    (PROCESSING, {"jurisdictions": ("EU", "PRC")}, "jurisdictions"),
    (PROCESSING, {"storage_locations": ()}, "storage_locations"),
    (PROCESSING, {"storage_locations": ("EU",)}, "storage_locations"),
    (PROCESSING, {"preferences_url": "http://wallet.example/preferences"}, "preferences_url"),
    (PROCESSING, {"preferences_url": "https://wallet.example"}, "preferences_url"),
    (PROCESSING, {"preferences_url": "https://wallet.example/my preferences"}, "preferences_url"),
    (PROCESSING, {"recipients": {"controller": CLOUD}}, "recipients.controller"),
    (PROCESSING, {"recipients": {"Cloud": CLOUD}}, "recipients.Cloud"),
]


@pytest.mark.parametrize(("good", "change", "path"), BROKEN, ids=[f"{path}-{change}" for _, change, path in BROKEN])
def test_a_broken_rule_names_its_path(good: Any, change: dict[str, Any], path: str) -> None:
    with pytest.raises(Mistake) as mistake:
        replace(good, **change)
    assert ".".join(mistake.value.path) == path


@pytest.mark.parametrize(
    ("good", "change"),
    [
        (CONTROLLER, {"name": "N" * 16}),
        (CONTROLLER, {"name": "😀" * 8}),
        (CONTROLLER, {"name": "支付 {code}"}),
        (PROCESSING, {"jurisdictions": ("CN",), "storage_locations": ("CN", "SG"), "recipients": {}}),
        (PROCESSING, {"preferences_url": "https://localhost:8000/"}),
    ],
)
def test_the_ends_of_what_is_allowed_are_allowed(good: Any, change: dict[str, Any]) -> None:
    assert replace(good, **change) != good
