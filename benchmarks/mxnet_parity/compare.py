"""Compares exported models with MXNet: ``python -m benchmarks.mxnet_parity.compare DIR``.

DIR is what ``make_references --full-size`` wrote. Prints a row of a table for each model: the
largest difference of scores, and of corrections as a share of the largest; how many boxes; the CPU
time of one image, which says something only where both ran on one core.
"""

import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

from cli.detector.archive import read_archive
from cli.detector.exporting import Choices, export
from cli.detector.session import OnnxDetector

HEADS = ("cls_prob", "multibox_loc_pred")
ROUNDS = 4
EQUAL = 1e-4
"""Scores and corners this close are the same box."""


def main() -> None:
    print("| model | MB | scores | corrections | boxes: MXNet's | ours | equal", end="")
    print(" | CPU s: MXNet's | ours | ratio |")
    print("|---" + "|---:" * 9 + "|")
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        print(row(folder))


def row(folder: Path) -> str:
    with (folder / "model.tar.gz").open("rb") as file:
        archive = read_archive(file)
    exported = export(archive, Choices()).content
    session = _on_one_thread(exported)
    with_heads = OnnxDetector(export(archive, Choices(heads=True)).content)
    reference = np.load(folder / "reference.npz")
    scores = corrections = 0.0
    boxes = boxes_found = equal = 0
    seconds = []
    for number, image in enumerate(reference["images"]):
        data = image.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
        heads = with_heads.run(HEADS, data)
        scores = max(scores, float(np.abs(heads[0][0] - reference["cls_prob"][number]).max()))
        off = np.abs(heads[1][0] - reference["loc_preds"][number]).max()
        corrections = max(corrections, float(off / np.abs(reference["loc_preds"][number]).max()))
        for _ in range(ROUNDS):
            started = time.process_time()
            (found,) = session.run(["detections"], {"data": data})
            seconds.append(time.process_time() - started)
        expected = reference[f"detections_{number}"]
        boxes += len(expected)
        equal += sum(bool((np.abs(found - each).max(axis=1) < EQUAL).any()) for each in expected)
        boxes_found += len(found)
    mxnet = float(np.median(reference["seconds"]))
    ours = float(np.median(seconds))
    size = len(exported) / 1e6
    return (
        f"| {folder.name} | {size:.0f} | {scores:.1e} | {corrections:.1e} | {boxes} |"
        f" {boxes_found} | {equal} |"
        f" {mxnet:.3f} | {ours:.3f} | {ours / mxnet:.2f} |"
    )


def _on_one_thread(model: bytes) -> onnxruntime.InferenceSession:
    # onnxruntime takes a thread for each core of the machine, even where it may use only one,
    # and threads that wait for each other cost CPU time, too.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options)


if __name__ == "__main__":
    main()
