"""/v1/purposes and /v1/notices"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.wording import Notice
from chalicelib.entrypoints.api.answers import NoticeAnswer, PurposeAnswer, PurposesAnswer
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)

LOCALE = {"locale": "BCP 47 tag; the nearest supported locale is answered."}


@endpoint(bp, "GET", "/v1/purposes", answer=PurposesAnswer, query=LOCALE)
def list_purposes(call: Call[NoBody]) -> PurposesAnswer:
    """What numbers are used for here, each with its basis and its current notice."""
    policy = ringfence().policy
    locale = policy.notice_locale(call.query.get("locale"))
    purposes = []
    for name, purpose in policy.rules.purposes.items():
        notice = policy.notices[name, purpose.notice_version, locale]
        purposes.append(
            PurposeAnswer(
                purpose=name,
                basis=purpose.basis,
                essential=purpose.essential,
                channels=list(purpose.channels),
                title=notice.title,
                summary=notice.summary,
                notice_version=notice.version,
                locale=locale,
            )
        )
    return PurposesAnswer(purposes=purposes)


@endpoint(bp, "GET", "/v1/notices/{purpose}/{version}", answer=NoticeAnswer, problems=(errors.NotFound,), query=LOCALE)
def read_notice(call: Call[NoBody], purpose: str, version: str) -> NoticeAnswer:
    """The exact text of a notice, and its SHA-256."""
    policy = ringfence().policy
    locale = policy.notice_locale(call.query.get("locale"))
    notice = policy.notice(purpose, int(version) if version.isdecimal() else 0, locale)
    if notice is None:
        raise errors.NotFound
    return notice_answer(notice)


def notice_answer(notice: Notice) -> NoticeAnswer:
    """The notice as it is answered."""
    return NoticeAnswer(
        purpose=notice.purpose,
        version=notice.version,
        locale=notice.locale,
        title=notice.title,
        summary=notice.summary,
        material=notice.material,
        text=notice.text,
        sha256=notice.sha256,
    )
