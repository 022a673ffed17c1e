"""The model of a demo, run by `gt-train predict`: it finds what the embedded transform finds."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.detector.archive import read_archive
from cli.detector.errors import NotUsable
from cli.detector.images import read_image
from cli.detector.opening import open_detector
from local.aws.sagemaker.detector.artifact import Artifact, StandIn
from local.aws.sagemaker.detector.file_names import ARRAYS, DOCUMENT
from local.aws.sagemaker.detector.honoured import Honoured
from local.aws.sagemaker.detector.inference import detect
from local.aws.sagemaker.detector.network import Network
from tests.unit.detector.mxnet_files import tar_gz

HONOURED = Honoured(num_classes=3)
NETWORK = Network.untrained(3, np.random.default_rng(5))
STAND_IN = StandIn(honoured=HONOURED, pictures=5, pictures_left_out=0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(Artifact(STAND_IN, NETWORK).to_bytes())
    return path


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.png"
    noise = np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path


def npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    given = {**NETWORK.weights, **arrays}
    np.savez(file, allow_pickle=True, **{name: np.asarray(each) for name, each in given.items()})
    return file.getvalue()


def document(**changes: object) -> bytes:
    return json.dumps({"honoured": {"num_classes": 3}, "pictures": 5, **changes}).encode()


def opened(tmp_path: Path, arrays: bytes, about: bytes | None = None) -> str:
    """Open a damaged stand-in; return what is said of it."""
    path = tmp_path / "odd.tar.gz"
    path.write_bytes(tar_gz({DOCUMENT: about or document(pictures_left_out=0), ARRAYS: arrays}))
    with pytest.raises(NotUsable) as refused:
        open_detector(path)
    return str(refused.value)


def test_it_finds_what_the_embedded_transform_job_finds(model: Path, image: Path) -> None:
    found = open_detector(model).detect(read_image(image))
    rows = detect(NETWORK, image.read_bytes(), HONOURED)
    kept = [row for row in rows.tolist() if row[0] >= 0]
    assert len(kept) > 3
    assert [[e.class_id, e.score, e.xmin, e.ymin, e.xmax, e.ymax] for e in found] == kept


def test_its_classes_are_called_by_number_and_no_threshold_is_known(model: Path) -> None:
    detector = open_detector(model)
    assert (list(detector.class_names), detector.score_threshold) == (["0", "1", "2"], None)


def test_it_is_not_a_model_to_export(model: Path) -> None:
    with model.open("rb") as file, pytest.raises(NotUsable, match="not a model of SageMaker's"):
        read_archive(file)


def test_arrays_of_another_shape_or_kind_are_named(tmp_path: Path) -> None:
    assert "b2 is float32 (2,)" in opened(tmp_path, npz(b2=np.zeros(2, np.float32)))
    assert "b1 is float64 (64,)" in opened(tmp_path, npz(b1=np.zeros(64)))


def test_a_number_of_classes_that_the_arrays_have_not_is_an_error(tmp_path: Path) -> None:
    about = document(honoured={"num_classes": 4}, pictures_left_out=0)
    assert "a stand-in of 4 classes has" in opened(tmp_path, npz(), about)


@pytest.mark.parametrize("classes", [-5, 10**12])
def test_a_number_of_classes_beyond_reason_takes_no_memory(tmp_path: Path, classes: int) -> None:
    about = document(honoured={"num_classes": classes}, pictures_left_out=0)
    assert "num_classes" in opened(tmp_path, npz(), about)


def test_pickled_arrays_are_not_loaded(tmp_path: Path) -> None:
    assert "cannot be read" in opened(tmp_path, npz(w1=np.array([object()], object)))


def test_arrays_that_are_missing_or_not_a_zip_are_an_error(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.savez(file, w1=np.zeros(1))
    assert "cannot be read" in opened(tmp_path, file.getvalue())
    assert "cannot be read" in opened(tmp_path, b"no zip")


def test_arrays_that_unpack_to_more_than_a_stand_in_has_are_refused_unread(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("w1.npy", bytes(17 << 20))
    assert "unpacks to 17,825,792 bytes" in opened(tmp_path, file.getvalue())


def test_an_array_that_claims_to_be_huge_is_an_error(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 50,)}
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name in Network.NAMES:
            written.writestr(f"{name}.npy", header.getvalue())
    assert "cannot be read" in opened(tmp_path, file.getvalue())


@pytest.mark.parametrize("about", [b"{}", b"[]", b"no json", b"\xff"])
def test_a_document_that_is_none_is_an_error(tmp_path: Path, about: bytes) -> None:
    assert DOCUMENT in opened(tmp_path, npz(), about)


@pytest.mark.parametrize("only", [DOCUMENT, ARRAYS])
def test_half_of_a_stand_in_is_no_model_at_all(tmp_path: Path, only: str) -> None:
    path = tmp_path / "half.tar.gz"
    path.write_bytes(tar_gz({only: npz() if only == ARRAYS else document(pictures_left_out=0)}))
    with pytest.raises(NotUsable, match=f"holds {only}, not one"):
        open_detector(path)
