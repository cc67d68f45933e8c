"""What an SMS says."""

from collections.abc import Mapping

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Verification
from chalicelib.domain.wording import placeholders

# A parameter is a name, an amount or a reference: never a text of its own.
LONGEST_PARAMETER = 80


def code_text(verification: Verification, code: str, policy: Policy) -> str:
    """The text that carries a code; its last line lets the phone fill it in.

    Source: WebOTP / iOS domain-bound codes (last line exactly `@host #code`); Android SMS Retriever (hash at the end).
    """
    rules = policy.rules
    context = verification.context
    text = (
        policy.texts[policy.locale(verification.locale)]
        .codes[verification.purpose]
        .format(
            code=code,
            minutes=rules.verification.code_lifetime_seconds // 60,
            company=rules.controller.name,
            amount=context.amount if context else "",
            currency=context.currency if context else "",
            payee=context.payee if context else "",
        )
    )
    if verification.android_app_hash:
        return f"{text}\n\n{verification.android_app_hash}"
    return f"{text}\n\n@{rules.verification.webotp_host} #{code}"


def contact_text(policy: Policy, locale: str, purpose: str, template: str, parameters: Mapping[str, str]) -> str:
    """The text of a message to a customer.

    Args:
        parameters: exactly the template's placeholders, `company` aside.

    Raises:
        FieldInvalid: the purpose has no such template, or the parameters are not the template's.
    """
    text = policy.texts[policy.locale(locale)].contact.get(purpose, {}).get(template)
    if text is None:
        raise FieldInvalid("/template", "is not a template of the token's purpose")
    wanted = set(placeholders(text)) - {"company"}
    if wanted != set(parameters):
        raise FieldInvalid("/parameters", f"must be exactly: {', '.join(sorted(wanted)) or 'none'}")
    for name, value in parameters.items():
        if not 1 <= len(value) <= LONGEST_PARAMETER or not value.isprintable():
            raise FieldInvalid(f"/parameters/{name}", f"must be 1 to {LONGEST_PARAMETER} printable characters")
    return text.format(company=policy.rules.controller.name, **parameters)
