"""docs/reveals.md says what the code and the policy do."""

import json
import re

import yaml

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.reveal_rules import KINDS
from chalicelib.domain.reveals import RevealAnomaly
from chalicelib.entrypoints.api.endpoint import ENDPOINTS
from chalicelib.entrypoints.api.problems import EDGE, PROBLEMS
from tests.fakes import POLICY_FOLDER
from tests.repo.sources import ROOT

PAGE = (ROOT / "docs/reveals.md").read_text(encoding="utf-8")
RULES = read_policy(POLICY_FOLDER).rules


def test_every_refusal_of_the_page_is_one_of_the_route() -> None:
    import app as _app  # noqa: F401

    (route,) = [it for it in ENDPOINTS if (it.method, it.path) == ("POST", "/v1/reveals")]
    told = {(PROBLEMS[kind].status, PROBLEMS[kind].slug) for kind in route.problems}
    told.add((EDGE["invalid-request"].status, ""))
    named = {(int(status), slug) for status, slug in re.findall(r"\| (\d{3})(?: `([a-z-]+)`)?", PAGE)}
    # What needs no word here: a replay.
    assert named - {(403, "forbidden")} == told - {(409, "not-replayable")}


def test_the_page_s_numbers_are_the_policy_s() -> None:
    reveals, limits = RULES.reveals, RULES.throttles.reveals_by_person
    assert [it.limit for it in limits] == [20, 60]
    assert "20 an hour, 60 a day" in PAGE
    for name in ("rate_per_hour", "customers_per_prefix"):
        assert f"`{name}` ({getattr(reveals, name)})" in PAGE
    assert f"`pause_minutes` ({reveals.pause_minutes})" in PAGE
    assert (reveals.pause_on, reveals.colleagues, reveals.working_hours) == (("prefix",), (), None)


def test_the_page_has_every_kind() -> None:
    assert tuple(re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE)[-4:]) == KINDS


def test_the_page_s_event_is_one() -> None:
    shown = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    members = json.loads(shown[1])
    event_id = members.pop("event_id")
    said = RevealAnomaly(**members)
    assert said.event_id == event_id
    assert json.loads(said.detail()) == {"event_id": event_id, **members}


def test_the_alarm_rings_of_what_the_journal_says() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: f"!{suffix}")
    resources = yaml.load((ROOT / "infra/resources.yaml").read_text(encoding="utf-8"), Loader)["Resources"]
    lines, alarm = resources["RevealAnomalyLines"]["Properties"], resources["RevealsUnusual"]["Properties"]
    (said,) = re.findall(
        r'self\.journal\.note\(\s*"([a-z_]+)"', (ROOT / "chalicelib/services/watch_reveals.py").read_text("utf-8")
    )
    assert lines["FilterPattern"] == f'{{ $.event = "{said}" }}'
    assert lines["MetricTransformations"][0]["MetricName"] == alarm["MetricName"]
