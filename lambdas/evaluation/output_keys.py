"""Finds the answer of each image in a listing of the ``.out`` files of a transform job.

How a key follows from that of the image is not documented for images that a manifest lists, so it
is not computed: an answer belongs to the image that shares the longest end of its path.
"""

from collections.abc import Iterable

from lambdas.evaluation.labelled import NotMeasurable

SUFFIX = ".out"
_SEVERAL = ""


def outputs_by_image(images: Iterable[str], outputs: Iterable[str]) -> dict[str, str]:
    """The key of the answer by the name of its image; images without one are left out.

    Args:
        images: S3 URIs or paths.
        outputs: keys, of which only those that end in SUFFIX matter.

    Raises:
        NotMeasurable: an answer fits two images equally well, or an image two answers.
    """
    owners = _owners(images)
    found: dict[str, tuple[int, str]] = {}
    for output in sorted(outputs):
        if not output.endswith(SUFFIX):
            continue
        fit = next((end for end in _ends(output.removesuffix(SUFFIX)) if end in owners), None)
        if fit is None:
            continue
        image, length = owners[fit], fit.count("/")
        if image == _SEVERAL:
            raise NotMeasurable(f"{output} may be the answer of several images that end in {fit}")
        known_length, known = found.get(image, (-1, ""))
        if length == known_length:
            raise NotMeasurable(f"{known} and {output} may both be the answer of {image}")
        if length > known_length:
            found[image] = length, output
    return {image: output for image, (_, output) in found.items()}


def _owners(images: Iterable[str]) -> dict[str, str]:
    """The image by each end of its path, _SEVERAL where more than one has that end."""
    owners: dict[str, str] = {}
    for image in set(images):
        for end in _ends(image.removeprefix("s3://")):
            owners[end] = _SEVERAL if end in owners else image
    return owners


def _ends(path: str) -> list[str]:
    """The ends of a path at its slashes, the longest first."""
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]
