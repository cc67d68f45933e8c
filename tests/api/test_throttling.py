"""What a throttled or unanswered request is told."""

from typing import Any

import pytest

from tests.api.world import NUMBER, OTHER_STAFF, WALLET, Api, Reply


def require_throttled(reply: Reply, name: str, quota: int, window: int, after: int) -> None:
    assert (reply.status, reply.problem) == (429, "throttled")
    assert reply.headers["retry-after"] == str(after)
    assert reply.headers["ratelimit-policy"] == f'"{name}";q={quota};w={window}'
    assert reply.headers["ratelimit"] == f'"{name}";r=0;t={after}'


def test_a_number_has_five_starts_in_ten_minutes(api: Api) -> None:
    for _ in range(5):
        assert api.start().status == 201
        api.pass_time(seconds=30)
    require_throttled(api.start(), "number", 5, 600, 450)
    assert len(api.adapters.sender.sent) == 5
    api.pass_time(seconds=450)
    assert api.start().status == 201


def test_a_number_has_ten_starts_a_day(api: Api) -> None:
    for _ in range(10):
        # Verified, or the guard would take it for pumping.
        api.proved()
        api.pass_time(seconds=600)
    assert len(api.adapters.sender.sent) == 10
    require_throttled(api.start(), "number", 10, 86_400, 86_400 - 6000)


def national(position: int) -> str:
    return f"{NUMBER[:-4]}{position:04d}"


@pytest.mark.parametrize(
    ("name", "quota", "window", "signs"),
    [
        ("ip", 25, 300, lambda position: {"ip": "203.0.113.9"}),
        ("ip", 25, 300, lambda position: {"ip": f"2001:db8:1:2::{position:x}"}),
        ("ip", 25, 300, lambda position: {"ip": "203.0.113.9" if position % 2 else "::ffff:203.0.113.9"}),
        ("device", 10, 3600, lambda position: {"ip": f"203.0.113.{position}", "device_id": "device-1"}),
        ("caller", 60, 3600, lambda position: None),
    ],
    ids=["ip", "IPv6 /64", "mapped IPv4", "device", "caller"],
)
def test_what_a_start_comes_from_is_limited(api: Api, name: str, quota: int, window: int, signs: Any) -> None:
    for position in range(quota):
        assert api.start(national(position), client=signs(position)).status == 201
    require_throttled(api.start(national(quota), client=signs(quota)), name, quota, window, window)
    assert len(api.adapters.sender.sent) == quota


def test_another_network_is_not_throttled(api: Api) -> None:
    for position in range(25):
        api.start(national(position), client={"ip": "2001:db8:1:2::1"})
    assert api.start(national(25), client={"ip": "2001:db8:1:3::1"}).status == 201


def test_an_agent_has_sixty_openings_an_hour_for_messages_and_reveals_together(api: Api, customer_id: str) -> None:
    for position in range(60):
        reply = api.reveal(api.permitted("call")) if position % 4 == 1 else api.send(api.permitted("sms"))
        assert reply.status in (200, 202)
    require_throttled(api.reveal(api.permitted("call")), "opening_by_staff", 60, 3600, 3600)
    require_throttled(api.send(api.permitted("sms")), "opening_by_staff", 60, 3600, 3600)
    assert len(api.adapters.sealer.opened) == 60
    assert api.reveal(api.permitted("call", OTHER_STAFF), OTHER_STAFF).status == 200


def test_an_agent_has_twenty_reveals_an_hour(api: Api, customer_id: str) -> None:
    for _ in range(20):
        assert api.reveal(api.permitted("call")).status == 200
    require_throttled(api.reveal(api.permitted("call")), "reveals_by_person", 20, 3600, 3600)
    assert api.send(api.permitted("sms")).status == 202
    assert api.reveal(api.permitted("call", OTHER_STAFF), OTHER_STAFF).status == 200


def test_a_system_has_a_hundred_openings_in_ten_seconds_for_messages_and_codes(api: Api, customer_id: str) -> None:
    step_up = {"purpose": "step_up", "customer_id": customer_id}
    verification_id = api.call("POST", "/v1/verifications", body=step_up).body["verification_id"]
    api.pass_time(seconds=30)
    for _ in range(100):
        assert api.send(api.permitted("sms", WALLET), WALLET).status == 202
    require_throttled(api.send(api.permitted("sms", WALLET), WALLET), "opening_by_wallet", 100, 10, 10)
    sent = len(api.adapters.sender.sent)
    for reply in (
        api.call("POST", f"/v1/verifications/{verification_id}/resend"),
        api.call("POST", "/v1/verifications", body=step_up),
    ):
        require_throttled(reply, "opening_by_wallet", 100, 10, 10)
    assert len(api.adapters.sender.sent) == sent
