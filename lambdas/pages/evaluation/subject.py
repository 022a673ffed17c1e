"""What the page of an evaluation is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lambdas.evaluation.document import Evaluation
from lambdas.evaluation.labelled import LabelledImages
from lambdas.evaluation.review import Review
from lambdas.evaluation.summary import Summary
from lambdas.pages.visible import visible

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """A model's predictions, measured.

    name: what to call them. measured_on: the images, as "validation images". incumbent: the
    evaluation of the model of before on the same images, where there is one. missing: images
    that had no predictions. notes: what else to know of the figures, in sentences.
    """

    name: str
    measured_on: str
    labelled: LabelledImages
    summary: Summary
    review: Review
    incumbent: Evaluation | None = None
    missing: int = 0
    notes: Sequence[str] = ()

    def class_name(self, class_id: int) -> str:
        """Return the name of a class, or its id where it has none."""
        return class_name(self.labelled.names, class_id)


def class_name(names: Mapping[int, str], class_id: int) -> str:
    """Return the name of a class, fit to show, or its id where it has none."""
    return visible(names.get(class_id, str(class_id)), LONGEST_NAME)
