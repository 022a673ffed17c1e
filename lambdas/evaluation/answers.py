"""Measures the algorithm's answers about labelled images, of which some may have none."""

from collections.abc import Container, Iterable
from dataclasses import replace

from lambdas.evaluation.labelled import LabelledImages


def with_answers(
    labelled: LabelledImages, answered: Container[str]
) -> tuple[LabelledImages, list[str]]:
    """Return the images of these names, and the names of the others."""
    kept = [image for image in labelled.images if image.name in answered]
    missing = [image.name for image in labelled.images if image.name not in answered]
    return replace(labelled, images=kept), missing


def named_few(names: Iterable[str], most: int = 3) -> str:
    """Return the first names of many, and that there are more."""
    found = list(names)
    return ", ".join(found[:most]) + (", …" if len(found) > most else "")
