"""Finds the answer of each image in a listing of the ``.out`` files of a transform job.

How a key follows from that of the image is not documented for images that a manifest lists, so it
is not computed: an answer belongs to the image that shares the longest end of its path.
"""

from collections.abc import Iterable, Iterator, Mapping

from lambdas.evaluation.labelled import NotMeasurable

SUFFIX = ".out"


def outputs_by_image(images: Iterable[str], outputs: Iterable[str]) -> dict[str, str]:
    """Return the key of the answer by the name of its image; images without one are left out.

    Where the end of an answer's path is that of several images, it belongs to the one that has no
    better fitting answer.

    Args:
        images: S3 URIs or paths.
        outputs: keys, of which only those that end in SUFFIX matter.

    Raises:
        NotMeasurable: an answer fits two images equally well, or an image two answers.
    """
    owners = _owners(images)
    found: dict[str, tuple[int, str]] = {}
    for length, output, ends in sorted(_fits(owners, outputs), key=lambda fit: (-fit[0], fit[1])):
        free = [image for image in ends if found.get(image, (length,))[0] == length]
        if len(free) > 1:
            raise NotMeasurable(
                f"{output} may be the answer of {free[0]} and of {free[1]}, "
                "which end alike and have no other"
            )
        for image in free:
            if image in found:
                raise NotMeasurable(
                    f"{found[image][1]} and {output} may both be the answer of {image}"
                )
            found[image] = length, output
    return {image: output for image, (_, output) in found.items()}


def _fits(
    owners: Mapping[str, list[str]], outputs: Iterable[str]
) -> Iterator[tuple[int, str, list[str]]]:
    """For each answer the length of the longest end that it shares, and the images with that."""
    for output in outputs:
        if output.endswith(SUFFIX):
            for end in _ends(output.removesuffix(SUFFIX)):
                if end in owners:
                    yield end.count("/"), output, owners[end]
                    break


def _owners(images: Iterable[str]) -> dict[str, list[str]]:
    """Return the images by each end of their path."""
    owners: dict[str, list[str]] = {}
    for image in sorted(set(images)):
        for end in _ends(image.removeprefix("s3://")):
            owners.setdefault(end, []).append(image)
    return owners


def _ends(path: str) -> list[str]:
    """Return the ends of a path at its slashes, the longest first."""
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]
