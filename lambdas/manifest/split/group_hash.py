"""Decides by a keyed hash of its image on which side of the split a record lands."""

import re
from collections.abc import Callable
from hashlib import blake2b

HASH_BITS = 64
_SPLIT_KEY = b"gt-train split"  # a change moves images between train and validation


def key_hash() -> Callable[[str], int]:
    """Return a function from a text to 64 bits, the same in every run and process."""
    keyed = blake2b(digest_size=HASH_BITS // 8, person=_SPLIT_KEY).copy
    from_bytes = int.from_bytes

    def hashed(text: str) -> int:
        state = keyed()
        state.update(text.encode("utf-8", "surrogatepass"))
        return from_bytes(state.digest(), "big")

    return hashed


def key_start(source_ref: str) -> int:
    """Return where the key begins in ``s3://bucket/key``.

    The split goes by the key alone, so that a data set keeps its sides when it is copied to
    another bucket, and equal keys in two buckets are on one side. Not always: see ``Splitter``.
    """
    return source_ref.index("/", 5) + 1


def group_hash(pattern: str | None) -> Callable[[str], int] | None:
    """Return a function from a source-ref to the hash of its group, if a pattern names groups.

    The group is what the pattern's first group matches, or the whole match; an image on which it
    does not match is a group of its own.
    """
    if pattern is None:
        return None
    search = re.compile(pattern).search
    hashed = key_hash()

    def group(source_ref: str) -> int:
        found = search(source_ref)
        if found is None:
            return hashed(source_ref[key_start(source_ref) :])
        key = found[1] if found.re.groups else found[0]
        return hashed(found[0] if key is None else key)

    return group
