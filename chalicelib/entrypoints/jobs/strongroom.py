"""The strongroom, which the API function orders by Invoke. Imported in its own function without app.py."""

from typing import Any

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import Contended, Refused, Unavailable
from chalicelib.entrypoints.log import logger, places, said_by

bp = Blueprint(__name__)


@bp.lambda_function()
def strongroom(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The order was carried out, refused or failed; the log knows which, and nothing else of it."""
    from chalicelib.adapters.lambda_strongroom import carry_out, refused

    try:
        answer = carry_out(ringfence().strongroom, event)
    except (Refused, Contended) as refusal:
        logger().info("ordered", extra={"door": event["door"], "outcome": type(refusal).__name__})
        return refused(refusal)
    except Exception as failure:
        # Lambda itself would write the exception's text to the log, and it may quote the number.
        why = {**said_by(failure), "error": type(failure).__name__, "places": places(failure)}
        logger().error("failed", extra=why)
        return refused(failure if isinstance(failure, Unavailable) else Unavailable())
    logger().info("ordered", extra={"door": event["door"], "outcome": "answered"})
    return answer
