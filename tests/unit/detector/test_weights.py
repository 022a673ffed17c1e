"""`.params` files: what MXNet writes is read, anything else is refused before memory is taken."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from numpy.typing import NDArray

from cli.detector.errors import NotUsable
from cli.detector.weights import read_weights
from tests.unit.detector.mxnet_files import FLAGS, V1, V2, V3, archive_of, params, record

ARRAYS = st_numpy.arrays(
    dtype=st.sampled_from([np.dtype(name) for name in FLAGS]),
    shape=st_numpy.array_shapes(max_dims=4, max_side=4),
)
WRITTEN = params({"arg:weight": np.arange(6, dtype=np.float32).reshape(2, 3)})


@given(
    st.dictionaries(st.text(min_size=1, max_size=8).map("arg:".__add__), ARRAYS, max_size=4),
    st.sampled_from((None, V1, V2, V3)),
)
def test_every_version_of_the_format_is_read(
    arrays: "dict[str, NDArray[np.float32]]", version: int | None
) -> None:
    found = read_weights(params(arrays, version))

    assert list(found) == [name.removeprefix("arg:").removeprefix("aux:") for name in arrays]
    for name, array in zip(found, arrays.values(), strict=True):
        np.testing.assert_array_equal(found[name], array)


def test_mxnets_own_file_is_read() -> None:
    weights = read_weights(archive_of("resnet-50-trained").weights)
    assert weights["conv0_weight"].shape[1:] == (3, 7, 7)
    assert weights["bn_data_moving_mean"].shape == (3,)


def test_an_array_without_a_shape_has_no_data() -> None:
    empty = struct.pack("<Iii", V2, 0, 0)
    written = struct.pack("<QQQ", 0x112, 0, 1) + empty + struct.pack("<QQ", 1, 1) + b"a"
    assert read_weights(written)["a"].shape == (0,)


@given(st.integers(0, len(WRITTEN) - 1))
def test_a_file_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(NotUsable, match=r"cut off"):
        read_weights(WRITTEN[:length])


@settings(max_examples=300)
@given(st.integers(0, len(WRITTEN) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_read_or_refused(at: int, damage: bytes) -> None:
    damaged = WRITTEN[:at] + damage + WRITTEN[at + len(damage) :]
    try:
        weights = read_weights(damaged)
    except NotUsable:
        return
    assert sum(array.nbytes for array in weights.values()) <= len(damaged)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(NotUsable):
        read_weights(struct.pack("<QQQ", 0x112, 0, 1) + data)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (b"PK\x03\x04" + bytes(40), "not a list of MXNet arrays"),
        (struct.pack("<QQQ", 0x112, 0, 1 << 62) + bytes(99), "cut off"),
        (WRITTEN[:24] + struct.pack("<IiI", V2, 0, 33) + bytes(999), "33 dimensions"),
        (WRITTEN[:24] + struct.pack("<Iiiq", V2, 0, 1, -1) + bytes(99), r"shape \(-1,\)"),
        (WRITTEN[:24] + struct.pack("<Iiiqq", V2, 0, 2, 0, 1 << 62) + bytes(99), r"shape \(0, 4"),
        (
            WRITTEN[:24] + struct.pack("<Iiiq", V2, 0, 1, 1 << 62) + struct.pack("<iii", 1, 0, 0),
            "cut off",
        ),
        (WRITTEN[:24] + struct.pack("<Iiiqiii", V2, 0, 1, 1, 1, 0, 12) + bytes(99), "type 12"),
        (WRITTEN[:24] + struct.pack("<Ii", V2, 1) + bytes(99), "sparse"),
        (params({"a": np.zeros(1, np.float32), "arg:a": np.zeros(1, np.float32)}), "one name"),
        (
            struct.pack("<QQQ", 0x112, 0, 1)
            + record(np.zeros(1, np.float32))
            + struct.pack("<Q", 0),
            "1 arrays and 0 names",
        ),
        (WRITTEN[:-10] + b"\xff" * 10, "UTF-8"),
    ],
)
def test_what_is_wrong_is_said(written: bytes, problem: str) -> None:
    with pytest.raises(NotUsable, match=problem):
        read_weights(written)
