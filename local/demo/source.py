"""What a run of the pipeline is fed with: a manifest and the images that it names."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from local.demo.image_files import file_of
from local.demo.pictures import DataSet, demo_data_set, fresh_picture
from local.demo.placeholders import placeholders

DEMO_JOB = "shapes"
DEMO_IMAGES = "images/shapes/"

_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")


class SourceError(Exception):
    """The manifest or the folder of images cannot be used; the message says why."""


class Source(Protocol):
    """A manifest with its images."""

    @property
    def labeling_job(self) -> str:
        """Name of the labeling job that is said to have written the manifest."""

    def image_buckets(self) -> list[str]:
        """Return the names of the buckets, besides the pipeline's own, in which the images lie."""

    def manifest_for(self, bucket: str) -> bytes:
        """Return the manifest, given the name of the pipeline's bucket."""

    def write_images(self, s3: Any, bucket: str) -> int:
        """Write the images to their buckets; return how many."""

    def fresh_picture(self) -> bytes | None:
        """Return a PNG file that the model has not seen, for people to try it on."""


class DemoPictures:
    """The demo's own pictures, drawn and labelled with a fixed seed."""

    labeling_job = DEMO_JOB

    def image_buckets(self) -> list[str]:
        """Return none: the pictures lie in the pipeline's bucket."""
        return []

    def manifest_for(self, bucket: str) -> bytes:
        """Return the manifest of the pictures."""
        return _demo_pictures(bucket).manifest

    def write_images(self, s3: Any, bucket: str) -> int:
        """Write the pictures to the pipeline's bucket."""
        images = _demo_pictures(bucket).images
        for name, content in images.items():
            s3.put_object(Bucket=bucket, Key=DEMO_IMAGES + name, Body=content)
        return len(images)

    def fresh_picture(self) -> bytes | None:
        """Return one more of the kind."""
        return fresh_picture()


def _demo_pictures(bucket: str) -> DataSet:
    return demo_data_set(f"s3://{bucket}/{DEMO_IMAGES}", DEMO_JOB, DEMO_JOB)


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A manifest on disk, with images from a folder, drawn ones, or none."""

    labeling_job: str
    manifest: bytes
    images: Path | None
    fill: bool

    @classmethod
    def read(cls, path: Path, images: Path | None, *, fill: bool) -> "ManifestFile":
        """Read the manifest; raises ``SourceError`` where file or folder cannot be read."""
        try:
            manifest = path.read_bytes()
        except OSError as error:
            raise SourceError(f"the manifest {path} cannot be read: {error.strerror}") from error
        if images is not None and not images.is_dir():
            raise SourceError(f"the folder of images {images} does not exist")
        return cls(path.stem, manifest, images, fill)

    def image_buckets(self) -> list[str]:
        """Return the buckets of all source-refs; other names are left to validation."""
        named = {uri.split("/")[2] for uri in self._image_uris()}
        return sorted(name for name in named if _BUCKET_NAME.fullmatch(name))

    def manifest_for(self, bucket: str) -> bytes:  # noqa: ARG002 - the file says where its images lie
        """Return the file's bytes."""
        return self.manifest

    def write_images(self, s3: Any, bucket: str) -> int:  # noqa: ARG002 - see manifest_for
        """Write the folder's images, and drawn ones for the rest where that was asked for."""
        buckets = self.image_buckets()
        for name in buckets:
            _ensure_bucket(s3, name)
        count = 0
        for uri, content in self._found_or_drawn():
            name, _, key = uri.removeprefix("s3://").partition("/")
            if name in buckets:
                s3.put_object(Bucket=name, Key=key, Body=content)
                count += 1
        return count

    def fresh_picture(self) -> bytes | None:
        """Return none: people have images of their own."""
        return None

    def _found_or_drawn(self) -> Iterator[tuple[str, bytes]]:
        found: set[str] = set()
        if self.images is not None:
            for uri in self._image_uris():
                path = file_of(self.images, uri)
                if path is not None:
                    found.add(uri)
                    yield uri, path.read_bytes()
        if self.fill:
            drawn = placeholders(self.manifest.splitlines())
            yield from ((uri, picture) for uri, picture in drawn if uri not in found)

    def _image_uris(self) -> Iterator[str]:
        for line in self.manifest.splitlines():
            try:
                uri = json.loads(line)["source-ref"]
            except (ValueError, TypeError, KeyError, RecursionError):
                continue
            if isinstance(uri, str) and re.match(r"s3://[^/]+/.", uri):
                yield uri


def _ensure_bucket(s3: Any, name: str) -> None:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        s3.create_bucket(Bucket=name)
