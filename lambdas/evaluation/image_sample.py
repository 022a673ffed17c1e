"""Chooses the images to evaluate a model on where there are more than a setting allows."""

import heapq
from hashlib import blake2b

_KEY = b"gt-train sample"


class ImageSample:
    """The images with the lowest hashes, at most ``most``.

    Whatever their order, the same images are chosen, each with the same chance; and of a manifest
    that has grown mostly those of before, so that the figures of two runs are of much the same
    images. An image on several lines counts once. Holds numbers, not names.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._highest_first: list[int] = []
        self._kept: set[int] = set()

    def offer(self, name: str) -> None:
        """Take an image in if it belongs to the sample of those offered so far."""
        number = _hash(name)
        if number in self._kept:
            return
        self._kept.add(number)
        if len(self._kept) <= self._most:
            heapq.heappush(self._highest_first, -number)
        else:
            self._kept.remove(-heapq.heappushpop(self._highest_first, -number))

    def __contains__(self, name: str) -> bool:
        """Tell, once all images have been offered, whether one belongs to the sample."""
        return _hash(name) in self._kept

    def __len__(self) -> int:
        """Return how many images the sample has."""
        return len(self._kept)


def _hash(name: str) -> int:
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, person=_KEY).digest()
    return int.from_bytes(digest, "big")
