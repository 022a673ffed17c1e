"""docs/manifest-rules.md shows every rule once, and each can be told from the others."""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import pytest

from lambdas import images, manifest
from lambdas.catalogue_page import SECTIONS, page
from lambdas.images import catalogue as image_catalogue
from lambdas.manifest import catalogue as manifest_catalogue
from lambdas.manifest.rules.rule import Rule


@pytest.mark.parametrize(
    ("package", "rules"),
    [(manifest, manifest_catalogue.RULES), (images, image_catalogue.RULES)],
)
def test_every_rule_of_a_package_is_in_its_catalogue(
    package: ModuleType, rules: dict[str, Rule]
) -> None:
    modules = walk_packages(package.__path__, f"{package.__name__}.")
    defined = {
        value.code
        for module in modules
        for value in vars(import_module(module.name)).values()
        if isinstance(value, Rule)
    }
    assert defined <= rules.keys()


def test_codes_are_unique_and_kebab_case() -> None:
    codes = [rule.code for rules in SECTIONS.values() for rule in rules]
    assert len(codes) == len(set(codes))
    assert all(set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for code in codes)


def test_the_rules_page_is_current() -> None:
    written = Path("docs/manifest-rules.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m lambdas.catalogue_page > docs/manifest-rules.md"
