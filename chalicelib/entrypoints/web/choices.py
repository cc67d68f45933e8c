"""The page itself: every purpose, how it stands, and the taps that change it."""

import re
from dataclasses import dataclass
from secrets import token_urlsafe

from markupsafe import Markup

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import NotAuthenticated, NotFound
from chalicelib.domain.identifiers import IDEMPOTENCY_KEY
from chalicelib.domain.policy import Policy
from chalicelib.domain.session import ENDED, FORMER
from chalicelib.domain.standing import Shown, Standing, standings
from chalicelib.domain.wording import Notice
from chalicelib.entrypoints.web.page_request import FormRefused, PageRequest
from chalicelib.entrypoints.web.serving import Answer, page, see_other
from chalicelib.entrypoints.web.sign_in import ask_number
from chalicelib.entrypoints.web.words import locales
from chalicelib.services.current_session import Visit, current_session

VERSION = re.compile(r"[1-9][0-9]{0,5}")
EVERYTHING = "everything"
# All that these sessions may see of an account.
LANDINGS = {FORMER: "/number-change", ENDED: "/ending"}


@dataclass(frozen=True)
class ChannelShown:
    """One switch: its channel, where it stands, and the channels that a tap leaves."""

    name: str
    is_on: bool
    after: str


@dataclass(frozen=True)
class PurposeShown:
    """What the page says of one purpose.

    Attributes:
        most_per_month: messages, if the policy bounds them.
    """

    notice: Notice
    text: Markup
    standing: Standing
    channels: tuple[ChannelShown, ...]
    most_per_month: int | None


def here(request: PageRequest, act: str) -> Visit:
    """The session of this browser, strong enough for the act.

    Raises:
        NotAuthenticated, NotPermitted: it is none, or too weak.
    """
    return current_session(ringfence().store, request.token, act, ringfence().clock.now())


def show(request: PageRequest) -> Answer:
    """Where everything stands; without a session, the way in."""
    try:
        if request.is_new:
            raise NotAuthenticated
        visit = here(request, "enter")
    except NotAuthenticated:
        return ask_number(request)
    if not visit.session.may("look"):
        return see_other(request, LANDINGS[visit.session.strength])
    policy, at = ringfence().policy, ringfence().clock.now()
    found = standings(visit.customer, policy, at).values()
    purposes = [_shown(standing, policy, request.locale) for standing in found]
    return page(
        request,
        "choices.html",
        visit=visit,
        is_claimed=visit.customer.claimed_until is not None and visit.customer.claimed_until > at,
        optional=[it for it in purposes if it.standing.word != "essential"],
        essential=[it for it in purposes if it.standing.word == "essential"],
        is_open=any(it.standing.is_open for it in purposes),
        may_give=visit.session.may("given") and not visit.customer.under_14,
        saved=request.query.get("saved"),
        key=token_urlsafe(24),
    )


def choose(request: PageRequest) -> Answer:
    """One tap on one purpose is recorded."""
    form = request.form
    purpose, version, channels = form.get("purpose", ""), form.get("notice_version", ""), form.get("channels", "")
    if VERSION.fullmatch(version) is None:
        raise FormRefused
    shown = Shown(_locale(request), int(version), form.get("notice_sha256", ""))
    chosen = tuple(dict.fromkeys(channels.split()))
    ringfence().choose_in_session.choose(request.token, purpose, chosen, shown, _key(request))
    return see_other(request, f"?saved={purpose}#{purpose}")


def refuse_optional(request: PageRequest) -> Answer:
    """Nothing optional is agreed to any more."""
    ringfence().choose_in_session.refuse_optional(request.token, _locale(request))
    return see_other(request, f"?saved={EVERYTHING}")


def _locale(request: PageRequest) -> str:
    # Of the notices that were on the screen: the language may have been switched beside it since.
    locale = request.form.get("locale", "")
    if locale not in locales():
        raise FormRefused
    return locale


def _key(request: PageRequest) -> str:
    key = request.form.get("key", "")
    if IDEMPOTENCY_KEY.fullmatch(key) is None:
        raise FormRefused
    return key


def _shown(standing: Standing, policy: Policy, locale: str) -> PurposeShown:
    # Only where a notice is shown is Markdown loaded.
    from chalicelib.entrypoints.web.html import notice_html

    purpose = policy.rules.purposes[standing.purpose]
    notice = policy.notice(standing.purpose, purpose.notice_version, locale)
    if notice is None:
        raise NotFound
    return PurposeShown(
        notice=notice,
        text=notice_html(notice),
        standing=standing,
        channels=tuple(_channel(name, standing, purpose.channels) for name in purpose.channels),
        most_per_month=purpose.most_per_month,
    )


def _channel(name: str, standing: Standing, offered: tuple[str, ...]) -> ChannelShown:
    is_on = name in standing.channels
    after = [each for each in offered if (each in standing.channels) != (each == name)]
    return ChannelShown(name, is_on, " ".join(after))
