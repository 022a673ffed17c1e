"""The catalogue of all ``Validate Manifest`` looks for; docs/manifest-rules.md is made of it."""

from lambdas.manifest import reader
from lambdas.manifest.counts import class_names, duplicates
from lambdas.manifest.line import (
    boxes,
    classes,
    image,
    image_size,
    label,
    strict_json,
    task,
    unlabeled,
)
from lambdas.manifest.rules.rule import Rule
from lambdas.manifest.stream import attribute_name, document, label_attribute
from lambdas.manifest.summary import (
    anchor_reach,
    class_balance,
    near_twins,
    trainability,
    training_settings,
)

SECTIONS: dict[str, tuple[Rule, ...]] = {
    "Line": strict_json.RULES + document.RULES,
    "Record": (
        *image.RULES,
        *duplicates.RULES,
        *unlabeled.RULES,
        label.LABEL_WITHOUT_METADATA,
        label.LABEL_WITHOUT_TYPE,
        label.CLASS_MAP_MISSING,
    ),
    "Task": task.RULES,
    "Label": (label.LABEL_NOT_AN_OBJECT, *image_size.RULES, *boxes.RULES, *near_twins.RULES),
    "Classes": classes.RULES + class_names.RULES + class_balance.RULES,
    "Attribute": label_attribute.RULES + attribute_name.RULES,
    "Trainability": trainability.RULES
    + training_settings.RULES
    + anchor_reach.RULES
    + reader.RULES,
}

RULES: dict[str, Rule] = {rule.code: rule for rules in SECTIONS.values() for rule in rules}
