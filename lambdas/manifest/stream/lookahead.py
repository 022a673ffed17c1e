"""Holds the first lines back until a label attribute can be chosen, without reading them twice."""

from collections.abc import Iterator
from itertools import chain
from typing import IO

from lambdas.manifest.stream.label_attribute import LabelAttributes
from lambdas.manifest.stream.lines import batches

HEAD = 1 << 20  # bytes looked at, at least, before one of several labels is chosen
# Ground Truth takes 100,000 images a job: 64 MiB hold that many lines without a label.
# https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
FARTHEST = 64 << 20


def with_label_chosen(
    lines: Iterator[list[bytes]], attributes: LabelAttributes, hold: IO[bytes]
) -> Iterator[list[bytes]]:
    """Yield the same batches, after as many of them were read as the choice of a label needs.

    What was read meanwhile is held in ``hold`` (a spooled temporary file) and comes again.
    Without any bounding-box label in the first ``FARTHEST`` bytes, only these come.
    """
    held = line = 0
    for batch in lines:
        for raw in batch:
            line += 1
            attributes.observe(raw, line)
        if batch:
            held += hold.write(b"\n".join(batch) + b"\n")
        if held >= HEAD and (attributes.boxes() or held >= FARTHEST):
            break
    chosen = attributes.choose()
    if not chosen and held >= FARTHEST:
        attributes.given_up_after = FARTHEST
    hold.seek(0)
    return chain(batches(hold), lines if chosen else ())  # type: ignore[arg-type]
