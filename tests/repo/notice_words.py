"""What a notice must have, and how each locale says it."""

from collections.abc import Mapping
from dataclasses import dataclass

# Section, in the order of a notice, and the clauses that ask for it.
SECTIONS = {
    "who": "PIPL 17(1)(1); GDPR 13(1)(a)",
    "contact": "PIPL 17(1)(1); GDPR 13(1)(b)",
    "purpose": "PIPL 17(1)(2); GDPR 13(1)(c)",
    "method": "PIPL 17(1)(2), 21, 24; GDPR 13(1)(e), 13(2)(f)",
    "kinds": "PIPL 17(1)(2)",
    "retention": "PIPL 17(1)(2); Regulations on Network Data Security 21; GDPR 13(2)(a)",
    "rights": "PIPL 17(1)(3); GDPR 13(2)(b), 13(2)(d)",
    "frequency": "MIIT Order 31 18",
    "refusal": "PIPL 16; GDPR 7(4)",
    "change": "PIPL 15; GDPR 7(3), 13(2)(c)",
}


@dataclass(frozen=True)
class Words:
    """How one locale says what a notice must say; all but the headings are regular expressions.

    Attributes:
        basis: by the purpose's basis.
        channels: by channel, in the list item that says how people are reached.
        hours, days, months, a_month, more_years: a number with its unit; the number is the first group.
        numerals: one to ten in words.
    """

    headings: Mapping[str, str]
    controller: str
    basis: Mapping[str, tuple[str, ...]]
    channels: Mapping[str, str]
    automated: str
    phone_number: str
    erased: str
    complain: str
    withdraw: str
    opt_out: str
    hours: str
    days: str
    months: str
    a_month: str
    more_years: str
    numerals: tuple[str, ...]


WORDS = {
    "en": Words(
        headings={
            "who": "Who we are",
            "contact": "How to reach us",
            "purpose": "What we use your number for",
            "method": "How we use it",
            "kinds": "What data",
            "retention": "How long and what happens then",
            "rights": "Your rights and how to use them",
            "frequency": "What, how often and for how long",
            "refusal": "If you say no",
            "change": "Changing your mind",
        },
        controller=r"\bcontroller\b",
        basis={
            "consent": (r"GDPR Art\. 6\(1\)\(a\)", r"PIPL Art\. 13\(1\)\(1\)"),
            "contract": (r"GDPR Art\. 6\(1\)\(b\)", r"PIPL Art\. 13\(1\)\(2\)"),
        },
        channels={"sms": r"\bSMS\b", "call": r"\bphone call\b", "app": r"\bin the app\b"},
        automated=r"\bby a machine alone\b|\bfor the program alone\b",
        phone_number=r"\bphone number\b",
        erased=r"\bwe erase it\b",
        complain=r"\bcomplain\b",
        withdraw=r"\bwithdraw\b",
        opt_out=r"\breply [A-Z]+\b",
        hours=r"\b(\d+) hours?\b",
        days=r"\b(\d+) days?\b",
        months=r"\b(\d+) months?\b",
        a_month=r"\bat most (\d+|once)\b[^.;]* a month\b",
        more_years=r"\b(\w+) more years?\b",
        numerals=("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    ),
    "zh-CN": Words(
        headings={
            "who": "我们是谁",
            "contact": "如何联系我们",
            "purpose": "我们用您的号码做什么",
            "method": "我们如何使用",
            "kinds": "涉及哪些信息",
            "retention": "保存多久，到期如何处理",
            "rights": "您的权利及行使方式",
            "frequency": "发送什么、多久一次、持续多久",
            "refusal": "如果您不同意",
            "change": "如果您改变主意",
        },
        controller="个人信息处理者",
        basis={
            "consent": (r"第6条第1款（a）项", r"第十三条第一款第（一）项"),
            "contract": (r"第6条第1款（b）项", r"第十三条第一款第（二）项"),
        },
        channels={"sms": "短信", "call": "电话", "app": "应用内消息"},
        automated="仅凭自动化方式|由系统单独决定",
        phone_number="手机号码",
        erased="删除",
        complain="投诉",
        withdraw="撤回",
        opt_out=r"回复短信“[A-Z]+”退订",
        hours=r"(\d+)小时",
        days=r"(\d+)天",
        months=r"(\d+)个月",
        a_month=r"每月最多[^，。；]*?(\d+|一)[条次]",
        more_years="再保存(.)年",
        numerals=("一", "二", "三", "四", "五", "六", "七", "八", "九", "十"),
    ),
}
