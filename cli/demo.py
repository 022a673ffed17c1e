"""``gt-train demo``: the whole pipeline on this machine, from a manifest to the outcome."""

import argparse
import os
from pathlib import Path

from rich.console import Console

from cli.presentation import Presentation

DEFAULT_OUTPUT = Path("demo-output")


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "demo",
        help="run the whole pipeline on this machine, without an AWS account",
        description="Synthesize the app, deploy it to an embedded AWS in this process, write a "
        "manifest into its bucket and follow the execution which that starts. Training is "
        "simulated: nothing is trained.",
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
    from local.demo.demo_run import DemoRun  # noqa: PLC0415 - see above
    from local.demo.source import DemoPictures, ManifestFile, SourceError  # noqa: PLC0415

    shown = Presentation(Console(highlight=False, soft_wrap=True))
    if (options.images or options.fill_images) and not options.manifest:
        shown.refused("--images and --fill-images need --manifest: without one, the demo draws")
        return 2
    try:
        source = (
            ManifestFile.read(options.manifest, options.images, fill=options.fill_images)
            if options.manifest
            else DemoPictures()
        )
    except SourceError as error:
        shown.refused(str(error))
        return 2
    with DemoRun(source, shown.progress) as pipeline:
        execution = pipeline.write_manifest()
        shown.execution(execution)
        end = None
        for step in pipeline.follow(execution):
            end = shown.step(step)
        folder = pipeline.save_results(execution, options.output)
    return shown.ended(end, folder)
