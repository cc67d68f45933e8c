"""The root of a Merkle tree, held against the vectors of Certificate Transparency and the RFC's own definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.merkle import root

# The leaves of certificate-transparency's reference tests, and the root over the first n of them.
LEAVES = [
    bytes.fromhex(it)
    for it in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
leaves = st.lists(st.binary(max_size=40), max_size=70)


@pytest.mark.parametrize("count", range(9))
def test_the_vectors_of_certificate_transparency(count: int) -> None:
    assert root(LEAVES[:count]).hex() == ROOTS[count]


def as_defined(entries: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, word for word."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + as_defined(entries[:split]) + as_defined(entries[split:])).digest()


@given(leaves)
def test_it_is_what_the_rfc_defines(entries: list[bytes]) -> None:
    assert root(entries) == as_defined(entries)


@given(leaves, leaves)
def test_other_leaves_have_another_root(entries: list[bytes], others: list[bytes]) -> None:
    assert (root(entries) == root(others)) is (entries == others)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=2))
def test_a_node_is_no_leaf(pair: list[bytes]) -> None:
    hashes = b"".join(hashlib.sha256(b"\x00" + leaf).digest() for leaf in pair)
    assert root(pair) != root([hashes])
