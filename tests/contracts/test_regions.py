"""docs/regions.md says what the policy does; a sample of the regions signs up (all of them in `make prove`)."""

import pytest

from chalicelib.adapters.policy_files import read_policy
from chalicelib.settings import PACKAGED_POLICY
from tests.prove.regions import Example, mobile_examples
from tests.prove.regions_table import PAGE, page
from tests.prove.test_regions import attempts
from tests.worlds import World, on_moto

RULES = read_policy(PACKAGED_POLICY).rules.numbers
SAMPLE = [each for each in mobile_examples() if set(each.regions) & {"CN", "GB", "US", "IT", "AC", "AR", "MX", "GP"}]


def test_the_page_says_what_the_policy_does() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(RULES), "run: python -m tests.prove.regions_table"


@on_moto
@pytest.mark.parametrize("example", SAMPLE, ids=repr)
def test_a_sample_of_the_regions_signs_up(world: World, example: Example) -> None:
    forms: list[tuple[str, str | None]] = [(example.e164, None)]
    forms += [(example.national, region) for region in example.regions]
    assert attempts(world, example, forms) == []
