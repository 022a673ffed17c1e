"""The demo from its beginning to its end, as a person sees it."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]


def demo(tmp_path: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the demo in a folder; return its status, what it printed, and its complaints.

    The profile that does not exist stands for whatever is wrong with a person's AWS configuration:
    the demo uses none of it.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", "demo", "--output", str(tmp_path / "out"), *arguments],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(tmp_path), "AWS_PROFILE": "no-such-profile"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_the_demo_shows_every_step_with_its_result_and_leaves_the_files(tmp_path: Path) -> None:
    status, out, errors = demo(tmp_path)
    assert (status, errors) == (0, "")
    for step in (
        r"Validate Manifest .* 60 of 60 records usable, \d+ boxes, 3 classes; \d+ train \+ \d+ v",
        r"Start Training Job .* gt-train-shapes-\S+ on ml\.",
        r"Await Training Job .* Completed \(a stand-in, not SageMaker's network\)",
        r"Record Model .* s3://\S+/model\.tar\.gz",
        r"Prepare Evaluation .* 13 of 13 validation images",
        r"Start Transform Job .* gt-train-candidate-shapes-\S+ on ml\.",
        r"Await Transform Job .* 13 images answered",
        r"Evaluate Model .* AP 0\.\d+ .* AP50 0\.\d+ .* on 13 validation images",
        r"Register Model .*:model-package/groundtruthtraining/1: PendingManualApproval",
    ):
        assert re.search(f"✓ {step}", out), out
    assert "SUCCEEDED" in out
    (results,) = (tmp_path / "out").iterdir()
    pages = {"report.html", "evaluation.html"}
    assert {"model.tar.gz", "outcome.json", *pages} <= {p.name for p in results.iterdir()}
    page = (results / "evaluation.html").read_text()
    assert "Of a stand-in, measured truly" in page.partition("</header>")[0]
    command, *arguments = shlex.split(out.splitlines()[-1])
    assert command == "gt-train"
    tried = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments], capture_output=True, text=True, check=True
    )
    assert re.search(r"fresh-picture\.png: \d+ box", tried.stdout)
    assert (results / "drawn" / "fresh-picture.png").read_bytes()


def test_a_manifest_that_is_rejected_is_status_1_and_says_why(tmp_path: Path) -> None:
    manifest = tmp_path / "bad.manifest"
    manifest.write_text('{"a": 1}\n')
    status, out, errors = demo(tmp_path, "--manifest", str(manifest))
    assert (status, errors) == (1, "")
    assert "✗ Validate Manifest    ManifestRejected" in out
    assert "line 1: no source-ref" in out
    assert "FAILED in Validate Manifest" in out
