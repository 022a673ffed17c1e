"""S3 to S3: contestants that read from and write to an object server on this machine, over TLS."""

import statistics
from dataclasses import replace
from pathlib import Path

from benchmarks.interleaved import interleaved
from benchmarks.object_store.served import served
from benchmarks.validate_manifest.generate import Shape, write
from benchmarks.validate_manifest.measuring import Run, disagreements, measure

CONTESTANTS = ("s3_pipeline", "s3_in_turn", "s3_stream")
PIPELINE, IN_TURN, STREAM = CONTESTANTS
BUCKET = "bucket"
AS_DEPLOYED = {"BOTO_DISABLE_CRT": "true"}
"""As the template has it for the functions."""


def measure_over_s3(contestant: str, manifest: Path) -> Run:
    """Run one contestant on a manifest that lies in the bucket ``manifest.parent``."""
    with served(manifest.parent.parent) as server:
        run = measure(contestant, manifest, {**server.environment, **AS_DEPLOYED})
    return replace(run, server=server.cpu)


def manifest_in(folder: Path) -> Path:
    """Where in ``folder`` the manifest goes, so that the object server finds it."""
    bucket = folder / BUCKET
    bucket.mkdir()
    return bucket / "output.manifest"


def check_over_s3(folder: Path) -> list[str]:
    """Disagreements on a manifest of several upload parts, and what arrived differently."""
    manifest = manifest_in(folder)
    write(manifest, Shape(lines=30_000, boxes=5))
    lines = sorted(manifest.read_bytes().splitlines())
    runs, wrong = {}, []
    for contestant in CONTESTANTS:
        runs[contestant] = measure_over_s3(contestant, manifest)
        out = manifest.parent / contestant
        arrived = sorted(line for each in out.iterdir() for line in each.read_bytes().splitlines())
        if arrived != lines:
            wrong.append(f"{contestant}: {len(arrived)} lines arrived of {len(lines)}, or others")
    return wrong + disagreements(runs)


def compare_over_s3(manifest: Path, rounds: int) -> list[dict[str, Run]]:
    """Return the runs of each round."""
    return interleaved(CONTESTANTS, rounds, lambda name: measure_over_s3(name, manifest))


def table(rounds: list[dict[str, Run]], size: int) -> str:
    """Medians as a Markdown table; ratios are medians of those within a round."""
    lines = [
        "| contestant | seconds | MB/s | MB/s a CPU | speed ÷ in turn | server CPU | peak RSS |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in CONTESTANTS:
        runs = [found[name] for found in rounds]
        wall = statistics.median(run.wall for run in runs)
        cpu = statistics.median(run.cpu for run in runs)
        ratio = statistics.median(found[IN_TURN].wall / found[name].wall for found in rounds)
        server = statistics.median(run.server / run.wall for run in runs)
        peak = statistics.median(run.peak for run in runs)
        lines.append(
            f"| {name} | {wall:.2f} | {size / wall / 1e6:.0f} | {size / cpu / 1e6:.0f} "
            f"| {ratio:.2f} | {server:.0%} | {peak:.0f} MB |"
        )
    return "\n".join(lines)
