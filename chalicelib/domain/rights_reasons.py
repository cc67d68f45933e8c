"""Why a rights request takes longer, or is refused: closed lists, each reason with its law and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.locales import nearest_locale

DEFAULT_LOCALE = "en"


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes:
        law: the clause that allows it.
        sentences: for the customer, by locale.
        kinds: the rights that it can be given for; empty for all.
    """

    law: str
    sentences: Mapping[str, str]
    kinds: frozenset[str] = frozenset()

    def allows(self, kind: str) -> bool:
        """True if it can be given for this right."""
        return not self.kinds or kind in self.kinds


EXTENSIONS: Mapping[str, Reason] = {
    "complex": Reason(
        "GDPR 12(3)",
        {
            "en": "Your request is complex, so the answer takes longer.",
            "zh-CN": "您的请求较为复杂\uff0c需要更长时间答复。",
        },
    ),
    "many_requests": Reason(
        "GDPR 12(3)",
        {
            "en": "You have made several requests, so the answer takes longer.",
            "zh-CN": "您提出了多项请求\uff0c需要更长时间答复。",
        },
    ),
}

REFUSALS: Mapping[str, Reason] = {
    "identity_not_proved": Reason(
        "GDPR 12(2), 12(6); PIPL 50",
        {
            "en": "We could not make sure that the request came from you.",
            "zh-CN": "无法确认该请求由您本人提出。",
        },
    ),
    "manifestly_unfounded": Reason(
        "GDPR 12(5)",
        {
            "en": "The request is manifestly unfounded, or was repeated too often.",
            "zh-CN": "该请求明显没有依据\uff0c或过于频繁。",
        },
        # GDPR 21(3) knows no exception from a no to advertising.
        frozenset({"access", "portability", "correction", "erasure", "explanation"}),
    ),
    "not_held": Reason(
        "GDPR 15(1), 16, 20(1); PIPL 45, 46",
        {
            "en": "We do not hold what you asked about.",
            "zh-CN": "我们未持有您所请求的信息。",
        },
        frozenset({"access", "portability", "correction", "explanation"}),
    ),
    "accurate": Reason(
        "GDPR 16; PIPL 46(2)",
        {
            "en": "We checked what you asked us to correct, and found it right.",
            "zh-CN": "经核实\uff0c您请求更正的信息准确无误。",
        },
        frozenset({"correction"}),
    ),
    "rights_of_others": Reason(
        "GDPR 15(4), 20(4)",
        {
            "en": "To give you this would harm the rights of other people.",
            "zh-CN": "提供该信息会损害他人的权利。",
        },
        frozenset({"access", "portability", "explanation"}),
    ),
    "law_forbids_telling": Reason(
        "GDPR 23; PIPL 18, 45",
        {
            "en": "A law forbids us to tell.",
            "zh-CN": "法律规定应当保密\uff0c不得告知。",
        },
        frozenset({"access", "portability", "explanation"}),
    ),
    "hold_active": Reason(
        "GDPR 17(3)(b); PIPL 47(2)",
        {
            "en": "A law makes us keep it for longer. Until then it is only stored, and not used.",
            "zh-CN": "法律规定的保存期限尚未届满\uff1b在此之前仅作存储\uff0c不得使用。",
        },
        frozenset({"erasure"}),
    ),
    "legal_claims": Reason(
        "GDPR 17(3)(e)",
        {
            "en": "It is needed for a legal claim. Until that is over it is only stored, and not used.",
            "zh-CN": "该信息为法律主张所需\uff1b在此之前仅作存储\uff0c不得使用。",
        },
        frozenset({"erasure"}),
    ),
}

# GDPR 12(4) and PIPL 50(2): who refuses says where else one can go.
REMEDY: Mapping[str, str] = {
    "en": "You can complain to your data protection authority, or go to court.",
    "zh-CN": "您可以向履行个人信息保护职责的部门投诉\uff0c或依法向人民法院提起诉讼。",
}


def told(sentences: Mapping[str, str], locale: str | None) -> str:
    """The sentence in the locale that is nearest to the one wanted."""
    return sentences[nearest_locale(locale, sentences, DEFAULT_LOCALE)]
