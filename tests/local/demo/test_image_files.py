"""An image's file in a folder: found by its key's end, never outside."""

from pathlib import Path

import pytest

from local.demo.image_files import file_of


def file_at(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"an image")
    return path


def test_the_file_with_the_longest_common_end_is_taken(tmp_path: Path) -> None:
    file_at(tmp_path / "1.png")
    nearer = file_at(tmp_path / "cats" / "1.png")
    assert file_of(tmp_path, "s3://bucket/cats/1.png") == nearer
    assert file_of(tmp_path, "s3://bucket/dogs/1.png") == tmp_path / "1.png"
    assert file_of(tmp_path, "s3://bucket/cats/2.png") is None


@pytest.mark.parametrize(
    "source_ref",
    ["s3://bucket/../1.png", "s3://bucket/a/../../1.png", "s3://b/\0", "s3://b/" + "x" * 9_999],
)
def test_no_key_leads_out_of_the_folder_or_breaks_the_search(
    tmp_path: Path, source_ref: str
) -> None:
    file_at(tmp_path / "1.png")
    (tmp_path / "images").mkdir()
    assert file_of(tmp_path / "images", source_ref) is None
