"""``gt-train demo``: the whole pipeline on this machine, from a manifest to the outcome."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING

from cli.early_end import NOT_JUDGED
from cli.output import PatientConsole
from cli.presentation import Presentation

if TYPE_CHECKING:
    from local.demo.source import Source

DEFAULT_OUTPUT = Path("demo-output")


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "demo",
        help="run the whole pipeline on this machine, without an AWS account",
        description="Synthesize the app, deploy it to an embedded AWS in this process, write a "
        "manifest into its bucket and follow the execution which that starts. What is "
        "trained is a stand-in for SageMaker's network, which learns from the train channel.",
    )
    parser.add_argument(
        "--manifest",
        type=Path,
        metavar="PATH",
        help="a Ground Truth output manifest; without it, the demo draws and labels a few pictures",
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="folder with the manifest's images, found by the end of their source-ref",
    )
    parser.add_argument(
        "--fill-images",
        action="store_true",
        help="draw images that are not there, at the size that the manifest declares",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=DEFAULT_OUTPUT,
        metavar="DIR",
        help=f"folder for what the execution wrote (default: {DEFAULT_OUTPUT})",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Return 0 if the execution succeeded, 1 if it failed, 2 if it could not be started."""
    # Read by aws_cdk when it is imported: skips a check of the template that takes longer than
    # synth itself and that the tests make.
    os.environ.setdefault("CDK_VALIDATION", "false")
    with _without_complaints(), _one_temporary_folder():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    from local.demo.source import SourceError  # noqa: PLC0415

    shown = Presentation(PatientConsole(soft_wrap=True))
    try:
        source = _source(options)
    except SourceError as error:
        shown.refused(str(error))
        return NOT_JUDGED
    _check_writable(options.output)
    return _shown_run(source, options.output, shown)


def _shown_run(source: "Source", output: Path, shown: Presentation) -> int:
    # The CDK starts Node.js when it is imported, which takes a second: after all that may refuse
    # the run, and after the temporary folder has been named.
    from local.aws.deployment import DeploymentFailed  # noqa: PLC0415
    from local.demo.demo_run import DemoRun  # noqa: PLC0415
    from stacks.settings.parsing import SettingRefused  # noqa: PLC0415

    try:
        with DemoRun(source, shown.progress) as pipeline:
            execution = pipeline.write_manifest()
            shown.execution(execution)
            end = None
            for step in pipeline.follow(execution):
                end = shown.step(step)
            folder = pipeline.save_results(execution, output)
    except (SettingRefused, DeploymentFailed) as error:
        shown.refused(str(error))
        return NOT_JUDGED
    return shown.ended(end, folder)


def _source(options: argparse.Namespace) -> "Source":
    from local.demo.source import DemoPictures, ManifestFile, SourceError  # noqa: PLC0415

    if options.manifest:
        return ManifestFile.read(options.manifest, options.images, fill=options.fill_images)
    if options.images or options.fill_images:
        raise SourceError("--images and --fill-images need --manifest: the demo draws its own")
    return DemoPictures()


def _check_writable(folder: Path) -> None:
    """Raise ``OSError`` before the run where its results could not be written after it."""
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryDirectory(dir=folder).cleanup()


@contextmanager
def _without_complaints() -> Iterator[None]:
    """Keep from the terminal what Node.js writes to standard error when Ctrl-C ends it, too."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        yield


@contextmanager
def _one_temporary_folder() -> Iterator[None]:
    """Keep all temporary files in one folder that is gone at the end, however that comes.

    Node.js, which the CDK runs in, leaves its own behind when a signal ends it.
    """
    before, directory = dict(os.environ), tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="gt-train-", ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = directory
            os.environ.clear()
            os.environ.update(before)
