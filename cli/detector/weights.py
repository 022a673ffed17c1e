"""Reads an MXNet ``.params`` file: the arrays of a network by their names.

The format is that of ``NDArray::Load`` in MXNet's ``src/ndarray/ndarray.cc``, whose four kinds of
record are all read; every number in it is a stranger's and checked before memory is taken.
"""

import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cli.detector.errors import NotUsable

Array = NDArray[Any]

_LIST_MAGIC = 0x112
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_DTYPES = {0: "<f4", 1: "<f8", 2: "<f2", 3: "u1", 4: "<i4", 5: "i1", 6: "<i8", 7: "?"}
"""By mshadow's type flag (``mshadow/base.h``)."""

_MOST_DIMENSIONS = 32
_PREFIXES = ("arg:", "aux:")
"""What MXNet puts before the names of weights and of running means."""


def read_weights(data: bytes) -> dict[str, Array]:
    """Return the arrays of a ``.params`` file, without copying them.

    Raises ``NotUsable`` where the file is not one, is cut off, or holds sparse arrays.
    """
    reader = _Reader(data)
    magic, _, count = reader.take("QQQ")
    if magic != _LIST_MAGIC:
        raise NotUsable("the .params file is not a list of MXNet arrays")
    arrays = [_array(reader) for _ in range(reader.plausible(count))]
    (named,) = reader.take("Q")
    if named != count:
        raise NotUsable(f"the .params file has {count} arrays and {named} names")
    names = [_name(reader) for _ in range(reader.plausible(named))]
    if len(set(names)) != len(names):
        raise NotUsable("the .params file has two arrays of one name")
    return dict(zip(names, arrays, strict=True))


class _Reader:
    """Takes values from a file's start to its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, form: str) -> tuple[int, ...]:
        at = self.skip(struct.calcsize(f"<{form}"))
        return struct.unpack_from(f"<{form}", self._data, at)

    def skip(self, size: int) -> int:
        """Go past ``size`` bytes; return where they begin."""
        at = self._at
        if size > len(self._data) - at:
            raise NotUsable("the .params file is cut off")
        self._at += size
        return at

    def plausible(self, count: int) -> int:
        """Return a number of records or names, each of which takes four bytes or more."""
        if count > (len(self._data) - self._at) // 4:
            raise NotUsable("the .params file is cut off")
        return count

    def array(self, dtype: "np.dtype[Any]", shape: tuple[int, ...]) -> Array:
        items = math.prod(shape)
        at = self.skip(items * dtype.itemsize)
        return np.frombuffer(self._data, dtype, items, at).reshape(shape)

    def text(self, size: int) -> bytes:
        at = self.skip(size)
        return self._data[at : at + size]


def _array(reader: _Reader) -> Array:
    (head,) = reader.take("I")
    if head in (_V2, _V3):
        (storage,) = reader.take("i")
        if storage != 0:
            raise NotUsable("the .params file holds sparse arrays")
    shape = _shape(reader, head)
    if not shape and head != _V3:  # an array that was never given a shape; nothing follows
        return np.zeros(0, "<f4")
    _device, _device_id, flag = reader.take("iii")
    if flag not in _DTYPES:
        raise NotUsable(f"the .params file has an array of the unknown type {flag}")
    return reader.array(np.dtype(_DTYPES[flag]), shape)


def _shape(reader: _Reader, head: int) -> tuple[int, ...]:
    if head in (_V1, _V2, _V3):
        (dimensions,), size = reader.take("I"), "q"
    else:  # before MXNet 0.12 a record began with the number of dimensions
        dimensions, size = head, "I"
    if dimensions > _MOST_DIMENSIONS:
        raise NotUsable(f"the .params file has an array of {dimensions} dimensions")
    shape = reader.take(f"{dimensions}{size}")
    if any(length < 1 for length in shape):
        raise NotUsable(f"the .params file has an array of the shape {shape}")
    return shape


def _name(reader: _Reader) -> str:
    (size,) = reader.take("Q")
    try:
        name = reader.text(size).decode()
    except UnicodeDecodeError as error:
        raise NotUsable("the .params file has a name that is not UTF-8") from error
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
