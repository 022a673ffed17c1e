"""`gt-train export`: what it writes, says and refuses."""

import json
from pathlib import Path

import onnx
import pytest

from cli import extras, trained_model
from cli.detector.description import MARK
from cli.detector.errors import NotUsable
from cli.main import main
from cli.trained_model import TrainedModel
from tests.unit.cli.runs import Run, any_records, write
from tests.unit.detector.mxnet_files import model_tar_gz

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return model_tar_gz(tmp_path / "model.tar.gz")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "model.onnx"


def export(capsys: Capsys, *arguments: object) -> Run:
    try:
        status = main(["export", *(str(each) for each in arguments)])
    except SystemExit as usage:  # argparse's way
        status = int(str(usage.code))
    return Run(status, *capsys.readouterr())


def said(path: Path) -> dict[str, object]:
    metadata = {each.key: each.value for each in onnx.load(path).metadata_props}
    document: dict[str, object] = json.loads(metadata[MARK])
    return document


def test_the_file_says_what_it_is(capsys: Capsys, model: Path, target: Path) -> None:
    run = export(capsys, model, "--onnx", target, "--labels", "cat, dog")

    assert (run.status, run.err) == (0, "")
    assert "images of 4 × 4, classes cat, dog" in run.out
    assert said(target)["class_names"] == ["cat", "dog"]
    assert said(target)["image_shape"] == 4
    assert said(target)["hyperparameters"] == {"image_shape": "4", "base_network": "resnet-50"}


def test_the_names_come_from_the_manifest(
    capsys: Capsys, model: Path, target: Path, tmp_path: Path
) -> None:
    records = any_records()
    records[0]["bb-metadata"] = {**records[0]["bb-metadata"], "class-map": {"0": "dog", "1": "cat"}}
    manifest = write(tmp_path / "output.manifest", records)

    assert export(capsys, model, "--onnx", target, "--manifest", manifest).status == 0

    assert said(target)["class_names"] == ["dog", "cat"]


def test_a_manifest_of_other_classes_is_an_error_and_nothing_is_written(
    capsys: Capsys, model: Path, target: Path, tmp_path: Path
) -> None:
    manifest = write(tmp_path / "output.manifest", any_records())

    run = export(capsys, model, "--onnx", target, "--manifest", manifest)

    assert run.status == 2
    assert "1 class names for the 2 classes of the network" in run.err
    assert not target.exists()


def test_the_same_input_gives_the_same_bytes(capsys: Capsys, model: Path, tmp_path: Path) -> None:
    for name in ("one.onnx", "two.onnx"):
        export(capsys, model, "--onnx", tmp_path / name, "--labels", "cat,dog")
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()


def test_heads_are_outputs_only_if_asked_for(capsys: Capsys, model: Path, target: Path) -> None:
    outputs = []
    for options in ([], ["--heads"]):
        export(capsys, model, "--onnx", target, *options)
        outputs.append([each.name for each in onnx.load(target).graph.output])
    assert outputs == [["detections"], ["detections", "cls_prob", "loc_preds"]]


def test_the_mean_is_part_of_the_model(capsys: Capsys, model: Path, target: Path) -> None:
    export(capsys, model, "--onnx", target, "--mean", "123,117,104")
    assert said(target)["mean"] == [123, 117, 104]
    assert onnx.load(target).graph.node[0].op_type == "Sub"


def test_vgg_without_a_mean_says_what_is_not_known(
    capsys: Capsys, target: Path, tmp_path: Path
) -> None:
    hyperparameters = b'{"image_shape": "4", "base_network": "vgg-16"}'
    model = model_tar_gz(tmp_path / "vgg.tar.gz", **{"hyperparams.json": hyperparameters})
    assert "--mean 123,117,104" in export(capsys, model, "--onnx", target).out
    assert "--mean" not in export(capsys, model, "--onnx", target, "--mean", "1,2,3").out


def test_without_hyperparameters_the_image_shape_is_asked_for(
    capsys: Capsys, target: Path, tmp_path: Path
) -> None:
    model = model_tar_gz(tmp_path / "bare.tar.gz", **{"hyperparams.json": None})
    assert "--image-shape" in export(capsys, model, "--onnx", target).err
    assert export(capsys, model, "--onnx", target, "--image-shape", "6").status == 0
    assert said(target)["image_shape"] == 6


@pytest.mark.parametrize(
    ("hyperparameters", "options", "problem"),
    [
        (b'{"image_shape": "4"}', ["--image-shape", "5"], "says image_shape 4, not 5"),
        (b'{"image_shape": "big"}', [], "image_shape is 'big', not a number of pixels"),
        (b'{"image_shape": "0"}', [], "image_shape is '0', not a number of pixels"),
    ],
)
def test_an_image_shape_that_cannot_be_is_named(
    capsys: Capsys,
    target: Path,
    tmp_path: Path,
    hyperparameters: bytes,
    options: list[str],
    problem: str,
) -> None:
    model = model_tar_gz(tmp_path / "other.tar.gz", **{"hyperparams.json": hyperparameters})
    run = export(capsys, model, "--onnx", target, *options)
    assert run.status == 2
    assert problem in run.err


def test_an_archive_that_holds_something_else_is_named_in_one_line(
    capsys: Capsys, target: Path, tmp_path: Path
) -> None:
    members: dict[str, bytes | None] = {
        "model_algo_1-symbol.json": None,
        "model_algo_1-0000.params": None,
        "hyperparams.json": None,
        "stand-in.json": b"{}",
    }
    model = model_tar_gz(tmp_path / "model.tar.gz", **members)

    run = export(capsys, model, "--onnx", target)

    assert run.status == 2
    assert "the archive holds stand-in.json" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("mean", ["1,2", "1,2,x", "1,2,300", "nan,1,1"])
def test_a_mean_is_three_numbers(capsys: Capsys, model: Path, target: Path, mean: str) -> None:
    run = export(capsys, model, "--onnx", target, "--mean", mean)
    assert run.status == 2
    assert "not three numbers" in run.err


def test_an_empty_label_is_refused(capsys: Capsys, model: Path, target: Path) -> None:
    assert "an empty name" in export(capsys, model, "--onnx", target, "--labels", "cat,").err


def test_a_file_that_does_not_exist_is_not_looked_for_in_the_account(
    capsys: Capsys, target: Path, tmp_path: Path
) -> None:
    assert "does not exist" in export(capsys, tmp_path / "none", "--onnx", target).err
    assert "does not exist" in export(capsys, "none.tar.gz", "--onnx", target).err


def test_a_folder_that_does_not_exist_is_named(capsys: Capsys, model: Path, tmp_path: Path) -> None:
    run = export(capsys, model, "--onnx", tmp_path / "none" / "model.onnx")
    assert run.status == 2
    assert "can't be written: No such file" in run.err


def test_a_model_is_never_written_over(capsys: Capsys, model: Path) -> None:
    before = model.read_bytes()
    run = export(capsys, model, "--onnx", model)
    assert run.status == 2
    assert "would overwrite" in run.err
    assert model.read_bytes() == before


def test_what_cannot_be_written_to_its_end_leaves_nothing_behind(
    capsys: Capsys, model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    run = export(capsys, model, "--onnx", target)
    assert run.status == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "model.tar.gz"]


def test_without_the_packages_the_pip_command_is_named(
    capsys: Capsys, model: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(extras.EXTRAS, "export", ("numpy", "not_installed_anywhere"))
    run = export(capsys, model, "--onnx", target)
    assert run.status == 2
    assert "not installed: not_installed_anywhere" in run.err
    assert "pip install '.[export]'" in run.err


def test_an_execution_brings_its_names_and_its_threshold(
    capsys: Capsys, model: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(execution: str, stack: str | None) -> TrainedModel:
        assert (execution, stack) == ("dogs-1", "Mine")
        return TrainedModel(model.open("rb"), {1: "dog"}, "arn:dogs-1", 0.37)

    monkeypatch.setattr(trained_model, "trained_model", found)

    assert export(capsys, "dogs-1", "--stack", "Mine", "--onnx", target).status == 0

    assert said(target)["class_names"] == ["0", "dog"]
    assert said(target)["score_threshold"] == 0.37
    assert said(target)["execution"] == "arn:dogs-1"


def test_an_execution_that_is_not_found_is_one_line(
    capsys: Capsys, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(execution: str, stack: str | None) -> TrainedModel:
        raise NotUsable(f"execution {execution}: no credentials")

    monkeypatch.setattr(trained_model, "trained_model", missing)
    run = export(capsys, "dogs-1", "--onnx", target)
    assert (run.status, run.err) == (2, "gt-train export: execution dogs-1: no credentials\n")
