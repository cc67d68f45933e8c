"""Why a contact is permitted or refused, as a closed list with a sentence for a person."""

from collections.abc import Mapping

from chalicelib.domain.locales import nearest_locale

DEFAULT_LOCALE = "en"
REASONS: Mapping[str, Mapping[str, str]] = {
    "contract": {
        "en": "It is needed for the contract, so it is allowed.",
        "zh-CN": "履行合同所必需\uff0c可以联系。",
    },
    "consent_given": {
        "en": "The customer agreed to it, so it is allowed.",
        "zh-CN": "客户已同意\uff0c可以联系。",
    },
    "customer_unreachable": {
        "en": "Another person has proved this customer's number: the customer has none here.",
        "zh-CN": "该客户的号码已由他人验证\uff0c本服务已无其号码。",
    },
    "customer_restricted": {
        "en": "The account is closed: the number is only stored, and not used.",
        "zh-CN": "账户已关闭\uff0c号码仅作存储\uff0c不得使用。",
    },
    "customer_purged": {
        "en": "The number has been erased.",
        "zh-CN": "号码已删除。",
    },
    "channel_not_offered": {
        "en": "This purpose does not use this channel.",
        "zh-CN": "该用途不使用这一渠道。",
    },
    "consent_missing": {
        "en": "The customer has not been asked, or has not answered.",
        "zh-CN": "尚未征询客户\uff0c或客户尚未答复。",
    },
    "consent_refused": {
        "en": "The customer refused.",
        "zh-CN": "客户已拒绝。",
    },
    "consent_withdrawn": {
        "en": "The customer withdrew the consent.",
        "zh-CN": "客户已撤回同意。",
    },
    "consent_expired": {
        "en": "The consent has ended; the customer can give it again.",
        "zh-CN": "同意已到期\uff0c客户可重新同意。",
    },
    "consent_outdated": {
        "en": "The notice has changed since the customer agreed; ask again.",
        "zh-CN": "客户同意后告知内容已变更\uff0c须重新征得同意。",
    },
    "guardian_missing": {
        "en": "The customer is a child, and no guardian has agreed.",
        "zh-CN": "客户未满十四周岁\uff0c监护人尚未同意。",
    },
    "channel_not_agreed": {
        "en": "The customer agreed to other channels than this one.",
        "zh-CN": "客户同意的是其他渠道。",
    },
    "suppressed": {
        "en": "This number must not be used for advertising: its owner said so by SMS or to the carrier.",
        "zh-CN": "该号码不得用于商业性信息\uff1a机主已通过短信或运营商拒收。",
    },
    "number_unproved": {
        "en": "The number was imported, and its customer has not proved it yet.",
        "zh-CN": "号码为导入数据\uff0c尚未经客户验证。",
    },
    "number_stale": {
        "en": "The number must be proved again before it serves this purpose.",
        "zh-CN": "号码须重新验证后方可用于该用途。",
    },
    "cap_reached": {
        "en": "The customer has been contacted as often as agreed.",
        "zh-CN": "联系次数已达约定上限。",
    },
    "time_zone_unknown": {
        "en": "Where the customer is cannot be told from the number, so it may be night there.",
        "zh-CN": "无法从号码判断客户所在时区\uff0c当地可能是夜间。",
    },
    "quiet_hours": {
        "en": "It is night where the customer is, or may be.",
        "zh-CN": "客户所在地或可能所在地正值夜间。",
    },
    "public_holiday": {
        "en": "It is a public holiday where the customer is.",
        "zh-CN": "客户所在地正值法定节假日。",
    },
}

# The log keeps the reasons of its day.
RETIRED = {
    "en": "For a reason that is not given any more.",
    "zh-CN": "\u539f\u56e0\u5df2\u4e0d\u518d\u4f7f\u7528\u3002",
}


def sentence(reason: str, locale: str | None) -> str:
    """What the reason means, in the locale that is nearest to the one wanted."""
    sentences = REASONS.get(reason, RETIRED)
    return sentences[nearest_locale(locale, sentences, DEFAULT_LOCALE)]
