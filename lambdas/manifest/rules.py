"""The catalogue of all `Validate Manifest` looks for; docs/manifest-rules.md is made of it."""

from lambdas.manifest.class_rules import CLASS_RULES
from lambdas.manifest.label_rules import BOX_RULES
from lambdas.manifest.line_rules import LINE_RULES
from lambdas.manifest.manifest_rules import ATTRIBUTE_RULES, TRAINING_RULES
from lambdas.manifest.record_rules import RECORD_RULES
from lambdas.manifest.rule import Rule
from lambdas.manifest.task_rules import TASK_RULES

SECTIONS: dict[str, tuple[Rule, ...]] = {
    "Line": LINE_RULES,
    "Record": RECORD_RULES,
    "Task": TASK_RULES,
    "Label": BOX_RULES,
    "Classes": CLASS_RULES,
    "Attribute": ATTRIBUTE_RULES,
    "Trainability": TRAINING_RULES,
}

RULES: dict[str, Rule] = {rule.code: rule for rules in SECTIONS.values() for rule in rules}
