"""`gt-train validate` looks at the images themselves, and its exit status knows what it found."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials

from lambdas.adapters import object_requests as module
from lambdas.adapters.object_requests import Endpoint, ObjectRequests
from tests.unit.adapters.scripted_s3 import ScriptedS3, scripted_s3
from tests.unit.cli.runs import any_records, validate, write
from tests.unit.images.images import any_image, encoded

SIZE = (400, 300)


def jpeg(number: int, size: tuple[int, int] = SIZE) -> bytes:
    """An image of no other one's bytes."""
    return encoded(any_image(size), "JPEG", comment=f"image {number:04}".encode())


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write(tmp_path / "output.manifest", any_records(20))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    images.mkdir()
    for number in range(20):
        (images / f"{number}.jpg").write_bytes(jpeg(number))
    return images


def found(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, dict[str, int], dict[str, Any]]:
    """The exit status, how often which image rule is broken, and the records."""
    run = validate(capsys, *arguments, "--json")
    assert run.out, run.err
    report = json.loads(run.out)
    counts = {each["code"]: each["count"] for each in report["findings"] if "image" in each["code"]}
    return run.status, counts, report


def test_images_as_their_lines_say_are_accepted(
    capsys: pytest.CaptureFixture[str], manifest: Path, folder: Path
) -> None:
    status, counts, report = found(capsys, manifest, "--images", folder)
    assert (status, counts) == (0, {})
    assert report["records"]["usable"] == 20


def test_without_the_option_no_image_is_looked_at(
    capsys: pytest.CaptureFixture[str], manifest: Path
) -> None:
    assert found(capsys, manifest)[:2] == (0, {})


def test_a_missing_file_costs_its_line(
    capsys: pytest.CaptureFixture[str], manifest: Path, folder: Path
) -> None:
    (folder / "3.jpg").unlink()
    status, counts, report = found(capsys, manifest, "--images", folder)
    assert (status, counts) == (0, {"image-missing": 1})  # one in 20 may be invalid
    assert (report["records"]["usable"], report["records"]["invalid"]) == (19, 1)
    assert sum(report["split"].values()) == 19
    samples = report["hyperparameters"]["num_training_samples"]
    assert samples == str(report["split"]["train"])


def test_too_many_bad_images_reject_the_manifest(
    capsys: pytest.CaptureFixture[str], manifest: Path, folder: Path
) -> None:
    (folder / "3.jpg").unlink()
    (folder / "4.jpg").write_bytes(jpeg(4, (401, 300)))
    status, counts, report = found(capsys, manifest, "--images", folder)
    assert (status, counts) == (1, {"image-missing": 1, "image-size-differs": 1})
    assert report["findings"][0]["code"] == "too-many-invalid-lines"
    assert "2 of 20" in report["findings"][0]["message"]


@pytest.mark.parametrize("channel", ["train", "validation"])
def test_a_channel_that_loses_its_only_image_rejects_the_manifest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path, channel: str
) -> None:
    records = any_records(20)
    one = write(tmp_path / "one.manifest", records[:1])
    others = write(tmp_path / "others.manifest", records[1:])
    train, validation = (one, others) if channel == "train" else (others, one)
    (folder / "0.jpg").unlink()
    status, _, report = found(capsys, train, "--validation", validation, "--images", folder)
    assert status == 1
    assert report["findings"][0]["code"] == "channel-empty"
    assert channel in report["findings"][0]["message"]


def test_faulty_lines_and_bad_images_count_together(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path
) -> None:
    (folder / "3.jpg").unlink()
    manifest = write(tmp_path / "faulty.manifest", [*any_records(20), "no object"])
    status, _, report = found(capsys, manifest, "--images", folder)
    assert status == 1
    assert report["records"]["invalid"] == 2


def test_findings_name_lines_of_the_manifest_that_was_split(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path
) -> None:
    lines = [json.dumps(record) for record in any_records(20)]
    manifest = tmp_path / "spaced.manifest"
    manifest.write_text("\ufeff" + "\n\n".join(lines), encoding="utf-8")
    for number in (0, 7, 19):
        (folder / f"{number}.jpg").write_bytes(b"<html>")
    _, _, report = found(capsys, manifest, "--images", folder)
    (bad,) = (each for each in report["findings"] if each["code"] == "not-an-image")
    assert (bad.get("manifest", "train"), bad["lines"]) == ("train", [1, 15, 39])


def test_findings_name_lines_of_the_validation_manifest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path
) -> None:
    records = any_records(20)
    train = write(tmp_path / "train.manifest", records[:15])
    validation = write(tmp_path / "validation.manifest", records[15:])
    (folder / "16.jpg").write_bytes(b"<html>")
    _, _, report = found(capsys, train, "--validation", validation, "--images", folder)
    (bad,) = (each for each in report["findings"] if each["code"] == "not-an-image")
    assert (bad["manifest"], bad["lines"]) == ("validation", [2])


@pytest.mark.parametrize("metadata", [None, [], "none"])
def test_images_of_lines_with_odd_metadata_and_sizes_are_looked_at(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path, metadata: object
) -> None:
    records = any_records(20)
    label = records[3]["bb"] | {"image_size": [{"width": 401.0, "height": 300.0, "depth": 3}]}
    records[3] |= {"bb": label, "bb-metadata": metadata}
    manifest = write(tmp_path / "odd.manifest", records)
    _, _, report = found(capsys, manifest, "--images", folder)
    (bad,) = (each for each in report["findings"] if each["code"] == "image-size-differs")
    assert bad["lines"] == [4]
    assert bad["message"] == (
        'line 4: "s3://images/3.jpg" is 400x300 pixels, but image_size says 401x300'
    )


@pytest.mark.parametrize("odd", ['"\\ud800"', "1e999", "[" * 900 + "]" * 900])
def test_images_of_lines_that_few_parsers_read_are_looked_at(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path, odd: str
) -> None:
    lines = [json.dumps(record) for record in any_records(20)]
    lines[3] = f'{lines[3][:-1]}, "other": {odd}}}'
    manifest = tmp_path / "odd.manifest"
    manifest.write_text("\n".join(lines))
    (folder / "3.jpg").unlink()
    _, counts, report = found(capsys, manifest, "--images", folder)
    assert counts == {"image-missing": 1}
    assert report["records"]["usable"] == 19


def test_what_only_warns_costs_nothing(
    capsys: pytest.CaptureFixture[str], manifest: Path, folder: Path
) -> None:
    for number in range(20):
        content = encoded(any_image(SIZE, "L"), "JPEG", comment=f"grey {number}".encode())
        (folder / f"{number}.jpg").write_bytes(content)
    status, counts, report = found(capsys, manifest, "--images", folder)
    assert status == 0
    assert set(counts) == {"image-channels"}
    assert report["records"]["usable"] == 20


def test_files_with_the_same_bytes_are_found(
    capsys: pytest.CaptureFixture[str], manifest: Path, folder: Path
) -> None:
    (folder / "4.jpg").write_bytes((folder / "3.jpg").read_bytes())
    status, counts, _ = found(capsys, manifest, "--images", folder)
    assert status == 0
    assert counts in ({"image-content-repeated": 1}, {"image-content-leaked": 1})


def test_people_read_what_was_found(
    capsys: pytest.CaptureFixture[str], manifest: Path, folder: Path
) -> None:
    (folder / "3.jpg").write_bytes(b"<html>")
    run = validate(capsys, manifest, "--images", folder)
    assert run.status == 0
    assert "not-an-image" in run.out
    assert "an HTML page" in run.out


def test_the_images_of_a_rejected_manifest_are_not_looked_at(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path
) -> None:
    rejected = write(tmp_path / "rejected.manifest", [{"a": 1}] * 5)
    run = validate(capsys, rejected, "--images", folder)
    assert run.status == 1
    assert "image-missing" not in run.out


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedS3]:
    with scripted_s3() as stand_in:
        credentials = ReadOnlyCredentials("key", "secret", None)
        requests = ObjectRequests(Endpoint(stand_in.url), "eu-west-1", credentials)
        monkeypatch.setattr(module, "object_requests", lambda: requests)
        yield stand_in


def test_images_in_s3_are_looked_at(
    capsys: pytest.CaptureFixture[str], manifest: Path, s3: ScriptedS3
) -> None:
    s3.objects = {f"/images/{number}.jpg": jpeg(number) for number in range(19)}
    status, counts, _ = found(capsys, manifest, "--check-images")
    assert (status, counts) == (0, {"image-missing": 1})
    assert len(s3.reads) == 20


def test_images_that_can_not_be_looked_at_are_not_judged(
    capsys: pytest.CaptureFixture[str], manifest: Path, s3: ScriptedS3
) -> None:
    s3.trouble = lambda _path, _tries: (403, "<Error><Code>InvalidAccessKeyId</Code></Error>")
    run = validate(capsys, manifest, "--check-images")
    assert run.status == 2
    assert run.err.startswith("gt-train validate: S3 does not accept the credentials")
    assert run.err.count("\n") == 1
