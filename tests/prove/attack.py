"""An attacker who holds tables and may use every KMS key: what still opens, and what still points to a number."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_places import Item
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.services.number_tags import tags_of
from infra.local.environment import KEYS
from tests.prove.forms import spellings
from tests.worlds import World

Tables = Mapping[str, list[Item]]
# What may stand in an encryption context: ids, and the names of keys and fields.
ID = re.compile(r"[a-z]+(_[0-9a-f]{32})?")
DATA_KEY_BYTES = 32
NONCE_BYTES = 12
FIELDS = ("number", "ledger", "phone_number", "pending")


@dataclass(frozen=True)
class Loot:
    """What the attacker made of the tables."""

    plaintexts: tuple[bytes, ...]

    def tells(self, e164: str) -> bool:
        """Whether the number stands in anything that was opened."""
        return any(form.encode() in plaintext for plaintext in self.plaintexts for form in spellings(e164))


def attack(tables: Tables) -> Loot:
    """Everything that opens: by KMS with any context, and then by every data key that KMS gave."""
    blobs = set(_binaries(tables))
    names = sorted({text for text in _strings(tables) if ID.fullmatch(text)})
    opened = {plaintext for blob in blobs for plaintext in _by_kms(blob, names)}
    data_keys = [plaintext for plaintext in opened if len(plaintext) == DATA_KEY_BYTES]
    opened |= {plaintext for key in data_keys for plaintext in _by_data_key(AESGCM(key), blobs, names)}
    return Loot(tuple(opened))


def pointers_to(world: World, e164: str, bodies: Iterable[bytes], instants: Iterable[datetime]) -> set[str]:
    """Every value that somebody with the use of the MAC keys can make from the number, to look for it in a table."""
    adapters = world.ringfence.adapters
    number = parse_phone_number(e164)
    (tag,) = tags_of(adapters.index, number)
    made = {tag, number.masked}
    for month, value in product(sorted(_months(instants)), [tag.encode(), e164.encode(), *bodies]):
        for label in ("number", "body", "ip", "device", "caller", "opening"):
            made.add(adapters.blinder.mac(label, value, month))
    for key, message in product(KEYS, (e164, tag, f"tag/v1|{e164}", f"tag/v1|test|{e164}")):
        made |= set(_macs(world, key, message.encode()))
    return made


def fields_with(tables: Tables, pointers: Iterable[str]) -> list[str]:
    """The places where any of the pointers stands."""
    return [
        f"{table}{path}"
        for table, rows in tables.items()
        for row in rows
        for path, text in _leaves(row)
        if any(pointer in text for pointer in pointers)
    ]


def _months(instants: Iterable[datetime]) -> set[datetime]:
    return {(at.replace(day=15) + timedelta(days=days)).replace(day=1) for at in instants for days in (-31, 0, 31)}


def _macs(world: World, key: str, message: bytes) -> Iterator[str]:
    try:
        answer = aws.kms().generate_mac(KeyId=f"alias/{world.name}-{key}", MacAlgorithm="HMAC_SHA_256", Message=message)
    except ClientError:
        # Not a key for MACs.
        return
    yield answer["Mac"].hex()


def _by_kms(blob: bytes, names: list[str]) -> Iterator[bytes]:
    contexts: list[dict[str, str]] = [{}]
    contexts += [{"verification": name} for name in names]
    contexts += [{"customer": name, "field": field} for name, field in product(names, FIELDS)]
    contexts += [{"customer": name} for name in names]
    for context in contexts:
        try:
            yield aws.kms().decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
        except ClientError:
            continue
        return


def _by_data_key(key: AESGCM, blobs: set[bytes], names: list[str]) -> Iterator[bytes]:
    bound_to: list[bytes | None] = [None]
    bound_to += [
        f"{kind}/v1|{first}|{second}".encode()
        for kind, first, second in product(("number", "ledger"), _ids(names, "cus"), _ids(names, "number", "evt"))
    ]
    nonces = [blob for blob in blobs if len(blob) == NONCE_BYTES]
    sealed = [(blob[:NONCE_BYTES], blob[NONCE_BYTES:]) for blob in blobs if len(blob) > NONCE_BYTES + 16]
    sealed += [(nonce, blob) for nonce, blob in product(nonces, blobs) if len(blob) > 16]
    for (nonce, ciphertext), context in product(sealed, bound_to):
        try:
            yield key.decrypt(nonce, ciphertext, context)
        except InvalidTag:
            continue


def _ids(names: list[str], *prefixes: str) -> list[str]:
    return [name for name in names if name.startswith(prefixes)]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text and number of an item in DynamoDB's form, with where it stands."""
    ((kind, held),) = value.items() if len(value) == 1 else [("M", value)]
    if kind == "M":
        for name, member in held.items():
            yield f"{path}.{name}", name
            yield from _leaves(member, f"{path}.{name}")
    elif kind == "L":
        for member in held:
            yield from _leaves(member, path)
    elif kind == "B":
        yield path, bytes(held).hex()
    else:
        yield path, str(held)


def _binaries(tables: Tables) -> Iterator[bytes]:
    for rows in tables.values():
        for row in rows:
            for _, held in _typed(row):
                if isinstance(held, bytes):
                    yield held


def _strings(tables: Tables) -> Iterator[str]:
    for rows in tables.values():
        for row in rows:
            for kind, held in _typed(row):
                if kind == "S":
                    # An id may stand behind the prefix of its kind.
                    yield from {held, held.split("#")[-1]}


def _typed(value: Any) -> Iterator[tuple[str, Any]]:
    for kind, held in value.items():
        if isinstance(held, dict):
            yield from _typed(held)
        elif isinstance(held, list):
            for member in held:
                yield from _typed(member)
        else:
            yield kind, held
