"""The gate before the API: turns a bearer token into a caller. Imported in its own function without app.py."""

from datetime import datetime
from typing import Any

from chalice.app import AuthRequest, AuthResponse, Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain.caller import Caller
from chalicelib.domain.errors import NotAuthenticated

bp = Blueprint(__name__)

# How long the gateway may believe one answer; views check the token's own end again.
CACHE_SECONDS = 60


@bp.authorizer(ttl_seconds=CACHE_SECONDS)
def authorize(request: AuthRequest) -> AuthResponse:
    """Allows every route to whoever the token proves, and hands the proof to the view; denies everything else.

    Roles are the views' business, so a denial always means that nobody was proved: gateways answer it with 401.
    """
    try:
        caller = ringfence().adapters.tokens.verify(request.token)
    except NotAuthenticated:
        return AuthResponse(routes=[], principal_id="nobody")
    return AuthResponse(routes=["*"], principal_id=caller.client_id, context=to_context(caller))


def to_context(caller: Caller) -> dict[str, str]:
    """The caller as the gateway passes it on: texts only."""
    return {
        "client_id": caller.client_id,
        "subject": caller.subject,
        "roles": " ".join(sorted(caller.roles)),
        "expires_at": caller.expires_at.isoformat(),
    }


def from_context(context: dict[str, Any]) -> Caller:
    """The caller again.

    Raises:
        NotAuthenticated: the token has ended since the gateway asked.
    """
    expires_at = datetime.fromisoformat(context["expires_at"])
    if ringfence().adapters.clock.now() >= expires_at:
        raise NotAuthenticated
    roles = frozenset(context["roles"].split())
    return Caller(context["client_id"], context["subject"], roles, expires_at)
