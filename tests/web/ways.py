"""Ways through the preference centre, and what every page of it must be answered with."""

import re

from tests.web.preference_site import NUMBER, Site
from tests.web.visitor import Reply, Visitor

OWN = [
    "/preferences",
    "/preferences/history",
    "/preferences/access-log",
    "/preferences/account",
    "/preferences/erasure",
]


def by_code(site: Site, visitor: Visitor) -> Reply:
    """A session by SMS, the way a person takes."""
    asked = visitor.post("/preferences/number", phone_number=NUMBER)
    site.work()
    code = visitor.follow(asked)
    return visitor.follow(visitor.post(asked.headers["location"], code, code=site.code()))


def require_guarded(reply: Reply) -> None:
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(policy.split("; "))
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["permissions-policy"] == "otp-credentials=(self)"
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    # The policy would stop them; a page that needs them would be broken.
    assert re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=|javascript:", reply.text) is None
