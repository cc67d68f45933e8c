"""Says what a notice lacks of what the law wants people to be told. `python -m tests.repo.notice_lint` prints it.

A notice is read by its headings, which are the same in every notice of a locale: notice_words.py has them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.policy import Policy
from chalicelib.domain.rules import Purpose
from chalicelib.domain.wording import Notice
from chalicelib.settings import PACKAGED_POLICY
from tests.repo.notice_words import SECTIONS, WORDS, Words

ON_CONSENT = ("refusal", "change")
COMMERCIAL = ("dpv:Advertising", "dpv:DirectMarketing")
FEWEST_RIGHTS = 3


def faults(policy: Policy) -> list[str]:
    """What is wrong with the policy's notices, a line each: the notice, the section, what it lacks, the clause."""
    return list(_faults(policy))


def shape(notice: Notice) -> list[tuple[str, int, int]]:
    """Each heading, in order, with how many paragraphs and how many list items stand under it."""
    return [
        (heading, sum(not _is_item(line) for line in lines), sum(map(_is_item, lines)))
        for heading, lines in _sections(notice.text)
    ]


def _faults(policy: Policy) -> Iterator[str]:
    default = policy.rules.default_locale
    for name, purpose in policy.rules.purposes.items():
        if purpose.dpv in COMMERCIAL and not (purpose.most_per_month and purpose.valid_days):
            yield f"policy.toml: purposes.{name}: needs most_per_month and valid_days ({SECTIONS['frequency']})"
        for version in range(1, purpose.notice_version + 1):
            for locale in policy.rules.locales:
                file = f"notices/{locale}/{name}.v{version}.md"
                if locale not in WORDS:
                    yield f"{file}: its locale has no words in notice_words.py"
                    continue
                # A policy that lacks one is none.
                notice, first = (policy.notices[name, version, each] for each in (locale, default))
                yield from (f"{file}: {fault}" for fault in _Lint(notice, purpose, policy).faults())
                yield from (f"{file}: {fault}" for fault in _differences(notice, first))


def _differences(notice: Notice, first: Notice) -> Iterator[str]:
    """Where it is built otherwise than the same notice in the default locale."""
    for member in ("material", "dated"):
        if getattr(notice, member) != getattr(first, member):
            yield f"{member}: differs from {first.locale}"
    own, other = shape(notice), shape(first)
    # Sections that are missing or too many are named already.
    for (heading, *counts), (_, *wanted) in zip(own, other, strict=True) if len(own) == len(other) else ():
        if counts != wanted:
            yield f"{heading}: has {counts} paragraphs and list items, {first.locale} has {wanted}"


@dataclass(frozen=True)
class _Lint:
    notice: Notice
    purpose: Purpose
    policy: Policy

    @property
    def words(self) -> Words:
        return WORDS[self.notice.locale]

    def faults(self) -> Iterator[str]:
        commercial = self.purpose.most_per_month is not None or self.purpose.valid_days is not None
        wanted = [
            section
            for section in SECTIONS
            if (section != "frequency" or commercial) and (section not in ON_CONSENT or self.purpose.basis == "consent")
        ]
        sections = list(_sections(self.notice.text))
        found = dict(sections)
        headings = [self.words.headings[section] for section in wanted]
        for section, heading in zip(wanted, headings, strict=True):
            if not found.get(heading):
                yield f"{section}: lacks “{heading}” ({SECTIONS[section]})"
        if [heading for heading, _ in sections] != headings:
            yield f"its sections must be, in this order: {', '.join(headings)}"
        if not (self.notice.title.strip() and self.notice.summary.strip()):
            yield "lacks a title or a summary"
        texts = {section: "\n".join(found.get(heading, [])) for section, heading in zip(wanted, headings, strict=True)}
        for section, pattern, what in self._demands(wanted):
            if texts[section] and not re.search(pattern, texts[section]):
                yield f"{section}: does not say {what} ({SECTIONS[section]})"
        if texts["method"]:
            yield from self._channels(texts["method"])
        if texts["rights"] and sum(map(_is_item, texts["rights"].splitlines())) < FEWEST_RIGHTS:
            yield f"rights: lists fewer than {FEWEST_RIGHTS} ({SECTIONS['rights']})"
        if self.notice.version == self.purpose.notice_version:
            yield from self._numbers(texts)

    def _demands(self, sections: list[str]) -> Iterator[tuple[str, str, str]]:
        """Section, pattern, and what the pattern stands for."""
        words, processing = self.words, self.policy.rules.processing
        url, email = re.escape(processing.preferences_url), re.escape(self.policy.rules.controller.email)
        yield "who", words.controller, "that you are the controller"
        yield "contact", email, "the e-mail address of policy.toml"
        for clause in words.basis[self.purpose.basis]:
            yield "purpose", clause, "its legal basis"
        for name in processing.recipients:
            yield "method", rf"(?i)\b{re.escape(name)}\b", f"that {name} works on the number"
        yield "method", words.automated, "whether a machine alone decides"
        yield "kinds", words.phone_number, "that it is about the phone number"
        yield "retention", words.days, "for how many days the number is kept"
        yield "retention", words.erased, "that it is erased then"
        yield "rights", url, "where rights are used"
        yield "rights", words.complain, "that one can complain"
        if self.purpose.basis == "consent":
            yield "retention", words.more_years, "for how many years the proof is kept"
            yield "rights", words.withdraw, "that consent can be withdrawn"
            yield "change", url, "where consent is withdrawn"
        if "frequency" in sections:
            yield "frequency", words.a_month, "how often at most"
            yield "frequency", words.months, "for how many months"
            yield "change", words.opt_out, "how to opt out by SMS"

    def _channels(self, method: str) -> Iterator[str]:
        """The first list item names the purpose's channels and no other."""
        reached = next((line for line in method.splitlines() if _is_item(line)), "")
        named = {channel for channel, pattern in self.words.channels.items() if re.search(pattern, reached)}
        if named != set(self.purpose.channels):
            said, wanted = (", ".join(sorted(each)) for each in (named, self.purpose.channels))
            yield f"method: names the channels {said or 'none'} first, the policy has {wanted}"

    def _numbers(self, texts: Mapping[str, str]) -> Iterator[str]:
        """Every number of a kind that the policy has is the policy's."""
        words, retention = self.words, self.policy.rules.retention
        everything = "\n".join((self.notice.summary, *texts.values()))
        years = {words.numerals[count - 1]: count * 365 for count in range(1, 11)}
        kinds: tuple[tuple[str, str, set[int | None], Callable[[str], int | None]], ...] = (
            ("retention", words.days, {retention.lapsed_basis_days}, int),
            ("retention", words.more_years, {retention.ledger_days}, years.get),
            (
                "retention",
                words.hours,
                {retention.unverified_number_seconds, retention.finished_verification_seconds},
                lambda said: int(said) * 3600,
            ),
            ("frequency", words.months, {self.purpose.valid_days}, lambda said: round(int(said) * 365 / 12)),
            # “Once” is said in a word.
            (
                "frequency",
                words.a_month,
                {self.purpose.most_per_month},
                lambda said: int(said) if said.isdecimal() else 1,
            ),
        )
        for section, pattern, policy_s, meant in kinds:
            text = everything if section == "frequency" else texts["retention"]
            for found in re.finditer(pattern, text):
                if meant(found[1]) not in policy_s:
                    yield f"{section}: says “{found[0]}”, which is not what policy.toml says ({SECTIONS[section]})"


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each heading with the lines under it that are not empty; what stands before the first has none."""
    before, *sections = re.split(r"(?m)^## ", text)
    if before.strip():
        yield "", before.split("\n")
    for section in sections:
        heading, _, body = section.partition("\n")
        yield heading.strip(), [line for line in body.splitlines() if line.strip()]


def _is_item(line: str) -> bool:
    return line.startswith("- ")


if __name__ == "__main__":
    print("\n".join(faults(read_policy(PACKAGED_POLICY))) or "Nothing is missing.")
