"""The ways to measure, one a module, each with ``run(truth, results) -> list[float]``.

The figures are the twelve of pycocotools' summary.
"""
