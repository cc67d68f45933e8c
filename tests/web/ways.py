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


GUARDS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "permissions-policy": "otp-credentials=(self)",
    "content-type": "text/html; charset=utf-8",
}
# Each once: a browser heeds the first of a name, and these are all there are.
RULES = [
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
]
# The policy would stop them; a page that needs them would be broken.
INLINE = re.compile(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=|javascript:")


def unguarded(reply: Reply) -> list[str]:
    """What a page lacks of its guards, and what it has that they would stop."""
    policy = sorted(reply.headers.get("content-security-policy", "").split("; "))
    missing = [name for name, value in GUARDS.items() if reply.headers.get(name) != value]
    wrong = [] if policy == RULES else policy
    return missing + wrong + INLINE.findall(reply.text)
