"""The registry address of the object-detection algorithm in each region, from the SageMaker SDK."""

import importlib.metadata
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ALGORITHM = "object-detection"
VERSION = "1"


def training_images(cache: Path) -> Mapping[str, str]:
    """Return the image URI of every region that has the algorithm, by region.

    Importing the SDK takes seconds, so that its answer is kept in the folder ``cache``, under a
    name with the SDK's version.
    """
    sdk = importlib.metadata.version("sagemaker-core")
    answer = cache / f"training-images-{sdk}.json"
    if answer.exists():
        known: dict[str, str] = json.loads(answer.read_text())
        return known
    images = _ask_sdk()
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = cache / f"{answer.name}.{os.getpid()}"
    unfinished.write_text(json.dumps(images, indent=1))
    unfinished.replace(answer)
    return images


PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")


@contextmanager
def _without_profile() -> Iterator[None]:
    """Keep from the SDK a profile that may not exist: it opens a session when it is imported."""
    chosen = {name: os.environ.pop(name) for name in PROFILES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(chosen)


def _ask_sdk() -> dict[str, str]:
    with _without_profile():
        return _image_uris()


def _image_uris() -> dict[str, str]:
    from sagemaker.core import (  # type: ignore[import-untyped]  # noqa: PLC0415 -- slow
        image_uris,
    )

    registries = image_uris.config_for_framework(ALGORITHM)["versions"][VERSION]["registries"]
    return {
        region: image_uris.retrieve(ALGORITHM, region, version=VERSION)
        for region in sorted(registries)
    }
