"""One-time codes: derived when needed, never kept. The only module that knows pyotp."""

import base64
import hmac

import pyotp

# SP 800-63B-4 3.1.3.2: at least 6 decimal digits; ASVS 5.0 6.5.4: at least 20 bits.
CODE_DIGITS = 6


def derive_code(secret: bytes) -> str:
    """The code that belongs to a secret: HOTP at counter 0, six digits.

    Args:
        secret: 32 bytes that a KMS HMAC key derived for one verification.

    Source: RFC 4226.
    """
    return pyotp.HOTP(base64.b32encode(secret).decode(), digits=CODE_DIGITS).at(0)


def codes_match(expected: str, presented: str) -> bool:
    """True if both are the same code; takes the same time wherever they differ."""
    return hmac.compare_digest(expected.encode(), presented.encode())
