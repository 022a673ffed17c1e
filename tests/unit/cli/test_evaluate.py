"""`gt-train evaluate`: exit status, what goes to which stream, and what it says."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli import evaluate as command
from cli.main import main
from tests.unit.cli.runs import RECORD, Run, write

Capsys = pytest.CaptureFixture[str]
PLACE = [0.025, 20 / 300, 0.1, 0.2]
"""The box of RECORD as shares of its image."""


def evaluate(capsys: Capsys, *arguments: object) -> Run:
    try:
        status = main(["evaluate", *(str(each) for each in arguments)])
    except SystemExit as usage:  # argparse's way
        status = int(str(usage.code))
    return Run(status, *capsys.readouterr())


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    records = [{**RECORD, "source-ref": f"s3://images/{number}.jpg"} for number in range(4)]
    return write(tmp_path / "validation.manifest", records)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Three of four boxes are found, in the last image something else is."""
    folder = tmp_path / "answers"
    (folder / "job" / "images").mkdir(parents=True)
    for number in range(4):
        place = PLACE if number < 3 else [0.5, 0.5, 0.9, 0.9]
        rows = [[0.0, 0.9 - number / 10, *place], [-1.0, 0.5, 0.0, 0.0, 1.0, 1.0]]
        out = folder / "job" / "images" / f"{number}.jpg.out"
        out.write_text(json.dumps({"prediction": rows}))
    return folder


def coco(tmp_path: Path) -> tuple[Path, Path]:
    box = {"image_id": 1, "category_id": 5, "bbox": [1, 2, 30, 40]}
    document = {
        "images": [{"id": 1, "file_name": "1.jpg"}],
        "categories": [{"id": 5, "name": "cat"}],
        "annotations": [{"id": 1, **box, "area": 1200, "iscrowd": 0}],
    }
    paths = tmp_path / "annotations.json", tmp_path / "results.json"
    for path, content in zip(paths, (document, [{**box, "score": 0.5}]), strict=True):
        path.write_text(json.dumps(content, indent=1))
    return paths


def test_the_table_has_the_figures_and_every_class(
    capsys: Capsys, truth: Path, answers: Path
) -> None:
    run = evaluate(capsys, "--truth", truth, "--predictions", answers)
    words = " ".join(run.out.split())
    assert (run.status, run.err) == (0, "")
    assert "measured on 4 images, 4 boxes" in words
    assert "AP50 0.752 (" in words
    assert "score ≥ 0.7: F1 0.857, precision 1.000, recall 0.750" in words
    assert "dog 4 0.752 0.752 0.700 1.000 0.750 1 0" in words


def test_json_is_one_document_with_the_figures_in_their_order(
    capsys: Capsys, truth: Path, answers: Path
) -> None:
    run = evaluate(capsys, "--truth", truth, "--predictions", answers, "--json")
    document = json.loads(run.out)
    assert list(document) == [
        "coco",
        "per_class",
        "voc",
        "best_f1",
        "confusion",
        "images",
        "interval",
    ]
    assert list(document["per_class"]["0"]) == [
        "ap",
        "ap50",
        "ap75",
        "voc_area",
        "voc_11",
        "truth",
        "best_f1",
    ]
    assert document["voc"] == {"iou": 0.5, "ap_area": 0.75, "ap_11": pytest.approx(8 / 11)}
    assert document["confusion"]["counts"] == [[0, 0, 3], [0, None, 1]]
    assert document["images"][3] == {"id": 4, "tp": 0, "fp": 0, "fn": 1}


def test_coco_files_are_read_whatever_their_layout(capsys: Capsys, tmp_path: Path) -> None:
    annotations, results = coco(tmp_path)
    run = evaluate(capsys, "--truth", annotations, "--predictions", results, "--json")
    assert json.loads(run.out)["coco"]["ap"] == pytest.approx(1)


def test_answers_are_numbered_by_coco_s_categories(
    capsys: Capsys, tmp_path: Path, answers: Path
) -> None:
    annotations, _ = coco(tmp_path)
    run = evaluate(capsys, "--truth", annotations, "--predictions", answers)
    assert (run.status, run.out) == (2, "")
    assert "does not tell width and height" in run.err
    document = json.loads(annotations.read_text())
    document["images"][0] |= {"width": 400, "height": 300}
    document["annotations"][0]["bbox"] = [10, 20, 30, 40]
    annotations.write_text(json.dumps(document))
    run = evaluate(capsys, "--truth", annotations, "--predictions", answers, "--json")
    assert json.loads(run.out)["per_class"]["5"]["ap"] == pytest.approx(1)
    out = answers / "job" / "images" / "1.jpg.out"
    out.write_text('{"prediction": [[1.0, 0.5, 0, 0, 1, 1]]}')
    run = evaluate(capsys, "--truth", annotations, "--predictions", answers)
    assert run.status == 2
    assert "1.jpg.out: class 1, but the truth has 1 categories" in run.err


def test_results_in_no_order_are_measured_alike(capsys: Capsys, tmp_path: Path) -> None:
    annotations, results = coco(tmp_path)
    document = json.loads(annotations.read_text())
    document["images"].append({"id": 2})
    annotations.write_text(json.dumps(document))
    found = json.loads(results.read_text())
    mixed = [found[0], {**found[0], "image_id": 2, "score": 0.1}, {**found[0], "score": 0.2}]
    results.write_text(json.dumps(mixed))
    run = evaluate(capsys, "--truth", annotations, "--predictions", results, "--json")
    counts = [(each["id"], each["tp"]) for each in json.loads(run.out)["images"]]
    assert counts == [(1, 1), (2, 0)]


def test_images_without_answers_are_left_out_and_named(
    capsys: Capsys, truth: Path, answers: Path
) -> None:
    (answers / "job" / "images" / "3.jpg.out").unlink()
    run = evaluate(capsys, "--truth", truth, "--predictions", answers, "--json")
    assert run.status == 0
    assert len(json.loads(run.out)["images"]) == 3
    assert run.err == (
        "gt-train evaluate: left out for want of predictions, 1 of 4 images: s3://images/3.jpg\n"
    )


def test_lines_without_labels_are_left_out_and_counted(
    capsys: Capsys, tmp_path: Path, answers: Path
) -> None:
    records: list[Any] = [{"source-ref": "s3://images/9.jpg"}, {**RECORD}]
    records[1]["source-ref"] = "s3://images/0.jpg"
    truth = write(tmp_path / "some.manifest", records)
    run = evaluate(capsys, "--truth", truth, "--predictions", answers, "--json")
    assert [each["id"] for each in json.loads(run.out)["images"]] == [2]
    assert run.err == "gt-train evaluate: left out for want of labels, 1 of 2 lines\n"


def test_voc_s_iou_and_pixels_are_settings(capsys: Capsys, truth: Path, answers: Path) -> None:
    given = ["--truth", truth, "--predictions", answers, "--json"]
    assert json.loads(evaluate(capsys, *given, "--voc-iou", "0.7").out)["voc"]["iou"] == 0.7
    assert evaluate(capsys, *given, "--inclusive").status == 0
    for iou in ("0", "1.1", "nan", "x"):
        run = evaluate(capsys, *given, "--voc-iou", iou)
        assert run.status == 2
        assert "is not above 0 and at most 1" in run.err


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "\x00", '{"source-ref": 1}', "{}\n{}"])
def test_what_is_no_truth_is_one_line_and_status_2(
    capsys: Capsys, tmp_path: Path, answers: Path, content: str
) -> None:
    file = tmp_path / "truth"
    file.write_text(content)
    run = evaluate(capsys, "--truth", file, "--predictions", answers)
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"gt-train evaluate: {file}: ")
    assert run.err.count("\n") == 1


def test_what_can_not_be_read_is_one_line_and_status_2(
    capsys: Capsys, tmp_path: Path, truth: Path, answers: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for given, reason in (
        ((tmp_path / "absent", answers), "No such file or directory"),
        ((tmp_path, answers), "Is a directory"),
        ((truth, tmp_path / "absent"), "No such file or directory"),
        ((truth, truth), "not COCO results"),
        ((truth, empty), "no .out file belongs to an image of the truth"),
    ):
        run = evaluate(capsys, "--truth", given[0], "--predictions", given[1])
        assert (run.status, run.out) == (2, "")
        assert reason in run.err
        assert run.err.count("\n") == 1


def test_a_broken_answer_is_named(capsys: Capsys, truth: Path, answers: Path) -> None:
    out = answers / "job" / "images" / "2.jpg.out"
    out.write_text("{")
    run = evaluate(capsys, "--truth", truth, "--predictions", answers)
    assert run.status == 2
    assert run.err.startswith(f"gt-train evaluate: {out}: not the algorithm's answer")


def test_ctrl_c_is_status_130_and_one_line(
    capsys: Capsys, truth: Path, answers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "summarize", interrupted)
    run = evaluate(capsys, "--truth", truth, "--predictions", answers)
    assert (run.status, run.err) == (130, "gt-train evaluate: interrupted\n")


def test_the_page_shows_pictures_and_the_incumbent(
    capsys: Capsys, truth: Path, answers: Path, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (400, 300)).save(tmp_path / "pictures" / "3.jpg")
    page = tmp_path / "evaluation.html"
    run = evaluate(
        capsys,
        *("--truth", truth, "--predictions", answers, "--json", "--report", page),
        *("--images", tmp_path / "pictures", "--incumbent", answers),
    )
    assert run.status == 0
    json.loads(run.out)
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert html.count("data:image/jpeg;base64,") == 1
    assert "before 0.752 (+0.000)" in html


def test_an_incumbent_on_other_images_is_refused(
    capsys: Capsys, truth: Path, answers: Path, tmp_path: Path
) -> None:
    other = tmp_path / "incumbent"
    other.mkdir()
    (other / "0.jpg.out").write_text('{"prediction": []}')
    given = ["--truth", truth, "--predictions", answers, "--incumbent", other]
    run = evaluate(capsys, *given, "--report", tmp_path / "page.html")
    assert run.status == 2
    assert "the incumbent has predictions for other images" in run.err
    assert not (tmp_path / "page.html").exists()


def test_the_review_is_a_manifest_of_what_is_wrong(
    capsys: Capsys, truth: Path, answers: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "review.manifest"
    run = evaluate(capsys, "--truth", truth, "--predictions", answers, "--review", manifest)
    assert run.status == 0
    (line,) = manifest.read_text().splitlines()
    record = json.loads(line)
    assert record["source-ref"] == "s3://images/3.jpg"
    assert record["bb"] == RECORD["bb"]
    assert record["predicted"]["annotations"] == []


def test_misuse_is_said_before_anything_is_measured(
    capsys: Capsys, truth: Path, answers: Path, tmp_path: Path
) -> None:
    annotations, results = coco(tmp_path)
    plain = ["--truth", truth, "--predictions", answers]
    page = tmp_path / "page.html"
    for given, reason in (
        ([*plain, "--images", tmp_path], "--images needs --report"),
        ([*plain, "--incumbent", answers], "--incumbent needs --report"),
        ([*plain, "--report", page, "--images", truth], "is not a folder with images"),
        ([*plain, "--report", tmp_path / "no" / "page.html"], "there is no folder"),
        ([*plain, "--report", truth], "would be overwritten"),
        ([*plain, "--report", tmp_path], "can't be written"),
        (
            ["--truth", annotations, "--predictions", results, "--review", page],
            "--review needs a manifest as truth",
        ),
    ):
        run = evaluate(capsys, *given)
        assert (run.status, run.out) == (2, "")
        assert reason in run.err
    assert truth.read_text().startswith("{")
