"""Media types of answers that are more than JSON."""

JSON = "application/json"
# A compact JWS. Source: RFC 7515 9.2.1.
JOSE = "application/jose"
