"""``gt-train validate``: what the pipeline thinks of a manifest, before anything is paid for."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from cli.findings import shown_report
from cli.manifest_source import STANDARD_INPUT, ManifestSource, NotReadable, opened
from cli.output import PatientConsole, write_document
from cli.preview import FirstLines, preview
from cli.reading_progress import reading_progress
from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Report
from lambdas.manifest.validate import Sinks, validate_manifest
from lambdas.pages.visible import visible
from stacks.settings.parsing import SettingRefused


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "validate",
        help="check a manifest as the pipeline does, without an AWS account",
        description="Check a Ground Truth output manifest with the code and the settings "
        "(cdk.json) of the pipeline's step Validate Manifest. Exit status: 0 accepted, "
        "1 rejected, 2 not judged because something could not be used.",
    )
    place = "PATH_OR_S3_URI"
    parser.add_argument("manifest", metavar=place, help="the manifest; - reads standard input")
    parser.add_argument(
        "--label-attribute",
        metavar="NAME",
        help="the attribute with the boxes; without it, the setting or what the manifest has",
    )
    parser.add_argument(
        "--validation",
        metavar=place,
        help="a manifest for validation; without it, the manifest is split",
    )
    parser.add_argument(
        "--image-bucket",
        metavar="NAME",
        action="append",
        default=[],
        type=_bucket,
        help="the pipeline's bucket, or another that may hold images besides those in the setting "
        "image_buckets (repeatable); without this option, images may lie anywhere",
    )
    parser.add_argument("--stack", metavar="NAME", help="the environment, or its stack")
    parser.add_argument(
        "-c",
        "--context",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a setting instead of cdk.json's, as for make deploy (repeatable)",
    )
    _add_output(parser)
    parser.set_defaults(run=run)


def _add_output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--preview", metavar="N", type=_count, default=0, help="show the first N records"
    )
    output.add_argument(
        "--json",
        action="store_true",
        help="print one JSON document and nothing else: an execution's report.json, with the "
        "figures of the page under statistics",
    )
    parser.add_argument(
        "--report", type=Path, metavar="OUT.HTML", help="write the report as a page with charts"
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="folder with images for the page, found by the end of their source-ref",
    )


def run(options: argparse.Namespace) -> int:
    """Return 0 if the manifest is accepted, 1 if it is rejected, 2 if it could not be judged."""
    try:
        _refuse_misuse(options)
        return _run(options)
    except (NotReadable, SettingRefused) as error:
        sys.stderr.write(f"gt-train validate: {visible(str(error))}\n")
        return 2


def _run(options: argparse.Namespace) -> int:
    # The settings are checked by botocore's model of SageMaker: slow to import, and not needed by
    # the other commands.
    from cli.project_policy import SETTINGS, command_context, project_policy  # noqa: PLC0415

    context = command_context(SETTINGS, options.stack, options.context)
    policy = project_policy(context, options.label_attribute, options.image_bucket)
    with ExitStack() as sources:
        manifest = sources.enter_context(opened(options.manifest))
        validation = (
            sources.enter_context(opened(options.validation)) if options.validation else None
        )
        head = FirstLines(manifest.stream, options.preview)
        report = _validate(manifest, head, validation, policy)
    if options.report:
        _write_page(report, manifest.name, options.report, options.images)
    if options.json:
        write_document(report.to_json())
    else:
        _show(report, manifest.name, head, options.report)
    return 0 if report.verdict == "accepted" else 1


def _validate(
    manifest: ManifestSource, head: FirstLines, validation: ManifestSource | None, policy: Policy
) -> Report:
    sizes = [source.size for source in (manifest, validation) if source]
    known = [size for size in sizes if size is not None]
    nowhere = Sinks(train=_drop, validation=_drop, test=_drop, rejected=_drop)
    with reading_progress(sum(known) if len(known) == len(sizes) else None) as progress:
        second = validation.stream if validation else None
        return validate_manifest(head, policy, nowhere, second, progress)


def _show(report: Report, name: str, head: FirstLines, page: Path | None) -> None:
    console = PatientConsole()
    for record in preview(head.lines(), report.label_attribute):
        console.print(record)
    for part in shown_report(report, name):
        console.print(part)
    if page:
        console.print(f"page with charts: {visible(str(page))}", markup=False, soft_wrap=True)


def _write_page(report: Report, name: str, path: Path, folder: Path | None) -> None:
    # Not needed for most validations, and slow to import.
    from lambdas.pages.page import NO_PICTURES, report_page  # noqa: PLC0415

    found = NO_PICTURES
    if folder:
        from cli.sample_pictures import pictures  # noqa: PLC0415

        found = pictures(report, folder)
    try:
        path.write_text(report_page(report, name, found), encoding="utf-8")
    except OSError as error:
        raise NotReadable(f"{path} can't be written: {error.strerror}") from error


def _refuse_misuse(options: argparse.Namespace) -> None:
    if options.manifest == options.validation == STANDARD_INPUT:
        raise NotReadable("only one of the two manifests can be standard input")
    if options.images and not options.report:
        raise NotReadable("--images needs --report: the images go into the page")
    if options.images and not options.images.is_dir():
        raise NotReadable(f"{options.images} is no folder with images")
    if options.report:
        _refuse_to_write(options.report, [options.manifest, options.validation])


def _refuse_to_write(page: Path, manifests: list[str | None]) -> None:
    if not page.parent.is_dir():
        raise NotReadable(f"{page} can't be written: there is no folder {page.parent}")
    for manifest in manifests:
        if manifest and page.exists() and Path(manifest).exists() and page.samefile(manifest):
            raise NotReadable(f"{page} is the manifest: the page would overwrite it")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of records")
    return int(text)


def _bucket(text: str) -> str:
    if not text or "/" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no bucket's name: leave out s3:// and key")
    return text


def _drop(_chunk: bytes) -> None:
    """Nothing is written on a laptop."""
