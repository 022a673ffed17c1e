"""`gt-train validate`: exit status, what goes to which stream, and what it says."""

import io
import json
import sys
from pathlib import Path

import pytest

from cli import validate as command
from lambdas.manifest.report import Report
from tests.unit.cli.runs import any_records, validate, write

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write(tmp_path / "output.manifest", any_records())


@pytest.fixture
def rejected(tmp_path: Path) -> Path:
    return write(tmp_path / "rejected.manifest", [{"source-ref": "s3://images/1.jpg"}])


def test_an_accepted_manifest_is_status_0_and_says_so_last(capsys: Capsys, manifest: Path) -> None:
    run = validate(capsys, manifest)
    assert run.status == 0
    assert "ACCEPTED" in run.out
    assert run.err == ""


def test_a_rejected_manifest_is_status_1_and_says_what_to_do(
    capsys: Capsys, rejected: Path
) -> None:
    run = validate(capsys, rejected)
    assert run.status == 1
    assert "REJECTED" in run.out
    assert "label-attribute-not-found" in run.out
    fix = "Train on the output.manifest of a bounding-box labeling job"
    assert fix in " ".join(run.out.split())


def test_the_summary_has_the_numbers_that_matter(capsys: Capsys, manifest: Path) -> None:
    words = " ".join(validate(capsys, manifest).out.split())
    assert "20 = 20 usable (0 without boxes) + 0 failed + 0 unlabeled + 0 invalid" in words
    assert "label attribute bb" in words
    assert "classes 1: dog 20" in words
    assert "num_classes 1" in words


def test_a_finding_shows_severity_code_count_first_lines_message_and_fix(
    capsys: Capsys, tmp_path: Path
) -> None:
    records = any_records(200)
    for record in records[:8]:
        record["source-ref"] = "https://example.com/dog.jpg"
    words = " ".join(validate(capsys, write(tmp_path / "output.manifest", records)).out.split())
    assert "error 8 line 1: source-ref is" in words
    assert "source-ref-not-s3" in words
    assert "Copy the image to S3" in words
    assert "lines 1, 2, 3, 4, 5, …" in words


def test_json_is_exactly_one_document_on_standard_output(capsys: Capsys, rejected: Path) -> None:
    run = validate(capsys, rejected, "--json")
    assert run.status == 1
    assert run.err == ""
    document = json.loads(run.out)
    assert document["verdict"] == "rejected"
    assert list(document) == list(Report.__struct_fields__)


def test_json_stays_alone_on_standard_output_when_a_page_is_written_too(
    capsys: Capsys, manifest: Path, tmp_path: Path
) -> None:
    run = validate(capsys, manifest, "--json", "--report", tmp_path / "page.html")
    assert json.loads(run.out)["verdict"] == "accepted"
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{folder}/none.manifest"], "none.manifest: No such file or directory"),
        (["{folder}"], "Is a directory"),
        (["a\0b"], "a\\x00b: embedded null byte"),
        (["https://example.com/output.manifest"], "is not an S3 URI of the form s3://bucket/key"),
        (["s3://bucket-only"], "is not an S3 URI of the form s3://bucket/key"),
        (["{manifest}", "--validation", "{folder}/none"], "none: No such file or directory"),
        (["-", "--validation", "-"], "only one of the two manifests can be standard input"),
        (["{manifest}", "--images", "{folder}"], "--images needs --report"),
        (
            ["{manifest}", "--report", "{folder}/page.html", "--images", "{folder}/none"],
            "none is no folder with images",
        ),
        (["{manifest}", "--report", "{folder}/none/page.html"], "there is no folder"),
        (["{manifest}", "--report", "{manifest}"], "is the manifest: the page would overwrite it"),
        (["{manifest}", "--report", "{folder}"], "can't be written: Is a directory"),
    ],
)
def test_what_cannot_be_used_is_status_2_and_one_line(
    capsys: Capsys, manifest: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    before = manifest.read_bytes()
    places = {"folder": tmp_path, "manifest": manifest}
    run = validate(capsys, *(each.format(**places) for each in arguments))
    assert run.status == 2
    assert run.out == ""
    assert run.err.startswith("gt-train validate: ")
    assert run.err.count("\n") == 1
    assert says in run.err
    assert manifest.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x", "--preview", "-1"],
        ["x", "--preview", "many"],
        ["x", "--json", "--preview", "2"],
        ["x", "--image-bucket", "s3://images"],
    ],
)
def test_wrong_usage_is_status_2_without_a_traceback(capsys: Capsys, arguments: list[str]) -> None:
    run = validate(capsys, *arguments)
    assert run.status == 2
    assert run.out == ""
    assert "error:" in run.err


def test_a_dash_reads_standard_input(
    capsys: Capsys, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(manifest.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    run = validate(capsys, "-")
    assert run.status == 0
    assert "ACCEPTED  standard input" in run.out


def test_a_validation_manifest_is_not_split(capsys: Capsys, manifest: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "validation.manifest", any_records(5, bucket="more-images"))
    run = validate(capsys, manifest, "--validation", other, "--json")
    assert json.loads(run.out)["split"] == {"train": 20, "validation": 5, "test": 0}


def test_the_label_attribute_can_be_named(capsys: Capsys, manifest: Path) -> None:
    run = validate(capsys, manifest, "--label-attribute", "other", "--json")
    assert run.status == 1
    assert json.loads(run.out)["findings"][0]["code"] == "label-attribute-absent"


def test_images_may_lie_anywhere_as_long_as_no_bucket_is_named(
    capsys: Capsys, manifest: Path
) -> None:
    assert validate(capsys, manifest).status == 0
    assert validate(capsys, manifest, "--image-bucket", "images").status == 0
    run = validate(capsys, manifest, "--image-bucket", "elsewhere")
    assert run.status == 1
    assert "image-bucket-not-allowed" in run.out


def test_ctrl_c_ends_without_a_traceback(
    capsys: Capsys, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "validate_manifest", interrupted)
    run = validate(capsys, manifest)
    assert run == (130, "", "gt-train validate: interrupted\n")


def test_text_of_a_labeler_cannot_steer_the_terminal(capsys: Capsys, tmp_path: Path) -> None:
    records = any_records(20, name="\x1b[2J\u202e[bold]dog[/]")
    run = validate(capsys, write(tmp_path / "output.manifest", records), "--preview", "1")
    assert run.out.count(r"\x1b[2J\u202e[bold]dog[/]") == 2
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out


def test_a_manifest_is_judged_by_the_settings_of_an_environment_and_of_the_command_line(
    tmp_path: Path, capsys: Capsys, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdk_json = tmp_path / "cdk.json"
    staging = {"hyperparameters": {"label_width": 400}}
    cdk_json.write_text(json.dumps({"context": {"environments": {"staging": staging}}}))
    monkeypatch.setattr("cli.project_policy.SETTINGS", cdk_json)

    def label_width(*options: str) -> str:
        report = json.loads(validate(capsys, manifest, "--json", *options).out)
        derived: str = report["hyperparameters"]["label_width"]
        return derived

    assert label_width() == "350"
    assert label_width("--stack", "staging") == "400"
    assert label_width("-c", "pipeline.hyperparameters.label_width=500") == "500"
