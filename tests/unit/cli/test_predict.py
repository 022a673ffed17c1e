"""`gt-train predict`: boxes as lines, JSON, pictures, prediction files and a manifest."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from cli import extras
from cli.detector.archive import read_archive
from cli.detector.description import MARK
from cli.detector.exporting import Choices, export
from cli.main import main
from tests.unit.cli.runs import Run, validate
from tests.unit.detector.mxnet_files import model_tar_gz

Capsys = pytest.CaptureFixture[str]
RED, GREEN = (255, 0, 0), (0, 255, 0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Sees a red pixel of four by four as "red", a green one as "green"; others a third each."""
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_file(tmp_path, Choices(class_names=("red", "green"))))
    return path


def onnx_file(folder: Path, choices: Choices) -> bytes:
    with model_tar_gz(folder / "any.tar.gz").open("rb") as file:
        return export(read_archive(file), choices).content


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """One image with a red and a green pixel, and one with neither, in a folder below."""
    folder = tmp_path / "images"
    (folder / "more").mkdir(parents=True)
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[0, 0], pixels[3, 3] = RED, GREEN
    Image.fromarray(pixels).save(folder / "both.png")
    Image.new("RGB", (40, 20)).save(folder / "more" / "none.png")
    (folder / "notes.txt").write_text("no image")
    return folder


def predict(capsys: Capsys, *arguments: object) -> Run:
    try:
        status = main(["predict", *(str(each) for each in arguments)])
    except SystemExit as usage:  # argparse's way
        status = int(str(usage.code))
    return Run(status, *capsys.readouterr())


def test_boxes_are_printed_in_pixels_best_first(capsys: Capsys, images: Path, model: Path) -> None:
    run = predict(capsys, images, "--model", model)
    assert (run.status, run.err) == (0, "")
    assert run.out.splitlines() == [
        f"{images / 'both.png'}: 2 boxes",
        "  1.00 red  left 0 top 0 width 2 height 2",
        "  1.00 green  left 2 top 2 width 2 height 2",
        f"{images / 'more' / 'none.png'}: no boxes",
    ]


def test_a_model_tar_gz_is_run_as_it_is(capsys: Capsys, images: Path, tmp_path: Path) -> None:
    archive = model_tar_gz(tmp_path / "model.tar.gz")
    run = predict(capsys, images / "both.png", "--model", archive)
    assert run.out.splitlines()[1:] == [
        "  1.00 0  left 0 top 0 width 2 height 2",
        "  1.00 1  left 2 top 2 width 2 height 2",
    ]


def test_json_has_every_box_as_the_endpoint_answers(
    capsys: Capsys, images: Path, model: Path
) -> None:
    run = predict(capsys, images, "--model", model, "--json")
    both, none = (json.loads(line) for line in run.out.splitlines())
    assert both["image"] == str(images / "both.png")
    assert both["prediction"][0][:2] == [0.0, pytest.approx(1, abs=1e-4)]
    assert both["prediction"][0][2:] == [0, 0, 0.375, 0.375]
    assert all(row[1] == pytest.approx(1 / 3) for row in none["prediction"])
    assert len(none["prediction"]) > 1


def test_json_obeys_a_threshold_that_is_given(capsys: Capsys, images: Path, model: Path) -> None:
    run = predict(capsys, images, "--model", model, "--json", "--threshold", "0.9")
    assert [len(json.loads(line)["prediction"]) for line in run.out.splitlines()] == [2, 0]


def test_the_threshold_of_the_evaluation_is_the_default(
    capsys: Capsys, images: Path, tmp_path: Path
) -> None:
    model = tmp_path / "evaluated.onnx"
    model.write_bytes(onnx_file(tmp_path, Choices(score_threshold=0.3)))
    assert "no boxes" not in predict(capsys, images, "--model", model).out
    run = predict(capsys, images, "--model", model, "--threshold", "0.5")
    assert "none.png: no boxes" in run.out


def test_a_threshold_of_zero_is_a_threshold(capsys: Capsys, images: Path, model: Path) -> None:
    assert "no boxes" not in predict(capsys, images, "--model", model, "--threshold", "0").out


def test_a_score_on_the_threshold_counts(capsys: Capsys, images: Path, tmp_path: Path) -> None:
    model = tmp_path / "sure.onnx"
    third = json.loads(
        predict(capsys, images / "more" / "none.png", "--model", model_of(tmp_path), "--json").out
    )["prediction"][0][1]
    model.write_bytes(onnx_file(tmp_path, Choices()))
    run = predict(capsys, images / "more" / "none.png", "--model", model, "--threshold", third)
    assert "no boxes" not in run.out


def model_of(folder: Path) -> Path:
    path = folder / "plain.onnx"
    path.write_bytes(onnx_file(folder, Choices()))
    return path


def test_prediction_files_are_those_of_a_transform_job(
    capsys: Capsys, images: Path, model: Path, tmp_path: Path
) -> None:
    predict(capsys, images, "--model", model, "--predictions", tmp_path / "out")
    written = sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.*"))
    assert written == [Path("both.png.out"), Path("more/none.png.out")]
    document = json.loads((tmp_path / "out" / "both.png.out").read_bytes())
    assert list(document) == ["prediction"]


def test_boxes_are_drawn_into_copies(
    capsys: Capsys, images: Path, model: Path, tmp_path: Path
) -> None:
    before = (images / "both.png").read_bytes()

    predict(capsys, images, "--model", model, "--draw", tmp_path / "drawn", "--threshold", "0")

    with Image.open(tmp_path / "drawn" / "more" / "none.png") as drawn:
        assert drawn.size == (40, 20)
        assert len(drawn.getcolors() or ()) > 1
    assert (images / "both.png").read_bytes() == before


def test_an_image_is_never_drawn_over_itself(capsys: Capsys, images: Path, model: Path) -> None:
    before = (images / "both.png").read_bytes()
    run = predict(capsys, images, "--model", model, "--draw", images)
    assert run.status == 2
    assert "would overwrite what is read" in run.err
    assert (images / "both.png").read_bytes() == before


def test_a_manifest_is_never_written_over_the_model(
    capsys: Capsys, images: Path, model: Path
) -> None:
    before = model.read_bytes()
    assert predict(capsys, images, "--model", model, "--manifest-out", model).status == 2
    assert model.read_bytes() == before


def test_the_manifest_is_one_that_the_pipeline_accepts(
    capsys: Capsys, images: Path, model: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "predicted.manifest"
    predict(
        capsys,
        *(images, "--model", model, "--manifest-out", manifest, "--source-prefix", "s3://mine/"),
    )

    both, none = (json.loads(line) for line in manifest.read_text().splitlines())
    assert both["source-ref"] == "s3://mine/both.png"
    assert both["predicted"]["image_size"] == [{"width": 4, "height": 4, "depth": 3}]
    assert both["predicted"]["annotations"][1] == {
        "class_id": 1,
        "left": 2,
        "top": 2,
        "width": 2,
        "height": 2,
    }
    assert both["predicted-metadata"]["class-map"] == {"0": "red", "1": "green"}
    assert both["predicted-metadata"]["human-annotated"] == "no"
    assert none["source-ref"] == "s3://mine/more/none.png"
    assert none["predicted"]["annotations"] == []
    findings = json.loads(validate(capsys, manifest, "--json").out)["findings"]
    assert [each["code"] for each in findings if each["severity"] == "error"] == []


def test_an_image_that_cannot_be_read_is_named_and_the_others_are_looked_at(
    capsys: Capsys, images: Path, model: Path
) -> None:
    (images / "broken.jpg").write_bytes(b"<html>")
    run = predict(capsys, images, "--model", model)
    assert run.status == 2
    assert f"{images / 'broken.jpg'} is neither a JPEG nor a PNG image" in run.err
    assert run.out.count("boxes") == 2


def test_two_images_of_one_name_are_refused_before_anything_is_written(
    capsys: Capsys, images: Path, model: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "both.png")
    run = predict(
        capsys, images, tmp_path / "both.png", "--model", model, "--draw", tmp_path / "drawn"
    )
    assert run.status == 2
    assert "2 images are called both.png" in run.err
    assert not (tmp_path / "drawn").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "onnxruntime cannot load it"),
        (b"not a model", "onnxruntime cannot load it"),
        (b"\x1f\x8bnot gzip", "not a model.tar.gz"),
    ],
)
def test_what_is_no_model_is_refused(
    capsys: Capsys, images: Path, tmp_path: Path, content: bytes, problem: str
) -> None:
    (tmp_path / "model").write_bytes(content)
    run = predict(capsys, images, "--model", tmp_path / "model")
    assert run.status == 2
    assert problem in run.err
    assert run.err.count("\n") == 1


def test_an_onnx_file_of_somebody_else_is_refused(
    capsys: Capsys, images: Path, model: Path, tmp_path: Path
) -> None:
    other = onnx.load(model)
    del other.metadata_props[:]
    onnx.save(other, tmp_path / "other.onnx")
    run = predict(capsys, images, "--model", tmp_path / "other.onnx")
    assert run.status == 2
    assert "was not written by gt-train export" in run.err


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"class_names": ["red"]}, "classes that it has no names for"),
        ({"image_shape": 5}, "inputs and outputs are not those"),
        ({"image_shape": "5"}, "the description in the ONNX file"),
    ],
)
def test_a_description_that_is_not_the_models_is_refused(
    capsys: Capsys, images: Path, model: Path, changes: dict[str, object], problem: str
) -> None:
    changed = onnx.load(model)
    for entry in changed.metadata_props:
        if entry.key == MARK:
            entry.value = json.dumps({**json.loads(entry.value), **changes})
    onnx.save(changed, model)
    run = predict(capsys, images, "--model", model)
    assert run.status == 2
    assert problem in run.err


@pytest.mark.parametrize("image", ["none.jpg", "empty"])
def test_places_without_images_are_named(
    capsys: Capsys, model: Path, tmp_path: Path, image: str
) -> None:
    (tmp_path / "empty").mkdir()
    run = predict(capsys, tmp_path / image, "--model", model)
    assert run.status == 2
    assert image in run.err


def test_a_model_that_does_not_exist_is_named(capsys: Capsys, images: Path, tmp_path: Path) -> None:
    assert "No such file" in predict(capsys, images, "--model", tmp_path / "none.onnx").err


def test_a_folder_that_cannot_be_made_is_named(
    capsys: Capsys, images: Path, model: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    run = predict(capsys, images, "--model", model, "--draw", tmp_path / "file" / "drawn")
    assert run.status == 2
    assert f"{tmp_path / 'file' / 'drawn'}: Not a directory" in run.err


@pytest.mark.parametrize("score", ["-0.1", "1.1", "nan", "high"])
def test_a_threshold_is_a_share(capsys: Capsys, images: Path, model: Path, score: str) -> None:
    run = predict(capsys, images, "--model", model, f"--threshold={score}")
    assert run.status == 2
    assert "not a number from 0 to 1" in run.err


def test_without_the_packages_the_pip_command_is_named(
    capsys: Capsys, images: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(extras.EXTRAS, "predict", ("not_installed_anywhere",))
    run = predict(capsys, images, "--model", model)
    assert run.status == 2
    assert "pip install '.[predict]'" in run.err
