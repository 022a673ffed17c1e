"""Finds the images that ``gt-train predict`` is given."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.detector.errors import NotUsable
from cli.detector.images import SUFFIXES


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image on disk.

    ``name`` is what files about it are called: its path below the folder that was given, or its
    own name.
    """

    path: Path
    name: str


def image_files(places: Sequence[Path]) -> list[ImageFile]:
    """Return the images among files and in folders, each folder's in order.

    Raises ``NotUsable`` where a place does not exist, a folder has no image, or two images have
    one name.
    """
    found = [image for place in places for image in _images(place)]
    name, count = Counter(image.name for image in found).most_common(1)[0]
    if count > 1:
        raise NotUsable(f"{count} images are called {name}: give the folder that holds them all")
    return found


def _images(place: Path) -> Iterator[ImageFile]:
    if place.is_file():
        yield ImageFile(place, place.name)
        return
    if not place.is_dir():
        raise NotUsable(f"{place} does not exist")
    files = sorted(path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES)
    images = [
        ImageFile(path, path.relative_to(place).as_posix()) for path in files if path.is_file()
    ]
    if not images:
        raise NotUsable(f"{place} has no {', '.join(SUFFIXES)} in it")
    yield from images
