"""The way in and out: by a code on the phone, or by a wallet's link."""

import re

from chalicelib.bootstrap import ringfence
from chalicelib.domain.contact import Secret
from chalicelib.domain.errors import CodeIncorrect, FieldInvalid, NotAuthenticated, NotFound
from chalicelib.domain.session import PURPOSE
from chalicelib.domain.verification import Verification
from chalicelib.entrypoints.api.problems import problem_of
from chalicelib.entrypoints.web.page_request import TOKEN, PageRequest
from chalicelib.entrypoints.web.serving import Answer, page, see_other
from chalicelib.entrypoints.web.words import words

VERIFICATION = re.compile(r"vrf_[0-9a-f]{32}")
# As people type them: 123 456, 123-456, and the digits of full-width keyboards.
APART = re.compile(r"[\s-]")
NOTES = ("ended", "left", "link")


def ask_number(request: PageRequest, status: int = 200, slug: str | None = None) -> Answer:
    """The first page: which number?

    Args:
        slug: of what was wrong with the last one.
    """
    note = request.query.get("say")
    return page(request, "number.html", status, slug=slug, note=note if note in NOTES else None)


def home(request: PageRequest) -> Answer:
    """The browser goes to the page itself."""
    return see_other(request)


def start(request: PageRequest) -> Answer:
    """A code is on its way if the number is a customer's; the answer is the same if it is not."""
    from chalicelib.services.start_request import StartRequest

    asked = StartRequest(
        purpose=PURPOSE,
        phone_number=request.form.get("phone_number", "")[:40],
        region=words(request.locale)["form"]["region"] or None,
        locale=request.locale,
        ip=request.ip,
    )
    try:
        verification_id = ringfence().start_sign_in(request.browser, asked)
    except FieldInvalid as invalid:
        problem = problem_of(invalid)
        return ask_number(request, problem.status, problem.slug)
    return see_other(request, f"/code/{verification_id}")


def ask(request: PageRequest, verification_id: str, status: int = 200, attempts: int | None = None) -> Answer:
    """The second page: which code?

    Args:
        attempts: how many are left, after a wrong one.

    Raises:
        NotFound: another browser asked for it.
    """
    if VERIFICATION.fullmatch(verification_id) is None:
        raise NotFound
    verification = ringfence().own(request.browser, Verification, verification_id)
    minutes = ringfence().policy.rules.verification.code_lifetime_seconds // 60
    return page(
        request,
        "code.html",
        status,
        verification_id=verification_id,
        masked=verification.masked,
        minutes=minutes,
        is_wrong=status != 200,
        attempts=attempts,
    )


def check(request: PageRequest, verification_id: str) -> Answer:
    """The code was right, and a session is open."""
    if VERIFICATION.fullmatch(verification_id) is None:
        raise NotFound
    code = APART.sub("", request.form.get("code", ""))
    if not (len(code) == 6 and code.isdecimal()):
        # What cannot be a code costs no attempt.
        return ask(request, verification_id, 422)
    try:
        token = ringfence().sign_in(request.browser, verification_id, f"{int(code):06d}")
    except CodeIncorrect as wrong:
        return ask(request, verification_id, 422, wrong.attempts_remaining)
    return _opened(request, token)


def enter(request: PageRequest) -> Answer:
    """A wallet's link was used up, and a session is open."""
    token = request.query.get("token", "")
    try:
        if TOKEN.fullmatch(token) is None:
            raise NotAuthenticated
        return _opened(request, ringfence().enter_by_link(token))
    except NotAuthenticated:
        return see_other(request, "?say=link")


def leave(request: PageRequest) -> Answer:
    """The session is over, here and in the browser."""
    ringfence().end_session(request.token)
    return see_other(request, "?say=left", Secret(""))


def _opened(request: PageRequest, token: Secret) -> Answer:
    # Nobody can sign out of what this browser had before: the cookie goes with it.
    ringfence().end_session(request.token)
    return see_other(request, session=token)
