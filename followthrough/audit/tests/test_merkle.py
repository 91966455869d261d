from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.audit.merkle import FIRST, Seal, Tree, leaf
from followthrough.core.ids import uuid7


def root_by_definition(hashes):
    """RFC 6962, section 2.1, word for word: split at the largest power of two below the length."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    left, right = root_by_definition(hashes[:split]), root_by_definition(hashes[split:])
    return sha256(b"\x01" + left + right).digest()


def tree_of(hashes):
    tree = Tree()
    for one in hashes:
        tree.add(one)
    return tree


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=4), max_size=40))
def test_the_streaming_root_is_the_root_of_the_definition(contents):
    hashes = [leaf(content) for content in contents]
    tree = tree_of(hashes)
    assert tree.root() == root_by_definition(hashes).hex()
    assert tree.rows == len(hashes)


def test_it_keeps_only_a_few_hashes():
    tree = tree_of(leaf(bytes([number % 256])) for number in range(10_000))
    assert len(tree._peaks) <= 14


def test_a_node_is_never_taken_for_a_leaf():
    one, two = leaf(b"one"), leaf(b"two")
    assert tree_of([one, two]).root() != tree_of([leaf(one + two)]).root()


@given(st.integers(0, 6))
@settings(max_examples=20, deadline=None)
def test_everything_in_a_block_is_in_its_digest(changed):
    seal = Seal(uuid7(), 3, 10, 20, 2, "ab" * 32, FIRST)
    other = list(seal)
    other[changed] = uuid7() if changed == 0 else (seal[changed] * 2)
    assert Seal(*other).digest() != seal.digest()
