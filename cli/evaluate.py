"""``gt-train evaluate``: how good a model's predictions are, and where they are wrong."""

import argparse
import sys
from pathlib import Path

from cli.evaluation_input import Measured, measure, read_truth
from cli.evaluation_table import shown_evaluation
from cli.output import PatientConsole, write_document
from lambdas.evaluation.answers import named_few
from lambdas.evaluation.labelled import LabelledImages, NotMeasurable
from lambdas.evaluation.review import review
from lambdas.evaluation.summary import Summary, summarize
from lambdas.evaluation.voc_matching import VocRule
from lambdas.pages.visible import visible

INTERRUPTED = 130
"""What shells report of a command that Ctrl-C ended: 128 and SIGINT's number."""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "evaluate",
        help="measure a model's predictions on labelled images, without an AWS account",
        description="Measure predictions on labelled images by COCO's and VOC's metrics "
        "(docs/metrics.md). Exit status: 0 measured, 2 not measured because something could not "
        "be used.",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        required=True,
        metavar="PATH",
        help="a Ground Truth manifest, or COCO annotations",
    )
    parser.add_argument(
        "--predictions",
        type=Path,
        required=True,
        metavar="PATH",
        help="a folder with the .out files of a transform job, found by the end of their image's "
        "path, or COCO results",
    )
    parser.add_argument(
        "--label-attribute",
        metavar="NAME",
        help="the manifest's attribute with the boxes, where it has several",
    )
    parser.add_argument(
        "--voc-iou",
        type=_share,
        default=0.5,
        metavar="IOU",
        help="the IoU from which on VOC's figures count a hit (default: 0.5)",
    )
    parser.add_argument(
        "--inclusive",
        action="store_true",
        help="count pixels as the VOC devkit does: a box is right - left + 1 wide",
    )
    _add_output(parser)
    parser.set_defaults(run=run)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document and nothing else"
    )
    parser.add_argument(
        "--report", type=Path, metavar="OUT.HTML", help="write a page with the worst images"
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="folder with images for the page, found by the end of their path",
    )
    parser.add_argument(
        "--incumbent",
        type=Path,
        metavar="PATH",
        help="the predictions of another model, shown beside these on the page",
    )
    parser.add_argument(
        "--review",
        type=Path,
        metavar="OUT.MANIFEST",
        help="write a manifest with the images of the page, with predicted boxes beside the labels",
    )


def run(options: argparse.Namespace) -> int:
    """Return 0 if the predictions were measured, 2 if they could not be."""
    try:
        _run(options)
    except NotMeasurable as error:
        _say(str(error))
        return 2
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    return 0


def _run(options: argparse.Namespace) -> None:
    _refuse_misuse(options)
    rule = VocRule(options.voc_iou, options.inclusive)
    labelled = read_truth(options.truth, options.label_attribute)
    found = measure(labelled, options.predictions, rule)
    _warn(labelled, found)
    summary = summarize(found.evaluator)
    if options.report or options.review:
        # Not needed for the figures, and slow to import.
        from cli.evaluation_output import write_page, write_review  # noqa: PLC0415

        reviewed = review(found.evaluator, summary)
        if options.report:
            before = measure(labelled, options.incumbent, rule) if options.incumbent else None
            write_page(options, labelled, found, summary, reviewed, before)
        if options.review:
            write_review(options.review, options.truth, labelled, reviewed)
    if options.json:
        write_document(summary.evaluation.to_json())
    else:
        _show(summary, labelled)


def _refuse_misuse(options: argparse.Namespace) -> None:
    for name in ("images", "incumbent"):
        if getattr(options, name) and not options.report:
            raise NotMeasurable(f"--{name} needs --report: it is shown on the page")
    if options.images and not options.images.is_dir():
        raise NotMeasurable(f"{options.images} is not a folder with images")
    for path in (options.report, options.review):
        if path and not path.parent.is_dir():
            raise NotMeasurable(f"{path} can't be written: there is no folder {path.parent}")
        if path and path.exists() and any(_same(path, each) for each in _inputs(options)):
            raise NotMeasurable(f"{path} is an input: it would be overwritten")


def _inputs(options: argparse.Namespace) -> list[Path]:
    return [each for each in (options.truth, options.predictions, options.incumbent) if each]


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


def _warn(labelled: LabelledImages, found: Measured) -> None:
    """Say on standard error what the figures are not about."""
    if labelled.unlabelled:
        lines = labelled.unlabelled + len(labelled.images)
        _say(f"left out for want of labels, {labelled.unlabelled:,} of {lines:,} lines")
    if found.missing:
        of = f"{len(found.missing):,} of {len(labelled.images):,} images"
        _say(f"left out for want of predictions, {of}: {named_few(found.missing)}")


def _say(text: str) -> None:
    sys.stderr.write(f"gt-train evaluate: {visible(text)}\n")


def _show(summary: Summary, labelled: LabelledImages) -> None:
    console = PatientConsole()
    for part in shown_evaluation(summary.evaluation, labelled.names):
        console.print(part)


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0 and at most 1")
    return number
