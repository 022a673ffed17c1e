"""Images for the page from a folder: made small, or left out."""

import io
from pathlib import Path

import pytest
from PIL import Image

from cli import sample_pictures
from cli.sample_pictures import pictures
from lambdas.pages.thumbnail import LONGEST_SIDE
from tests.unit.cli.runs import any_records, validate, write
from tests.unit.pages.pages import any_box, any_record, report_of


def any_image(path: Path, size: tuple[int, int] = (1600, 800), mode: str = "RGB") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size).save(path)
    return path


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_an_image_becomes_a_small_jpeg(tmp_path: Path, mode: str) -> None:
    any_image(tmp_path / "0000.png", mode=mode)
    records = [any_record(n, any_box()) for n in range(2)]
    records[0]["source-ref"] = "s3://images/0000.png"
    found = pictures(report_of(records), tmp_path)
    assert list(found) == ["s3://images/0000.png"]
    with Image.open(io.BytesIO(found["s3://images/0000.png"].content)) as small:
        assert (small.format, small.size) == ("JPEG", (LONGEST_SIDE, LONGEST_SIDE // 2))


def test_files_that_are_no_images_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "0000.jpg").write_bytes(b"no image")
    (tmp_path / "0001.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    report = report_of([any_record(n, any_box()) for n in range(3)])
    assert pictures(report, tmp_path) == {}


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = any_image(tmp_path / "0000.jpg").stat().st_size
    report = report_of([any_record(0, any_box())])
    monkeypatch.setattr(sample_pictures, "MOST_BYTES", size)
    assert pictures(report, tmp_path)
    monkeypatch.setattr(sample_pictures, "MOST_BYTES", size - 1)
    assert not pictures(report, tmp_path)


def test_the_page_of_the_command_shows_images_of_the_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    any_image(tmp_path / "images" / "3.jpg", (400, 300))
    path = write(tmp_path / "output.manifest", any_records())
    page = tmp_path / "page.html"
    run = validate(capsys, path, "--report", page, "--images", tmp_path / "images")
    assert f"page with charts: {page}" in run.out.replace("\n", "")
    assert page.read_text(encoding="utf-8").count("data:image/jpeg;base64,") == 1
