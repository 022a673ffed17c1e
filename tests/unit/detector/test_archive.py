"""`model.tar.gz`: read in memory, with bounds; nothing is unpacked."""

import gzip
import io
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.detector import archive
from cli.detector.archive import ModelArchive, read_archive
from cli.detector.errors import NotUsable
from tests.unit.detector.mxnet_files import archive_of, model_tar_gz, tar_gz

MODEL = {"a-symbol.json": b"{}", "a-0000.params": b"p"}


def read(content: bytes) -> ModelArchive:
    return read_archive(io.BytesIO(content))


def test_mxnets_own_archive_is_read() -> None:
    found = archive_of("resnet-50-trained")
    assert found.hyperparameters["image_shape"] == "128"
    assert len(found.sha256) == 64


def test_members_are_found_in_folders_and_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outside = {"../../x/a-symbol.json": b"{}", "/etc/a-0000.params": b"p", "../evil": b"e"}

    assert read(tar_gz(outside)).weights == b"p"

    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as written:
        link = tarfile.TarInfo("a-symbol.json")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        written.addfile(link)
    with pytest.raises(NotUsable, match="not one"):
        read(file.getvalue())


def test_numbers_among_the_hyperparameters_are_text() -> None:
    found = read(tar_gz({**MODEL, "hyperparams.json": b'{"image_shape": 300, "a": "b"}'}))
    assert found.hyperparameters == {"image_shape": "300", "a": "b"}


def test_macos_shadow_files_are_left_out() -> None:
    assert read(tar_gz({"._a-symbol.json": b"x", **MODEL})).symbol == b"{}"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, "holds no file"),
        ({"README.txt": b"a", "stand-in.json": b"b"}, "holds README.txt, stand-in.json, not one"),
        ({"a-symbol.json": b"{}"}, "not one"),
        ({**MODEL, "b-0000.params": b"q"}, r"a-0000.params, b-0000.params: more than one"),
        ({f"{number}.txt": b"" for number in range(7)}, "4.txt and 2 more"),
        ({"\x1b[31m.txt": b""}, r"\\x1b\[31m.txt"),
        ({**MODEL, "hyperparams.json": b"[]"}, "hyperparams.json"),
        ({**MODEL, "hyperparams.json": b'{"a": ' + b"9" * 5000 + b"}"}, "hyperparams.json"),
        ({**MODEL, "hyperparams.json": b'{"a": "\xff"}'}, "hyperparams.json"),
    ],
)
def test_what_it_holds_instead_is_named(members: dict[str, bytes], problem: str) -> None:
    with pytest.raises(NotUsable, match=problem):
        read(tar_gz(members))


@pytest.mark.parametrize("content", [b"", b"x", b"\x1f\x8b", gzip.compress(b"x" * 600, mtime=0)])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(NotUsable):
        read(content)


def test_a_member_larger_than_any_models_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(archive.LARGEST, ".params", 10)
    with pytest.raises(NotUsable, match=r"a-0000.params has 11 bytes; a model's has at most 10"):
        read(tar_gz({"a-0000.params": bytes(11)}))


def test_a_header_that_claims_gigabytes_is_refused() -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 3 << 30
    content = gzip.compress(header.tobuf() + bytes(1024))
    with pytest.raises(NotUsable, match="header"):
        read(content)


def test_an_archive_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_CONTENT", 1 << 20)
    with pytest.raises(NotUsable, match="unpacks to more"):
        read(tar_gz({"large.bin": bytes(2 << 20), "more.bin": bytes(2 << 20), **MODEL}))


def test_an_archive_of_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    with pytest.raises(NotUsable, match="more than 3 members"):
        read(tar_gz({f"{number}.txt": b"" for number in range(4)}))


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_archive_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = gzip.decompress(
        model_tar_gz(tmp_path_factory.mktemp("model") / "model.tar.gz").read_bytes()
    )
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:at] + data.draw(st.binary(min_size=1, max_size=12)) + content[at + 1 :]
    with suppress(NotUsable):
        read(gzip.compress(damaged[: data.draw(st.integers(0, len(damaged)))], 1))
