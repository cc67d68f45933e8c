"""The HTTP form of everything that goes wrong: RFC 9457. The only module that knows which error is which status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain import errors
from chalicelib.entrypoints.api.answers import as_json
from chalicelib.entrypoints.api.life_answers import hold_answers

URN = "urn:ringfence:problem:"
# As Chalice types them.
Headers = dict[str, str | list[str]]
MEDIA_TYPE = "application/problem+json"
# How long a caller waits before it repeats what a dependency could not answer.
UNAVAILABLE_RETRY_SECONDS = 1


@dataclass(frozen=True)
class Problem:
    """A kind of problem."""

    status: int
    slug: str
    title: str
    detail: str


class RequestMalformed(Exception):
    """The request fails before any use case sees it; carries the slug of its problem."""

    def __init__(self, slug: str, errors: tuple[errors.FieldInvalid, ...] = ()) -> None:
        super().__init__(slug)
        self.slug = slug
        self.errors = errors


def _by_slug(*problems: Problem) -> dict[str, Problem]:
    return {problem.slug: problem for problem in problems}


# What the edge itself answers, before or instead of a use case.
EDGE = _by_slug(
    Problem(400, "bad-request", "Bad request", "The request cannot be read."),
    Problem(400, "malformed-json", "Malformed JSON", "The body must be one JSON object in UTF-8 with unique members."),
    Problem(
        400,
        "idempotency-key-invalid",
        "Invalid Idempotency-Key",
        "It must be 16 to 64 letters, digits, - or _, and not read as a number.",
    ),
    Problem(401, "unauthorized", "Not authenticated", "A valid bearer token is needed."),
    Problem(404, "not-found", "Not found", "There is no such thing, or it is not yours."),
    Problem(405, "method-not-allowed", "Method not allowed", "This path does not know that method."),
    Problem(411, "length-required", "Length required", "The body must come with a Content-Length."),
    Problem(413, "content-too-large", "Content too large", "The body is larger than any request of this service."),
    Problem(415, "unsupported-media-type", "Unsupported media type", "The body must be application/json."),
    Problem(422, "invalid-request", "Invalid request", "Some members of the request cannot be accepted."),
    Problem(500, "internal-error", "Internal error", "Something failed here; the request id finds it in the log."),
)

PROBLEMS: Mapping[type[errors.RingfenceError], Problem] = {
    errors.NotAuthenticated: EDGE["unauthorized"],
    errors.NotPermitted: Problem(403, "forbidden", "Not permitted", "The token's roles do not allow this."),
    errors.NotFound: EDGE["not-found"],
    errors.FieldInvalid: EDGE["invalid-request"],
    errors.PhoneNumberInvalid: Problem(
        422, "phone-number-invalid", "Not a phone number", "No phone can have this number."
    ),
    errors.PhoneNumberRefused: Problem(
        422, "phone-number-refused", "Number not accepted", "This service does not send to numbers of this kind."
    ),
    errors.Throttled: Problem(429, "throttled", "Too many requests", "A limit is reached; it opens again by itself."),
    errors.ResendTooSoon: Problem(429, "resend-too-soon", "Too soon to resend", "The wait before the next send runs."),
    errors.SendsExhausted: Problem(429, "sends-exhausted", "No send left", "All sends of this verification are used."),
    errors.CodeIncorrect: Problem(422, "code-incorrect", "Wrong code", "The code is not the one that was sent."),
    errors.VerificationLocked: Problem(
        429, "verification-locked", "No attempt left", "All attempts are used; start a new verification."
    ),
    errors.VerificationExpired: Problem(
        410, "verification-expired", "Expired", "The verification's time is over; start a new one."
    ),
    errors.VerificationSpent: Problem(409, "verification-spent", "Already used", "A verification can be used once."),
    errors.VerificationCancelled: Problem(
        409, "verification-cancelled", "Cancelled", "The verification was taken back."
    ),
    errors.VerificationNotProved: Problem(
        409, "verification-not-proved", "Not proved yet", "No right code has been entered."
    ),
    errors.VerificationPurposeMismatch: Problem(
        409, "verification-purpose-mismatch", "Wrong purpose", "The verification was made for something else."
    ),
    errors.IdempotencyKeyReused: Problem(
        422, "idempotency-key-reused", "Idempotency-Key reused", "The key came before with another request."
    ),
    errors.NotReplayable: Problem(
        409, "not-replayable", "Not replayable", "This answer is given once; ask again with a new key."
    ),
    errors.NumberInUse: Problem(409, "number-in-use", "Number in use", "Another customer holds this number."),
    errors.NumberChangePending: Problem(
        409, "number-change-pending", "Change pending", "A change of number is not over; stop it, or wait for its end."
    ),
    errors.TakeOverRefused: Problem(
        409, "take-over-not-allowed", "Not allowed", "Another customer holds this number, and no take-over is allowed."
    ),
    errors.CustomerExists: Problem(409, "customer-exists", "Customer exists", "This customer id is taken."),
    errors.CustomerUnreachable: Problem(
        409, "customer-unreachable", "Customer unreachable", "The customer has no number: another customer proved it."
    ),
    errors.CustomerRestricted: Problem(
        409, "customer-restricted", "Restricted", "The number is stored and protected, and used for nothing else."
    ),
    errors.CustomerPurged: Problem(409, "customer-purged", "Purged", "The number has been erased."),
    errors.RightsRequestClosed: Problem(
        409, "rights-request-closed", "Request closed", "The request was answered or refused before."
    ),
    errors.ExtensionNotPossible: Problem(
        409, "extension-not-possible", "No extension", "The time was extended before, or the first months are over."
    ),
    errors.CaseHoldsOff: Problem(
        409, "case-holds-off", "Holds are off", "The policy does not let officers hold single customers."
    ),
    errors.HoldActive: Problem(
        409, "hold-active", "Held", "It may not be erased yet; it is restricted now, and erased when the holds end."
    ),
    errors.PurposeNotSwitchable: Problem(
        409, "purpose-not-switchable", "Not switchable", "This purpose rests on the contract, not on consent."
    ),
    errors.NoticeOutdated: Problem(
        409, "notice-outdated", "Outdated notice", "A newer notice must be shown before consent can be given."
    ),
    errors.GuardianRequired: Problem(
        403, "guardian-required", "Guardian required", "The customer is under 14; a guardian must prove their number."
    ),
    errors.NoticeMismatch: Problem(
        409, "notice-mismatch", "Notice mismatch", "The digest is not that of the notice under this version."
    ),
    errors.ContactTokenInvalid: Problem(
        409, "contact-token-invalid", "Contact token invalid", "Unknown, used, expired, not yours or overtaken."
    ),
    errors.NumberStale: Problem(
        409, "number-stale", "Number in doubt", "Another carrier has it than before; the customer must prove it again."
    ),
    errors.ApprovalRequired: Problem(
        409, "approval-required", "Approval required", "A colleague must agree first; then ask again in the same words."
    ),
    errors.PersonPaused: Problem(
        403, "person-paused", "Paused", "Numbers were shown in an unusual way; none is shown for now."
    ),
    errors.SpendLimitReached: Problem(
        503, "spend-limit-reached", "Spend limit reached", "SMS have cost what they may; nothing was sent."
    ),
    # Before Contended: a gateway's 503 is the first of that status.
    errors.Unavailable: Problem(503, "unavailable", "Unavailable", "A dependency did not answer; repeat the request."),
    errors.Contended: Problem(503, "contended", "Contended", "Others changed the same thing; repeat the request."),
}


@dataclass(frozen=True)
class Reply:
    """A problem as an answer."""

    status: int
    slug: str
    body: str
    headers: Headers


def problem_of(error: Exception) -> Problem:
    """The kind of problem that an exception is: its own or its nearest ancestor's, else internal-error."""
    if isinstance(error, RequestMalformed):
        return EDGE[error.slug]
    kinds = (PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)
    return next(kinds, EDGE["internal-error"])


def reply_to(error: Exception, request_id: str) -> Reply:
    """The problem+json answer to an exception; nothing of the exception's text is in it."""
    headers: Headers = {}
    members: dict[str, Any] = {}
    if isinstance(error, RequestMalformed) and error.errors:
        members["errors"] = [{"pointer": it.pointer, "detail": it.reason} for it in error.errors]
    elif isinstance(error, errors.FieldInvalid):
        members["errors"] = [{"pointer": error.pointer, "detail": error.reason}]
    elif isinstance(error, errors.CodeIncorrect):
        members["attempts_remaining"] = error.attempts_remaining
    elif isinstance(error, errors.ResendTooSoon):
        members["resend_at"] = error.resend_at
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif isinstance(error, errors.ApprovalRequired):
        members |= {"approval_id": error.approval_id, "expires_at": error.expires_at}
    elif isinstance(error, errors.HoldActive):
        members["holds"] = hold_answers(error.laws, error.case)
    elif isinstance(error, errors.PersonPaused):
        members["paused_until"] = error.paused_until
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif isinstance(error, errors.Throttled):
        headers |= _rate_limit(error)
    elif isinstance(error, errors.SpendLimitReached):
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif isinstance(error, errors.Unavailable):
        headers["Retry-After"] = str(UNAVAILABLE_RETRY_SECONDS)
    return _reply(problem_of(error), request_id, members, headers)


def gateway_problem(status: int, request_id: str) -> tuple[int, Headers, str]:
    """What a gateway answers by itself, as (status, headers, body)."""
    problem = next((it for it in (*EDGE.values(), *PROBLEMS.values()) if it.status == status), EDGE["internal-error"])
    reply = _reply(problem, request_id, {}, {})
    return reply.status, reply.headers, reply.body


def _rate_limit(throttled: errors.Throttled) -> Headers:
    # draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it.
    name, after = throttled.limit, throttled.retry_after_seconds
    return {
        "Retry-After": str(after),
        "RateLimit-Policy": f'"{name}";q={throttled.quota};w={throttled.window_seconds}',
        "RateLimit": f'"{name}";r=0;t={after}',
    }


def _reply(problem: Problem, request_id: str, members: Mapping[str, Any], headers: Headers) -> Reply:
    body = {
        "type": URN + problem.slug,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request_id,
        **members,
    }
    if problem.status == 401:
        # RFC 9110 11.6.1
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    return Reply(
        problem.status,
        problem.slug,
        as_json(body),
        {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **headers},
    )
