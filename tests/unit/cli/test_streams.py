"""The command as a process: readers that leave early, and manifests in S3."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError, ReadTimeoutError

from lambdas.adapters import manifest_objects
from lambdas.adapters.manifest_objects import ManifestObject
from lambdas.errors import ManifestNotReadable
from tests.unit.cli.runs import any_records, validate, write

Capsys = pytest.CaptureFixture[str]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_leaves_early_changes_neither_status_nor_mood(
    tmp_path: Path, options: list[str]
) -> None:
    path = write(tmp_path / "output.manifest", any_records())
    command = [sys.executable, "-m", "cli.main", "validate", str(path), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_an_object_in_s3_is_read_like_a_file(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write(tmp_path / "output.manifest", any_records()).read_bytes()
    found = ManifestObject("s3://b/k", "1", len(content), io.BytesIO(content))
    monkeypatch.setattr(manifest_objects, "open_manifest", lambda _uri: found)
    run = validate(capsys, "s3://b/k")
    assert (run.status, run.err) == (0, "")
    assert "ACCEPTED  s3://b/k" in run.out


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ManifestNotReadable("s3://b/k does not exist."), "s3://b/k does not exist."),
        (ManifestNotReadable("no\naccess"), "s3://b/k: no access"),
        (NoCredentialsError(), "s3://b/k: Unable to locate credentials"),
    ],
)
def test_an_object_that_cannot_be_opened_is_status_2_and_one_line(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def fails(_uri: str) -> Any:
        raise error

    monkeypatch.setattr(manifest_objects, "open_manifest", fails)
    assert validate(capsys, "s3://b/k") == (2, "", f"gt-train validate: {says}\n")


class Breaking(io.RawIOBase):
    def readinto(self, _buffer: Any, /) -> int:
        raise ReadTimeoutError(endpoint_url="https://s3")


def test_a_download_that_breaks_off_is_status_2_and_names_its_manifest(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ManifestObject("s3://b/k", "1", 5, Breaking())
    monkeypatch.setattr(manifest_objects, "open_manifest", lambda _uri: found)
    first = write(tmp_path / "output.manifest", any_records())
    run = validate(capsys, first, "--validation", "s3://b/k")
    assert run.status == 2
    assert run.err.startswith("gt-train validate: s3://b/k: Read timeout")
    assert run.err.count("\n") == 1
