"""Writes what Evaluate Model leaves behind: the figures, the page, and what to look at again."""

from datetime import UTC, datetime

from lambdas.adapters.documents import write_document
from lambdas.adapters.evaluation_files import lines_of
from lambdas.adapters.observability import logger
from lambdas.adapters.sample_images import pictures
from lambdas.contract import BucketLayout
from lambdas.evaluation.comparison import Comparison
from lambdas.evaluation.kept_evaluation import KeptEvaluation, headline
from lambdas.evaluation.review_manifest import review_manifest
from lambdas.messages.evaluation import Evaluated
from lambdas.messages.payloads import EvaluateModelEvent
from lambdas.pages.evaluation.cases import LONGEST_SIDE, images_shown
from lambdas.pages.evaluation.notes import evaluation_notes
from lambdas.pages.evaluation.page import evaluation_page
from lambdas.pages.evaluation.subject import Subject

MOST_SECONDS = 240
"""After which no further image is read for the page; the function has fifteen minutes."""


def write_evaluation(
    found: Comparison, kept: KeptEvaluation, step: EvaluateModelEvent, layout: BucketLayout
) -> Evaluated:
    """Write ``evaluation.json``, ``review.manifest`` and ``evaluation.html``.

    The page may fail: that makes no model worse.
    """
    execution = step.execution.name
    write_document(layout.bucket, layout.evaluation(execution), kept.to_json())
    reviews = _write_review(found, step, layout)
    try:
        page = _page(found, kept, step)
    except Exception:
        logger.exception("no evaluation.html")
        page = None
    if page is not None:
        write_document(
            layout.bucket,
            layout.evaluation_page(execution),
            page.encode(errors="replace"),
            "text/html; charset=utf-8",
        )
    return headline(
        kept,
        step.evaluation,
        document=layout.uri(layout.evaluation(execution)),
        page=None if page is None else layout.uri(layout.evaluation_page(execution)),
        review_manifest=layout.uri(layout.review_manifest(execution)) if reviews else None,
    )


def _write_review(found: Comparison, step: EvaluateModelEvent, layout: BucketLayout) -> bool:
    lines = lines_of(step.evaluation.evaluated_records) if found.labelled.images else ()
    reviewed = b"".join(review_manifest(lines, found.review, found.labelled, datetime.now(UTC)))
    if reviewed:
        write_document(
            layout.bucket,
            layout.review_manifest(step.execution.name),
            reviewed,
            "application/jsonlines",
        )
    return bool(reviewed)


def _page(found: Comparison, kept: KeptEvaluation, step: EvaluateModelEvent) -> str:
    subject = Subject(
        name=step.outcome.training_job,
        measured_on=f"{step.evaluation.held_out} images",
        labelled=found.labelled,
        summary=found.summary,
        review=found.review,
        incumbent=found.incumbent,
        missing=len(found.missing),
        notes=list(evaluation_notes(step.evaluation, kept, step.outcome.metrics)),
    )
    shown = images_shown(found.labelled, found.review)
    return evaluation_page(subject, pictures(shown, LONGEST_SIDE, MOST_SECONDS))
