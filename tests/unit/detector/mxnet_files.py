"""Files as MXNet writes them, and the smallest detector there is."""

import io
import json
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cli.detector.archive import ModelArchive, read_archive

FIXTURES = Path(__file__).parent / "mxnet"

V1, V2, V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
FLAGS = {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6}


def record(array: "NDArray[Any]", version: int | None = V2) -> bytes:
    """One array, as a version of MXNet writes it; None: before 0.12."""
    if version is None:
        head = struct.pack(f"<I{array.ndim}I", array.ndim, *array.shape)
    else:
        storage = struct.pack("<i", 0) if version in (V2, V3) else b""
        shape = struct.pack(f"<i{array.ndim}q", array.ndim, *array.shape)
        head = struct.pack("<I", version) + storage + shape
    device = struct.pack("<iii", 1, 0, FLAGS[array.dtype.name])
    return head + device + array.astype(array.dtype.newbyteorder("<")).tobytes()


def params(arrays: "Mapping[str, NDArray[Any]]", version: int | None = V2) -> bytes:
    records = b"".join(record(array, version) for array in arrays.values())
    names = b"".join(struct.pack("<Q", len(name)) + name for name in map(str.encode, arrays))
    count = struct.pack("<Q", len(arrays))
    return struct.pack("<QQ", 0x112, 0) + count + records + count + names


def node(operator: str, name: str, *inputs: int, **attrs: str) -> dict[str, Any]:
    return {
        "op": operator,
        "name": name,
        "inputs": [[position, 0, 0] for position in inputs],
        "attrs": attrs,
    }


def symbol(*nodes: dict[str, Any]) -> bytes:
    return json.dumps({"nodes": nodes, "arg_nodes": [], "heads": []}).encode()


def smallest_nodes(classes: int = 2) -> list[dict[str, Any]]:
    """One convolution of 1 × 1 each for scores and corrections, one anchor a pixel."""
    numbers = classes + 1
    return [
        node("null", "data"),
        node("null", "score_weight"),
        node(
            "Convolution", "score", 0, 1, kernel="(1, 1)", no_bias="True", num_filter=str(numbers)
        ),
        node("transpose", "score_t", 2, axes="(0, 2, 3, 1)"),
        node("Flatten", "score_f", 3),
        node("Reshape", "score_r", 4, shape=f"(0, -1, {numbers})"),
        node("transpose", "scores", 5, axes="(0, 2, 1)"),
        node("SoftmaxActivation", "cls_prob", 6, mode="channel"),
        node("null", "place_weight"),
        node("Convolution", "place", 0, 8, kernel="(1, 1)", no_bias="True", num_filter="4"),
        node("transpose", "place_t", 9, axes="(0, 2, 3, 1)"),
        node("Flatten", "loc_preds", 10),
        node("_contrib_MultiBoxPrior", "anchors", 0, sizes="(0.5)", ratios="(1)"),
        node("_contrib_MultiBoxDetection", "detection", 7, 11, 12, nms_threshold="0.45"),
    ]


def smallest_weights(classes: int = 2) -> "dict[str, NDArray[Any]]":
    """Class n looks at colour n: a red pixel is class 0, a green one class 1."""
    scores = np.zeros((classes + 1, 3, 1, 1), np.float32)
    for class_id in range(min(classes, 3)):
        scores[class_id + 1, class_id] = 0.1
    return {"arg:score_weight": scores, "arg:place_weight": np.zeros((4, 3, 1, 1), np.float32)}


def model_tar_gz(path: Path, **contents: bytes | None) -> Path:
    """The smallest detector, members exchanged for `contents`, or left out where that is None."""
    members: dict[str, bytes | None] = {
        "model_algo_1-symbol.json": symbol(*smallest_nodes()),
        "model_algo_1-0000.params": params(smallest_weights()),
        "hyperparams.json": json.dumps({"image_shape": "4", "base_network": "resnet-50"}).encode(),
        **contents,
    }
    path.write_bytes(tar_gz({name: each for name, each in members.items() if each is not None}))
    return path


def tar_gz(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def archive_of(case: str) -> ModelArchive:
    with (FIXTURES / case / "model.tar.gz").open("rb") as file:
        return read_archive(file)
