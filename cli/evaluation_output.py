"""Writes what ``gt-train evaluate`` leaves behind: the page, and the manifest of what to review."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from cli.evaluation_input import Measured
from lambdas.evaluation.labelled import LabelledImages, NotMeasurable
from lambdas.evaluation.review import Review
from lambdas.evaluation.review_manifest import review_manifest
from lambdas.evaluation.summary import Summary, summarize
from lambdas.pages.evaluation.cases import LONGEST_SIDE, images_shown
from lambdas.pages.evaluation.page import evaluation_page
from lambdas.pages.evaluation.subject import Subject
from lambdas.pages.samples import Picture
from lambdas.pages.thumbnail import thumbnail
from local.demo.image_files import file_of


def write_page(
    options: argparse.Namespace,
    labelled: LabelledImages,
    found: Measured,
    summary: Summary,
    reviewed: Review,
    incumbent: Measured | None,
) -> None:
    """Write the page to ``options.report``.

    Raises:
        NotMeasurable: it can't be written, or the incumbent has not the same images.
    """
    if incumbent and incumbent.missing != found.missing:
        raise NotMeasurable("the incumbent has predictions for other images: nothing to compare")
    subject = Subject(
        name=str(options.predictions),
        measured_on="images",
        labelled=labelled,
        summary=summary,
        review=reviewed,
        incumbent=summarize(incumbent.evaluator).evaluation if incumbent else None,
        missing=len(found.missing),
    )
    pictures = _pictures(labelled, reviewed, options.images) if options.images else {}
    _write(options.report, evaluation_page(subject, pictures).encode())


def write_review(path: Path, truth: Path, labelled: LabelledImages, reviewed: Review) -> None:
    """Write the review manifest.

    Raises:
        NotMeasurable: it can't be written, or the truth is not a manifest.
    """
    if labelled.all_named:
        raise NotMeasurable("--review needs a manifest as truth: its lines go into the review")
    with truth.open("rb") as lines:
        found = list(review_manifest(lines, reviewed, labelled, datetime.now(UTC)))
    _write(path, b"".join(found))


def _pictures(labelled: LabelledImages, reviewed: Review, folder: Path) -> dict[str, Picture]:
    found = {}
    for name in images_shown(labelled, reviewed):
        path = file_of(folder, f"s3://{name.removeprefix('s3://')}")
        picture = thumbnail(path.read_bytes(), LONGEST_SIDE) if path else None
        if picture is not None:
            found[name] = picture
    return found


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise NotMeasurable(f"{path} can't be written: {error.strerror}") from error
