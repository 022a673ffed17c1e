"""Checks the name of the label attribute: whether a training job can take it."""

import unicodedata

from lambdas.manifest.rules.rule import AUGMENTED_MANIFEST, Fault, Rule
from lambdas.manifest.rules.text import quote

LABEL_ATTRIBUTE_ENDS_IN_REF = Rule(
    code="label-attribute-ends-in-ref",
    severity="error",
    title="A label attribute that training takes for a reference",
    template="{attribute} ends in -ref: a training job reads the file whose S3 URI it takes its "
    "value for, and fails",
    fix="Rename the attribute and its metadata in every line, to a name without -ref at its end.",
    source=AUGMENTED_MANIFEST,
    scope="manifest",
)
LABEL_ATTRIBUTE_NAME_INVALID = Rule(
    code="label-attribute-name-invalid",
    severity="error",
    title="A label attribute that no training job takes",
    template="the label attribute {attribute} {problem}",
    fix="Rename the attribute in every line, or set label_attribute to another one: 1 to 256 "
    "characters without line breaks and other controls.",
    source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html",
    scope="manifest",
)

RULES = (LABEL_ATTRIBUTE_ENDS_IN_REF, LABEL_ATTRIBUTE_NAME_INVALID)

LONGEST_NAME = 256
_IMAGES = ("source", "source-ref")


def name_fault(name: str) -> Fault | None:
    """Return what keeps a training job from taking a label attribute of this name."""
    problem = None
    if not name:
        problem = "is empty"
    elif name in _IMAGES:
        problem = "is the key of the image, not of a label"
    elif len(name) > LONGEST_NAME:
        problem = f"has {len(name)} characters"
    elif any(unicodedata.category(character) == "Cc" for character in name):
        problem = "has a control character"
    if problem is not None:
        return LABEL_ATTRIBUTE_NAME_INVALID.fault(attribute=quote(name), problem=problem)
    if name.endswith("-ref"):
        return LABEL_ATTRIBUTE_ENDS_IN_REF.fault(attribute=quote(name))
    return None
