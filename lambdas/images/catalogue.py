"""The catalogue of all that images are examined for; docs/manifest-rules.md ends with it."""

from lambdas.images import content, examination, judgement, refusal
from lambdas.manifest.counts import equal_images
from lambdas.manifest.rules.rule import Rule
from lambdas.manifest.summary import unexamined

SECTIONS: dict[str, tuple[Rule, ...]] = {
    "Images": (
        *refusal.RULES,
        *content.RULES,
        *judgement.RULES,
        *examination.RULES,
        *equal_images.RULES,
        *unexamined.RULES,
    ),
}

RULES: dict[str, Rule] = {rule.code: rule for rules in SECTIONS.values() for rule in rules}
