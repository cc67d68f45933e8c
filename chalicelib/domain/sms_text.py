"""What an SMS says."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.policy import Policy
from chalicelib.domain.reply import STOP
from chalicelib.domain.sms_parts import LARGEST_PART, octets
from chalicelib.domain.verification import Verification
from chalicelib.domain.wording import code_words, for_app, for_host, old_number_words, placeholders

# A parameter is a name, an amount or a reference: never a text of its own.
LONGEST_PARAMETER = 80


def code_text(verification: Verification, code: str, policy: Policy) -> str:
    """The text that carries a code; its last line lets the phone fill it in.

    Only a payment's words may be too long for an app's hash, and then they go without it: Android would not read it,
    and RTS 2018/389 art. 5 wants amount and payee whole.

    Source: SMS Retriever API (at most 140 octets with the hash).
    """
    template = policy.texts[policy.sms_locale(verification.locale)].codes[verification.purpose]
    words = code_words(template, code, policy.rules, verification.context)
    if not verification.android_app_hash:
        return for_host(words, policy.rules.verification.webotp_host, code)
    text = for_app(words, verification.android_app_hash)
    return text if octets(text) <= LARGEST_PART else words


def reply_text(policy: Policy, locale: str, heard: str) -> str:
    """What the customer gets back for a reply that meant this."""
    replies = policy.texts[policy.sms_locale(locale)].replies
    assert replies is not None
    text = replies.stopped if heard == STOP else replies.choices
    return text.format(company=policy.rules.controller.name, url=policy.rules.processing.preferences_url)


def old_number_text(policy: Policy, locale: str, until: datetime) -> str:
    """What the old number is told when a customer's number changes: until when and where it can stop that.

    It names neither the customer nor the new number: whoever reads it may be anybody by now.
    """
    return old_number_words(policy.texts[policy.sms_locale(locale)].old_number, until, policy.rules)


def contact_text(
    policy: Policy, locale: str, region: str, purpose: str, template: str, parameters: Mapping[str, str]
) -> str:
    """The text of a message to a customer; advertising ends with the way out, on a line of its own.

    Args:
        region: where the customer's number belongs; its people answer with its country's word, whatever they read.
        parameters: exactly the template's placeholders, `company` aside.

    Raises:
        FieldInvalid: the purpose has no such template, or the parameters are not the template's.

    Source: MIIT Order 31 (2015); ePrivacy 13.
    """
    texts = policy.texts[policy.sms_locale(locale)]
    text = texts.contact.get(purpose, {}).get(template)
    if text is None:
        raise FieldInvalid("/template", "is not a template of the token's purpose")
    wanted = set(placeholders(text)) - {"company"}
    if wanted != set(parameters):
        raise FieldInvalid("/parameters", f"must be exactly: {', '.join(sorted(wanted)) or 'none'}")
    for name, value in parameters.items():
        if not 1 <= len(value) <= LONGEST_PARAMETER or not value.isprintable():
            raise FieldInvalid(f"/parameters/{name}", f"must be 1 to {LONGEST_PARAMETER} printable characters")
    said = text.format(company=policy.rules.controller.name, **parameters)
    if not policy.rules.purposes[purpose].commercial:
        return said
    # A value has no line break in it, so that no caller can write a last line of their own.
    return f"{said}\n{texts.way_out(policy.rules.opt_out_word(region))}"
