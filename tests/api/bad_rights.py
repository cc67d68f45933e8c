"""Bad requests about rights."""

from tests.api.bad_input import DECIDED, INVALID, MARKER, MISSING, RIGHTS, Bad
from tests.api.world import NUMBER, OFFICER

ASKED = [
    Bad("right missing", RIGHTS, {}, INVALID, ("/kind",)),
    Bad("right unknown", RIGHTS, {"kind": MARKER}, INVALID, ("/kind",)),
    Bad("right with another member", RIGHTS, {"kind": "access", MARKER: 1}, INVALID, ("",)),
    Bad("details as a number", RIGHTS, {"kind": "access", "details": 5}, INVALID, ("/details",)),
    Bad("details with a number", RIGHTS, {"kind": "access", "details": f"of {NUMBER}"}, INVALID, ("/details",)),
    Bad("details empty", RIGHTS, {"kind": "access", "details": ""}, INVALID, ("/details",)),
    Bad("details too long", RIGHTS, {"kind": "access", "details": MARKER * 99}, INVALID, ("/details",)),
    Bad("right of nobody", "/v1/customers/customer-nine/rights-requests", {"kind": "access"}, MISSING),
]
DECISIONS = [
    Bad("extension without a reason", f"{DECIDED}/extension", {}, INVALID, ("/reason",), token=OFFICER),
    Bad("extension of nothing", f"{DECIDED}/extension", {"reason": "complex"}, MISSING, token=OFFICER),
    Bad("answer to nothing", f"{DECIDED}/answer", {}, MISSING, token=OFFICER),
    Bad("answer with another member", f"{DECIDED}/answer", {MARKER: 1}, INVALID, ("",), token=OFFICER),
    Bad("refusal without a reason", f"{DECIDED}/refusal", {MARKER: 1}, INVALID, ("/reason_code", ""), token=OFFICER),
    Bad("refusal of nothing", f"{DECIDED}/refusal", {"reason_code": "not_held"}, MISSING, token=OFFICER),
]
RIGHTS_REQUESTS = [*ASKED, *DECISIONS]
