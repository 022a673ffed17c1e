"""The catalogue of all that images are examined for; docs/manifest-rules.md ends with it."""

from lambdas.images import content, equal_content, examination, judgement, refusal
from lambdas.manifest.rules.rule import Rule

SECTIONS: dict[str, tuple[Rule, ...]] = {
    "Images": (
        *refusal.RULES,
        *content.RULES,
        *judgement.RULES,
        *examination.RULES,
        *equal_content.RULES,
    ),
}
