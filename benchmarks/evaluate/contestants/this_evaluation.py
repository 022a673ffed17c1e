"""What ``gt-train evaluate --json`` runs: VOC, F1, confusions, each image and the interval, too."""

from pathlib import Path

from cli.evaluation_input import measure, read_truth
from lambdas.evaluation.summary import summarize
from lambdas.evaluation.voc_matching import VocRule


def run(truth: Path, results: Path) -> list[float]:
    evaluator = measure(read_truth(truth, None), results, VocRule()).evaluator
    evaluation = summarize(evaluator).evaluation
    evaluation.to_json()
    return [getattr(evaluation.coco, name) for name in evaluation.coco.__struct_fields__]
