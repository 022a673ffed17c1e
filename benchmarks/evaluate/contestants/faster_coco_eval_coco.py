"""faster-coco-eval: pycocotools with its loops in C++."""

import contextlib
import io
from pathlib import Path

from faster_coco_eval import COCO, COCOeval_faster


def run(truth: Path, results: Path) -> list[float]:
    with contextlib.redirect_stdout(io.StringIO()):
        annotations = COCO(str(truth))
        evaluation = COCOeval_faster(annotations, annotations.loadRes(str(results)), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return [float(figure) for figure in evaluation.stats[:12]]
